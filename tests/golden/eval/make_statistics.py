#!/usr/bin/env python3
"""Intervals and tests by statsmodels and scipy, for tests/evaluation/report.rs.

Writes statistics.json beside itself. Agresti and Min's paired interval and Zou and Donner's interval of a mean of rates
are in neither package: they are computed here from the papers.

usage: make_statistics.py      (with the packages in requirements.txt)
"""

import json
import math
import pathlib

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent


def wilson(hits, n):
    low, high = proportion_confint(hits, n, alpha=0.05, method="wilson")
    return {"hits": hits, "n": n, "low": max(float(low), 0.0), "high": min(float(high), 1.0)}


def paired(both, first, second, neither):
    exact = first + second < 25
    test = mcnemar([[both, first], [second, neither]], exact=exact, correction=True)
    # Agresti & Min 2005: half an observation more in each cell, then Wald's interval.
    n = both + first + second + neither + 2
    p = [cell / n for cell in (first + 0.5, second + 0.5)]
    centre = p[1] - p[0]
    error = math.sqrt((p[0] + p[1] - centre**2) / n)
    z = stats.norm.ppf(0.975)
    return {
        "cells": [both, first, second, neither],
        "p": 1.0 if first + second == 0 else float(test.pvalue),
        "low": max(centre - z * error, -1.0),
        "high": min(centre + z * error, 1.0),
    }


def ratio(sums, weights):
    x, w = np.array(sums), np.array(weights)
    n, value = len(x), x.sum() / w.sum()
    # Cochran 1977, 6.4: variance of the ratio of means from the residuals.
    error = math.sqrt(np.var(x - value * w, ddof=1) / n) / w.mean()
    half = stats.t.ppf(0.975, n - 1) * error
    return {"sums": sums, "weights": weights, "value": value, "low": value - half, "high": value + half}


def mean(values):
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    return {"values": values, "value": float(np.mean(values)), "low": float(low), "high": float(high)}


def mean_of_rates(rates):
    # Zou & Donner 2008: squared distances to the ends of the intervals add up as variances do.
    ends = [proportion_confint(hits, n, alpha=0.05, method="wilson") for hits, n in rates]
    shares = [hits / n for hits, n in rates]
    value, k = float(np.mean(shares)), len(rates)
    down = math.sqrt(sum((share - max(low, 0)) ** 2 for share, (low, _) in zip(shares, ends))) / k
    up = math.sqrt(sum((min(high, 1) - share) ** 2 for share, (_, high) in zip(shares, ends))) / k
    return {"rates": rates, "value": value, "low": max(value - down, 0.0), "high": min(value + up, 1.0)}


random = np.random.default_rng(6)
expected = {
    "wilson": [wilson(*case) for case in [(0, 1), (1, 1), (0, 10), (10, 10), (3, 10), (117, 120), (399, 400), (1, 4000)]],
    "paired": [
        paired(*case)
        for case in [
            (10, 0, 0, 5), (0, 0, 1, 0), (5, 1, 8, 3), (50, 3, 9, 40), (2, 12, 12, 2), (80, 4, 21, 15),
            (10, 30, 45, 15), (0, 25, 0, 0), (100, 0, 60, 40), (400, 13, 12, 75),
        ]
    ],
    "mean": [mean([round(float(x), 3) for x in random.normal(20, 6, n)]) for n in (2, 3, 12, 200)],
    "ratio": [
        ratio([round(float(x), 4) for x in random.gamma(2, 3, n)], [float(x) for x in random.integers(3, 60, n)])
        for n in (2, 9, 80)
    ],
    "mean_of_rates": [mean_of_rates(rates) for rates in ([[10, 10], [9, 10], [20, 20]], [[0, 5]], [[3, 9], [40, 41], [1, 7], [6, 6]])],
}
(HERE / "statistics.json").write_text(json.dumps(expected, indent=1) + "\n")
