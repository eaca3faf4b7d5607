"""What people do about targets: set the bank's own, and split an owner's over the branches and people below it.

Either way all that changes is written in one transaction, and children add up to their owner in every month afterwards; the
database looks at it once more when the transaction ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.domains.strategy.models import Target
from jinlan.domains.strategy.rules.targets import (
    BRANCH,
    COUNTS,
    METRICS,
    THE_BANK,
    Months,
    Owner,
    check_months,
    check_sums,
    spread_change,
    step_of,
)
from jinlan.domains.strategy.selectors.places import Places
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.locks import hold
from jinlan.kernel.scope import ScopeDenied
from jinlan.serving import selectors as serving

HEADS, SPLITTERS = ("dept_head",), ("dept_head", "branch_head")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a child is to get; `edition` is the one that its author saw, 0 for none."""

    owner: Owner
    months: Sequence[Decimal]
    edition: int = 0


@act("strategy.set_target", title=_("设定全行目标"), roles=HEADS)
def set_target(
    *, actor: Actor, year: int, metric: str, months: Sequence[Decimal], edition: int = 0, spread: bool = False, reason: str = "",
) -> int:  # fmt: skip
    """Set the twelve months of the bank and return the edition; with `spread` the change is spread over all below in proportion.

    Raises:
        Refused: TARGET_YEAR, TARGET_METRIC, TARGET_MONTHS, TARGET_REASON; TARGET_MOVED when somebody saved in between; TARGET_BELOW
            when what is below would not add up any more.
    """
    book = _Book(actor, year, metric, reason)
    book.seen(THE_BANK, edition)
    book.put(THE_BANK, None, check_months(metric, months), spread=spread)
    book.record("strategy.target_set", THE_BANK)
    return book.rows[THE_BANK].edition


@act("strategy.split_target", title=_("分解目标"), roles=SPLITTERS)
def split_target(
    *, actor: Actor, year: int, metric: str, owner: Owner, edition: int, children: Sequence[Wanted], spread: bool = False, reason: str = "",
) -> None:  # fmt: skip
    """Set all children of an owner at once; those that have children themselves pass a change on in proportion, with `spread`.

    Raises:
        ScopeDenied: the owner is not below the actor's own branch, or there is none.
        Refused: as `set_target`; TARGET_SUM when the children do not add up to the owner in some month; TARGET_CHILD for one that is
            not there, or not below this owner; TARGET_ELSEWHERE for one whose target comes from another owner.
    """
    book = _Book(actor, year, metric, reason)
    _allow(book, owner)
    own = book.seen(owner, edition)
    if own is None:
        raise Refused("TARGET_NONE", "本级还没有目标。", "请先由上级下达目标。")
    wanted = {one.owner: one for one in children}
    # Children that another tab added meanwhile are no longer what this one saw.
    if book.children(owner).keys() - wanted.keys():
        raise _moved()
    given: dict[Owner, Months] = {}
    for child, one in wanted.items():
        book.belongs(child, owner)
        book.seen(child, one.edition)
        given[child] = check_months(metric, one.months, f"{child.kind}-{child.code}")
    check_sums(own.months, {f"{child.kind} {child.code}": months for child, months in given.items()})
    for child, months in given.items():
        book.put(child, owner, months, spread=spread)
    book.record("strategy.target_split", owner)


