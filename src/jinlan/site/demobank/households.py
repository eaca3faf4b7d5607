"""Persons: high-net-worth households (spouse, children, family trust, consent) and the many others."""

from __future__ import annotations

from dataclasses import dataclass

from jinlan.site.demobank.arrow import E8, cents
from jinlan.site.demobank.book import Bank, Cash, Party, Unit
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.timeline import day, instant

# yuan: average AUM of the household, salary of the root
_CLASSES = {
    "ULTRA": (95e6, 380e6, 150_000),
    "PRIVATE": (11.5e6, 38e6, 60_000),
    "AFFLUENT": (0.9e6, 4.8e6, 30_000),
}
_MIX = (("DCUR-P", 0.07), ("DTER-P", 0.18), ("WCASH", 0.12), ("WFIX", 0.22), ("WMIX", 0.1), ("FBOND", 0.1),
        ("INSL", 0.11), ("CUSS", 0.05), ("FEQ", 0.05))  # fmt: skip
_FEES = {"WCASH": 0.002, "WFIX": 0.004, "WMIX": 0.008, "FBOND": 0.004, "FEQ": 0.012, "INSL": 0.006,
         "CUSS": 0.001,
         "TFAM": 0.005, "TCOL": 0.006}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Home:
    """A household as built; `linked` tells whether the spouse consented to be counted in."""

    root: Party
    spouse: Party | None
    children: tuple[Party, ...]
    trust: Party | None
    linked: bool = True

    @property
    def members(self) -> list[Party]:
        """Those whose figures count as one."""
        spouse = self.spouse if self.linked else None
        return [party for party in (self.root, spouse, *self.children, self.trust) if party]


def relate(bank: Bank, one: Party, other: Party, kind: str, since: int) -> None:
    """Deliver a relation: `other` is the `kind` of `one`."""
    start = max(since, one.onboard_date or 0, other.onboard_date or 0)
    bank.state.put("party_relation", bank.since(start), {
        "from_party_id": one.party_id, "to_party_id": other.party_id, "type": kind,
        "evidence": "户口簿/登记信息",
        "confidence": E8, "valid_from": start, "valid_to": None, "source_system": "ECIF",
        "source_key": f"{one.party_id}-{other.party_id}-{kind}",
    })  # fmt: skip


def consent(bank: Bank, party: Party, purpose: str, given: int) -> None:
    """Deliver a consent given on a day."""
    number = bank.count("consent") + 1
    bank.state.put("consent", bank.since(given), {
        "consent_id": f"CS{number:07d}", "party_id": party.party_id, "purpose": purpose, "channel": "BRANCH",
        "entity": "JLB", "legal_basis": "CONSENT", "text_version": "2023-1",
        "given_ts": instant(given, 37_800),
        "withdrawn_ts": None, "proof_ref": f"IMG{number:07d}", "source_system": "ECIF",
        "source_key": f"CS{number:07d}",
    })  # fmt: skip


def wealth(kit: Kit, party: Party, yuan: float, *, salary: float = 0.0, settle: float = 0.0) -> None:
    """Open the usual accounts of a wealthy person, worth `yuan` together; `settle` are yearly credits."""
    dice = kit.dice
    rest = yuan
    for product, share in _MIX[1:]:
        part = yuan * share * dice.between(0.7, 1.25)
        if part < 60_000 or part > rest * 0.9 or dice.chance(0.52 if yuan < 3e7 else 0.3):
            continue
        rest -= part
        if product.startswith("D"):
            kit.cash(party, product, round(part, -4))
        else:
            kit.hold(party, product, round(part, -3), fee=_FEES.get(product, 0.003))
    if rest > yuan * 0.3:
        part = rest - yuan * 0.12
        rest -= part
        kit.hold(party, "WCASH", round(part, -3), fee=0.002)
    kit.cash(party, "DCUR-P", round(rest, -2), settle=cents(settle / 12), credits=1.2, debits=7.0,
             salary=cents(salary), pay_day=10 if dice.chance(0.6) else 15 if salary else 0,
             fee=cents(30))  # fmt: skip
    if dice.chance(0.3):
        kit.account(party, "CRD")


def build(kit: Kit) -> None:
    """Create the background households and the other persons."""
    size = kit.size
    for klass, count in (("ULTRA", size.ultra), ("PRIVATE", size.private), ("AFFLUENT", size.affluent)):
        for number in range(count):
            _household(kit, klass, number)
    for number in range(size.mass):
        _person(kit, number)


def _household(kit: Kit, klass: str, number: int) -> None:
    dice = kit.dice
    low, high, pay = _CLASSES[klass]
    total = dice.spread(low, high)
    # the first ones belong to Hangzhou, where the demo's private banker sits
    branch = kit.org.sub("杭州", number % 4) if number < 12 and klass != "AFFLUENT" else kit.branch()
    onboard = kit.onboarded(fresh=0.08)
    home = family(kit, branch=branch, onboard=onboard, children=dice.whole(0, 2), married=dice.chance(0.85),
                  trust=dice.chance({"ULTRA": 0.7, "PRIVATE": 0.18}.get(klass, 0.0)),
                  consented=dice.chance(0.94))  # fmt: skip
    parts = 0.68 if home.spouse else 1.0
    held = 0.3 if home.trust else 0.0
    wealth(
        kit, home.root, total * (1 - held) * parts, salary=pay * dice.between(0.5, 1.6), settle=total * 0.15
    )
    if home.spouse:
        wealth(kit, home.spouse, total * (1 - held) * (1 - parts), salary=pay * 0.3, settle=total * 0.04)
    if home.trust:
        kit.hold(home.trust, "TFAM", round(total * held, -3), fee=0.005)
    if home.children and klass != "AFFLUENT" and dice.chance(0.3):
        _child_account(kit, home.children[0])
    enroll(kit, home, klass, named=dice.chance(0.7))


