"""Companies: groups with their ownership, stand-alone firms, the accounts they keep."""

from __future__ import annotations

from dataclasses import dataclass

from jinlan.site.demobank.arrow import cents, e8
from jinlan.site.demobank.book import Bank, Party, Unit
from jinlan.site.demobank.kit import Kit


@dataclass(frozen=True, slots=True)
class Figures:
    """What a unit or company brings, in yuan: deposits, credits and fees a year, loans, investments."""

    deposits: float
    settle: float
    loans: float
    fees: float
    wealth: float = 0.0

    def part(self, share: float) -> Figures:
        """Return a share of the figures."""
        return Figures(self.deposits * share, self.settle * share, self.loans * share, self.fees * share,
                       self.wealth * share)  # fmt: skip


@dataclass(slots=True)
class Borrower:
    """A company that has loans: `credit.build` makes facilities and loans of it."""

    party: Party
    yuan: float
    unit: Unit | None = None


def figures(kit: Kit, klass: str) -> Figures:
    """Draw the figures of a class; the classes lie well apart from each other's lines (see stories)."""
    dice = kit.dice
    if klass == "HQ":
        base = dice.spread(9.5e8, 5e9)
        return Figures(
            base, base * dice.between(4, 7), base * dice.between(0.8, 1.5), base * 0.004, base * 0.1
        )
    if klass == "BRANCH":
        return Figures(dice.between(1.7e8, 3.3e8), dice.between(8e8, 1.6e9), dice.between(2e8, 4e8),
                       dice.between(8e5, 1.8e6), dice.between(0, 3e7))  # fmt: skip
    if klass == "KEY":
        return Figures(dice.between(4.5e7, 8.5e7), dice.between(1.8e8, 3.6e8), dice.between(4.5e7, 9e7),
                       dice.between(2.5e5, 5e5), dice.between(0, 6e6))  # fmt: skip
    if klass == "RISING":
        base = dice.spread(3e6, 1.4e7)
        return Figures(base, base * dice.between(2, 4), base * dice.between(0.1, 0.5), base * 0.002)
    base = dice.spread(2e5, 2.4e7)
    loan = base * dice.between(0.3, 1.2) if dice.chance(0.3) else 0.0
    return Figures(
        base, base * dice.between(2, 6), loan, base * 0.003, base * 0.1 if dice.chance(0.15) else 0.0
    )


def bank_with(kit: Kit, party: Party, plan: Figures, *, growth: float = 0.06, vol: float = 0.08) -> None:
    """Open the accounts of a company that brings `plan`."""
    dice = kit.dice
    agreed = plan.deposits * 0.25 if plan.deposits > 1.6e7 and dice.chance(0.6) else 0.0
    term = plan.deposits * 0.15 if plan.deposits > 8e6 and dice.chance(0.35) else 0.0
    size = max(1.0, (plan.settle / 2e6) ** 0.45)
    kit.cash(party, "DCUR-C", round(plan.deposits - agreed - term, -2), growth=growth, vol=vol,
             settle=cents(plan.settle / 12), credits=min(60.0, 3 * size), debits=min(60.0, 2.5 * size),
             pay_day=10 if dice.chance(0.5) else 15, staff=plan.settle > 2e6,
             fee=cents(plan.fees / 12))  # fmt: skip
    if agreed:
        kit.cash(party, "DAGR-C", round(agreed, -4), growth=growth, vol=vol * 0.5)
    if term:
        kit.cash(party, "DTER-C", round(term, -5))
    if plan.wealth > 2e5 and dice.chance(0.6):
        kit.hold(party, dice.pick(("WCASH", "WFIX", "FBOND")), round(plan.wealth, -4), fee=0.003)
    for product, chance in (
        ("PAYS", 0.18),
        ("PAYR", 0.13),
        ("FXS", 0.05),
        ("TLC", 0.03),
        ("TBG", 0.03),
        ("CRDB", 0.03),
        ("ADV", 0.02),
    ):
        if dice.chance(chance if plan.deposits < 3e7 else chance * 2.5):
            kit.account(party, product)
    if dice.chance(0.03 if plan.deposits < 3e7 else 0.18):
        kit.cash(party, "DFX-C", round(plan.deposits * 0.004, 0),
                 currency=dice.pick(("USD", "USD", "USD", "EUR", "HKD")),
                 vol=0.1, settle=cents(plan.settle * 0.0006), credits=1.5, debits=1.0)  # fmt: skip


def owns(bank: Bank, owner: Party, owned: Party, share: float, *, kind: str = "EQUITY",
         since: int | None = None,
         sold: int | None = None, source: str = "REGISTRY") -> None:  # fmt: skip
    """Deliver an ownership, and its end when it was `sold`."""
    start = since if since is not None else (owned.birth_or_incorp_date or bank.time.first)
    row = {
        "owner_party_id": owner.party_id, "owned_party_id": owned.party_id, "interest_type": kind,
        "share": e8(share),
        "nominee_flag": False, "beneficial_party_id": None, "source": source, "valid_from": start,
        "valid_to": None,
        "source_system": "REG", "source_key": f"{owner.party_id}-{owned.party_id}",
    }  # fmt: skip
    known = max(bank.since(day) for day in (since, owner.onboard_date, owned.onboard_date))
    bank.state.put("ownership", known, row)
    if sold is not None and sold > known:
        bank.state.put("ownership", sold, {**row, "valid_to": sold}, "U")


