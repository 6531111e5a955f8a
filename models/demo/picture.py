"""Pictures for the card: SVG, the same bytes for the same figures."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "antidote"
import matplotlib.pyplot as plt  # noqa: E402


def axes(n: int, width: float, height: float):
    """A figure and its `n` axes, side by side."""
    return plt.subplots(1, n, figsize=(width, height), layout="constrained")


def save(figure, path) -> None:
    figure.savefig(path, metadata={"Date": None})
