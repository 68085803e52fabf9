"""The project's own recorded traffic: about 60 agents with habits, 120 days, labelled attacks.

    python generate.py --seed 1 --lines own-1.jsonl --policy own-1-policy.json

The lines are those that `purser replay` reads. An id is `scenario.episode.number`; for honest
lines `honest-habit.0.number`. The same seed gives the same bytes.
"""

import argparse
import json
import math

import numpy as np

import attacks
import habits
from habits import Agent, RATES
from payees import Payees

MOST = "1000000000"


def population():
    """Habit, how many agents, what differs between them."""
    yield "api_pennies", [dict(first_day=55, call=lambda a: habits.api_buyer(a, 500))]
    yield "api_buyer", [dict(first_day=20, call=lambda a: habits.api_buyer(a, 120)),
                        dict(scale=30, call=lambda a: habits.api_buyer(a, 40))]
    yield "saas", [dict(scale=s, call=habits.saas) for s in (0.5, 1, 1, 2, 4, 1)]
    yield "ad_spend", [dict(scale=s, growth=g, call=habits.ad_spend)
                       for s, g in ((1, 0), (0.3, 0.3), (3, 0.3), (1, 0.3))] + [
        dict(review_above=550.0, call=lambda a: habits.ad_spend(a, 500.0))]
    yield "travel", [dict(scale=s, currency=c, has_tasks=True, call=habits.travel)
                     for s, c in ((1, "USD"), (1, "EUR"), (1.4, "EUR"), (0.8, "GBP"), (1, "JPY"),
                                  (1, "USD"))]
    yield "office", [dict(growth=g, currency=c, has_tasks=t, call=habits.office)
                     for g, c, t in ((0, "USD", True), (0.3, "USD", True), (0, "EUR", True),
                                     (0, "EUR", False), (0.3, "GBP", False), (0, "JPY", True))]
    yield "cloud", [dict(scale=s, growth=g, call=habits.cloud)
                    for s, g in ((0.3, 0), (1, 0.3), (4, 0.3), (1, 0))]
    yield "marketplace", [dict(scale=s, has_tasks=t, call=habits.marketplace)
                          for s, t in ((1, False), (2, False), (0.5, False), (1, True), (1, False),
                                       (3, True))]
    yield "groceries", [dict(scale=s, currency=c, has_tasks=True, call=habits.groceries)
                        for s, c in ((1, "USD"), (0.8, "EUR"), (1.5, "GBP"), (1, "EUR"),
                                     (1, "USD"), (0.6, "USD"))]
    yield "invoices", [dict(scale=s, growth=g, currency="EUR", has_tasks=t, call=habits.invoices)
                       for s, g, t in ((1, 0, False), (1, 0.3, True), (3, 0, False),
                                       (0.4, 0.3, False), (1, 0, True))]
    yield "data_buyer", [dict(scale=s, call=habits.data_buyer) for s in (1, 0.3, 5, 1, 1)]
    yield "night_shift", [dict(scale=s, call=habits.night_shift) for s in (1, 0.5, 2, 1)]
    yield "young", [dict(first_day=d, call=c) for d, c in
                    ((74, habits.office), (80, habits.marketplace), (86, habits.ad_spend),
                     (92, habits.invoices))]


def agents_of(seed):
    zones = [0, 1, 2, -5, -8, 5.5, 9]
    for number, (habit, given) in enumerate(
            (habit, dict(each)) for habit, group in population() for each in group):
        rng = np.random.default_rng([seed, number])
        call = given.pop("call")
        agent = Agent(f"{habit}-{number:02d}", habit, rng, Payees(rng),
                      zone=zones[int(rng.integers(len(zones)))], **given)
        agent.scale *= rng.uniform(0.8, 1.25) if habit != "api_pennies" else 1
        agent.scale /= RATES[agent.currency]
        call(agent)
        end = habits.START_MS + habits.DAYS * habits.DAY_MS
        agent.rows = [row for row in agent.rows if row.at < end]
        agent.rows.sort(key=lambda row: row.at)
        limits(agent, number)
        yield agent


def limits(agent, number):
    """What an owner would set: a cap that honest payments keep, and for every other agent an
    amount from which a person is asked, which one in 200 of them reach."""
    worths = np.array([row.worth for row in agent.rows])
    agent.per_transaction = nice(worths.max() * 1.3)
    if agent.review_above is None and number % 2 == 0:
        agent.review_above = nice(np.quantile(worths, 0.995))


def nice(value):
    """The next of 1, 1.5, 2, 3, 5, 7.5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.5, 2, 3, 5, 7.5, 10)
    return round(next(step for step in steps if step * power >= value - 1e-12) * power, 4)


def policy(agents):
    """Caps that leave the detectors alone with what they see."""
    tiers = {"autonomous_below": MOST, "envelope_up_to": MOST, "approver_up_to": MOST}
    rates = {currency: str(rate) for currency, rate in RATES.items() if currency != "USD"}
    breakers = {"spend_rate_multiple": "100", "repeated_failures": 100, "refusals": 1000}
    default = {"per_transaction": MOST, "per_session": MOST, "daily": MOST,
               "rate_limit_per_minute": 6000, "breakers": breakers}
    own = {}
    for agent in agents:
        own[agent.name] = dict(default, per_transaction=text(agent.per_transaction))
        if agent.review_above:
            own[agent.name]["review_above"] = text(agent.review_above)
    wallet = {"currency": "USD", "tiers": tiers, "rates": rates}
    return {"wallet": wallet, "default_agent": default, "agents": own}


def text(amount):
    return f"{amount:.4f}".rstrip("0").rstrip(".")


def generate(seed, of_each=10):
    """All rows in the order of their times, and the policy."""
    agents = list(agents_of(seed))
    rows = attacks.attack(agents, np.random.default_rng([seed, 1 << 20]), of_each)
    rows += [row for agent in agents for row in agent.rows]
    rows.sort(key=lambda row: (row.at, row.agent, row.scenario))
    for number, row in enumerate(rows):
        honest = row.scenario == "honest"
        kind = f"honest-{row.habit}" if honest else row.scenario
        row.id = f"{kind}.{row.episode}.{number}"
    return rows, policy(agents)


def line(row):
    fields = {"id": row.id, "at": row.at, "agent": row.agent, "payee": row.payee,
              "amount": text(row.amount), "currency": row.currency, "category": row.category,
              "task": row.task, "context": row.context,
              "label": "ok" if row.scenario == "honest" else "fraud"}
    return json.dumps({key: value for key, value in fields.items() if value is not None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", required=True)
    parser.add_argument("--policy", required=True)
    given = parser.parse_args()
    rows, limits_ = generate(given.seed)
    with open(given.lines, "w", encoding="utf-8") as out:
        out.writelines(line(row) + "\n" for row in rows)
    with open(given.policy, "w", encoding="utf-8") as out:
        json.dump(limits_, out, indent=1)


if __name__ == "__main__":
    main()
