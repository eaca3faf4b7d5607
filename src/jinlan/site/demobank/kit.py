"""Makes parties and opens accounts: the only place that numbers them."""

from __future__ import annotations

from typing import Any

from jinlan.site.demobank import ids, products
from jinlan.site.demobank.arrow import cents, e8
from jinlan.site.demobank.book import Account, Bank, Cash, Party, Path64, Position
from jinlan.site.demobank.names import PLACES, Names
from jinlan.site.demobank.org import Org
from jinlan.site.demobank.sizes import Size
from jinlan.site.demobank.timeline import day, iso

_JOBS = ("10101", "20213", "20901", "30100", "40199", "50502", "60104", "80000")
_SIZES = {"HQ": "LARGE", "BRANCH": "LARGE", "KEY": "MEDIUM", "SMALL": "SMALL", "MICRO": "MICRO"}
_RATINGS = (("AA", 0.003), ("A", 0.008), ("BBB", 0.016), ("BB", 0.035))


class Kit:
    """Factory of one bank's parties and accounts."""

    def __init__(self, bank: Bank, size: Size, org: Org, names: Names) -> None:
        self.bank, self.size, self.org, self.names = bank, size, org, names
        self.dice = bank.dice("kit")
        self.subs = org.every_sub()
        self._taken: set[str] = set()
        self._contacts = bank.dice("contacts")

    def branch(self) -> str:
        """Return a sub-branch by chance."""
        return self.dice.pick(self.subs)

    def onboarded(self, *, fresh: float = 0.12) -> int:
        """Return a day on which a client came; `fresh` is the chance that it lies inside history."""
        time = self.bank.time
        if self.dice.chance(fresh):
            return self.bank.born(self.dice.whole(time.first + 20, time.end))
        return self.dice.whole(day(2007, 1, 4), time.first - 40)

    def _party(self, kind: str, name: str, branch: str, onboard: int | None) -> Party:
        number = len(self.bank.parties) + 1
        party = Party(
            f"P{number:07d}", kind, name, branch, self.org.region[branch], source_key=f"{60_000_000 + number}"
        )
        if onboard is not None:
            party.party_status, party.onboard_date = "ACTIVE", onboard
            party.cdd_status, party.ml_risk_level = "CURRENT", "3" if self.dice.chance(0.08) else "1"
            self._due_diligence(party)
        self.bank.parties.append(party)
        self.bank.state.put("party", self.bank.since(onboard), party)
        return party

    def _due_diligence(self, party: Party) -> None:
        """Next review after the timeline, or a review held inside it (always before it was due)."""
        time = self.bank.time
        party.cdd_due_date = self.dice.whole(time.end + 70, time.end + 800)
        start = self.bank.since(party.onboard_date)
        if self.dice.chance(0.25) and start + 120 < time.last:
            held = self.dice.whole(start + 90, time.last)
            later = party.cdd_due_date
            party.cdd_due_date = held + self.dice.whole(5, 25)
            self.bank.edit(held, party, cdd_due_date=later)

    def person(
        self, *, branch: str, female: bool | None = None, born: int | None = None, surname: str = "",
        onboard: int | None = None, name: str = "",
    ) -> Party:  # fmt: skip
        """Create a natural person; with `onboard` a client, without one a related person only."""
        woman = self.dice.chance(0.5) if female is None else female
        name = name or self.names.person(female=woman, surname=surname)
        party = self._party("PERSON", name, branch, onboard)
        birth = (
            born
            if born is not None
            else day(self.dice.whole(1955, 2001), self.dice.whole(1, 12), self.dice.whole(1, 28))
        )
        party.birth_or_incorp_date = birth
        party.gender = "F" if woman else "M"
        party.id_type, party.id_expiry = "RESIDENT_ID", day(2032 + self.dice.whole(0, 12), 6, 1)
        party.id_no = self._resident_id(party.region_code, iso(birth).replace("-", ""), woman)
        party.occupation_code = self.dice.pick(_JOBS)
        if onboard is not None:
            self._contact(party, onboard)
        return party

    def _resident_id(self, region: str, born: str, female: bool) -> str:
        """Return a number nobody else in the bank has (500 sequences per province, day and sex)."""
        number = len(self.bank.parties)
        while (code := ids.resident_id(region, born, number, female=female)) in self._taken:
            number += 1
        self._taken.add(code)
        return code

    def _contact(self, party: Party, onboard: int) -> None:
        number = len(self.bank.parties)
        kinds = [("MOBILE", f"199{number:08d}")]
        if self._contacts.chance(0.3):
            kinds.append(("EMAIL", f"client{number}@example.com"))
        if self._contacts.chance(0.3):
            kinds.append(("ADDR", f"{self.org.city[party.home_branch_id]}市示例路{number % 900 + 1}号"))
        for kind, value in kinds:
            self.bank.state.put("party_contact_point", self.bank.since(onboard), {
                "party_id": party.party_id, "type": kind, "value": value, "verified": True,
                "preferred": kind == "MOBILE", "valid_from": onboard, "valid_to": None,
            })  # fmt: skip

    def company(
        self, name: str, *, branch: str, english: str | None = None, industry: str = "5199",
        klass: str = "SMALL",
        onboard: int | None = None, state: bool = False,
    ) -> Party:  # fmt: skip
        """Create a company; `klass` sets size and capital."""
        party = self._party("ORG", name, branch, onboard)
        party.name_en, party.industry_code = english, industry
        party.org_size = _SIZES.get(klass, "SMALL")
        number = len(self.bank.parties)
        party.id_type, party.id_no = "USCC", ids.uscc(number, party.region_code)
        party.birth_or_incorp_date = day(self.dice.whole(1992, 2018), self.dice.whole(1, 12), 8)
        party.economic_type = "STATE" if state else "PRIVATE" if self.dice.chance(0.88) else "FOREIGN"
        scale = {"LARGE": 5e8, "MEDIUM": 5e7, "SMALL": 5e6, "MICRO": 5e5}[party.org_size]
        party.registered_capital = cents(round(self.dice.spread(scale / 3, scale * 3), -5)) or cents(500_000)
        party.registered_capital_ccy = "CNY"
        if (party.org_size == "LARGE" and self.dice.chance(0.4)) or self.dice.chance(0.02):
            party.lei = ids.lei(number)
        if party.org_size == "LARGE" and self.dice.chance(0.15):
            party.listed_flag, party.stock_code = True, f"9{number % 100000:05d}"
        if self.dice.chance(0.06):
            party.former_name = (
                name.replace("有限公司", "厂") if "集团" not in name else name.replace("集团", "")
            )
        if onboard is not None:
            grade, pd = self.dice.pick(_RATINGS)
            party.internal_rating, party.pd = grade, e8(pd)
        return party

    def firm(self, *, branch: str, klass: str, onboard: int | None) -> Party:
        """Create a stand-alone company with a name of its own."""
        city = self.org.city[branch]
        place = city if self.dice.chance(0.75) else self.dice.pick(PLACES)
        name, english, industry = self.names.company(place)
        return self.company(
            name, branch=branch, english=english, industry=industry, klass=klass, onboard=onboard
        )

    def trust(self, surname: str, *, branch: str, onboard: int) -> Party:
        """Create a family trust."""
        party = self._party(
            "TRUST", f"{surname}氏家族信托{len(self.bank.parties) % 1000:03d}号", branch, onboard
        )
        party.birth_or_incorp_date = onboard - 30
        return party

    def body(self, kind: str, name: str, *, branch: str, onboard: int) -> Party:
        """Create a public body (GOV) or a fund (FUND)."""
        party = self._party(kind, name, branch, onboard)
        party.birth_or_incorp_date = onboard - 400
        return party

    def account(
        self, party: Party, product: str, *, opened: int | None = None, currency: str = "CNY"
    ) -> Account:
        """Open an account; by default on the day the client came."""
        number = len(self.bank.accounts)
        start = opened if opened is not None else party.onboard_date
        assert start is not None  # noqa: S101
        rate, ftp = products.rates(product)
        row = Account(
            f"A{number + 1:08d}", party.party_id, product, currency, start, party.home_branch_id, number,
            party,
            products.PRODUCTS[product].family, interest_rate=rate, ftp_rate=ftp,
        )  # fmt: skip
        row.account_no_masked, row.source_key = ids.account_mask(number + 1), row.account_id
        row.ftp_date = start if ftp else None
        row.rate_type, row.day_count = ("FIXED", "ACT365") if rate else (None, None)
        self.bank.accounts.append(row)
        self.bank.by_party.setdefault(party.party_id, []).append(row)
        self.bank.state.put("account", self.bank.since(start), row)
        return row

    def cash(self, party: Party, product: str, yuan: float, *, opened: int | None = None,
             currency: str = "CNY",
             **flow: Any) -> Cash:  # fmt: skip
        """Open a deposit account that aims at `yuan`; the rest are fields of `Cash`."""
        row = Cash(self.account(party, product, opened=opened, currency=currency), cents(yuan),
                   party.party_type == "PERSON", **flow)  # fmt: skip
        if product.startswith("DTER"):
            self._renews(row, 365 * self.dice.pick((1, 2, 3)))
        self.bank.cash.append(row)
        return row

    def _renews(self, row: Cash, tenor: int) -> None:
        """Make a term deposit that renews itself: the maturity in force at first delivery, then changes."""
        row.term, row.steer, row.vol, row.growth, row.tenor = True, False, 0.0, 0.0, tenor
        maturity = row.account.open_date + tenor
        while maturity <= self.bank.since(row.account.open_date):
            maturity += tenor
        row.account.maturity_date = maturity
        while maturity <= self.bank.time.end:
            self.bank.edit(maturity, row.account, maturity_date=maturity + tenor)
            maturity += tenor

    def hold(self, party: Party, product: str, yuan: float, *, opened: int | None = None,
             instrument: int | None = None,
             fee: float = 0.004, growth: float = 0.05, vol: float = 0.03,
             path: Path64 | None = None) -> Position:  # fmt: skip
        """Open an investment account with one instrument worth `yuan`; `fee` is a yearly fraction."""
        chosen = instrument if instrument is not None else self.dice.pick(products.BY_PRODUCT[product])
        row = Position(self.account(party, product, opened=opened), chosen, cents(yuan), growth, vol,
                       cents(yuan * fee / 12), path)  # fmt: skip
        if product == "WFIX":
            row.account.maturity_date = self.dice.whole(self.bank.time.end + 5, self.bank.time.end + 300)
        self.bank.positions.append(row)
        return row