def legal_rep(kit: Kit, company: Party) -> Party:
    """Give a company its legal representative and a contact person."""
    bank = kit.bank
    person = kit.person(branch=company.home_branch_id)
    since = bank.since(company.onboard_date)
    bank.state.put("party_role", since, {
        "party_id": person.party_id, "role_code": "LEGAL_REP", "object_type": "PARTY",
        "object_id": company.party_id,
        "valid_from": company.onboard_date or since, "valid_to": None,
    })  # fmt: skip
    number = bank.count("contact_person") + 1
    bank.state.put("contact_person", since, {
        "contact_id": f"CT{number:07d}", "org_party_id": company.party_id, "person_party_id": person.party_id,
        "name": person.name_zh, "position": "法定代表人", "decision_role": "DECIDER",
        "valid_from": company.onboard_date or since, "valid_to": None,
    })  # fmt: skip
    return person


def register(kit: Kit, unit_id: str, klass: str, root: Party, members: list[Party], source: str,
             *, quiet: bool = False) -> Unit:  # fmt: skip
    """Register a group from one source: CREDIT, DELIVERED, APPROVED (the list), COMPUTED (ownership)."""
    bank = kit.bank
    named = source != "COMPUTED"
    unit = Unit(unit_id if named else f"GROUP-{root.party_id}", "GROUP", klass, root, members, named=named,
                quiet=quiet,
                listed=source == "APPROVED")  # fmt: skip
    bank.units.append(unit)
    first = bank.time.first
    if source == "DELIVERED":
        bank.state.put("client_unit", first, {"unit_id": unit_id, "unit_kind": "GROUP", "valid_from": first,
                                              "root_party_id": root.party_id, "valid_to": None})  # fmt: skip
    for member in members:
        row = {"party_id": member.party_id, "valid_from": bank.since(member.onboard_date), "valid_to": None}
        since = bank.since(member.onboard_date)
        if source == "CREDIT":
            bank.state.put("party_group", since, {**row, "group_id": unit_id, "lead_party_id": root.party_id,
                                                  "lead_branch_id": root.home_branch_id})  # fmt: skip
        elif source == "DELIVERED":
            bank.state.put("client_unit_member", since, {**row, "unit_id": unit_id})
    return unit


def single(kit: Kit, klass: str, borrowers: list[Borrower], *, owned: bool = True) -> Unit:
    """Create a stand-alone company: a group of one member, known to the bank by its party number only."""
    onboard = kit.onboarded(fresh=0.0 if klass == "RISING" else 0.12)
    party = kit.firm(branch=kit.branch(), klass=klass, onboard=onboard)
    plan = figures(kit, klass)
    bank_with(kit, party, plan, growth=kit.dice.between(0.8, 1.6) if klass == "RISING" else 0.06)
    unit = Unit(f"GROUP-{party.party_id}", "GROUP", klass, party, [party], named=False)
    kit.bank.units.append(unit)
    if owned and kit.dice.chance(0.55 if klass != "SMALL" else 0.4):
        owner = legal_rep(kit, party)
        owns(kit.bank, owner, party, kit.dice.pick((0.51, 0.6, 0.7, 0.8, 1.0)))
    if plan.loans > 1e5:
        borrowers.append(Borrower(party, plan.loans, unit))
    return unit


def _public(kit: Kit) -> None:
    """Public bodies and funds keep accounts too; they belong to no group."""
    for number, city in enumerate(("杭州", "上海", "成都", "武汉")):
        branch = kit.org.sub(city, 0)
        body = kit.body("GOV", f"{city}市示例区财政局", branch=branch, onboard=kit.onboarded(fresh=0.0))
        kit.cash(body, "DCUR-C", 2e7 + number * 5e6, settle=cents(3e6), credits=2, debits=3)
        fund = kit.body(
            "FUND", f"澜海{city}稳健{number + 1}号基金", branch=branch, onboard=kit.onboarded(fresh=0.0)
        )
        kit.cash(fund, "DCUR-C", 3e6, settle=cents(1e6), credits=1, debits=1)


def _same_owner(kit: Kit, borrowers: list[Borrower]) -> None:
    """Two stand-alone firms with one controller: a group that only ownership reveals."""
    one, other = (single(kit, "SMALL", borrowers, owned=False) for _ in range(2))
    person = legal_rep(kit, one.root)
    for unit in (one, other):
        owns(kit.bank, person, unit.root, 0.8)


def build(kit: Kit) -> list[Borrower]:
    """Create the stand-alone companies; returns those with loans."""
    borrowers: list[Borrower] = []
    _same_owner(kit, borrowers)
    _public(kit)
    for klass, count in (
        ("KEY", kit.size.single_key),
        ("SMALL", kit.size.single_small),
        ("RISING", kit.size.rising),
    ):
        for _ in range(count):
            single(kit, klass, borrowers)
    for _ in range(kit.size.suppliers):
        kit.firm(branch=kit.branch(), klass="MICRO", onboard=None)
    return borrowers
