#!/usr/bin/env python3
"""A dump of invented hidden states and the vectors that belong to it, by numpy's full SVD from docs/derivation.md.

Writes dump.safetensors and expected.json beside itself; tests/derive_golden.rs compares `antidote-derive` with them.

usage: make_golden.py      (with numpy and safetensors)
"""

import json
import pathlib

import numpy as np
from safetensors.numpy import save_file

N_HARMFUL, N_BENIGN, N_LAYER, N_EMBD = 14, 10, 4, 64
CASES = [
    {"method": "pca", "scale": "gap", "percent": 5},
    {"method": "pca", "scale": "unit", "percent": 100},
    {"method": "mean-difference", "scale": "gap", "percent": 25},
    {"method": "mean-difference", "scale": "unit", "percent": 5},
]


def states(rng) -> tuple[np.ndarray, np.ndarray]:
    """[n_prompts, n_layer, n_embd] and labels, the sides mixed. Deeper layers tell them apart better."""
    labels = rng.permutation(np.repeat([1, 0], [N_HARMFUL, N_BENIGN])).astype(np.uint8)
    noise = rng.normal(size=(len(labels), N_LAYER, N_EMBD))
    axis = rng.normal(size=(N_LAYER, N_EMBD)) * rng.exponential(size=(N_LAYER, N_EMBD))
    gap = (np.arange(N_LAYER) + 1)[:, None] * axis
    offset = 20 * rng.normal(size=(N_LAYER, N_EMBD))
    return (noise + labels[:, None, None] * gap + offset).astype(np.float32), labels


def layer(harmful: np.ndarray, benign: np.ndarray, method: str, scale: str, percent: float) -> dict:
    difference = harmful.mean(0) - benign.mean(0)
    if method == "pca":
        pooled = np.concatenate((harmful, benign))
        direction = np.linalg.svd(pooled - pooled.mean(0), full_matrices=False)[2][0]
    else:
        direction = difference / np.linalg.norm(difference)
    gap = difference @ direction
    direction, gap = direction * np.sign(gap), abs(gap)
    if scale == "gap":
        direction = direction * gap
    n_kept = max(1, round(percent / 100 * N_EMBD))
    kept = np.sort(np.argsort(-np.abs(direction))[:n_kept])
    sparse = np.zeros(N_EMBD)
    sparse[kept] = direction[kept]
    h, b = harmful @ sparse, benign @ sparse
    variance = (((h - h.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / (len(h) + len(b) - 2)
    return {
        "indices": kept.tolist(),
        "values": direction[kept].tolist(),
        "separation": (h.mean() - b.mean()) / variance**0.5,
        "energy_kept": (sparse @ sparse) / (direction @ direction),
        "gap": gap,
    }


def main() -> None:
    here = pathlib.Path(__file__).parent
    hidden, labels = states(np.random.default_rng(7))
    metadata = {
        "antidote.format": "dump",
        "antidote.version": "1",
        "antidote.architecture": "llama",
        "antidote.model_name": "Golden",
        "antidote.fingerprint": bytes(range(32)).hex(),
        "antidote.n_layer": str(N_LAYER),
        "antidote.token": "last-prompt",
        "antidote.chat_template": "none",
        "antidote.prompts": json.dumps([f"{number:016x}" for number in range(len(labels))]),
    }
    save_file({"hidden_states": hidden, "labels": labels}, here / "dump.safetensors", metadata)
    wide = hidden.astype(np.float64)
    for case in CASES:
        sides = [(wide[labels == 1, il], wide[labels == 0, il]) for il in range(1, N_LAYER)]
        case["layers"] = [layer(*side, case["method"], case["scale"], case["percent"]) for side in sides]
    (here / "expected.json").write_text(json.dumps(CASES, indent=1) + "\n")


if __name__ == "__main__":
    main()
