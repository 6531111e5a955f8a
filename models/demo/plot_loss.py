#!/usr/bin/env python3
"""Draw the training curve.

usage: plot_loss.py LOSS.csv OUT.svg
"""

import csv
import sys

import picture

WINDOW = 25


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tokens, loss = [float(row["tokens"]) / 1e6 for row in rows], [float(row["loss"]) for row in rows]
    means = [sum(loss[max(0, i - WINDOW) : i + 1]) / len(loss[max(0, i - WINDOW) : i + 1]) for i in range(len(loss))]
    figure, axes = picture.axes(1, 7, 3.5)
    axes.plot(tokens, loss, color="0.8", linewidth=0.6, label="a step")
    axes.plot(tokens, means, color="C0", label=f"mean of {WINDOW} steps")
    axes.set(xlabel="million tokens", ylabel="loss of an answer's tokens, nats", yscale="log",
             title=f"{len(rows)} steps, {float(rows[-1]['seconds']) / 60:.0f} minutes")
    axes.legend()
    picture.save(figure, sys.argv[2])


if __name__ == "__main__":
    main()
