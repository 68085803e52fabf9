"""Recall at a share of false alarms, and what goes with it."""

import numpy as np


def recall_at(scores, is_fraud, share, weights=None, attacks=None):
    """The share of fraud above a threshold that at most `share` of the honest pass. What equals
    the threshold is not above it. `weights` of the honest, if they don't all count the same;
    `attacks` names the attack of each fraud, if those are to be counted: by their highest."""
    scores, is_fraud = np.asarray(scores, float), np.asarray(is_fraud, bool)
    honest, fraud = scores[~is_fraud], scores[is_fraud]
    if not len(honest) or not len(fraud):
        return float("nan")
    weights = np.ones(len(scores)) if weights is None else np.asarray(weights, float)
    weights = weights[~is_fraud]
    order = np.argsort(-honest, kind="stable")
    passed = np.cumsum(weights[order]) / weights.sum()
    # The highest honest score that may not pass.
    first_over = int(np.searchsorted(passed, share + 1e-12, side="right"))
    threshold = honest[order][min(first_over, len(honest) - 1)]
    if attacks is None:
        return float((fraud > threshold).mean())
    highest = {}
    for attack, score in zip((a for a, is_one in zip(attacks, is_fraud) if is_one), fraud):
        highest[attack] = max(highest.get(attack, score), score)
    return float((np.array(list(highest.values())) > threshold).mean())


def alike(agents):
    """Weights by which all agents count the same."""
    agents = np.asarray(agents)
    _, place, counts = np.unique(agents, return_inverse=True, return_counts=True)
    return 1.0 / counts[place]


def share(flags):
    return float(np.mean(flags)) if len(flags) else float("nan")


def percent(value, digits=1):
    return "" if np.isnan(value) else f"{100 * value:.{digits}f} %"


def table(head, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
