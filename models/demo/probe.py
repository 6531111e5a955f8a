"""How easily the last prompt token tells unsafe from harmless requests: a linear probe by layer, fitted on requests of the
training side of the split, and its AUC on the test bed. An AUC of 1 everywhere would mean a test bed that can't tell a good
defence from a better one."""

import json
import pathlib
import tempfile

import numpy as np
from safetensors.numpy import load_file
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import cases
import program
from split import LANGUAGES, TRAIN

SEED, STRENGTH = 6, 0.1
PLAIN, WRAPPED = ("benign", "near-miss", "unsafe"), ("benign-wrapped", "attack")


def states(some_cases: list[dict]) -> np.ndarray:
    """At the last prompt token: [case, layer, n_embd]."""
    order = sorted(range(len(some_cases)), key=lambda index: some_cases[index]["expect"] == "comply")
    with tempfile.TemporaryDirectory() as folder:
        files = {expect: pathlib.Path(folder, f"{expect}.json") for expect in ("refuse", "comply")}
        for expect, file in files.items():
            file.write_text(json.dumps([case["prompt"] for case in some_cases if case["expect"] == expect]))
        out = pathlib.Path(folder, "dump.safetensors")
        program.dump(files["refuse"], files["comply"], out)
        rows = load_file(out)["hidden_states"]
    result = np.empty_like(rows)
    result[order] = rows
    return result


def area(probe, x: np.ndarray, some_cases: list[dict], kinds: tuple[str, ...], language: str) -> float:
    chosen = [index for index, case in enumerate(some_cases) if case["kind"] in kinds and case["language"] == language]
    is_unsafe = [some_cases[index]["expect"] == "refuse" for index in chosen]
    return roc_auc_score(is_unsafe, probe.decision_function(x[chosen]))


def table() -> str:
    """Markdown: by layer, fitted on plain requests only (as a vector is) or on all kinds."""
    train, test = cases.cases(SEED, TRAIN, cases.PROBE_SIZES), program.cases("test")
    x_train, x_test = states(train), states(test)
    lines = ["| layer | plain → plain, en / ja | plain → wrapped, en / ja | all → wrapped, en / ja |",
             "| ---: | ---: | ---: | ---: |"]
    for layer in range(x_train.shape[1]):
        fitted = []
        for kinds in (PLAIN, PLAIN + WRAPPED):
            chosen = [index for index, case in enumerate(train) if case["kind"] in kinds]
            probe = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
            probe.fit(x_train[chosen, layer], [train[index]["expect"] == "refuse" for index in chosen])
            fitted.append(probe)
        cells = []
        for probe, kinds in ((fitted[0], PLAIN), (fitted[0], WRAPPED), (fitted[1], WRAPPED)):
            cells.append(" / ".join(f"{area(probe, x_test[:, layer], test, kinds, language):.4f}" for language in LANGUAGES))
        lines.append(f"| {layer} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
