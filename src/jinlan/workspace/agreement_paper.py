"""战略合作协议 as documents: the text for both sides to sign, and how both sides keep it, in the words of its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.domains.engagement import agreement_words as words
from jinlan.domains.engagement.ledger_words import PROMISES
from jinlan.domains.engagement.rules.agreement import DEED, MEASURE
from jinlan.domains.engagement.selectors import agreements as reading
from jinlan.domains.engagement.selectors.plans import DRAFT, IN_FORCE
from jinlan.kernel import figures
from jinlan.kernel.export import Mark
from jinlan.kernel.paper import Heading, Paper, Part, Points, Signatures, Table, Text
from jinlan.workspace.access import doing
from jinlan.workspace.agreement import Shown
from jinlan.workspace.agreement_forms import back_to
from jinlan.workspace.paper_export import Offered, Shelf, paper_page
from jinlan.workspace.plan_paper import bank_name, footer_of, paper_language, term_of

Context = dict[str, Any]
CRUMB = gettext_lazy("战略合作协议")
NOT_TO_SIGN = (DRAFT, "withdrawn")


def agreement_paper(actor: Actor, unit: Any, row: Any, mark: Mark) -> Paper:
    """Return the text of an agreement for both sides to sign: nothing of how it is kept, no figures of the client; needs a running scope."""
    page = Shown(actor, unit, row, business_date(actor.at)).context()
    parts: list[Part] = []
    for section in page["sections"]:
        if any(kind["rows"] for kind in section["kinds"]):
            parts += [
                Heading(f"{section['place']} {section['word']}"),
                *_text(section["code"], section["kinds"]),
            ]
    if row.state not in NOT_TO_SIGN:
        parts += [Heading(_("双方签署")), Signatures((unit.name, bank_name()))]
    facts = (
        (_("甲方"), unit.name), (_("乙方"), bank_name()), (_("期间"), term_of(row)), (_("开始商谈续签"), row.renew_on.isoformat()),
        (_("文本指纹"), row.content), *([(_("协议编号"), row.reference)] if row.reference else []),
    )  # fmt: skip
    return _paper(row, mark, _("战略合作协议"), facts, parts, mark.person, _state(row).upper() or bank_name())


def kept_paper(actor: Actor, unit: Any, row: Any, mark: Mark) -> Paper:
    """Return how both sides keep an agreement, with the figures of the day; for our own people; needs a running scope."""
    today = business_date(actor.at)
    page = Shown(actor, unit, row, today).context()
    parts: list[Part] = (
        [Heading(_("双方履约")), _sides(page["sides"])] if page["sides"] else [Text(_("协议还没有签署。"))]
    )
    lines = page["lines"]
    if deeds := [one for one in lines if one["entry"].kind == DEED]:
        parts += [Heading(str(words.SECTIONS["DEEDS"])), _deeds(deeds)]
    if measures := [one for one in lines if one["entry"].kind == MEASURE]:
        parts += [Heading(str(words.SECTIONS["MEASURES"])), _measures(measures)]
    facts = (
        (_("银行"), bank_name()), (_("日期"), today.isoformat()), (_("阅读人"), mark.person), (_("客户"), unit.name), (_("期间"), term_of(row)),
        (_("签署日期"), row.signed_on.isoformat() if row.signed_on else _("尚未签署")), (_("文本指纹"), row.content), (_("用途"), mark.purpose),
    )  # fmt: skip
    return _paper(
        row, mark, _("战略合作协议履约情况"), facts, parts, f"{mark.person} ({mark.username})", mark.person
    )


def _paper(
    row: Any,
    mark: Mark,
    title: str,
    facts: Sequence[tuple[str, str]],
    parts: Sequence[Part],
    who: str,
    watermark: str,
) -> Paper:
    state = _state(row)
    named = _("%(name)s（%(state)s）") % {"name": title, "state": state} if state else title
    subtitle = f"{_('第 %(n)s 份') % {'n': row.number}} · {term_of(row)}"
    return Paper(
        title=named, subtitle=subtitle, facts=tuple(facts), parts=tuple(parts), footer=footer_of(mark, who), watermark=watermark, language=paper_language()
    )  # fmt: skip


def _state(row: Any) -> str:
    """Return what a text that is not in force says of itself, "" for one that is."""
    return "" if row.state == IN_FORCE else str(words.STATES[row.state].word)


def _text(code: str, kinds: Sequence[Context]) -> list[Part]:
    """Return a section of the text: what is agreed, without what came of it."""
    found: list[Part] = []
    for kind in kinds:
        rows = kind["rows"]
        if kind["kind"] == DEED:
            found.append(
                Table(
                    (pgettext("agreement", "承诺"), _("哪一方"), pgettext("agreement", "期限")),
                    tuple((one["entry"].text, str(one["side"].word), _due(one)) for one in rows),
                )
            )
        elif kind["kind"] == MEASURE:
            found.append(
                Table(
                    (_("指标"), _("哪一方"), _("约定"), _("期间")),
                    tuple(
                        (
                            f"{one['entry'].text}\n{one['metric']}",
                            str(one["side"].word),
                            one["agreed"],
                            _days(one),
                        )
                        for one in rows
                    ),
                )
            )
        elif rows:
            found += ([Heading(str(kind["word"]), 2)] if len(kinds) > 1 else []) + [
                Points(tuple(_line(one) for one in rows))
            ]
    return [*found, Text(str(words.CREDIT_NOTE))] if code == "CREDIT" else found


def _line(one: Context) -> str:
    entry = one["entry"]
    text = entry.text if entry.text and entry.text != one["name"] else ""
    return f"{one['name']} · {text}" if text else one["name"]


def _due(one: Context) -> str:
    day = one["entry"].due.isoformat()
    return f"{day}\n{_('每 %(n)s 个月') % {'n': one['every']}}" if one["every"] else day


def _days(one: Context) -> str:
    return f"{one['entry'].since.isoformat()} – {one['entry'].due.isoformat()}"


def _sides(sides: Sequence[Context]) -> Table:
    head = (_("哪一方"), _("按期兑现"), _("已到期"), _("逾期"), _("指标符合"), _("已度量"))
    rows = tuple(
        (
            str(one["look"].word),
            *(
                figures.number(count)
                for count in (one["tally"].kept, one["due"], one["tally"].overdue, one["met"], one["known"])
            ),
        )
        for one in sides
    )
    return Table(head, rows, frozenset({1, 2, 3, 4, 5}))


def _deeds(rows: Sequence[Context]) -> Table:
    head = (pgettext("agreement", "承诺"), _("哪一方"), pgettext("agreement", "期限"), _("兑现"), _("负责人"))
    return Table(head, tuple(
        (one["entry"].text, str(one["side"].word), one["ahead"].due_on.isoformat() if one["ahead"] else _due(one),
         f"{PROMISES[one['ahead'].state].word} {one['done']} / {len(one['promises'])}" if one["ahead"] else "—", one["owner_name"])
        for one in rows
    ))  # fmt: skip


def _measures(rows: Sequence[Context]) -> Table:
    head = (_("指标"), _("哪一方"), _("约定"), _("现在"), pgettext("plan", "状况"))
    return Table(head, tuple(
        (f"{one['entry'].text}\n{one['metric']}", str(one["side"].word), one["agreed"], one["actual"] or "—", str(one["look"].word) if one["look"] else "—") for one in rows
    ), frozenset({3}))  # fmt: skip


def _back(public_id: UUID, row: Any, _what: str) -> str:
    return back_to(public_id, row.number)


SHELF = Shelf(CRUMB, {
    "agreement": Offered(CRUMB, gettext_lazy("协议文本，审批通过后附双方签章栏；不含客户数据与履约情况。"), agreement_paper),
    "kept": Offered(gettext_lazy("协议履约情况"), gettext_lazy("双方承诺与指标的现状，仅供行内使用。"), kept_paper),
}, reading.agreements_of, "number", _back)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@doing("clients")
def paper(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give an agreement as a document."""
    return paper_page(request, public_id, actor, SHELF)
