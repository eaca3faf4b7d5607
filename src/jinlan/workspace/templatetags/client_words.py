"""Badges of the workspace: tier, state, gate, source; measures as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from jinlan.basics.money import NOT_APPLICABLE
from jinlan.domains.compliance import words as consents
from jinlan.domains.compliance.resources import STATES as CONTACT_STATES
from jinlan.domains.engagement import agreement_words, attachment_words, plan_words, team_words
from jinlan.domains.engagement import ledger_words as ledger
from jinlan.kernel import figures
from jinlan.kernel.looks import Look
from jinlan.kernel.resource.files import PURPOSES
from jinlan.kernel.templatetags.figures import amount, day
from jinlan.kernel.templatetags.ui import badge, icon
from jinlan.workspace import happened_words, measures, words
from jinlan.workspace.findings import CHECKS

register = template.Library()
_TABLES: Mapping[str, Mapping[Any, Look]] = {
    "tier": words.TIERS, "state": words.STATES, "member": words.MEMBER_SOURCES, "class": words.FIVE_TIER,
    "load": words.LOAD_STATUS, "run": words.RUN_STATUS, "level": words.LEVELS, "move": words.MOVES, "approval": words.APPROVAL_STATES,
    "contact": CONTACT_STATES, "version": words.VERSION_STATES, "meeting": words.MEETING_STATES, "result": words.RESULTS, "ballot": words.BALLOTS, "life": words.LIFE, "proposal": words.PROPOSALS,
    "queue": words.QUEUE, "outcome": words.OUTCOMES, "indicator": words.INDICATORS,
    "happened": happened_words.KINDS, "interaction": ledger.KINDS, "interaction_state": ledger.STATES, "promise": ledger.PROMISES, "promise_side": ledger.SIDES, "team_state": team_words.STATES,
    "plan_state": plan_words.STATES, "agreement_state": agreement_words.STATES, "attachment": attachment_words.KINDS, "plan_change": plan_words.CHANGES,
}  # fmt: skip
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "kind": words.KINDS, "version_kind": {**words.KINDS, "CHARTER": _lazy("服务章程")}, "kind_short": words.KINDS_SHORT, "tier_source": words.TIER_SOURCES, "influence": words.INFLUENCE, "gate": words.GATES,
    "family": words.FAMILIES, "role": words.ROLES, "team": words.TEAM_ROLES, "step": words.STEPS, "progress": words.PROGRESS_STEPS, "rollup": words.ROLLUPS, "counted": words.COUNTED, "override_reason": words.OVERRIDE_REASONS, "purpose": PURPOSES,
    "item": words.ITEM_KINDS, "asks": words.ASKS, "conflict": words.CONFLICTS, "away": words.AWAY, "letter": words.LETTERS,
    "contact_purpose": consents.PURPOSES, "channel": consents.CHANNELS, "way": consents.WAYS, "said": consents.ACTS, "basis": consents.BASES, "begun": ledger.BEGUN, "plan_kind": plan_words.KINDS,
}  # fmt: skip


@register.simple_tag
def code_badge(table: str, code: Any) -> SafeString:
    """Show a code of a table as its badge; nothing for None."""
    if code is None:
        return SafeString("")
    look = words.look(_TABLES[table], code)
    return badge(str(look.word), look.tone, look.mark, str(look.help))


@register.simple_tag
def code_mark(table: str, code: str) -> SafeString:
    """Show a code as its icon alone, with the word for readers and in the tooltip; the word when it has no icon."""
    look = words.look(_TABLES[table], code)
    if not look.mark:
        return code_badge(table, code)
    return format_html(
        '<span class="badge only {}" title="{}">{}<span class="visually-hidden">{}</span></span>',
        look.tone, look.word, icon(look.mark, small=True), look.word,
    )  # fmt: skip


@register.simple_tag
def code_word(table: str, code: str) -> Any:
    """Return the word of a code."""
    return words.look(_TABLES[table], code).word if table in _TABLES else words.word(_WORDS[table], code)


@register.simple_tag
def charter_column(contacts: Sequence[Any], place: int) -> Any:
    """Return the word of a column of the charter's matrix."""
    return contacts[place]


@register.filter
def over(part: int, whole: int) -> str:
    """Write part / whole."""
    return f"{figures.number(part)} / {figures.number(whole)}"


@register.filter
def channel_words(codes: Iterable[str]) -> str:
    """Name channels, a dash for none."""
    return (
        figures.listed(str(words.word(consents.CHANNELS, code)) for code in codes if code) or NOT_APPLICABLE
    )