@dataclass
class _Book:
    """The targets of a metric in a year, held against others until the act is over."""

    actor: Actor
    year: int
    metric: str
    reason: str
    rows: dict[Owner, Target] = field(init=False)
    places: Places = field(init=False)
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        today = _today(self.actor)
        _check_year(self.year, today)
        if self.metric not in METRICS:
            raise Refused("TARGET_METRIC", "没有这项指标。", "请从列表中选择。", field="metric")
        least = int(rule("TARGET.REASON", today).value)
        if today >= date(self.year, 1, 1) and len(self.reason.strip()) < least:
            raise Refused(
                "TARGET_REASON", "年度已经开始,改动目标要写明理由,至少 %(least)s 个字。", "请填写理由,审计会看到。", least=least, field="reason",
            )  # fmt: skip
        hold(f"jinlan targets|{self.actor.entity}|{self.year}|{self.metric}")
        # Not `for update`: that shows a branch head only the rows that he may change, and the lock above holds the others off.
        rows = Target.objects.filter(entity=self.actor.entity, year=self.year, metric=self.metric)
        self.rows = {Owner(row.owner_kind, row.owner): row for row in rows}
        self.places = Places(self.actor, today)

    def children(self, owner: Owner) -> dict[Owner, Target]:
        """Return what hangs below an owner."""
        return {
            one: row
            for one, row in self.rows.items()
            if (row.parent_kind, row.parent) == (owner.kind, owner.code)
        }

    def seen(self, owner: Owner, edition: int) -> Target | None:
        """Return an owner's row, refusing (TARGET_MOVED) when it is no longer the one that the author saw."""
        row = self.rows.get(owner)
        if (row.edition if row else 0) != edition:
            raise _moved()
        return row

    def belongs(self, child: Owner, owner: Owner) -> None:
        """Refuse a child that has its target from elsewhere, or may have none from this owner."""
        row = self.rows.get(child)
        if row is not None:
            if (row.parent_kind, row.parent) != (owner.kind, owner.code):
                raise Refused(
                    "TARGET_ELSEWHERE", "%(name)s 的目标由另一级下达。", "请与下达目标的机构商定后由其调整。", name=self.places.name(child),
                )  # fmt: skip
        elif child not in self.places.candidates(owner):
            raise Refused(
                "TARGET_CHILD",
                "%(name)s 不在这一级之下。",
                "请刷新页面后重新填写。",
                name=self.places.name(child),
            )

    def put(self, owner: Owner, parent: Owner | None, months: Months, *, spread: bool) -> None:
        """Write an owner's months, and what they mean for those below."""
        row, below = self.rows.get(owner), self.children(owner)
        if row is not None and tuple(row.months) == months:
            return
        if below and not spread:
            raise Refused(
                "TARGET_BELOW", "%(name)s 的目标已分到下级,改动后各月不再相符。", "请勾选“改动按比例分到下级”,或先收齐下级的新目标再一起保存。",
                name=self.places.name(owner), field="spread",
            )  # fmt: skip
        self._write(owner, parent, row, months)
        parts = (
            spread_change(months, [one.months for one in below.values()], step_of(self.metric))
            if below
            else ()
        )
        for child, part in zip(below, parts, strict=True):
            self.put(child, owner, check_months(self.metric, part), spread=True)

    def _write(self, owner: Owner, parent: Owner | None, row: Target | None, months: Months) -> None:
        name = f"{owner.kind} {owner.code}".strip()
        if row is None:
            shown = serving.published(self.actor)
            row = self.rows[owner] = Target(
                entity=self.actor.entity, year=self.year, metric=self.metric, owner_kind=owner.kind, owner=owner.code,
                parent_kind=parent.kind if parent else "", parent=parent.code if parent else "", edition=0,
                currency="" if self.metric in COUNTS or shown is None else shown.base_currency,
            )  # fmt: skip
        else:
            self.before[name] = [str(one) for one in row.months]
        row.months, row.edition = list(months), row.edition + 1
        row.changed_at, row.changed_by = self.actor.at, self.actor.username
        row.save()
        self.after[name] = [str(one) for one in months]

    def record(self, verb: str, owner: Owner) -> None:
        """Write down what changed."""
        about = f"{self.year} {self.metric} {owner.kind} {owner.code}".strip()
        audit(
            self.actor,
            verb,
            "target",
            about,
            before=self.before,
            after=self.after,
            reason=self.reason.strip()[:500],
        )


def _allow(book: _Book, owner: Owner) -> None:
    """Let a head of department split anywhere, a branch head below his own branch."""
    if book.actor.has(*HEADS):
        return
    if owner.kind != BRANCH or owner.code not in book.places.headed_below():
        raise ScopeDenied("ABSENT", "没有这项目标,或您不能分解它。", "")


def _check_year(year: int, today: date) -> None:
    first, last = (
        today.year - int(rule("TARGET.BACK", today).value),
        today.year + int(rule("TARGET.AHEAD", today).value),
    )
    if not first <= year <= last:
        raise Refused(
            "TARGET_YEAR", "只能设定 %(first)s 至 %(last)s 年的目标。", "请换一个年度。", first=first, last=last, field="year",
        )  # fmt: skip


def _today(actor: Actor) -> date:
    shown = serving.published(actor)
    return shown.latest if shown else business_date(actor.at)


def _moved() -> Refused:
    return Refused("TARGET_MOVED", "目标已在另一处改动。", "请对照最新的目标再改;这里填写的内容还在页面上。")
