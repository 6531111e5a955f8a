#!/usr/bin/env python3
"""What the trained model does on requests that training never saw, with full answers, unsteered and steered in PyTorch.
An early look, before there is a GGUF: the figures that count come from the real program (sweep.py).

usage: check.py MODEL_DIR [ALPHA …]
"""

import pathlib
import sys

import torch

import cases
import judge
from model import N_LAYER, Model
from text import Encoder, load_tokenizer

MAX_NEW = 80
ALPHAS = [0, *(i / 50 for i in range(5, 31))]


def by_length(rows: list[list[int]]) -> list[list[int]]:
    """Indices of rows of equal length: batches that need no padding."""
    groups: dict[int, list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(len(row), []).append(index)
    return list(groups.values())


@torch.no_grad()
def generate(model: Model, encoder: Encoder, prompts: list[str], steering=None) -> list[str]:
    """Greedy answers."""
    rows = [encoder.prompt(prompt) for prompt in prompts]
    answers = [""] * len(rows)
    for group in by_length(rows):
        caches = [[] for _ in range(N_LAYER)]
        tokens = torch.tensor([rows[index] for index in group])
        chosen, is_done = [], torch.zeros(len(group), dtype=torch.bool)
        while len(chosen) < MAX_NEW and not is_done.all():
            tokens = model.logits(model.states(tokens, steering, caches)[-1][:, -1:]).argmax(-1)
            is_done |= tokens[:, 0] == encoder.end
            chosen.append(tokens)
        for row, index in enumerate(group):
            ids = torch.cat(chosen, 1)[row].tolist()
            answers[index] = encoder.text(ids[: ids.index(encoder.end)] if encoder.end in ids else ids)
    return answers


@torch.no_grad()
def last_states(model: Model, encoder: Encoder, prompts: list[str]) -> torch.Tensor:
    """The states of the last prompt token: [layer, prompt, n_embd]."""
    rows = [encoder.prompt(prompt) for prompt in prompts]
    result = [None] * len(rows)
    for group in by_length(rows):
        states = torch.stack(model.states(torch.tensor([rows[index] for index in group])))[:, :, -1]
        for row, index in enumerate(group):
            result[index] = states[:, row]
    return torch.stack(result, 1)


def directions(model: Model, encoder: Encoder, share: float) -> list:
    """Gap-scaled principal components by layer, the largest `share` of their components; none for layer 0."""
    harmful, benign = (last_states(model, encoder, prompts) for prompts in cases.derivation_prompts(200))
    result = [None]
    for h, b in zip(harmful[1:], benign[1:]):
        pooled = torch.cat((h, b))
        d = torch.linalg.svd(pooled - pooled.mean(0), full_matrices=False)[2][0]
        # The projected gap carries the sign as well: the product points to harmful whichever way the component does.
        d = d * ((h.mean(0) - b.mean(0)) @ d)
        mask = torch.zeros_like(d)
        mask[d.abs().topk(round(share * len(d))).indices] = 1
        result.append(d * mask)
    return result


def report(model: Model, encoder: Encoder, alphas: list[float], share: float = 0.05) -> None:
    model.eval()
    tests = cases.test_cases()
    prompts = [case["prompt"] for case in tests]
    vector = directions(model, encoder, share)
    print(judge.table_head())
    for alpha in alphas:
        steering = [None if d is None else alpha * d for d in vector]
        answers = generate(model, encoder, prompts, steering if alpha else None)
        print(judge.table_row(alpha, judge.shares(tests, answers)), flush=True)
    model.train()


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    encoder = Encoder(load_tokenizer(folder))
    model = Model(encoder.n_vocab)
    model.load_state_dict(torch.load(folder / "model.pt", map_location="cpu"))
    report(model, encoder, [float(alpha) for alpha in sys.argv[2:]] or ALPHAS)


if __name__ == "__main__":
    main()
