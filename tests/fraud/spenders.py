"""Many that pay seldom, and attacks that only their amounts show: what a robust z-score is best at.

1,200 agents of 40 to 200 payments in 180 days, in twelve categories of which one is four fifths of
all payments. A third of them are attacked in the second half: single payments in the dearer
categories, their amounts some times what is usual there.
"""

from dataclasses import dataclass
import json

import numpy as np

from habits import DAY_MS, START_MS

AGENTS, DAYS, ATTACKS_FROM = 1200, 180, 90
# Name, middle amount, deviation of its logarithm, share of payments, whether attacks go there.
CATEGORIES = [
    ("transport", 26, 0.45, 0.80, False), ("food", 37, 0.50, 0.05, False),
    ("health", 100, 0.70, 0.04, True), ("wellness", 65, 0.60, 0.03, True),
    ("fashion", 62, 0.60, 0.02, True), ("bars", 42, 0.50, 0.02, False),
    ("household", 40, 0.60, 0.02, False), ("sports", 90, 0.80, 0.005, True),
    ("tech", 100, 0.80, 0.005, True), ("home", 110, 0.80, 0.005, True),
    ("hotel", 105, 0.70, 0.004, True), ("leisure", 75, 0.70, 0.001, True),
]
# The logarithm of how many times the usual an attack is: middle and deviation.
MODEST, GROSS = (1.3, 0.7), (2.4, 0.9)


@dataclass
class Payment:
    at: int
    agent: str
    payee: str
    category: str
    amount: float
    is_fraud: bool

    def line(self, id):
        return json.dumps({
            "id": id, "at": self.at, "agent": self.agent, "payee": {"name": self.payee},
            "amount": f"{self.amount:.2f}", "currency": "USD", "category": self.category,
            "label": "fraud" if self.is_fraud else "ok"})


def is_training(payment):
    return payment.at < START_MS + ATTACKS_FROM * DAY_MS


def generate(seed, larger):
    """All payments in the order of their times."""
    rng = np.random.default_rng([seed, 7])
    shares = np.array([share for *_, share, _ in CATEGORIES])
    shares, dear = shares / shares.sum(), [each for each in CATEGORIES if each[-1]]
    made = []
    for number in range(AGENTS):
        scale, is_attacked = np.exp(rng.normal(0, 0.15)), rng.random() < 0.35
        for day in rng.integers(0, DAYS, int(rng.integers(40, 200))):
            is_fraud = bool(is_attacked and day >= ATTACKS_FROM and rng.random() < 0.06)
            if is_fraud:
                name, middle, *_ = dear[int(rng.integers(len(dear)))]
                amount = middle * np.exp(rng.normal(*larger))
            else:
                name, middle, spread, *_ = CATEGORIES[int(rng.choice(len(CATEGORIES), p=shares))]
                amount = middle * scale * np.exp(rng.normal(0, spread) - spread**2 / 2)
            at = START_MS + int(day) * DAY_MS + int(rng.integers(DAY_MS))
            payee = f"{name.capitalize()} {'ABC'[int(rng.integers(3))]}"
            made.append(Payment(at, f"spender-{number}", payee, name,
                                max(round(float(amount), 2), 0.01), is_fraud))
    return sorted(made, key=lambda payment: (payment.at, payment.agent))
