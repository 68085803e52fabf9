"""Runs recorded traffic through `purser replay` and says what its fraud baseline is worth.

    python bench.py --program path/to/purser [--data card-payments-100.csv.gz] [--seeds 1,2,3]

Prints the tables of docs/fraud.md as Markdown. Thresholds are nobody's here: recall is taken where
the given share of honest payments in the test time lies above, for every score alike.
"""

import argparse
import collections
import csv
from dataclasses import dataclass, field
from datetime import datetime, timezone
import gzip
import json
import os
import resource
import subprocess
import time

import numpy as np

import attacks
import generate
import habits
from measures import alike, percent, recall_at, share, table
import peers
import spenders

# A person is asked because of these; the other codes are shown and change nothing.
ASKING = """look_alike_payee changed_account bad_checksum instructions_in_text payee_not_in_task
task_does_not_pay amount_above_task unexpected_payee unusual_amount unusual_run drifting_amounts
fast_spending many_payments near_threshold repeated_charge split_after_refusal""".split()
NOTING = """new_payee hidden_characters new_country unusual_hour currency_not_in_task
category_not_in_task unusual_reason""".split()
BUDGET = 0.001
# Where more honest amounts than this are above twice the median, twice as much is nothing unusual.
MANY_ABOVE_TWICE = 0.08


@dataclass
class Row:
    id: str
    at: int
    agent: str
    payee_key: str
    worth: float
    is_fraud: bool
    is_training: bool
    scenario: str
    habit: str
    episode: int = 0
    # How many honest payments the agent had before.
    nth: int = 0
    verdict: str = ""
    rules: list = field(default_factory=list)
    signals: set = field(default_factory=set)
    risk: float = 0.0

    @property
    def is_asked(self):
        """Whether a person is asked because of a signal, whatever else asks."""
        return bool(self.signals & set(ASKING))


@dataclass
class Set:
    name: str
    rows: list
    seconds: float
    rss_mb: float
    with_pyod: bool = True

    def tests(self):
        return [row for row in self.rows if not row.is_training]


def replay(program, lines, policy, folder, name):
    """The program's answers by id, the seconds it took and its memory in MB."""
    paths = [os.path.join(folder, f"{name}.{end}") for end in ("jsonl", "policy.json", "out")]
    with open(paths[0], "w", encoding="utf-8") as out:
        out.writelines(text + "\n" for text in lines)
    with open(paths[1], "w", encoding="utf-8") as out:
        json.dump(policy, out)
    command = [program, "replay", "--on-review", "label", "--policy", paths[1]]
    begin = time.monotonic()
    with open(paths[0], encoding="utf-8") as fed, open(paths[2], "w", encoding="utf-8") as out:
        done = subprocess.run(command, stdin=fed, stdout=out, check=False)
    seconds = time.monotonic() - begin
    if done.returncode != 0:
        raise SystemExit(f"{name}: purser replay ended with {done.returncode}")
    rss_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with open(paths[2], encoding="utf-8") as answers:
        return {(a := json.loads(text))["id"]: a for text in answers}, seconds, rss_mb


def answered(name, rows, answers, seconds, rss_mb):
    """Rows with the program's answers. Every line must have one."""
    nth = {}
    for row in rows:
        answer = answers.get(row.id)
        if answer is None:
            raise SystemExit(f"{name}: no answer for {row.id}")
        row.verdict, row.rules = answer["verdict"], answer["rules"]
        row.signals, row.risk = set(answer["signals"]), answer["risk"]
        unknown = row.signals - set(ASKING) - set(NOTING)
        if unknown:
            raise SystemExit(f"unknown signals: {unknown}")
        row.nth = nth.get(row.agent, 0)
        nth[row.agent] = row.nth + (not row.is_fraud)
    return Set(name, rows, seconds, rss_mb)


def own_set(program, seed, folder):
    made, policy = generate.generate(seed)
    attacks_from = habits.START_MS + habits.ATTACKS_FROM * habits.DAY_MS
    rows = [Row(id=row.id, at=row.at, agent=row.agent, worth=row.worth, habit=row.habit,
                payee_key=row.payee.get("account") or row.payee["name"].lower(),
                is_fraud=row.scenario != "honest", is_training=row.at < attacks_from,
                scenario=row.scenario, episode=row.episode) for row in made]
    name = f"own-{seed}"
    lines = [generate.line(row) for row in made]
    return answered(name, rows, *replay(program, lines, policy, folder, name))


