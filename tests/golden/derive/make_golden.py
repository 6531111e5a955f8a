#!/usr/bin/env python3
"""Dumps of invented hidden states and the vectors that belong to them, by numpy's full SVD and scikit-learn from
docs/derivation.md.

Writes dump.safetensors (fewer prompts than dimensions), pairs.safetensors (more prompts than dimensions, in pairs) and
expected.json beside itself; tests/vectors/derive_golden.rs compares `antidote-derive` with them. In the last layer of
both, the first two eigenvalues of the states that are fitted on differ by 5 parts in 10,000.

usage: make_golden.py      (with the packages in requirements.txt)
"""

import json
import math
import pathlib

import numpy as np
from blake3 import blake3
from safetensors.numpy import save_file
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

N_LAYER = 4
CLOSE = 1.0005
CASES = [
    {"dump": "dump", "method": "pca", "scale": "gap", "percent": 5},
    {"dump": "dump", "method": "pca", "scale": "unit", "percent": 100},
    {"dump": "dump", "method": "pca", "scale": "unit", "percent": 100, "fit_all": True},
    {"dump": "dump", "method": "mean-difference", "scale": "gap", "percent": 25},
    {"dump": "dump", "method": "mean-difference", "scale": "unit", "percent": 5},
    {"dump": "dump", "method": "probe", "scale": "unit", "percent": 100},
    {"dump": "dump", "method": "whitened", "scale": "unit", "percent": 100},
    {"dump": "dump", "method": "pca", "scale": "gap", "percent": 80, "sparsify": "energy"},
    {"dump": "dump", "method": "mean-difference", "scale": "gap", "percent": 10, "sparsify": "global"},
    {"dump": "dump", "method": "mean-difference", "scale": "gap", "percent": 10, "layers_chosen": "best:2"},
    {"dump": "pairs", "method": "pca", "scale": "unit", "percent": 100},
    {"dump": "pairs", "method": "pca-differences", "scale": "unit", "percent": 100},
    {"dump": "pairs", "method": "pca-pairs", "scale": "gap", "percent": 100},
    {"dump": "pairs", "method": "probe", "scale": "gap", "percent": 25},
    {"dump": "pairs", "method": "whitened", "scale": "gap", "percent": 50},
]


