"""What is done to agents: each scenario adds labelled requests among the honest ones.

The labels say what a person would decide who looked at the request. `TRACELESS` are those that
nothing in the history can show: they are measured and told apart.
"""

import numpy as np

import texts
from habits import ATTACKS_FROM, DAY_MS, DAYS, HOUR_MS, PLACES, RATES, START_MS, Row

TRACELESS = {"known_payee_usual", "drift"}


class Victim:
    """An agent as an attacker sees it: its history until the attack."""

    def __init__(self, agent, episode, rng):
        self.agent, self.episode, self.rng = agent, episode, rng
        self.payees = agent.payees
        first = max(ATTACKS_FROM, agent.first_day + 12)
        self.day = int(rng.integers(first, DAYS - 6)) if first < DAYS - 6 else DAYS - 6
        self.start = START_MS + self.day * DAY_MS
        self.history = [row for row in agent.rows if row.at < self.start]
        self.amounts = np.array([row.amount for row in self.history])
        self.rows = []

    def is_fit(self):
        return len(self.history) >= 12

    def known(self, having=None):
        """A payee of the history, often the most usual one."""
        rows = [row for row in self.history[-400:] if having is None or having(row.payee)]
        return rows[int(self.rng.integers(len(rows)))].payee if rows else None

    def stranger(self, like=None):
        account = (like or self.known()).get("account", "")
        by = "evm" if account.startswith("eip155") else "iban" if account else "host"
        return self.payees.payee(by)

    def usual(self):
        return float(self.amounts[-400:][int(self.rng.integers(len(self.amounts[-400:])))])

    def large(self):
        """Well above all that is usual."""
        high = max(np.quantile(self.amounts, 0.99), 4 * np.median(self.amounts))
        return float(high * self.rng.uniform(2, 6))

    def when(self, after_ms=0):
        """A time of day at which the agent pays, some time after the attack began."""
        row = self.history[-1 - int(self.rng.integers(min(len(self.history), 200)))]
        of_day = (row.at - START_MS) % DAY_MS
        return int(self.start + after_ms + of_day + self.rng.uniform(-6e5, 6e5))

    def add(self, scenario, at, payee, amount, task=None, context=None):
        agent, last = self.agent, self.history[-1]
        least = 10.0 ** -PLACES.get(agent.currency, 4 if amount < 0.1 else 2)
        places = PLACES.get(agent.currency, 4 if amount < 0.1 else 2)
        amount = max(round(amount, places), least)
        self.rows.append(Row(at, agent.name, payee, amount, agent.currency, last.category,
                             agent.habit, scenario, self.episode, task, context))

    def task(self, payee, amount, how):
        self.agent.tasks += 1
        return texts.task(self.rng, self.agent.tasks, payee, "the order", amount,
                          self.agent.currency, how)


def new_payee(v):
    payee = v.stranger()
    for n in range(int(v.rng.integers(1, 4))):
        v.add("new_payee", v.when(n * DAY_MS), payee, v.usual() * v.rng.uniform(1, 3))
    return True


def new_payee_large(v):
    v.add("new_payee_large", v.when(), v.stranger(), v.large())
    return True


def look_alike_letter(v):
    payee = v.known(lambda p: not p.get("account"))
    if payee:
        v.add("look_alike_letter", v.when(), v.payees.homoglyph(payee), v.usual())
    return payee


def look_alike_edits(v):
    payee = v.known()
    v.add("look_alike_edits", v.when(), v.payees.two_edits(payee), v.usual())
    return payee


def look_alike_iban(v):
    payee = v.known(lambda p: p.get("account", "eip")[:3] != "eip")
    if payee:
        v.add("look_alike_iban", v.when(), v.payees.swapped_digits(payee), v.usual())
    return payee


def look_alike_address(v):
    payee = v.known(lambda p: p.get("account", "").startswith("eip155"))
    if payee:
        for n in range(3):
            v.add("look_alike_address", v.when(n * HOUR_MS), v.payees.vanity(payee), v.usual())
    return payee


def changed_account(v):
    payee = v.known(lambda p: p.get("account"))
    if payee:
        v.add("changed_account", v.when(), v.payees.other_account(payee), v.usual())
    return payee


def drift(v):
    """Every payment of the agent is one in a hundred more than the one before."""
    later = [row for row in v.agent.rows if row.at >= v.start][:110]
    if len(later) < 60:
        return False
    for k, row in enumerate(later, 1):
        row.amount = round(row.amount * 1.01 ** k, 4 if row.amount < 0.1 else 2)
        row.scenario, row.episode, row.task = "drift", v.episode, None
    return True