def card_set(program, path, folder):
    """Simulated card payments with labels; the file's `warmup` is what others are fitted on."""
    rows, lines = [], []
    with gzip.open(path, "rt", encoding="utf-8") as text:
        for n, given in enumerate(csv.DictReader(text)):
            at, amount = millis(given["ts"]), max(float(given["amount"]), 0.01)
            is_fraud = given["label"] == "1"
            rows.append(Row(id=f"card.{n}", at=at, agent=given["entity"], habit="card",
                            payee_key=given["payee"], worth=amount, is_fraud=is_fraud,
                            is_training=given["split"] == "warmup",
                            scenario="card_fraud" if is_fraud else "honest"))
            lines.append(json.dumps({
                "id": f"card.{n}", "at": at, "agent": given["entity"],
                "payee": {"name": given["payee"]}, "amount": f"{amount:.2f}", "currency": "USD",
                "category": given["category"], "label": "fraud" if is_fraud else "ok"}))
    policy = generate.policy([])
    return answered("cards", rows, *replay(program, lines, policy, folder, "cards"))


def spender_set(program, larger, name, folder):
    """Those that pay seldom, with attacks that only their amounts show."""
    made = spenders.generate(1, larger)
    rows = [Row(id=f"{name}.{n}", at=each.at, agent=each.agent, payee_key=each.payee,
                worth=each.amount, is_fraud=each.is_fraud, is_training=spenders.is_training(each),
                scenario="larger" if each.is_fraud else "honest", habit="spender")
            for n, each in enumerate(made)]
    lines = [each.line(row.id) for each, row in zip(made, rows)]
    return answered(name, rows, *replay(program, lines, generate.policy([]), folder, name))


def spenders_table(sets):
    """Recall where only amounts tell, and how often honest payments are asked about."""
    rows = []
    for each in sets:
        tests = [not row.is_training for row in each.rows]
        is_fraud = np.array([row.is_fraud for row in each.rows])[tests]
        known = [row.is_asked for row in each.rows if not row.is_fraud and row.nth > 10]
        scores = [("Purser, `risk`", np.array([row.risk for row in each.rows]))]
        for name, values in scores + list(peers.all_peers(each.rows, with_pyod=False)):
            recalls = [f"{recall_at(values[tests], is_fraud, at):.3f}" for at in (0.01, 0.001)]
            asked = percent(share(known), 2) if name.startswith("Purser") else ""
            rows.append([each.name, int(is_fraud.sum()), name, *recalls, asked])
    head = ["attacks", "how many", "score", "1 %", "0.1 %", "honest asked after the first 10"]
    return table(head, rows)


def spoken_set(program, path, folder):
    """Requests whose tasks people typed, written by hand: each line with its kind."""
    rows, lines = [], []
    with open(path, encoding="utf-8") as text:
        for given in map(json.loads, text):
            is_fraud, payee = given["label"] == "fraud", given["payee"]
            kind = given.pop("kind")
            rows.append(Row(id=given["id"], at=given["at"], agent=given["agent"],
                            payee_key=payee.get("account") or payee["name"],
                            worth=float(given["amount"]), is_fraud=is_fraud, is_training=False,
                            scenario=spoken_attack(kind) if is_fraud else "honest",
                            habit="task" if given.get("task", {}).get("trusted") else "none"))
            lines.append(json.dumps(given))
    policy = generate.policy([])
    policy["wallet"]["rates"] = {"EUR": "1.1", "GBP": "1.3", "USDC": "1"}
    name = os.path.basename(path).removesuffix(".jsonl")
    return answered(name, rows, *replay(program, lines, policy, folder, name))


def spoken_attack(kind):
    """What an attack of the spoken sets does, in a few words."""
    for words, name in (("ten times 10x", "ten times the amount to a known payee"),
                        ("off near", "an account a letter or two away"),
                        ("known landlord's", "a known name with another account")):
        if any(word in kind for word in words.split()):
            return name
    return "a payee of the attacker's"


