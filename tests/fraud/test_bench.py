"""Holds what the benchmark stands on: `python -m unittest` in this folder."""

import json
import math
import unittest

import numpy as np

import attacks
import generate
from measures import alike, recall_at
from payees import Payees
import spenders


def remainder(iban):
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97


class Measures(unittest.TestCase):
    def test_recall_counts_what_is_above_the_allowed_honest_share(self):
        honest, fraud = list(range(100)), [98.5, 99.5, 50]
        scores, labels = honest + fraud, [False] * 100 + [True] * 3
        self.assertAlmostEqual(recall_at(scores, labels, 0.01), 2 / 3)
        self.assertAlmostEqual(recall_at(scores, labels, 0.001), 1 / 3)
        self.assertAlmostEqual(recall_at(scores, labels, 0.9), 1)

    def test_an_attack_is_found_by_its_strongest_request(self):
        scores, labels = [1, 2, 3, 9, 0, 2], [False] * 3 + [True] * 3
        attacks_ = [None] * 3 + ["a", "a", "b"]
        self.assertAlmostEqual(recall_at(scores, labels, 0.01, None, attacks_), 0.5)
        self.assertAlmostEqual(recall_at(scores, labels, 0.01), 1 / 3)

    def test_ties_with_honest_payments_are_no_finds(self):
        self.assertEqual(recall_at([1.0] * 10, [False] * 9 + [True], 0.01), 0)
        self.assertTrue(math.isnan(recall_at([1.0], [False], 0.01)))

    def test_agents_count_alike(self):
        weights = alike(["a"] * 9 + ["b"])
        self.assertAlmostEqual(weights[:9].sum(), weights[9])
        # One agent's single alarm is half of all then, so it may not pass.
        scores, labels = [0] * 9 + [5, 4], [False] * 10 + [True]
        self.assertEqual(recall_at(scores, labels, 0.2), 1)
        self.assertEqual(recall_at(scores, labels, 0.2, np.append(weights, 0)), 0)


class Spenders(unittest.TestCase):
    def test_attacks_come_late_and_are_larger_and_the_same_seed_gives_the_same(self):
        made = spenders.generate(3, spenders.GROSS)
        self.assertEqual(made, spenders.generate(3, spenders.GROSS))
        frauds = [each for each in made if each.is_fraud]
        self.assertGreater(len(frauds), 500)
        self.assertFalse(any(spenders.is_training(each) for each in frauds))
        dear = {name for name, *_, attacked in spenders.CATEGORIES if attacked}
        honest = [each.amount for each in made if each.category in dear and not each.is_fraud]
        times = np.median([each.amount for each in frauds]) / np.median(honest)
        self.assertTrue(8 < times < 20, times)


class Spoken(unittest.TestCase):
    def test_every_attack_comes_after_ten_honest_payments_of_its_agent(self):
        for number in (1, 2):
            honest, seen = {}, set()
            with open(f"spoken-{number}.jsonl", encoding="utf-8") as text:
                for each in map(json.loads, text):
                    self.assertNotIn(each["id"], seen)
                    seen.add(each["id"])
                    if each["label"] == "fraud":
                        self.assertGreaterEqual(honest.get(each["agent"], 0), 10, each["id"])
                    else:
                        honest[each["agent"]] = honest.get(each["agent"], 0) + 1
            self.assertGreater(len(seen), 850)


class Traffic(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows, cls.policy = generate.generate(5, of_each=2)

    def test_the_same_seed_gives_the_same_lines(self):
        again, policy = generate.generate(5, of_each=2)
        lines = [generate.line(row) for row in self.rows]
        self.assertEqual(lines, [generate.line(row) for row in again])
        self.assertEqual(policy, self.policy)
        other, _ = generate.generate(6, of_each=2)
        self.assertNotEqual(lines, [generate.line(row) for row in other])

    def test_every_scenario_is_there_and_only_late(self):
        names = {row.scenario for row in self.rows} - {"honest"}
        self.assertEqual(names, {scenario.__name__ for scenario in attacks.SCENARIOS})
        days = [(row.at - generate.habits.START_MS) / generate.habits.DAY_MS
                for row in self.rows if row.scenario != "honest"]
        self.assertGreater(min(days), generate.habits.ATTACKS_FROM - 1)

    def test_ids_are_unique_and_times_in_order(self):
        self.assertEqual(len({row.id for row in self.rows}), len(self.rows))
        times = [row.at for row in self.rows]
        self.assertEqual(times, sorted(times))
        self.assertGreaterEqual(len({row.agent for row in self.rows}), 60)

    def test_honest_payments_keep_their_caps(self):
        for row in self.rows:
            if row.scenario == "honest":
                cap = float(self.policy["agents"][row.agent]["per_transaction"])
                self.assertLessEqual(row.worth, cap)


class Fakes(unittest.TestCase):
    def setUp(self):
        self.payees = Payees(np.random.default_rng(1))

    def test_ibans_check_and_swapped_ones_differ(self):
        for _ in range(50):
            payee = self.payees.payee("iban", "AT")
            self.assertEqual(remainder(payee["account"]), 1)
            self.assertNotEqual(self.payees.swapped_digits(payee)["account"], payee["account"])

    def test_fakes_are_others_that_look_alike(self):
        payee = self.payees.payee("evm")
        fake = self.payees.vanity(payee)["account"]
        self.assertNotEqual(fake, payee["account"])
        self.assertEqual((fake[:17], fake[-4:]), (payee["account"][:17], payee["account"][-4:]))
        host = self.payees.payee("host")
        letters = self.payees.homoglyph(host)["name"]
        self.assertEqual(sum(a != b for a, b in zip(letters, host["name"])), 1)
        edited = self.payees.two_edits(host)
        self.assertEqual(sum(a != b for a, b in zip(edited["name"], host["name"])), 2)
        self.assertNotEqual(edited["url"], host["url"])


if __name__ == "__main__":
    unittest.main()
