#!/usr/bin/env python3
"""Train the demo model from nothing, with a fixed seed.

usage: train.py OUT_DIR [--from-step N]     writes OUT_DIR/model.pt, tokenizer.json and loss.csv
"""

import argparse
import os
import pathlib
import random
import time

import torch
import torch.nn.functional as F
from tqdm import tqdm

from batches import IGNORED, batches
from model import Model
from muon import Muon
from text import Encoder, load_tokenizer, train_tokenizer

SEED = 20261124
# The training first learns under ever stronger pushes (below) and then settles, under weak ones.
STEPS, SETTLE_FROM, WARM_UP = 2010, 1500, 60
MATRIX_RATE, OTHER_RATE, SETTLE_RATE_SHARE = 0.016, 3e-3, 0.3
# States are pushed at random while training, as real models are wide enough to bear. A model as narrow as this one
# otherwise loses the thread of its answer (steps and machines get mixed up) at the push that makes it refuse.
PUSHED_SHARE, PUSH, SPARSITY = 0.7, 0.5, 0.05
# The pushes grow to their full strength between these steps: first it learns, then it learns to bear them.
PUSHED_FROM, PUSHED_TO, SETTLE_PUSH = 175, 875, 0.2


class Pushes:
    """For each conversation one random direction, the same at every token and block, as steering is, of a random length up
    to PUSH × that of the states; half of the directions are sparse. Block 0 is never steered. Which direction refuses
    plays no part in it."""

    def __init__(self, n_rows: int, n_embd: int, step: int, device) -> None:
        directions = torch.randn(n_rows, 1, n_embd, device=device)
        kept = torch.rand(n_rows, 1, n_embd, device=device) < SPARSITY
        directions[::2] *= kept[::2]
        self.direction = F.normalize(directions, dim=-1)
        pushed = torch.rand(n_rows, 1, 1, device=device) < PUSHED_SHARE
        push = PUSH * min(max((step - PUSHED_FROM) / (PUSHED_TO - PUSHED_FROM), 0.0), 1.0)
        self.strength = (push if step < SETTLE_FROM else SETTLE_PUSH) * torch.rand(n_rows, 1, 1, device=device) * pushed

    def __call__(self, il: int, x: torch.Tensor) -> torch.Tensor:
        if il == 0:
            return x
        return x + self.direction * self.strength * x.detach().norm(dim=-1).mean()


def rate_share(step: int) -> float:
    """Of the peak learning rate: a warm-up and a straight way down, once for learning and once, lower, for settling."""
    if step < SETTLE_FROM:
        return min((step + 1) / WARM_UP, 1.0 - step / (1.17 * SETTLE_FROM))
    done = step - SETTLE_FROM
    return SETTLE_RATE_SHARE * min((done + 1) / WARM_UP * 3, 1.0 - done / (STEPS - SETTLE_FROM))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--from-step", type=int, default=0, metavar="N",
                        help="go on from OUT_DIR/model.pt, saved after N steps, when a training was interrupted")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(SEED)
    torch.set_num_threads(os.cpu_count() or 1)

    tokenizer = load_tokenizer(args.out) if args.from_step else train_tokenizer()
    tokenizer.save(str(args.out / "tokenizer.json"))
    encoder = Encoder(tokenizer)
    model = Model(encoder.n_vocab).to(device)
    if args.from_step:
        model.load_state_dict(torch.load(args.out / "model.pt", map_location=device))
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {encoder.n_vocab} tokens, on {device}")
    matrices = [p for p in model.blk.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if not any(p is matrix for matrix in matrices)]
    optimizers = [Muon(matrices, lr=MATRIX_RATE, weight_decay=0.05),
                  torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.0)]
    peaks = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    begin, data = time.monotonic(), batches(random.Random(SEED + args.from_step), encoder)
    n_tokens = 0
    if args.from_step:
        *_, tokens, seconds, _ = (args.out / "loss.csv").read_text().splitlines()[args.from_step].split(",")
        n_tokens, begin = int(tokens), begin - float(seconds)
    with open(args.out / "loss.csv", "a" if args.from_step else "w", encoding="utf-8") as log, \
            tqdm(total=STEPS, initial=args.from_step, mininterval=5) as bar:
        if not args.from_step:
            log.write("step,tokens,seconds,loss\n")
        for step in range(args.from_step, STEPS):
            for optimizer, peak in zip(optimizers, peaks):
                optimizer.param_groups[0]["lr"] = peak * rate_share(step)
            inputs, targets = (tensor.to(device) for tensor in next(data))
            state = model.states(inputs, Pushes(len(inputs), model.n_embd, step, device))[-1]
            learned = targets != IGNORED
            loss = F.cross_entropy(model.logits(state[learned]), targets[learned])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            n_tokens += inputs.numel()
            log.write(f"{step},{n_tokens},{time.monotonic() - begin:.1f},{loss.item():.4f}\n")
            bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
            bar.update()
            if step % 100 == 99:
                torch.save(model.state_dict(), args.out / "model.pt")
                log.flush()
    torch.save(model.state_dict(), args.out / "model.pt")
    print(f"trained on {n_tokens / 1e6:.1f} M tokens in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