def most_signals(rows, codes, digits):
    """The four signals that most of the rows have, with the share of the rows."""
    counts = collections.Counter(code for row in rows for code in row.signals & set(codes))
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:4]
    return ", ".join(f"{code} {100 * count / len(rows):.{digits}f} %" for code, count in top)


def spoken_table(sets):
    """How often people are asked where they gave the tasks in their own words."""
    rows = []
    for each in sets:
        honest = [row for row in each.rows if not row.is_fraud]
        attacked = sorted({row.scenario for row in each.rows if row.is_fraud})
        for name, chosen in (
            ("honest", honest),
            ("... after the first 10 of an agent", [row for row in honest if row.nth >= 10]),
            ("... with a task of the owner", [row for row in honest if row.habit == "task"]),
            ("hijacked", [row for row in each.rows if row.is_fraud]),
            *((f"... {name}", [row for row in each.rows if row.scenario == name])
              for name in attacked),
        ):
            told = most_signals(chosen, ASKING, 1)
            asked = percent(share([row.is_asked for row in chosen]))
            rows.append([each.name, name, len(chosen), asked, told])
    return table(["set", "requests", "how many", "asked", "why"], rows)


# How a drift begins on the card payments, and how long it goes on.
BEFORE_DRIFT, DRIFT = 600, 130


def card_drift(program, path, folder):
    """Each card's first honest payments, and then its usual payee, category and pace with amounts
    that grow by 1 % a payment from its median: at how many times that a person is first asked."""
    agents = {}
    with gzip.open(path, "rt", encoding="utf-8") as text:
        for given in csv.DictReader(text):
            if given["label"] == "0":
                agents.setdefault(given["entity"], []).append(given)
    lines = []
    for agent, rows in agents.items():
        rows = rows[:BEFORE_DRIFT]
        if len(rows) < BEFORE_DRIFT:
            continue
        times = [millis(row["ts"]) for row in rows]
        most = lambda field: collections.Counter(row[field] for row in rows).most_common(1)[0][0]
        median = float(np.median([float(row["amount"]) for row in rows]))
        before = [(at, row["payee"], row["category"], float(row["amount"]))
                  for at, row in zip(times, rows)]
        gaps, at, drift = np.diff(times), times[-1], []
        for n in range(1, DRIFT + 1):
            at += int(gaps[n * 37 % len(gaps)])
            drift.append((at, most("payee"), most("category"), median * 1.01 ** n))
        for n, (at, payee, category, amount) in enumerate(before + drift, 1 - len(before)):
            lines.append((at, json.dumps({
                "id": f"{agent}.{n}", "at": at, "agent": agent, "payee": {"name": payee},
                "amount": f"{max(amount, 0.01):.2f}", "currency": "USD", "category": category,
                "label": "fraud" if n > 0 else "ok"})))
    lines = [text for _, text in sorted(lines)]
    answers, _, _ = replay(program, lines, generate.policy([]), folder, "card-drift")
    reached = {}
    for name, answer in answers.items():
        agent, n = name.rsplit(".", 1)
        asked = int(n) > 0 and set(answer["signals"]) & set(ASKING)
        reached[agent] = min(reached.get(agent, float("inf")),
                             1.01 ** int(n) if asked else float("inf"))
    return sorted(reached.values())


def millis(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() * 1000)


def scores_table(sets, with_peers, with_pyod):
    """Recall at a share of false alarms among what leaves a trace: by request, by attack (its
    strongest request), and by attack when the honest payments of all agents count the same."""
    by_name = {}
    for each in sets:
        kept = np.array([leaves_trace(row) for row in each.rows])
        scores = [("Purser, `risk`", np.array([row.risk for row in each.rows]))]
        if with_peers:
            scores += list(peers.all_peers(each.rows, with_pyod))
        for name, values in scores:
            by_name.setdefault(name, []).append(values[kept])
    tests = [(each.name, row) for each in sets for row in each.rows if leaves_trace(row)]
    is_fraud = np.array([row.is_fraud for _, row in tests])
    weights = alike([row.agent for _, row in tests])
    attack = [(name, row.episode or row.id) if row.is_fraud else None for name, row in tests]
    rows = []
    for name, parts in by_name.items():
        values, cells = np.concatenate(parts), [name]
        for groups, weighed in ((None, None), (attack, None), (attack, weights)):
            cells += [f"{recall_at(values, is_fraud, at, weighed, groups):.3f}"
                      for at in (0.01, 0.001)]
        rows.append(cells)
    head = ["score", "requests 1 %", "0.1 %", "attacks 1 %", "0.1 %", "attacks, agents alike 1 %",
            "0.1 %"]
    return table(head, rows)