def split(labels, hashes, paired):
    """Which rows are held out, as the page says: groups in the order of a hash of their hash, while they fit."""
    group = list(range(len(labels)))
    harmful, benign = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    same = [(a, b) for a in group for b in group if hashes[a] == hashes[b]]
    for a, b in same + (list(zip(harmful, benign)) if paired else []):
        old, new = group[b], group[a]
        group = [new if number == old else number for number in group]
    members = [[row for row, number in enumerate(group) if number == first] for first in sorted(set(group))]
    key = lambda rows: blake3(b"antidote held out 1 " + min(hashes[row] for row in rows).encode()).hexdigest()
    left = {1: len(harmful) // 5, 0: len(benign) // 5}
    held = np.zeros(len(labels), bool)
    for rows in sorted(members, key=key):
        counts = {side: sum(labels[row] == side for row in rows) for side in (0, 1)}
        if all(counts[side] <= left[side] for side in (0, 1)):
            for side in (0, 1):
                left[side] -= counts[side]
            held[rows] = True
    enough = all((held & (labels == side)).sum() >= 2 for side in (0, 1))
    return held if enough else np.zeros(len(labels), bool)


def with_close_eigenvalues(states, fit):
    """`states` moved so that the two largest eigenvalues of those in `fit` are nearly equal."""
    mean = states[fit].mean(0)
    u, s, vt = np.linalg.svd(states[fit] - mean, full_matrices=False)
    s[0], s[1] = 1.5 * s[0], 1.5 * s[0] / math.sqrt(CLOSE)
    changed = states.copy()
    changed[fit] = u * s @ vt + mean
    return changed


def make(rng, name, n_harmful, n_benign, n_embd, strength, paired):
    """[n_prompts, n_layer, n_embd], labels and who is held out, the sides mixed. Deeper layers tell them apart better."""
    labels = rng.permutation(np.repeat([1, 0], [n_harmful, n_benign])).astype(np.uint8)
    noise = rng.normal(size=(len(labels), N_LAYER, n_embd))
    axis = rng.normal(size=(N_LAYER, n_embd)) * rng.exponential(size=(N_LAYER, n_embd))
    gap = strength * (np.arange(N_LAYER) + 1)[:, None] * axis
    offset = 20 * rng.normal(size=(N_LAYER, n_embd))
    states = noise + labels[:, None, None] * gap + offset
    hashes = [f"{number:016x}" for number in range(len(labels))]
    held = split(labels, hashes, paired)
    states[:, -1] = with_close_eigenvalues(states[:, -1], ~held)
    metadata = {
        "antidote.format": "dump",
        "antidote.version": "2" if paired else "1",
        "antidote.architecture": "llama",
        "antidote.model_name": "Golden",
        "antidote.fingerprint": bytes(range(32)).hex(),
        "antidote.n_layer": str(N_LAYER),
        "antidote.token": "last-prompt",
        "antidote.chat_template": "none",
        "antidote.prompts": json.dumps(hashes),
    }
    if paired:
        metadata["antidote.paired"] = "true"
    states = states.astype(np.float32)
    save_file({"hidden_states": states, "labels": labels}, pathlib.Path(__file__).with_name(f"{name}.safetensors"), metadata)
    return states.astype(np.float64), labels, held


def principal(rows):
    """The first right singular vector of rows that are centred already, and scikit-learn's opinion of it."""
    direction = np.linalg.svd(rows, full_matrices=False)[2][0]
    if abs(rows.mean(0)).max() < 1e-9:
        agreed = PCA(n_components=1, svd_solver="full").fit(rows).components_[0]
        assert abs(direction @ agreed) > 1 - 1e-9
    return direction


def probe(harmful, benign):
    pooled = np.concatenate((harmful, benign))
    centred = pooled - pooled.mean(0)
    centred /= math.sqrt((centred**2).sum(1).mean())
    labels = np.repeat([1, 0], [len(harmful), len(benign)])
    model = LogisticRegression(C=1.0, solver="newton-cg", tol=1e-12, max_iter=10000).fit(centred, labels)
    return model.coef_[0]


def whitened(harmful, benign):
    within = np.concatenate((harmful - harmful.mean(0), benign - benign.mean(0)))
    shrinkage = max(ledoit_wolf_shrinkage(within, assume_centered=True), 1e-3)
    pooled, labels = np.concatenate((harmful, benign)), np.repeat([1, 0], [len(harmful), len(benign)])
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(pooled, labels).coef_[0]


def find(method, harmful, benign):
    difference = harmful.mean(0) - benign.mean(0)
    if method == "pca":
        pooled = np.concatenate((harmful, benign))
        direction = principal(pooled - pooled.mean(0))
    elif method == "pca-differences":  # repeng's pca_diff
        train = harmful - benign
        direction = PCA(n_components=1, svd_solver="full").fit(train).components_[0]
    elif method == "pca-pairs":  # repeng's pca_center
        centre = (harmful + benign) / 2
        train = np.stack((harmful - centre, benign - centre), 1).reshape(-1, harmful.shape[1])
        direction = PCA(n_components=1, svd_solver="full").fit(train).components_[0]
    elif method == "probe":
        direction = probe(harmful, benign)
    elif method == "whitened":
        direction = whitened(harmful, benign)
    else:
        direction = difference
    direction = direction / np.linalg.norm(direction)
    gap = difference @ direction
    return direction * np.sign(gap), abs(gap)


def largest(direction, n):
    return np.sort(np.argsort(-abs(direction), kind="stable")[:n])


def kept(directions, sparsify, share):
    """Indices to keep of every direction."""
    n_embd = directions[0].size
    if sparsify == "global":
        places = largest(np.concatenate(directions), max(1, round(share * n_embd * len(directions))))
        return [places[places // n_embd == number] % n_embd for number in range(len(directions))]
    if sparsify == "energy":
        energy = [np.cumsum(np.sort(direction**2)[::-1]) / (direction @ direction) for direction in directions]
        return [largest(d, int(np.searchsorted(e, share - 1e-9)) + 1) for d, e in zip(directions, energy)]
    return [largest(direction, max(1, round(share * n_embd))) for direction in directions]


def measures(harmful, benign):
    squares = ((harmful - harmful.mean()) ** 2).sum() + ((benign - benign.mean()) ** 2).sum()
    distance = harmful.mean() - benign.mean()
    labels = np.repeat([1, 0], [len(harmful), len(benign)])
    return {
        "auc": roc_auc_score(labels, np.concatenate((harmful, benign))),
        "fisher": distance**2 / (harmful.var(ddof=1) + benign.var(ddof=1)),
        "cohens_d": distance / math.sqrt(squares / (len(labels) - 2)),
    }


def derive(case, states, labels, held):
    held = held & (not case.get("fit_all", False))
    sides = {side: {part: (labels == side) & (held == part) for part in (False, True)} for side in (0, 1)}
    numbers = list(range(1, N_LAYER))
    directions, gaps = [], []
    for number in numbers:
        direction, gap = find(case["method"], states[sides[1][False], number], states[sides[0][False], number])
        directions.append(direction * gap if case["scale"] == "gap" else direction)
        gaps.append(gap)
    layers = []
    indices = kept(directions, case.get("sparsify", "top-k"), case["percent"] / 100)
    for number, direction, gap, index in zip(numbers, directions, gaps, indices):
        if not len(index):
            continue
        sparse = np.zeros_like(direction)
        sparse[index] = direction[index]
        along = states[:, number] @ sparse
        layer = {
            "layer": number,
            "indices": index.tolist(),
            "values": direction[index].tolist(),
            "separation": measures(along[sides[1][False]], along[sides[0][False]])["cohens_d"],
            "energy_kept": (sparse @ sparse) / (direction @ direction),
            "gap": gap,
            "held_out": measures(along[sides[1][True]], along[sides[0][True]]) if held.any() else None,
        }
        layers.append(layer)
    if case.get("layers_chosen", "").startswith("best:"):
        best = sorted(layers, key=lambda layer: -abs(layer["held_out"]["cohens_d"]))[: int(case["layers_chosen"][5:])]
        layers = sorted(best, key=lambda layer: layer["layer"])
    counts = {side: [int(sides[side][True].sum()), int((labels == side).sum())] for side in (0, 1)}
    return {**case, "harmful": counts[1], "benign": counts[0], "layers": layers}


def main() -> None:
    rng = np.random.default_rng(7)
    dumps = {"dump": make(rng, "dump", 14, 10, 64, 1.0, False), "pairs": make(rng, "pairs", 30, 30, 12, 0.2, True)}
    cases = [derive(case, *dumps[case["dump"]]) for case in CASES]
    pathlib.Path(__file__).with_name("expected.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