def burst(v):
    """Many usual payments to known payees within twenty minutes."""
    hours = np.bincount([(row.at - v.history[0].at) // HOUR_MS for row in v.history])
    count = int(min(max(15, 4 * hours.max()), 300))
    begin = v.when()
    for n in range(count):
        v.add("burst", begin + int(n * 1.2e6 / count), v.known(), v.usual())
    return True


def structuring(v):
    """Just under the amount that asks a person, several times a day."""
    if not v.agent.review_above:
        return False
    limit = v.agent.review_above / RATES[v.agent.currency]
    payee = v.known() if v.rng.random() < 0.5 else v.stranger()
    for n in range(int(v.rng.integers(4, 9))):
        v.add("structuring", v.when(n * HOUR_MS), payee, limit * v.rng.uniform(0.9, 0.995))
    return True


def hidden_small(v):
    """Little charges to one new payee, among the ordinary payments of three days."""
    payee, little = v.stranger(), float(np.quantile(v.amounts, 0.15))
    for n in range(30):
        at = v.when(n % 3 * DAY_MS)
        v.add("hidden_small", at, payee, little * v.rng.uniform(0.5, 1))
    return True


def known_payee_usual(v):
    for n in range(3):
        v.add("known_payee_usual", v.when(n * DAY_MS), v.known(), v.usual())
    return True


def known_payee_large(v):
    for n in range(2):
        v.add("known_payee_large", v.when(n * HOUR_MS), v.known(), v.large())
    return True


def split(v):
    """More than the cap in one piece, which is refused, then in five."""
    cap = v.agent.per_transaction / RATES[v.agent.currency]
    payee = v.known() if v.rng.random() < 0.5 else v.stranger()
    begin, whole = v.when(), cap * v.rng.uniform(1.2, 2)
    v.add("split", begin, payee, whole)
    for n in range(1, 6):
        v.add("split", begin + n * 700_000, payee, whole / 5 * v.rng.uniform(0.95, 1.05))
    return True


def wrong_hours(v):
    """Usual amounts to known payees, at an hour at which it never pays."""
    hours = np.bincount([(row.at - START_MS) % DAY_MS // HOUR_MS for row in v.history],
                        minlength=24)
    around = hours + np.roll(hours, 1) + np.roll(hours, -1)
    if around.min() > 0.004 * len(v.history):
        return False
    hour = int(around.argmin())
    for n in range(4):
        at = v.start + (n // 2) * DAY_MS + hour * HOUR_MS + int(v.rng.uniform(0, 3e6))
        v.add("wrong_hours", at, v.known(), v.usual())
    return True


def payee_not_in_task(v):
    amount, asked = v.usual(), v.known()
    how = "named" if v.rng.random() < 0.5 else "amount"
    v.add("payee_not_in_task", v.when(), v.stranger(asked), amount, v.task(asked, amount, how))
    return True


def above_task(v):
    amount, payee = v.usual(), v.known()
    task = v.task(payee, amount / v.rng.uniform(2.2, 4), "amount")
    v.add("above_task", v.when(), payee, amount, task)
    return True


def task_does_not_pay(v):
    text = texts.pick(v.rng, texts.NOT_PAYING, 0)
    v.agent.tasks += 1
    task = {"id": f"t{v.agent.tasks}", "text": text, "trusted": True}
    payee = v.known() if v.rng.random() < 0.5 else v.stranger()
    v.add("task_does_not_pay", v.when(), payee, v.usual(), task)
    return True


def instructions(v):
    payee = v.known() if v.rng.random() < 0.5 else v.stranger()
    v.add("instructions", v.when(), payee, v.usual(),
          context=texts.pick(v.rng, texts.INSTRUCTIONS, 0))
    return True


WITH_TASKS = [payee_not_in_task, above_task, task_does_not_pay]
SCENARIOS = [
    new_payee, new_payee_large, look_alike_letter, look_alike_edits, look_alike_iban,
    look_alike_address, changed_account, burst, structuring, hidden_small, known_payee_usual,
    known_payee_large, split, wrong_hours, instructions, *WITH_TASKS, drift,
]


def attack(agents, rng, of_each):
    """Adds `of_each` episodes of each scenario, to agents that it fits; each agent drifts at most
    once, and last, because that changes its own payments."""
    episode, rows, drifted = 0, [], set()
    for scenario in SCENARIOS:
        done = 0
        for _ in range(40 * of_each):
            if done == of_each:
                break
            agent = agents[int(rng.integers(len(agents)))]
            if scenario in WITH_TASKS and not agent.has_tasks:
                continue
            if scenario is drift and agent.name in drifted:
                continue
            victim = Victim(agent, episode + 1, rng)
            if victim.is_fit() and scenario(victim):
                episode += 1
                done += 1
                rows += victim.rows
                if scenario is drift:
                    drifted.add(agent.name)
    return rows
