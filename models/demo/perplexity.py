"""Perplexity of the reference answers, plain and steered, in PyTorch on the weights of the GGUF."""

import math
import pathlib
import sys

import torch
import torch.nn.functional as F

import program
from batches import IGNORED, batch
from from_gguf import load
from split import LANGUAGES
from text import Encoder

sys.path.insert(0, str(program.ROOT / "tests/golden/sv"))
from read_sv import read  # noqa: E402

ROWS = 32


def offsets(file: pathlib.Path, alpha: float, n_layer: int) -> list:
    """What a .sv file adds to the output of each block."""
    vector, _ = read(file.read_bytes(), checksum=False)
    result = [None] * n_layer
    for layer in vector["layers"]:
        offset = torch.zeros(vector["n_embd"])
        offset[layer["indices"]] = torch.tensor(layer["values"])
        result[layer["layer"]] = alpha * offset
    return result


@torch.no_grad()
def mean_loss(model, encoder: Encoder, cases: list[dict], steer) -> float:
    """Mean negative log-likelihood of a token of the full reference answers."""
    rows = sorted((encoder.conversation([(case["prompt"], case["answers"][0])], None) for case in cases),
                  key=lambda row: len(row[0]))
    total, n = 0.0, 0
    for begin in range(0, len(rows), ROWS):
        inputs, targets = batch(rows[begin : begin + ROWS], encoder.end)
        learned = targets != IGNORED
        logits = model.logits(model.states(inputs, steer)[-1][learned])
        total += F.cross_entropy(logits, targets[learned], reduction="sum").item()
        n += int(learned.sum())
    return total / n


def pairs(vector: pathlib.Path, alpha: float) -> dict[str, tuple[float, float]]:
    """By language: the plain perplexity of the answers to harmless requests of the test bed, and the steered one."""
    model, encoder = load(program.MODEL)
    added = offsets(vector, alpha, len(model.blk))
    steer = lambda il, x: x if added[il] is None else x + added[il]
    result = {}
    for language in LANGUAGES:
        cases = [case for case in program.cases("test") if case["expect"] == "comply" and case["language"] == language]
        result[language] = tuple(math.exp(mean_loss(model, encoder, cases, s)) for s in (None, steer))
    return result
