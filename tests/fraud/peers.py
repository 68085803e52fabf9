"""What Purser is held against: two simple designs, and detectors of PyOD for each agent.

All learn from honest payments alone. The simple designs learn on, payment by payment, as Purser
does, and are told by the label what not to learn; PyOD's are fitted once, on the honest payments
before the attacks, as they are meant to be used.
"""

import bisect
from collections import deque
import math
import warnings

import numpy as np

HALF_LIFE_MS = 12 * 3_600_000
LAST = 256
LEAST_HISTORY = 5
# An agent with less history before the attacks is judged by what all of them did.
LEAST_TRAINING = 20
MOST_TRAINING = 5000


class Last:
    """The last values, in order."""

    def __init__(self, size=LAST):
        self.came, self.order, self.size = deque(), [], size

    def add(self, value):
        if len(self.came) == self.size:
            self.order.pop(bisect.bisect_left(self.order, self.came.popleft()))
        self.came.append(value)
        bisect.insort(self.order, value)

    def quantile(self, share):
        return self.order[min(int(share * len(self.order)), len(self.order) - 1)]

    def deviation(self, median):
        away = sorted(abs(value - median) for value in self.order)
        return away[len(away) // 2]


def robust_z(rows):
    """Log amount against the median and the median absolute deviation of the agent's last ones."""
    last, scores = {}, np.zeros(len(rows))
    for n, row in enumerate(rows):
        level, seen = math.log(row.worth), last.setdefault(row.agent, Last())
        if len(seen.order) >= LEAST_HISTORY:
            median = seen.quantile(0.5)
            scores[n] = (level - median) / max(1.4826 * seen.deviation(median), 0.1)
        if not row.is_fraud:
            seen.add(level)
    return scores


def leaky_sum(rows):
    """A sum that fades: by how many times the way from median to 95th percentile each is above."""
    agents, scores = {}, np.zeros(len(rows))
    for n, row in enumerate(rows):
        seen, total, at = agents.get(row.agent, (Last(), 0.0, row.at))
        beyond = 0.0
        if len(seen.order) >= LEAST_HISTORY:
            median = seen.quantile(0.5)
            scale = max(seen.quantile(0.95) - median, 0.05 * median)
            beyond = max((row.worth - median) / scale, 0.0)
        scores[n] = total = total * 0.5 ** ((row.at - at) / HALF_LIFE_MS) + beyond
        if not row.is_fraud:
            seen.add(row.worth)
        agents[row.agent] = (seen, total, row.at)
    return scores


def features(rows):
    """What PyOD's detectors see of each row."""
    found, agents = np.zeros((len(rows), 8)), {}
    for n, row in enumerate(rows):
        level = math.log(row.worth)
        seen, payees, times = agents.setdefault(row.agent, (Last(), set(), deque()))
        median = seen.quantile(0.5) if seen.order else level
        gap = row.at - times[-1] if times else 30 * 86_400_000
        while times and row.at - times[0] > 86_400_000:
            times.popleft()
        hour = row.at / 3_600_000 % 24 * math.pi / 12
        in_an_hour = len(times) - bisect.bisect_left(times, row.at - 3_600_000)
        found[n] = (level, level - median, math.sin(hour), math.cos(hour), math.log1p(gap),
                    row.payee_key not in payees, math.log1p(in_an_hour), math.log1p(len(times)))
        times.append(row.at)
        if not row.is_fraud:
            seen.add(level)
            payees.add(row.payee_key)
    return found


def pyod(rows, found, make):
    """Scores of one detector for each agent, in deviations of its scores in training."""
    warnings.filterwarnings("ignore")
    agents = np.array([row.agent for row in rows])
    trains = np.array([row.is_training and not row.is_fraud for row in rows])
    tests = np.array([not row.is_training for row in rows])
    scores = np.zeros(len(rows))
    common = found[trains]
    for agent in np.unique(agents):
        own = agents == agent
        known, asked = found[own & trains][-MOST_TRAINING:], own & tests
        if not asked.any():
            continue
        if len(known) < LEAST_TRAINING:
            known = common[:: max(1, len(common) // MOST_TRAINING)]
        # A feature that never changes tells nothing; ECOD divides by its deviation.
        varies = known.std(axis=0) > 0
        detector = make().fit(known[:, varies])
        usual = detector.decision_scores_
        scores[asked] = detector.decision_function(found[asked][:, varies]) - usual.mean()
        scores[asked] /= usual.std() + 1e-9
    return scores


def all_peers(rows, with_pyod=True):
    """Name and scores of each."""
    yield "robust z of the amount", robust_z(rows)
    yield "leaky sum of excess", leaky_sum(rows)
    if with_pyod:
        from pyod.models.ecod import ECOD
        from pyod.models.iforest import IForest
        found = features(rows)
        yield "PyOD ECOD, per agent", pyod(rows, found, ECOD)
        forest = lambda: IForest(n_estimators=100, random_state=7)
        yield "PyOD isolation forest, per agent", pyod(rows, found, forest)