def leaves_trace(row):
    return not row.is_training and row.scenario not in attacks.TRACELESS


def episodes_of(rows):
    """Rows by set, scenario and episode, in order."""
    found = {}
    for row in rows:
        found.setdefault(row.episode, []).append(row)
    return list(found.values())


def scenario_table(sets):
    """What each scenario raises, by request and by attack."""
    names = sorted({row.scenario for each in sets for row in each.tests() if row.is_fraud})
    rows = []
    for name in names:
        lines = [row for each in sets for row in each.tests() if row.scenario == name]
        groups = [group for each in sets for group in
                  episodes_of([row for row in each.tests() if row.scenario == name])]
        stopped = [row.is_asked or row.verdict == "deny" for row in lines]
        noticed = [any(row.is_asked or row.verdict == "deny" for row in group) for group in groups]
        before = [lost_before(group) for group in groups]
        told = most_signals(lines, ASKING + NOTING, 0)
        rows.append([name, len(lines), percent(share(stopped)), len(groups),
                     percent(share(noticed)), percent(float(np.mean(before)), 0), told])
    head = ["scenario", "requests", "asked", "attacks", "noticed", "paid before", "signals"]
    return table(head, rows)


def lost_before(group):
    """The share of an attack's money that nobody was asked about."""
    paid = sum(row.worth for row in group if not row.is_asked and row.verdict == "allow")
    return paid / max(sum(row.worth for row in group), 1e-9)


def signals_table(sets):
    """False alarms of each signal on honest payments, and where they come from."""
    honest = [row for each in sets for row in each.rows if not row.is_fraud and row.nth >= 10]
    weights = alike([row.agent for row in honest])
    of_habit = {}
    for row in honest:
        of_habit[row.habit] = of_habit.get(row.habit, 0) + 1
    rows = []
    for code in ASKING + NOTING:
        fired = np.array([code in row.signals for row in honest])
        worst = {}
        for row in np.array(honest, dtype=object)[fired]:
            worst[row.habit] = worst.get(row.habit, 0) + 1
        shares = sorted(((count / of_habit[habit], habit) for habit, count in worst.items()),
                        reverse=True)[:2]
        told = ", ".join(f"{habit} {percent(value, 2)}" for value, habit in shares)
        budget = percent(BUDGET, 1) if code in ASKING else "shown only"
        by_agent = float(np.average(fired, weights=weights))
        rows.append([f"`{code}`", budget, percent(share(fired), 3), percent(by_agent, 2), told])
    return table(["signal", "budget", "by payment", "agents alike", "most often at"], rows)


def honest_table(sets):
    """How often a person is asked about honest payments."""
    rows = []
    honest = [row for each in sets for row in each.rows if not row.is_fraud]
    for name, chosen in (
        ("all", honest),
        ("the first 5 of an agent", [row for row in honest if row.nth < 5]),
        ("5 to 10", [row for row in honest if 5 <= row.nth <= 10]),
        ("after the first 10", [row for row in honest if row.nth > 10]),
        ("in the time of the attacks", [row for row in honest if not row.is_training]),
        ("... with a task of the owner", [row for row in honest if not row.is_training
                                          and row.habit in ("travel", "groceries", "office")]),
    ):
        asked = [row.is_asked for row in chosen]
        by_agent = np.average(asked, weights=alike([row.agent for row in chosen])) if asked else 0
        rows.append([name, len(chosen), percent(share(asked), 2), percent(float(by_agent), 2)])
    return table(["honest payments", "how many", "asked", "agents alike"], rows)


def habits_table(sets):
    """Which habits are asked about, once the first 10 payments are made."""
    rows = []
    honest = [row for each in sets for row in each.rows if not row.is_fraud and row.nth > 10]
    for habit in sorted({row.habit for row in honest}):
        chosen = [row for row in honest if row.habit == habit]
        told = most_signals(chosen, ASKING, 2)
        rows.append([habit, len(chosen), percent(share([row.is_asked for row in chosen]), 2), told])
    return table(["habit", "payments", "asked", "why"], rows)


