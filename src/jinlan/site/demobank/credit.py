"""Credit: facilities, loans and their repayments, off-balance business, guarantees; rows only on change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jinlan.site.demobank.arrow import E8, cents, e8
from jinlan.site.demobank.book import Account, Party, Planned, Unit
from jinlan.site.demobank.companies import Borrower
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.timeline import to_date


@dataclass(slots=True)
class Loan:
    """A loan as it stands; `row` is what was last delivered."""

    party: Party
    account: Account
    cash: Account | None
    facility: str | None
    row: dict[str, Any] = field(default_factory=dict)


class Credit:
    """Builds the credit tables; keeps what each facility is used for."""

    def __init__(self, kit: Kit) -> None:
        self.kit, self.bank = kit, kit.bank
        self.dice = kit.bank.dice("credit")
        self._facilities: dict[str, dict[str, Any]] = {}
        self._top: dict[str, str] = {}
        self._used: list[tuple[int, str, int]] = []

    def facility(self, party: Party, yuan: float, *, unit: Unit | None = None) -> str:
        """Give a company a line of 1.4 times its loans; members of a named group share the group's line."""
        parent = self._group_line(unit) if unit and unit.named and len(unit.members) > 1 else None
        return self._line(
            party,
            cents(round(yuan * 1.4 + 49_999, -5)),
            "MEMBER" if parent else "COMPREHENSIVE",
            parent,
            unit,
        )

    def _group_line(self, unit: Unit) -> str:
        if unit.unit_id not in self._top:
            self._top[unit.unit_id] = self._line(unit.root, 0, "GROUP", None, unit)
        return self._top[unit.unit_id]

    def _line(self, party: Party, approved: int, kind: str, parent: str | None, unit: Unit | None) -> str:
        number = self.bank.next_id("F")
        time = self.bank.time
        start = max(time.first - self.dice.whole(20, 300), party.onboard_date or 0)
        self._facilities[number] = {
            "facility_id": number, "party_id": party.party_id, "parent_facility_id": parent, "type": kind,
            "group_id": unit.unit_id if unit and unit.named and len(unit.members) > 1 else None,
            "currency": "CNY",
            "approved_amount": approved, "used_amount": 0, "reserved_amount": 0, "revolving_flag": True,
            "committed_flag": False, "ccf": e8(0.2), "start_date": start,
            "expiry_date": time.end + self.dice.whole(60, 500),
            "status": "ACTIVE", "low_risk_flag": False,
            "approval_no": f"金澜授审{to_date(start).year}-{number[1:]}",
            "source_system": "CRM", "source_key": number,
        }  # fmt: skip
        if parent:
            self._facilities[parent]["approved_amount"] += approved
        return number

    def loan(
        self, party: Party, product: str, yuan: float, *, facility: str | None, start: int, maturity: int,
        amortised: float = 0.0, months: int = 3,
    ) -> Loan:  # fmt: skip
        """Grant a loan; `amortised` of the principal is repaid every `months` months (0 = at the end)."""
        account = self.kit.account(party, product, opened=start)
        account.maturity_date = maturity
        account.rate_type = "LPR"
        account.spread_bp = 60
        principal = cents(yuan)
        loan = Loan(party, account, self._pays_from(party), facility)
        loan.row = {
            "loan_id": f"L{account.account_id[1:]}", "facility_id": facility,
            "account_id": account.account_id,
            "party_id": party.party_id, "currency": "CNY", "principal": principal, "outstanding": principal,
            "undrawn": 0, "interest_rate": account.interest_rate, "rate_type": "LPR", "spread_bp": 60,
            "day_count": "ACT365", "ftp_rate": account.ftp_rate, "ftp_date": start, "start_date": start,
            "maturity_date": maturity, "repayment_method": "AMORT" if amortised else "BULLET", "dpd": 0,
            "overdue_principal": 0, "overdue_interest": 0, "five_tier": "1", "restructured_flag": False,
            "ecl_stage": "1", "ecl_amount": principal // 100, "pd": party.pd or e8(0.01), "lgd": e8(0.45),
            "ead": principal, "rwa": principal, "purpose_code": "P01",
            "green_code": "G3" if product == "LGRN" else None,
            "green_share": E8 if product == "LGRN" else 0, "source_system": "LOAN",
            "source_key": f"L{account.account_id[1:]}",
        }  # fmt: skip
        self._life(loan, amortised, months)
        return loan

    def _pays_from(self, party: Party) -> Account | None:
        accounts = self.bank.by_party.get(party.party_id, [])
        return next((one for one in accounts if one.product_code.startswith("DCUR")), None)

    def _life(self, loan: Loan, amortised: float, months: int) -> None:
        """Deliver the loan, its draw when it lies inside history, its interest and repayments."""
        bank, row = self.bank, loan.row
        time, start = bank.time, row["start_date"]
        step = int(row["principal"] * amortised)
        dues = [month for month in time.months if month.index % months == 1 and month.first > start]
        past = self._before(loan, step, months)
        row["outstanding"] -= past
        row["ead"] = row["rwa"] = row["outstanding"]
        bank.state.put("loan", bank.since(start), dict(row))
        self._used.append((bank.since(start), row["facility_id"] or "", row["outstanding"]))
        if start > time.first:
            self._book(loan, start, row["principal"], "LOAN_DRAW")
        for month in dues:
            when = time.next_work(month.first + 20)
            if when > min(time.end, row["maturity_date"]):
                break
            interest = row["outstanding"] * row["interest_rate"] * 91 * months // (3 * 365 * E8)
            self._book(loan, when, -interest, "INTEREST")
            if step and row["outstanding"] > step:
                self._schedule(loan, when, step, interest)
                self.change(loan, when, outstanding=row["outstanding"] - step)
                self._book(loan, when, -step, "LOAN_REPAY")

    def _schedule(self, loan: Loan, when: int, step: int, interest: int) -> None:
        """Deliver one due date with the loan, and again when it is paid."""
        row = {"loan_id": loan.row["loan_id"], "due_date": when, "principal_due": step,
               "interest_due": interest,
               "paid_principal": 0, "paid_interest": 0}  # fmt: skip
        self.bank.state.put("repayment_schedule", self.bank.since(loan.row["start_date"]), row)
        self.bank.state.put(
            "repayment_schedule", when, {**row, "paid_principal": step, "paid_interest": interest}, "U"
        )

    def _before(self, loan: Loan, step: int, months: int) -> int:
        """What was repaid before history began; a tenth of the principal is always left."""
        gone = max(0, self.bank.time.first - loan.row["start_date"]) // (30 * months)
        return int(min(step * gone, loan.row["principal"] * 9 // 10)) if step else 0

    def change(self, loan: Loan, when: int, **changes: Any) -> None:
        """Deliver a change of a loan; the use of its line follows."""
        before = loan.row["outstanding"]
        loan.row.update(changes)
        loan.row["ead"] = loan.row["rwa"] = loan.row["outstanding"]
        self.bank.state.put("loan", when, dict(loan.row), "U")
        if loan.row["outstanding"] != before:
            self._used.append((when, loan.row["facility_id"] or "", loan.row["outstanding"] - before))

    def repay(self, loan: Loan, when: int, yuan: float) -> None:
        """Repay a part ahead of time, paid in the same day by the client's own receipts."""
        self.change(loan, when, outstanding=loan.row["outstanding"] - cents(yuan))
        self._book(loan, when, -cents(yuan), "LOAN_REPAY")

    def classify(self, loan: Loan, when: int, tier: str, dpd: int) -> None:
        """Move a loan into a five-tier class; stage 3 from class 3 on; the party's worst class follows."""
        bad = tier >= "3"
        due = loan.row["outstanding"] // 10 if dpd else 0
        self.change(loan, when, five_tier=tier, dpd=dpd, overdue_principal=due, overdue_interest=due // 20,
                    ecl_stage="3" if bad else "2",
                    ecl_amount=loan.row["outstanding"] * (45 if bad else 6) // 100,
                    pd=E8 if bad else e8(0.12))  # fmt: skip
        grade = {"internal_rating": "D", "pd": E8} if bad else {"internal_rating": "B", "pd": e8(0.12)}
        self.bank.edit(when, loan.party, five_tier_worst=tier, **grade)

    def _book(self, loan: Loan, when: int, amount: int, kind: str) -> None:
        """Book on the client's account: a draw is paid on, on the next working day."""
        if loan.cash is None or amount == 0 or when <= loan.cash.open_date:
            return
        number = loan.cash.number
        self.bank.planned.append(Planned(when, number, amount, kind, text="放款" if amount > 0 else "还款"))
        if kind == "LOAN_DRAW":
            away = self.bank.time.next_work(when + 1)
            self.bank.planned.append(Planned(away, number, -amount, "TRANSFER", other=-2, text="货款"))

    def finish(self) -> None:
        """Deliver the facilities: once at the start, again whenever their use changed."""
        changes: dict[str, dict[int, int]] = {}
        for when, number, amount in self._used:
            for line in (number, self._facilities.get(number, {}).get("parent_facility_id")):
                if line:
                    days = changes.setdefault(line, {})
                    days[when] = days.get(when, 0) + amount
        for number, row in self._facilities.items():
            first = self.bank.since(row["start_date"])
            used, moves = 0, changes.get(number, {})
            for when in sorted({first, *moves}):
                used += moves.get(when, 0)
                change = "I" if when == first else "U"
                self.bank.state.put("facility", max(first, when), {**row, "used_amount": used}, change)


def build(credit: Credit, borrowers: list[Borrower]) -> None:
    """Give every borrower its line and loans, some persons a mortgage."""
    dice, kit = credit.dice, credit.kit
    for borrower in borrowers:
        company(credit, borrower)
    for cash in list(kit.bank.cash):
        if (
            cash.person
            and cash.salary
            and not cash.closes
            and cash.account.product_code == "DCUR-P"
            and dice.chance(0.1)
        ):
            _mortgage(credit, cash.account.owner)


def company(credit: Credit, borrower: Borrower, *, quiet: bool = False) -> list[Loan]:
    """One line and one to three loans; a few small ones go bad unless `quiet`."""
    dice, time, party = credit.dice, credit.bank.time, borrower.party
    facility = credit.facility(party, borrower.yuan, unit=borrower.unit)
    came = party.onboard_date or 0
    inside = dice.chance(0.15) and not quiet
    start = dice.whole(time.first + 30, time.last - 40) if inside else time.first - dice.whole(10, 600)
    start = (
        time.next_work(max(start, came + 5)) if max(start, came + 5) > time.first else max(start, came + 5)
    )
    maturity = max(time.end, start) + dice.whole(20, 900)
    parts = 1 if borrower.yuan < 3e7 else dice.whole(1, 2) if borrower.yuan < 3e8 else dice.whole(2, 3)
    loans = []
    for place in range(parts):
        product = "LINC" if borrower.yuan < 1e7 else ("LWC", "LFA", "LGRN")[place]
        amortised = 0.04 if product == "LFA" and not quiet else 0.0
        yuan = round(borrower.yuan / parts / (1 - amortised * 6), -4)
        loans.append(credit.loan(party, product, yuan, facility=facility, start=start,
                                 maturity=maturity + place * 90,
                                 amortised=amortised))  # fmt: skip
    if not quiet and borrower.yuan < 1.2e7 and dice.chance(0.06):
        day = time.ago(dice.whole(1, 9)).first + 10
        if day > start + 30:
            credit.classify(loans[0], day, *dice.pick((("2", 35), ("2", 0), ("3", 110))))
    _beside(credit, borrower, facility)
    return loans


def _beside(credit: Credit, borrower: Borrower, facility: str) -> None:
    """Off-balance business and guarantees of the group's parent."""
    dice, bank, party = credit.dice, credit.bank, borrower.party
    since = bank.since(party.onboard_date)
    if borrower.yuan > 1e7 and dice.chance(0.35):
        number = bank.next_id("O")
        amount = cents(round(borrower.yuan * dice.between(0.05, 0.3), -5))
        bank.state.put("off_balance", since, {
            "instrument_id": number, "facility_id": facility, "party_id": party.party_id,
            "type": dice.pick(("LC", "GUARANTEE", "BILL")), "currency": "CNY", "amount": amount,
            "margin_amount": amount // 5, "expiry_date": bank.time.end + dice.whole(20, 300),
            "beneficiary": "境内受益人", "source_system": "TRADE", "source_key": number,
        })  # fmt: skip
    root = borrower.unit.root if borrower.unit else party
    if root is not party and dice.chance(0.5):
        number = bank.next_id("Z")
        bank.state.put("guarantee", bank.since(max(since, root.onboard_date or 0)), {
            "guarantee_id": number, "guarantor_party_id": root.party_id,
            "guaranteed_party_id": party.party_id,
            "facility_id": facility, "loan_id": None, "amount": cents(round(borrower.yuan, -4)),
            "currency": "CNY",
            "type": "JOINT", "valid_from": since, "valid_to": None, "source_system": "CRM",
            "source_key": number,
        })  # fmt: skip


def _mortgage(credit: Credit, party: Party) -> None:
    dice, time = credit.dice, credit.bank.time
    start = max(time.first - dice.whole(100, 2500), (party.onboard_date or 0) + 30)
    if start > time.last - 30:
        return
    credit.loan(party, dice.pick(("LMTG", "LMTG", "LMTG", "LOP")), round(dice.spread(3e5, 4e6), -4),
                facility=None,
                start=start, maturity=start + 365 * 25, amortised=1 / 300, months=1)  # fmt: skip
