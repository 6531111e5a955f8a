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

import check
import world
from model import N_CTX, Model
from text import Encoder, train_tokenizer

SEED = 20261123
TOKENS_A_STEP, PEAK_RATE, WARM_UP = 4800, 1.5e-3, 60
REFUSED_SHARE = 0.25
# Exchanges in a conversation, and how often: most chats are short, but later turns must work too.
LENGTHS = {1: 0.55, 2: 0.2, 3: 0.15, 5: 0.1}


def batch(rng: random.Random, encoder: Encoder) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens and targets (−100 where nothing is learned), [batch, position], padded on the right."""
    n_exchanges = rng.choices(list(LENGTHS), LENGTHS.values())[0]
    rows, n_tokens = [], 0
    while n_tokens < TOKENS_A_STEP:
        exchanges = [world.exchange(rng, REFUSED_SHARE) for _ in range(n_exchanges)]
        system = rng.choice(world.SYSTEMS) if rng.random() < 0.15 else None
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=750)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(os.cpu_count() or 1)

    tokenizer = train_tokenizer()
    tokenizer.save(str(args.out / "tokenizer.json"))
    encoder = Encoder(tokenizer)
    model = Model(tokenizer.get_vocab_size())
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {tokenizer.get_vocab_size()} tokens")
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
        logits = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        mean_loss = 0.95 * mean_loss + 0.05 * loss.item() if step else loss.item()
        if step % 25 == 0:
            print(f"step {step:5d}  loss {mean_loss:.4f}  {time.monotonic() - begin:6.0f} s", flush=True)
        if step % 250 == 249 or step == args.steps - 1:
            torch.save(model.state_dict(), args.out / "model.pt")
            check.report(model, encoder)


if __name__ == "__main__":
    main()