def drift_table(sets):
    """At how many times the start a drift of 1 % a payment first asks a person, and how many of the
    agent's honest amounts before it are above twice their median."""
    reached = {}
    for each in sets:
        for group in episodes_of([row for row in each.tests() if row.scenario == "drift"]):
            first = next((n for n, row in enumerate(group, 1) if row.is_asked), None)
            before = [row.worth for row in each.rows if row.agent == group[0].agent
                      and not row.is_fraud and row.at < group[0].at]
            wide = share(np.array(before) > 2 * np.median(before)) > MANY_ABOVE_TWICE
            reached.setdefault(wide, []).append(1.01 ** first if first else float("inf"))
    rows = []
    for wide, name in ((False, "at most"), (True, "more than")):
        ends = sorted(reached.get(wide, []))
        told = ", ".join("never" if np.isinf(times) else f"{times:.2f}" for times in ends)
        below = sum(times < 2 for times in ends)
        rows.append([f"{name} {percent(MANY_ABOVE_TWICE, 0)}", len(ends), below, told])
    head = ["honest amounts above twice the median", "drifts", "asked below twice the start",
            "first asked at, times the start"]
    return table(head, rows)


def report(title, sets, with_peers, with_pyod):
    lines = sum(len(each.rows) for each in sets)
    frauds = sum(row.is_fraud for each in sets for row in each.tests())
    seconds = sum(each.seconds for each in sets)
    agents = len({(each.name, row.agent) for each in sets for row in each.rows})
    print(f"\n## {title}\n\n{lines} requests of {agents} agents, {frauds} of them fraud in the "
          f"time of the test. {1e6 * seconds / lines:.0f} µs a line with reading, deciding, "
          f"learning and writing; {max(each.rss_mb for each in sets):.0f} MB at most.\n")
    print(scores_table(sets, with_peers, with_pyod), "\n")
    print(scenario_table(sets), "\n")
    if any(row.scenario == "drift" for each in sets for row in each.rows):
        print(drift_table(sets), "\n")
    print(honest_table(sets), "\n")
    if len({row.habit for each in sets for row in each.rows}) > 1:
        print(habits_table(sets), "\n")
    print(signals_table(sets), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True, help="the purser to measure")
    parser.add_argument("--folder", required=True, help="where lines and answers are kept")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--data", default=None)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-pyod", action="store_true")
    given = parser.parse_args()
    begin = time.monotonic()
    with_peers, with_pyod = not given.no_peers, not given.no_pyod
    os.makedirs(given.folder, exist_ok=True)
    seeds = [int(seed) for seed in given.seeds.split(",") if seed]
    own = [own_set(given.program, seed, given.folder) for seed in seeds]
    if own:
        report("Own traffic", own, with_peers, with_pyod)
    here = os.path.dirname(os.path.abspath(__file__))
    spoken = [spoken_set(given.program, os.path.join(here, f"spoken-{number}.jsonl"), given.folder)
              for number in (1, 2)]
    print("\n## Tasks in people's own words\n")
    print(spoken_table(spoken), flush=True)
    seldom = [spender_set(given.program, larger, name, given.folder)
              for larger, name in ((spenders.MODEST, "modest"), (spenders.GROSS, "gross"))]
    print("\n## Amounts alone\n")
    print(spenders_table(seldom), flush=True)
    if given.data:
        cards = [card_set(given.program, given.data, given.folder)]
        report("Card payments", cards, with_peers, with_pyod)
        ends = card_drift(given.program, given.data, given.folder)
        told = ", ".join(f"{np.quantile(ends, at):.2f}" for at in (0.1, 0.5, 0.9))
        print(f"\nA drift of 1 % a payment from the median of each of {len(ends)} cards: asked below "
              f"twice the start for {sum(end < 2 for end in ends)}, never for "
              f"{sum(np.isinf(end) for end in ends)}; a tenth, half and nine tenths of them are "
              f"first asked at {told} times the start.")
    else:
        print("\nFRAUD_DATA names no file: card payments are left out.")
    print(f"\nMeasured in {(time.monotonic() - begin) / 60:.0f} minutes.")


if __name__ == "__main__":
    main()
