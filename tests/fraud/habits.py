"""Agents with habits of their own, and what they pay in 120 days when nobody attacks."""

from dataclasses import dataclass, field
import math

import texts
from payees import Payees

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
# A Monday.
START_MS = 1_767_571_200_000
DAYS = 120
# From here on there are attacks.
ATTACKS_FROM = 72
# Worth in the budget currency; no market's rates.
RATES = {"USD": 1.0, "EUR": 1.08, "GBP": 1.27, "JPY": 0.0067}
PLACES = {"JPY": 0}


@dataclass
class Row:
    at: int
    agent: str
    payee: dict
    amount: float
    currency: str
    category: str
    habit: str
    scenario: str = "honest"
    episode: int = 0
    task: dict | None = None
    context: str | None = None
    id: str = ""

    @property
    def worth(self):
        return self.amount * RATES[self.currency]


@dataclass
class Agent:
    name: str
    habit: str
    rng: object
    payees: Payees
    zone: float = 0.0
    currency: str = "USD"
    first_day: int = 0
    scale: float = 1.0
    growth: float = 0.0
    has_tasks: bool = False
    review_above: float | None = None
    tasks: int = 0
    rows: list = field(default_factory=list)

    def at(self, day, hour):
        """A time of the agent's own day, in milliseconds."""
        jitter = self.rng.uniform(0, 60_000)
        return int(START_MS + day * DAY_MS + (hour - self.zone) * HOUR_MS + jitter)

    def working_hour(self):
        return min(max(self.rng.normal(13, 2.5), 7.5), 19.5)

    def season(self, day):
        wave = 1 + 0.15 * math.sin(2 * math.pi * day / 91 + self.zone)
        return self.scale * wave * (1 + self.growth * day / 90)

    def around(self, middle, sigma):
        return float(middle * math.exp(self.rng.normal(0, sigma)))

    def pay(self, at, payee, amount, category, what=None, context=None):
        """Adds an honest payment, with the owner's task where there is one."""
        places = PLACES.get(self.currency, 4 if amount < 0.1 else 2)
        amount = max(round(amount, places), 10.0 ** -places)
        task = None
        self.tasks += 1
        if self.has_tasks and what:
            draw = self.rng.random()
            how = "bill" if draw < 0.05 else "amount" if draw < 0.5 else "named"
            task = texts.task(self.rng, self.tasks, payee, what, amount, self.currency, how)
        if context is None and self.rng.random() < 0.3:
            context = texts.pick(self.rng, texts.HONEST_CONTEXT, 1000 + self.tasks)
        self.rows.append(Row(at, self.name, payee, amount, self.currency, category, self.habit,
                             task=task, context=context))


def days(agent):
    return range(agent.first_day, DAYS)


def is_weekend(day):
    return day % 7 >= 5


def api_buyer(agent, a_day):
    """Pennies for each call, all day, to few hosts."""
    hosts = [agent.payees.payee("host") for _ in range(3)]
    prices = [0.01, 0.01, 0.02]
    for day in days(agent):
        for _ in range(agent.rng.poisson(a_day * (0.5 if is_weekend(day) else 1.1))):
            host = int(agent.rng.choice(3, p=[0.7, 0.2, 0.1]))
            hour = agent.rng.uniform(0, 24) if agent.rng.random() < 0.3 else agent.working_hour()
            agent.pay(agent.at(day, hour), hosts[host], prices[host] * agent.scale, "api_calls")


def saas(agent):
    """Subscriptions, each on its day of the month; now and then one more, or a price rises."""
    plans = []

    def subscribe(day):
        by = "iban" if agent.rng.random() < 0.4 else "host"
        price = round(agent.around(35 * agent.scale, 0.9), 0) + 0.99
        plans.append([agent.payees.payee(by), price, day % 30])

    for _ in range(int(agent.rng.integers(8, 20))):
        subscribe(int(agent.rng.integers(0, 30)))
    for day in days(agent):
        if agent.rng.random() < 1 / 30:
            subscribe(day)
        for plan in plans:
            if plan[2] == day % 30:
                if agent.rng.random() < 0.05:
                    plan[1] = round(plan[1] * 1.1, 2)
                at = agent.at(day, agent.rng.uniform(2, 5))
                agent.pay(at, plan[0], plan[1], "software", "our plan")