@register.simple_tag
def approval_value(name: str, value: str) -> Any:
    """Show one value of a request: tiers as badges, reasons in words, everything else as it is."""
    if name == "tier" and value:
        return code_badge("tier", value)
    table = {"reason_code": "override_reason", "purpose": "purpose"}.get(name)
    return code_word(table, value) if table and value else value or "—"


@register.simple_tag
def finding(code: str, detail: str, hint: str) -> SafeString:
    """Show a finding of the loader: its stored Chinese sentence and hint; in English what it is about comes first."""
    if figures.locale() == "zh" or code not in CHECKS:
        return (
            format_html('{}<span class="sub">{}</span>', detail, hint) if hint else format_html("{}", detail)
        )
    return format_html('{}<span class="sub" lang="zh">{} {}</span>', CHECKS[code], detail, hint)


@register.filter
def gate_words(gates: str) -> SafeString:
    """Show the gates of a list row that failed or could not be looked at ("CODE?"); nothing when all passed."""
    codes = [code for code in gates.split(",") if code and code != "ok"]
    return format_html_join(" ", "{}", ((_gate(code),) for code in codes))


def _gate(code: str) -> SafeString:
    name = str(words.word(words.GATES, code.removesuffix("?")))
    if code.endswith("?"):
        return badge(f"{name} · {_('未知')}", "amber", "help-circle")
    return badge(name, "red", "circle-x")


@register.simple_tag
def measure_value(measure: measures.Value) -> SafeString:
    """Show a measure: its value in its unit, with a badge when incomplete, 未知 when unknown."""
    if measure.state == "unknown":
        return format_html('<span class="muted" title="{}">{}</span>', measure.note, _("未知"))
    shown = _typed(measure)
    if measure.state == "incomplete":
        return format_html("{} {}", shown, badge(_("不完整"), "amber", "alert-triangle", measure.note))
    return shown


def _typed(measure: measures.Value) -> SafeString:
    value = measure.value
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal) and measure.unit == "money":
        return amount(value)
    if isinstance(value, Decimal):
        return format_html('<span class="num">{}</span>', measures.plain(value, measure.unit))
    return format_html('<span class="num">{}</span>', NOT_APPLICABLE if value is None else value)


@register.simple_tag
def measure_name(code: str) -> str:
    """Return a measure's name."""
    return measures.measure_name(code)


@register.simple_tag
def exact_value(measure: measures.Value) -> str:
    """Write a measure whole: money to the cent with its currency."""
    if measure.state == "unknown" or measure.value is None:
        return _("未知") if measure.state == "unknown" else NOT_APPLICABLE
    if isinstance(measure.value, Decimal) and measure.unit == "money":
        return figures.exact_money(measure.value)
    if isinstance(measure.value, Decimal) and measure.unit == "score":
        return f"{figures.number(measure.value, 2)} / 100"
    return measures.plain(measure.value, measure.unit)


@register.simple_tag
def with_words(first: Any, second: Any) -> SafeString:
    """Put two short texts beside each other."""
    if isinstance(second, date):
        return format_html("{}{}", first, second.isoformat())
    return format_html("{} {}", first, second) if first or second else SafeString("")


@register.inclusion_tag("ui/info.html")
def member_info(url: str, party: Any, shown: Any, name: str = "") -> dict[str, Any]:
    """The ⓘ of one member's own figure."""
    query = f"?party={party.public_id}&as_of={shown.as_of.isoformat()}"
    return {"url": url + query, "label": name or party.name}


@register.simple_tag
def column_name(code: str) -> Any:
    """Return the word for a column of the lake; an unknown one is shown as it is called there."""
    return words.word(words.COLUMNS, code)


@register.filter
def row_total(load: Any) -> int:
    """Return the rows that a delivery brought."""
    return sum(int(table.get("rows") or 0) for table in load.tables)


@register.filter
def run_seconds(run: Any) -> Decimal:
    """Return how long the steps of a run took together."""
    return sum((Decimal(str(step.get("seconds") or 0)) for step in run.steps), Decimal(0))


@register.filter
def is_number(value: Any) -> bool:
    """Tell whether a value is a plain number."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


@register.filter
def short_name(name: str) -> str:
    """Leave out the legal form of a company's name on lists; the header shows the full name."""
    for form in ("股份有限公司", "有限责任公司", "有限公司"):
        if name.endswith(form) and len(name) > len(form) + 2:
            return name.removesuffix(form)
    return name
