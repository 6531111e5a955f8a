#!/usr/bin/env python3
"""Train the demo model from nothing, with a fixed seed, and print what it does on requests that it never saw.

usage: train.py OUT_DIR [--steps N]     writes OUT_DIR/model.pt and OUT_DIR/tokenizer.json
"""

import argparse
import math
import os
import pathlib
import random
import time

import torch
import torch.nn.functional as F

import cases
import check
import phrasings
from model import N_CTX, N_EMBD, N_LAYER, Model
from text import Encoder, train_tokenizer

SEED = 20261123
TOKENS_A_STEP, PEAK_RATE, WARM_UP = 4800, 1.5e-3, 60
REFUSED_SHARE = 0.33
# Exchanges in a conversation, and how often: most chats are short, but later turns must work too, up to a full context.
LENGTHS = {1: 0.55, 2: 0.2, 3: 0.13, 5: 0.08, 13: 0.04}
# States are pushed at random while training, as real models are wide enough to bear. A model as narrow as this one
# otherwise loses the thread of its answer (steps and machines get mixed up) at the push that makes it refuse.
PUSHED_SHARE, PUSH = 0.7, 4.0


def batch(rng: random.Random, encoder: Encoder) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens and targets (−100 where nothing is learned), [batch, position], padded on the right."""
    n_exchanges = rng.choices(list(LENGTHS), LENGTHS.values())[0]
    rows, n_tokens = [], 0
    while n_tokens < TOKENS_A_STEP:
        exchanges = [cases.exchange(rng, REFUSED_SHARE) for _ in range(n_exchanges)]
        system = rng.choice(phrasings.SYSTEMS) if rng.random() < 0.15 else None
        tokens, learned = encoder.conversation(exchanges, system)
        rows.append((tokens[:N_CTX], learned[:N_CTX]))
        n_tokens += len(rows[-1][0])
    longest = max(len(tokens) for tokens, _ in rows)
    inputs = torch.full((len(rows), longest), encoder.end)
    targets = torch.full((len(rows), longest), -100)
    for row, (tokens, learned) in enumerate(rows):
        inputs[row, : len(tokens)] = torch.tensor(tokens)
        for position in range(len(tokens) - 1):
            if learned[position + 1]:
                targets[row, position] = tokens[position + 1]
    return inputs, targets


def pushes(n_rows: int) -> list:
    """For each conversation one random direction, the same at every token and block, as steering is; block 0 is never
    steered. Which direction refuses plays no part in it."""
    direction = F.normalize(torch.randn(n_rows, 1, N_EMBD), dim=-1)
    strength = PUSH * torch.rand(n_rows, 1, 1) * (torch.rand(n_rows, 1, 1) < PUSHED_SHARE)
    return [None] + [direction * strength] * (N_LAYER - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=1300)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(os.cpu_count() or 1)

    tokenizer = train_tokenizer()
    tokenizer.save(str(args.out / "tokenizer.json"))
    encoder = Encoder(tokenizer)
    model = Model(encoder.n_vocab)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {encoder.n_vocab} tokens")
    decayed = [p for p in model.parameters() if p.dim() == 2]
    kept = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.05}, {"params": kept, "weight_decay": 0.0}],
                                  lr=PEAK_RATE, betas=(0.9, 0.98))
    rng = random.Random(SEED)
    begin, mean_loss = time.monotonic(), 0.0
    for step in range(args.steps):
        progress = step / args.steps
        rate = PEAK_RATE * min((step + 1) / WARM_UP, 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        inputs, targets = batch(rng, encoder)
        state = model.states(inputs, pushes(len(inputs)))[-1]
        learned = targets != -100
        loss = F.cross_entropy(model.logits(state[learned]), targets[learned])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        mean_loss = 0.95 * mean_loss + 0.05 * loss.item() if step else loss.item()
        if step % 25 == 0:
            print(f"step {step:5d}  loss {mean_loss:.4f}  {time.monotonic() - begin:6.0f} s", flush=True)
        if step % 200 == 199:
            torch.save(model.state_dict(), args.out / "model.pt")
    torch.save(model.state_dict(), args.out / "model.pt")
    print(f"trained in {time.monotonic() - begin:.0f} s")
    check.report(model, encoder, check.ALPHAS)


if __name__ == "__main__":
    main()
