"""Columns of 名册 that are more than a plain value: name with kind, tier with state, rank, used limits, near dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jinlan.basics.money import NOT_APPLICABLE
from jinlan.kernel import figures
from jinlan.kernel.keyset import Key, a_key
from jinlan.kernel.looks import Look
from jinlan.kernel.resource.columns import Badge, Column, Day, Money, Names, Number, Points, Title
from jinlan.kernel.templatetags.figures import day
from jinlan.kernel.templatetags.ui import badge, icon
from jinlan.workspace import words
from jinlan.workspace.templatetags.client_words import code_mark, short_name


def _beside(row: Any) -> SafeString:
    kind = format_html('<span class="kind">{}</span>', words.word(words.KINDS_SHORT, row.kind))
    sub = row.unit.pinyin_key.title() if figures.locale() == "en" else ""
    return format_html('{}<span class="sub">{}</span>', kind, sub) if sub else kind


class ClientTitle(Title):
    """The client: a short name on the list, the whole one in its tooltip, in files and in the API."""

    def cell(self, row: Any, under: str = "") -> str:
        """Return the name without its legal form."""
        return short_name(row.unit.name)


class Tier(Badge):
    """The effective tier, its state where it is not simply in force, and whether a decision waits."""

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return the badges."""
        shown = [super().cell(row)]
        if row.tier_state != "active":
            shown.append(code_mark("state", row.tier_state))
        if row.proposed_tier is not None and row.tier_state not in {"proposed_up", "proposed_down"}:
            shown.append(badge(str(_("待决")), "blue"))
        return format_html(
            '<span class="tier">{}</span>', format_html_join("", "{}", ((one,) for one in shown))
        )


class Rank(Number):
    """The place among its peers, and how many they are."""

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return 3 / 12."""
        if not row.rank:
            return format_html("{}", NOT_APPLICABLE)
        return format_html(
            '{}<span class="kind">/ {}</span>', figures.number(row.rank), figures.number(row.rank_n)
        )


class Limit(Money):
    """A credit limit with the share of it that is used."""

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return the limit and the percentage."""
        used = figures.ratio(row.limit_used, row.limit)
        share = (
            format_html('<span class="kind">{}</span>', figures.percent(used, 0)) if used is not None else ""
        )
        return format_html("{}{}", super().cell(row, under), share)


class Near(Day):
    """A date; one close to the date of the list says its weekday."""

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return it."""
        return day(self.value(row), row.as_of)


class Overdue(Money):
    """An amount that should not be there: marked by tone and icon."""

    def tone(self, row: Any) -> str:
        """Return the tone of a bad figure."""
        return "bad" if self.value(row) else ""

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return the amount, marked."""
        shown = super().cell(row, under)
        return format_html("{} {}", icon("alert-triangle", small=True), shown) if self.value(row) else shown


@dataclass(frozen=True)
class Grade(Badge):
    """A code that is a number; its order is that of the numbers, worst first."""

    css: ClassVar[str] = ""
    descending: ClassVar[bool] = True
    read: ClassVar[Any] = staticmethod(a_key)
    schema: ClassVar[Any] = int
    nullable: bool = field(default=True, kw_only=True)


_LAST_SCORE = Key("score")
TIER_ORDER = (Key("tier_level", nullable=False, read=a_key), _LAST_SCORE)


def _money(kind: type[Money], name: str, title: Any, column: str = "", **more: Any) -> Money:
    return kind(name, title, of=column or name, sort=column or name, nullable=True, **more)


COLUMNS: tuple[Column, ...] = (
    ClientTitle("name", _("客户"), of="unit.name", sort="pinyin_key", full=lambda row: row.unit.name, beside=_beside),
    Tier("tier", _("层级"), of="effective_tier", looks=words.TIERS, sort=TIER_ORDER, keep=True),
    Points("score", _("得分"), sort="score", nullable=True, unit=_("满分 100")),
    Rank("rank", _("同类排名")),
    Names("leads", _("主办")),
    _money(Money, "aum", _("时点 AUM"), keep=True),
    _money(Money, "deposit", _("日均存款"), "deposit_avg_12m"),
    _money(Money, "loan", _("贷款"), keep=True),
    _money(Money, "revenue", _("综合收入"), "revenue_12m"),
    _money(Limit, "limit", _("授信 · 已用")),
    Near("maturity", _("最近到期"), of="next_maturity", sort="next_maturity", nullable=True),
    Grade("class", _("最差分类"), of="five_tier_worst", looks=words.FIVE_TIER, sort="five_tier_worst"),
    _money(Overdue, "overdue", _("逾期")),
    Badge("kind", _("类型"), looks={code: Look(word) for code, word in words.KINDS.items()}, shown=False),
    Badge("state", _("状态"), of="tier_state", looks=words.STATES, shown=False),
    Day("since", _("在层自"), of="tier_since", shown=False),
    _money(Money, "limit_used", _("已用"), shown=False),
    _money(Money, "aum_avg", _("年日均 AUM"), "aum_avg_12m", shown=False),
    _money(Money, "settlement", _("结算量"), "settlement_12m", shown=False),
    Points("potential", _("潜力得分"), sort="potential", nullable=True, shown=False),
)  # fmt: skip
SUMS: dict[str, str] = {
    "aum": "aum", "deposit": "deposit_avg_12m", "loan": "loan", "revenue": "revenue_12m", "limit": "limit",
    "limit_used": "limit_used", "overdue": "overdue",
}  # fmt: skip


def foot(sums: dict[str, Decimal | int | date | None]) -> dict[str, Any]:
    """Return totals under the names of the columns; the limit's share needs what is used beside it."""
    return {name: sums[column] for name, column in SUMS.items()}