def ad_spend(agent, fixed=None):
    """Advertising: a few charges a day to two platforms; `fixed` is charged each time it is due."""
    platforms = [agent.payees.payee("host") for _ in range(2)]
    for day in days(agent):
        for _ in range(agent.rng.poisson(5 if not is_weekend(day) else 3)):
            amount = fixed or agent.around(220 * agent.season(day), 0.35)
            platform = platforms[int(agent.rng.random() < 0.3)]
            agent.pay(agent.at(day, agent.rng.uniform(0, 24)), platform, amount, "advertising")


def travel(agent):
    """Trips: a flight, nights in a hotel that is mostly new, rides."""
    airlines = [agent.payees.payee("host", "FR") for _ in range(3)]
    rides = agent.payees.payee("host")
    inns = [agent.payees.payee("host", "IT", "hotel") for _ in range(3)]
    unit = agent.scale
    for day in days(agent):
        if agent.rng.random() > 0.13:
            continue
        hour = agent.working_hour()
        pick = agent.payees.pick
        fare = agent.around(260 * unit, 0.5)
        agent.pay(agent.at(day, hour), pick(airlines), fare, "flights", "the flights")
        fresh = agent.rng.random() < 0.7
        country = pick(["FR", "IT", "GB", "PT", "NL"])
        inn = agent.payees.payee("host", country, "hotel") if fresh else pick(inns)
        nights = int(agent.rng.integers(1, 5))
        cost = nights * agent.around(130 * unit, 0.3)
        agent.pay(agent.at(day, hour + 0.2), inn, cost, "hotel", f"{nights} nights")
        for ride in range(int(agent.rng.integers(0, 4))):
            at = agent.at(day + 2 + ride // 2, agent.rng.uniform(7, 23))
            agent.pay(at, rides, agent.around(24 * unit, 0.4), "taxi", "a ride")


def office(agent):
    """Paper, chairs, screens: a few orders a week from suppliers that it knows."""
    known = [agent.payees.payee(by) for by in ["host"] * 8 + ["iban"] * 4]
    kinds = [("office_supplies", 40, 0.6, "paper and pens"), ("furniture", 260, 0.5, "two chairs"),
             ("electronics", 180, 0.7, "a screen")]
    for day in days(agent):
        if is_weekend(day):
            continue
        for _ in range(agent.rng.poisson(0.8)):
            place = int(agent.rng.choice(3, p=[0.7, 0.1, 0.2]))
            category, middle, sigma, what = kinds[place]
            new = agent.rng.random() < 0.03
            payee = agent.payees.payee("host") if new else agent.payees.pick(known)
            if new:
                known.append(payee)
            amount = agent.around(middle * agent.season(day), sigma)
            agent.pay(agent.at(day, agent.working_hour()), payee, amount, category, what)


def cloud(agent):
    """Machines by the hour, in waves of the day; one day in fifty a large job."""
    host = agent.payees.payee("host", "US")
    other = agent.payees.payee("host", "US")
    for day in days(agent):
        job = 4.0 if agent.rng.random() < 0.02 else 1.0
        for hour in range(24):
            wave = 1 + 0.7 * math.sin(2 * math.pi * (hour - 9) / 24)
            more = job if 10 <= hour < 18 else 1.0
            amount = agent.around(1.5 * agent.season(day) * wave * more + 0.05, 0.15)
            agent.pay(agent.at(day, hour), host, amount, "cloud")
        if day % 7 == 0:
            backup = agent.around(18 * agent.scale, 0.1)
            agent.pay(agent.at(day, 6), other, backup, "cloud")


def marketplace(agent):
    """Buys what is on offer: two in five sellers are new."""
    known = [agent.payees.payee("host") for _ in range(10)]
    kinds = ["books", "parts", "toys", "clothing", "garden"]
    for day in days(agent):
        for _ in range(agent.rng.poisson(5)):
            new = agent.rng.random() < 0.4
            payee = agent.payees.payee("host") if new else agent.payees.pick(known)
            if new and agent.rng.random() < 0.02:
                # An honest shop can have a name like another's.
                near = agent.payees.pick(known)
                payee = agent.payees.elsewhere(dict(near, name=near["name"] + "s"))
            if new:
                known[int(agent.rng.integers(len(known)))] = payee
            kind = agent.payees.pick(kinds)
            amount = agent.around(28 * agent.season(day), 0.9)
            agent.pay(agent.at(day, agent.rng.uniform(7, 23)), payee, amount, kind, "the parts")


def groceries(agent):
    """Once a week, something small in between, and a party each month."""
    shops = [agent.payees.payee("host") for _ in range(3)]
    for day in days(agent):
        shop = shops[int(agent.rng.choice(3, p=[0.7, 0.2, 0.1]))]
        hour = agent.rng.uniform(9, 19)
        if day % 7 == 5:
            amount = agent.around((240 if day % 28 == 5 else 85) * agent.season(day), 0.2)
            agent.pay(agent.at(day, hour), shop, amount, "groceries", "the weekly groceries")
        elif agent.rng.random() < 0.35:
            amount = agent.around(16 * agent.scale, 0.5)
            agent.pay(agent.at(day, hour), shop, amount, "groceries", "milk and bread")


def invoices(agent):
    """Bills of suppliers by transfer; one in 300 suppliers has a new account."""
    known = [agent.payees.payee("iban", agent.payees.pick(["DE", "AT", "BE"])) for _ in range(12)]
    usual = [agent.around(320 * agent.scale, 0.7) for _ in known]
    for day in days(agent):
        if is_weekend(day):
            continue
        for _ in range(agent.rng.poisson(1.6)):
            if agent.rng.random() < 0.03:
                known.append(agent.payees.payee("iban"))
                usual.append(agent.around(320 * agent.scale, 0.7))
            place = int(agent.rng.integers(len(known)))
            if agent.rng.random() < 1 / 300:
                known[place] = agent.payees.other_account(known[place])
            amount = agent.around(usual[place] * (1 + agent.growth * day / 90), 0.25)
            at = agent.at(day, agent.working_hour())
            agent.pay(at, known[place], amount, "services", "the work of last month")


def data_buyer(agent):
    """Data by stablecoin, in batches of some dozens within minutes."""
    sellers = [agent.payees.payee("evm") for _ in range(8)]
    for day in days(agent):
        for _ in range(agent.rng.poisson(1.2)):
            hour = agent.rng.uniform(0, 23)
            seller = agent.payees.pick(sellers)
            price = agent.around(0.3 * agent.scale, 0.6)
            for n in range(int(agent.rng.integers(3, 40))):
                at = agent.at(day, hour + n / 90)
                agent.pay(at, seller, agent.around(price, 0.1), "data")


def night_shift(agent):
    """Works when others sleep; small things and large ones, and nothing in between."""
    known = [agent.payees.payee(by) for by in ["host", "host", "iban", "iban"]]
    for day in days(agent):
        for _ in range(agent.rng.poisson(4)):
            hour = (agent.rng.normal(25, 1.5)) % 24
            middle = 5 if agent.rng.random() < 0.8 else 400
            payee = known[int(agent.rng.integers(2)) + (2 if middle == 400 else 0)]
            amount = agent.around(middle * agent.season(day), 0.3)
            agent.pay(agent.at(day, hour), payee, amount, "operations")
