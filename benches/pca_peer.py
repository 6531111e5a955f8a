#!/usr/bin/env python3
"""What benches/derive.rs measures itself against: for every line on standard input, the seconds and the processor
seconds (all threads together) that numpy's power
iteration (30 steps) and scikit-learn's PCA(1) by its default solver take for all layers of a dump, the states in memory.

usage: pca_peer.py DUMP.safetensors      (with numpy, scikit-learn and safetensors)
"""

import sys
import time

import numpy as np
from safetensors.numpy import load_file
from sklearn.decomposition import PCA

states = load_file(sys.argv[1])["hidden_states"]
layers = [np.ascontiguousarray(states[:, number]) for number in range(states.shape[1])]


def power(rows):
    centred = rows - rows.mean(0)
    direction = centred[0] / np.linalg.norm(centred[0])
    for _ in range(30):
        direction = centred.T @ (centred @ direction)
        direction /= np.linalg.norm(direction)
    return direction


def seconds(find):
    start, worked = time.perf_counter(), time.process_time()
    for rows in layers:
        find(rows)
    return time.perf_counter() - start, time.process_time() - worked


for _ in sys.stdin:
    numpy = seconds(power)
    sklearn = seconds(lambda rows: PCA(n_components=1, random_state=0).fit(rows))
    print(*numpy, *sklearn, flush=True)