def _child_account(kit: Kit, child: Party) -> None:
    kit.cash(child, "DCUR-P", kit.dice.spread(2_000, 60_000), opened=kit.bank.time.first + 40, vol=0.02)


def family(
    kit: Kit, *, branch: str, onboard: int, children: int = 0, married: bool = True, trust: bool = False,
    consented: bool = True, names: tuple[str, str] = ("", ""), spouse_client: bool = True,
) -> Home:  # fmt: skip
    """Create a family with its relations and consents; the root is a client, the spouse usually too."""
    bank, dice = kit.bank, kit.dice
    woman = dice.chance(0.35)
    born = day(dice.whole(1958, 1986), dice.whole(1, 12), 20)
    root = kit.person(branch=branch, female=woman, born=born, onboard=onboard, name=names[0])
    since = bank.since(onboard)
    consent(bank, root, "HOUSEHOLD", since)
    spouse = None
    if married:
        known = onboard if spouse_client else None
        spouse = kit.person(branch=branch, female=not woman, born=born + dice.whole(-900, 1500),
                            onboard=known,
                            name=names[1])  # fmt: skip
        relate(bank, root, spouse, "SPOUSE", since)
        if consented:
            consent(bank, spouse, "HOUSEHOLD", since)
    young = tuple(
        kit.person(
            branch=branch, born=day(dice.whole(2009, 2019), dice.whole(1, 12), 3), surname=root.name_zh[:1]
        )
        for _ in range(children)
    )
    for child in young:
        relate(bank, root, child, "CHILD", since)
    made = kit.trust(root.name_zh[:1], branch=branch, onboard=onboard) if trust else None
    if made:
        _owns_trust(bank, root, made, since)
    return Home(root, spouse, young, made, consented)


def _owns_trust(bank: Bank, root: Party, trust: Party, since: int) -> None:
    bank.state.put("ownership", since, {
        "owner_party_id": root.party_id, "owned_party_id": trust.party_id, "interest_type": "EQUITY",
        "share": E8,
        "nominee_flag": False, "beneficial_party_id": None, "source": "CLIENT", "valid_from": since,
        "valid_to": None,
    })  # fmt: skip
    bank.state.put("party_role", since, {
        "party_id": root.party_id, "role_code": "BENEFICIARY", "object_type": "TRUST",
        "object_id": trust.party_id,
        "valid_from": since, "valid_to": None,
    })  # fmt: skip


def enroll(kit: Kit, home: Home, klass: str, *, named: bool, quiet: bool = False) -> Unit:
    """Register the household as a client unit; `named` ones are delivered, others only linked."""
    bank = kit.bank
    members = home.members
    unit_id = bank.next_id("H") if named else f"HNW-{home.root.party_id}"
    unit = Unit(unit_id, "HNW", klass, home.root, members, named=named, quiet=quiet)
    bank.units.append(unit)
    since = bank.since(home.root.onboard_date)
    if named:
        bank.state.put("client_unit", since, {
            "unit_id": unit_id, "unit_kind": "HNW", "root_party_id": home.root.party_id, "valid_from": since,
            "valid_to": None,
        })  # fmt: skip
        for member in members[: 2 if home.spouse and home.linked else 1]:
            bank.state.put("client_unit_member", since, {
                "unit_id": unit_id, "party_id": member.party_id, "valid_from": since, "valid_to": None,
            })  # fmt: skip
    return unit


def _person(kit: Kit, number: int) -> None:
    dice = kit.dice
    fresh = 1.0 if number % 97 == 5 else 0.12
    onboard = (
        kit.bank.born(kit.bank.time.end - number % 9) if number % 97 == 5 else kit.onboarded(fresh=fresh)
    )
    party = kit.person(branch=kit.branch(), onboard=onboard)
    salary = dice.spread(4_200, 32_000)
    level = dice.spread(1_500, 260_000)
    cash = kit.cash(party, "DCUR-P", round(level, 0), growth=0.03, vol=0.25, salary=cents(salary),
             pay_day=dice.pick((0, 10, 10, 15)), settle=cents(salary * 0.3), credits=0.4,
             debits=dice.spread(3, 26),
             fee=cents(5) if dice.chance(0.2) else 0)  # fmt: skip
    if level > 60_000 and dice.chance(0.2):
        kit.cash(party, "DTER-P", round(level * dice.between(0.5, 3), -3))
    if dice.chance(0.09):
        kit.hold(
            party,
            dice.pick(("WCASH", "WFIX", "FBOND", "FEQ", "INSA", "BGOV")),
            round(dice.spread(8e3, 4e5), -2),
        )
    if dice.chance(0.06):
        kit.account(party, dice.pick(("CRD", "CRD", "FXS")))
    if dice.chance(0.01):
        kit.cash(
            party, "DFX-P", dice.spread(800, 40_000), currency=dice.pick(("USD", "HKD", "EUR")), vol=0.04
        )
    if dice.chance(0.03) and onboard < kit.bank.time.first and len(kit.bank.by_party[party.party_id]) == 1:
        _leaves(kit, party, cash)


def _leaves(kit: Kit, party: Party, cash: Cash) -> None:
    """A client leaves: the only account is paid out and closed."""
    when = kit.dice.whole(kit.bank.time.first + 60, kit.bank.time.last - 3)
    cash.closes = when
    kit.bank.edit(when, cash.account, status="CLOSED", close_date=when)
    kit.bank.edit(when, party, party_status="CLOSED", close_date=when)
