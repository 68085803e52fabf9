"""Payees that do not exist: shops, accounts, and what is easily taken for them."""

FIRST = """Alder Amber Anchor Aspen Atlas Birch Bright Canyon Cedar Cobalt Copper Coral Delta Drift
Eagle Elm Ember Falcon Fern Flint Forge Frost Garnet Gold Granite Harbor Hazel Heron Indigo Iron
Ivory Jade Juniper Kestrel Lark Linden Lunar Maple Marble Meadow Mercer Mistral Moss Nimbus North
Oak Ocean Olive Onyx Opal Orchid Otter Pebble Pine Plum Prairie Quartz Raven Reed Ridge River Rowan
Ruby Saffron Sage Salt Sierra Silver Slate Solar Spruce Stone Summit Swift Teal Thistle Tidal Umber
Vale Vector Velvet Violet Walnut Willow Winter Wren Yarrow Zephyr""".split()
SECOND = """Analytics Books Bikes Cargo Cloud Coffee Compute Courier Data Design Digital Energy
Feeds Films Foods Freight Gardens Glass Goods Graphics Hosting Insights Labs Lamps Leather Lighting
Logic Mail Maps Market Media Metrics Mills Motors Music Networks Optics Outdoor Papers Parts Pixels
Press Print Robotics Search Sensors Signals Software Sound Sports Stationery Storage Studio Supplies
Systems Tea Textiles Tools Toys Travel Vision Weather Works""".split()
HOTELS = ["Hotel", "Inn", "Lodge", "House", "Suites", "Guesthouse"]
CITIES = """Lyon Porto Graz Leeds Turin Ghent Basel Malmo Kyoto Osaka Austin Denver Dublin Krakow
Lille Nantes Parma Siena Utrecht York""".split()
# Latin letters and Cyrillic or Greek ones that look the same.
ALIKE = {"a": "\u0430", "c": "\u0441", "e": "\u0435", "i": "\u0456", "o": "\u043e", "p": "\u0440",
         "x": "\u0445", "y": "\u0443", "s": "\u0455", "v": "\u03bd"}
# Countries and the number of digits after the check digits of their IBANs.
IBAN_DIGITS = {"DE": 18, "AT": 16, "BE": 12, "DK": 14, "PL": 24, "ES": 20}


class Payees:
    """Makes payees, each name once."""

    def __init__(self, rng):
        self.rng = rng
        self.names = set()

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def name(self, kind="shop"):
        while True:
            name = f"{self.pick(FIRST)} {self.pick(SECOND)}"
            if kind == "hotel":
                name = f"{self.pick(FIRST)} {self.pick(HOTELS)} {self.pick(CITIES)}"
            elif len(self.names) > 1500 or self.rng.random() < 0.3:
                name += f" {self.pick(CITIES)}"
            if name not in self.names:
                self.names.add(name)
                return name

    def payee(self, by="host", country="DE", kind="shop"):
        """A new payee that is known by its host, IBAN, EVM address or name alone."""
        name = self.name(kind)
        payee = {"name": name, "country": country}
        if by == "host":
            payee["url"] = f"https://{slug(name)}.example/"
        elif by == "iban":
            payee["account"] = self.iban(country if country in IBAN_DIGITS else "DE")
        elif by == "evm":
            payee["account"] = f"eip155:8453:0x{self.hexes(40)}"
        return payee

    def hexes(self, count):
        return "".join("0123456789abcdef"[int(n)] for n in self.rng.integers(0, 16, count))

    def iban(self, country):
        digits = "".join(str(int(n)) for n in self.rng.integers(0, 10, IBAN_DIGITS[country]))
        return with_check(country, digits)

    def homoglyph(self, payee):
        """The same letters to the eye: one of them is of another alphabet. Another account."""
        name = payee["name"]
        places = [n for n, letter in enumerate(name) if letter in ALIKE]
        place = self.pick(places)
        fake = dict(payee, name=name[:place] + ALIKE[name[place]] + name[place + 1:])
        return self.elsewhere(fake)

    def two_edits(self, payee):
        """Two letters of the name and the host are others."""
        name = list(payee["name"])
        places = [n for n in range(1, len(name) - 1) if name[n].isalpha() and name[n].islower()]
        for place in self.rng.choice(places, 2, replace=False):
            others = [c for c in "aeinorstlm" if c != name[place]]
            name[place] = self.pick(others)
        return self.elsewhere(dict(payee, name="".join(name)))

    def elsewhere(self, payee):
        """The same kind of payee with a host or an account that follows from its name, or new."""
        if "url" in payee:
            plain = "".join(c for c in payee["name"] if c.isascii())
            payee["url"] = f"https://{slug(plain)}.example/"
        if "account" in payee:
            is_evm = payee["account"].startswith("eip155")
            fresh = self.payee("evm" if is_evm else "iban", payee.get("country", "DE"))
            payee["account"] = fresh["account"]
        return payee

    def swapped_digits(self, payee):
        """Two neighbouring digits of the IBAN have changed places; half of them still check."""
        iban = payee["account"]
        country, digits = iban[:2], list(iban[4:])
        places = [n for n in range(len(digits) - 1) if digits[n] != digits[n + 1]]
        place = self.pick(places)
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
        swapped = "".join(digits)
        if self.rng.random() < 0.5:
            return dict(payee, account=with_check(country, swapped))
        return dict(payee, account=iban[:4] + swapped)

    def vanity(self, payee):
        """An address with the same first and last four characters, made by trying."""
        chain, address = payee["account"].rsplit(":0x", 1)
        middle = self.hexes(32)
        return dict(payee, account=f"{chain}:0x{address[:4]}{middle}{address[-4:]}")

    def other_account(self, payee):
        return self.elsewhere(dict(payee))


def slug(name):
    return "-".join(name.lower().split())


def with_check(country, digits):
    letters = "".join(str(ord(letter) - 55) for letter in country)
    check = 98 - int(digits + letters + "00") % 97
    return f"{country}{check:02d}{digits}"
