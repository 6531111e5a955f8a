"""Conversations as batches: of about equal length, so that little is padding, and of a fixed number of tokens."""

import random
from collections.abc import Iterator

import torch

from conversations import Conversation, Course
from model import N_CTX
from text import Encoder

TOKENS_A_BATCH = 4096
POOL = 32  # batches that are sorted by length together
IGNORED = -100


def batch(rows: list[tuple[list[int], list[bool]]], end: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens and targets (IGNORED where nothing is learned), [conversation, position], padded on the right."""
    longest = max(len(tokens) for tokens, _ in rows)
    inputs = torch.full((len(rows), longest), end)
    targets = torch.full((len(rows), longest), IGNORED)
    for row, (tokens, learned) in enumerate(rows):
        inputs[row, : len(tokens)] = torch.tensor(tokens)
        answered = torch.tensor(learned[1:])
        targets[row, : len(tokens) - 1][answered] = torch.tensor(tokens[1:])[answered]
    return inputs, targets


def batches(rng: random.Random, encoder: Encoder, course: Course) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Without end."""
    while True:
        pool, n_tokens = [], 0
        while n_tokens < POOL * TOKENS_A_BATCH:
            talk = Conversation(rng, course)
            tokens, learned = encoder.conversation(talk.exchanges, talk.system)
            pool.append((tokens[:N_CTX], learned[:N_CTX]))
            n_tokens += len(pool[-1][0])
        pool.sort(key=lambda row: len(row[0]))
        cut, rows = [], []
        for row in pool:
            if rows and len(row[0]) * (len(rows) + 1) > TOKENS_A_BATCH:
                cut.append(rows)
                rows = []
            rows.append(row)
        rng.shuffle(cut)
        # The last and longest ones fill no whole batch.
        for rows in [*cut, rows]:
            yield batch(rows, encoder.end)
