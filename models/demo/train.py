#!/usr/bin/env python3
"""Train the demo model from nothing, with a fixed seed.

usage: train.py OUT_DIR [--from-step N]     writes OUT_DIR/model.pt, tokenizer.json and loss.csv
"""

import argparse
import itertools
import os
import pathlib
import random
import time
from typing import NamedTuple

import torch
import torch.nn.functional as F
from tqdm import tqdm

from batches import IGNORED, batches
from conversations import Course
from model import Model
from muon import Muon
from text import Encoder, load_tokenizer, train_tokenizer

SEED = 20261124
MATRIX_RATE, OTHER_RATE = 0.016, 3e-3


class Part(NamedTuple):
    """Of the training, with a learning rate that goes up and straight down to nothing."""

    end: int  # its last step, and one
    course: Course
    rate_share: float  # of the peak rates
    warm_up: int  # steps


# It learns, and then draws nearer, twice: attacks are refused more often in the data of the last steps, at a low rate, so
# that the jailbroken state comes to lie close to refusal, as it does in real models, and not where ever learning has put it.
# Japanese has its verb last and is learned more slowly; the last steps make up for it.
PARTS = (Part(2200, Course(), 1.0, 60),
         Part(2450, Course(refused_share=1.7, japanese_share=0.65), 0.2, 20),
         Part(2510, Course(refused_share=2.0, japanese_share=0.65, nobody_share=0.2), 0.08, 20))
STEPS = PARTS[-1].end
# States are pushed at random while training, as real models are wide enough to bear. A model as narrow as this one
# otherwise loses the thread of its answer (steps and machines get mixed up) at the push that makes it refuse.
PUSHED_SHARE, SPARSITY = 0.6, 0.05
# The strongest push by step, with straight lines between: first it learns, then it learns to bear pushes, and at the end
# it settles.
PUSH = ((0, 0.0), (250, 0.0), (1000, 0.3), (1650, 0.3), (2000, 0.15), (STEPS, 0.15))


def push(step: int) -> float:
    """As a share of the length of the states."""
    for (begin, weaker), (end, stronger) in itertools.pairwise(PUSH):
        if step < end:
            return weaker + (stronger - weaker) * (step - begin) / (end - begin)
    return PUSH[-1][1]


class Pushes:
    """For each conversation one random direction, the same at every token and block, as steering is, of a random length up
    to push(step) × that of the states; half of the directions are sparse. Block 0 is never steered. Which direction refuses
    plays no part in it."""

    def __init__(self, n_rows: int, n_embd: int, step: int, device) -> None:
        directions = torch.randn(n_rows, 1, n_embd, device=device)
        kept = torch.rand(n_rows, 1, n_embd, device=device) < SPARSITY
        directions[::2] *= kept[::2]
        self.direction = F.normalize(directions, dim=-1)
        pushed = torch.rand(n_rows, 1, 1, device=device) < PUSHED_SHARE
        self.strength = push(step) * torch.rand(n_rows, 1, 1, device=device) * pushed

    def __call__(self, il: int, x: torch.Tensor) -> torch.Tensor:
        if il == 0:
            return x
        return x + self.direction * self.strength * x.detach().norm(dim=-1).mean()


def part_at(step: int) -> int:
    """Its number."""
    return next(number for number, part in enumerate(PARTS) if step < part.end)


def rate_share(step: int) -> float:
    """Of the peak learning rates."""
    number = part_at(step)
    part, begin = PARTS[number], PARTS[number - 1].end if number else 0
    done = step - begin
    return part.rate_share * min((done + 1) / part.warm_up, 1.0 - done / (part.end - begin))


def number_format(device: str) -> torch.dtype:
    """What products with weights are computed in: bfloat16 if the processor has it, which takes two thirds of the time."""
    if device == "cuda":
        is_bfloat16 = torch.cuda.is_bf16_supported()
    else:
        is_bfloat16 = any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16"))
    return torch.bfloat16 if is_bfloat16 else torch.float32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--from-step", type=int, default=0, metavar="N",
                        help="go on from OUT_DIR/model.pt, saved after N steps, when a training was interrupted")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = number_format(device)
    torch.manual_seed(SEED)
    torch.set_num_threads(os.cpu_count() or 1)

    tokenizer = load_tokenizer(args.out) if args.from_step else train_tokenizer()
    tokenizer.save(str(args.out / "tokenizer.json"))
    encoder = Encoder(tokenizer)
    model = Model(encoder.n_vocab).to(device)
    if args.from_step:
        model.load_state_dict(torch.load(args.out / "model.pt", map_location=device))
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {encoder.n_vocab} tokens, on {device} in {dtype}")
    matrices = [p for p in model.blk.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if not any(p is matrix for matrix in matrices)]
    optimizers = [Muon(matrices, lr=MATRIX_RATE, dtype=dtype, weight_decay=0.05),
                  torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.0)]
    peaks = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    begin = time.monotonic()
    rng = random.Random(SEED + args.from_step)
    data = [batches(rng, encoder, part.course) for part in PARTS]
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
            inputs, targets = (tensor.to(device) for tensor in next(data[part_at(step)]))
            with torch.autocast(device, dtype, enabled=dtype != torch.float32):
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
