"""客户计划 and 共赢计划 as documents: composed of what the plan's page and the client's preview show to the same reader, in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.domains.engagement import plan_words as words
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.kernel import figures
from jinlan.kernel.export import Mark
from jinlan.kernel.paper import Heading, Paper, Part, Points, Signatures, Table, Text
from jinlan.kernel.who import names_behind
from jinlan.workspace.measures import Value, plain
from jinlan.workspace.people import lines_of
from jinlan.workspace.plan import Shown
from jinlan.workspace.plan_forms import preview
from jinlan.workspace.templatetags.client_words import short_name

Context = dict[str, Any]
NONE = "—"


def plan_paper(actor: Actor, unit: Any, row: Any, mark: Mark) -> Paper:
    """Return the whole plan as its page shows it to a reader; needs a running scope."""
    today = business_date(actor.at)
    rows = reading.plans_of(actor, unit_id=unit.pk)
    shown = Shown(actor, unit, row, today)
    page = shown.context(rows)
    checkers = names_behind(actor.entity, {name for one in rows for name in one.checked_by})
    facts = [
        (_("银行"), bank_name()), (_("数据截至"), page["as_of"].isoformat()), (_("阅读人"), mark.person), (_("客户"), unit.name),
        (_("版本"), f"{_version(row)} · {words.STATES[row.state].word}"), (_("计划期间"), term_of(row)),
        (_("起草"), f"{row.made_name} {figures.moment(row.made_at)}"), (_("审批"), _approval(row, checkers)),
        *([(_("健康度"), str(page["health"].word))] if page["health"] else []), (_("内容哈希"), row.content), (_("用途"), mark.purpose),
    ]  # fmt: skip
    parts: list[Part] = []
    for section in page["sections"]:
        parts.append(Heading(f"{section['place']} {section['word']}"))
        parts += [*_of_section(section["code"], shown, page), *_lines(section)] or [Text(_("还没有填写"))]
    parts += _versions(rows, checkers, page)
    return Paper(
        title=_title(pgettext("paper", "客户计划"), row), subtitle=_subtitle(unit, row), facts=tuple(facts), parts=tuple(parts), footer=footer_of(mark, f"{mark.person} ({mark.username})"),
        watermark=" ".join(filter(None, (_draft(row).upper(), mark.person))), language=paper_language(),
    )  # fmt: skip


def mutual_paper(actor: Actor, unit: Any, row: Any, mark: Mark) -> Paper:
    """Return what the client is shown of a plan, as the preview shows it, for both sides to sign; needs a running scope."""
    seen, since, until = preview(actor, unit, row), row.starts_on.isoformat(), row.ends_on.isoformat()
    # fmt: off
    said = _("以下是%(bank)s与您商定的内容，自 %(since)s 至 %(until)s。如与您的理解不一致，请告诉您的客户经理。") % {"bank": bank_name(), "since": since, "until": until}
    # fmt: on
    parts: list[Part] = [Text(said)]
    if row.state == reading.DRAFT:
        parts.append(Text(_("这是供您审阅的草稿，双方尚未确认。")))
    for kind in dict.fromkeys(str(one["kind"]) for one in seen):
        parts += [Heading(kind), _agreed(kind, [one for one in seen if str(one["kind"]) == kind])]
    if not seen:
        parts.append(Text(_("还没有选择任何内容，客户什么也看不到。")))
    if row.state == reading.IN_FORCE and seen:
        parts += [Heading(_("双方确认")), Signatures((unit.name, bank_name()))]
    return Paper(
        title=_title(_("共赢计划"), row), subtitle=_subtitle(unit, row),
        facts=((_("银行"), bank_name()), (_("日期"), business_date(mark.at).isoformat()), (_("编制"), mark.person), (_("客户"), unit.name), (_("版本"), _version(row))),
        parts=tuple(parts), footer=footer_of(mark, mark.person), watermark=_draft(row).upper() or bank_name(), language=paper_language(),
    )  # fmt: skip


def bank_name() -> str:
    """Return the bank's name."""
    return str(getattr(settings, "JINLAN_BANK_NAME", ""))


def paper_language() -> str:
    """Return the language of a document: the reader's."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def _draft(row: Any) -> str:
    return _("草稿") if row.state == reading.DRAFT else ""


def _title(name: str, row: Any) -> str:
    """Return the title; a version that does not hold says so."""
    if row.state == reading.IN_FORCE:
        return name
    word = _draft(row) or str(words.STATES[row.state].word)
    return _("%(name)s（%(state)s）") % {"name": name, "state": word}


def _version(row: Any) -> str:
    return _("第 %(n)s 版") % {"n": row.number}


def term_of(row: Any) -> str:
    """Return the days of a plan or an agreement."""
    return _("%(since)s 至 %(until)s") % {
        "since": row.starts_on.isoformat(),
        "until": row.ends_on.isoformat(),
    }


def _subtitle(unit: Any, row: Any) -> str:
    return f"{unit.name} · {_version(row)} · {term_of(row)}"


def footer_of(mark: Mark, who: str) -> str:
    """Return what stands at the foot of every page: who took it, when, under which number."""
    return _("导出 %(who)s · %(at)s · 编号 %(number)s") % {
        "who": who,
        "at": figures.moment(mark.at),
        "number": mark.number,
    }


def _approval(row: Any, checkers: dict[str, str]) -> str:
    if row.approved_at is None:
        return _("尚未审批")
    return f"{' → '.join(checkers.get(name, name) for name in row.checked_by)} · {figures.moment(row.approved_at)}"


def _below(*lines: object) -> str:
    """Return what stands in a cell, line under line."""
    return "\n".join(str(one) for one in lines if one)


def _lines(section: Context) -> list[Part]:
    """Return what is written in a section, kind by kind."""
    found: list[Part] = []
    for kind in section["kinds"]:
        if kind["rows"]:
            found += [Heading(str(kind["word"]), 2), Points(tuple(_line(one) for one in kind["rows"]))]
    return found


def _line(one: Context) -> str:
    said = " · ".join(f"{word} {text}" for word, text in one["said"])
    return _below(" ".join(filter(None, (one["amount"], one["entry"].text))), said)


def _of_section(code: str, shown: Shown, page: Context) -> list[Part]:
    """Return what a section shows beside its lines."""
    writers = {
        "PEOPLE": lambda: _people(shown.actor, page["relations"]), "BUSINESS": lambda: _figures(page["figures"]), "NEEDS": lambda: _grid(page["grid"]),
        "OBJECTIVES": lambda: _goals(page["goals"]), "ACTIONS": lambda: _actions(page["chart"]["rows"]),
        "MUTUAL": lambda: _shared(page["shared"]), "REVIEWS": lambda: _reviews(page["reviews"]),
    }  # fmt: skip
    return writers[code]() if code in writers else []


def _people(actor: Actor, relations: Context) -> list[Part]:
    """Return the decision makers as a table, with how strong the relationship is."""
    found = relations["found"]
    if not found.people:
        return []
    threads = _("%(ours)s 人 × %(theirs)s 人") % {"ours": relations["ours"], "theirs": relations["theirs"]}
    said = f"{_('关系强度')} {relations['index_text']} · {_('覆盖')} {figures.percent(relations['coverage_share'])} · {_('往来线')} {threads}"
    head = (
        _("姓名"),
        _("职务"),
        _("任职公司"),
        _("决策角色"),
        _("影响力"),
        _("态度"),
        _("我行往来"),
        _("最近联系"),
    )
    return [
        Text(said),
        Table(head, tuple(_person(one) for one in lines_of(actor, found).values()), frozenset({4})),
    ]


def _person(one: Context) -> tuple[str, ...]:
    role, attitude, influence = one["role"], one["attitude"], one["row"].influence
    return (
        one["row"].name, one["title"] or NONE, one["company"] or NONE, str(role.word) if role else NONE, f"{influence} / 5" if influence else NONE,
        f"{one['sign']} {attitude.word}" if attitude else _("未知"), str(one["access_look"].word), figures.day(one["last"]),
    )  # fmt: skip


def _figures(rows: Sequence[Context]) -> list[Part]:
    if not rows:
        return []
    return [
        Table(
            (_("指标"), _("数值")), tuple((one["name"], _value(one["value"])) for one in rows), frozenset({1})
        )
    ]


def _value(one: Value) -> str:
    text = _("未知") if one.state == "unknown" else plain(one.value, one.unit)
    return f"{text} ({_('不完整')})" if one.state == "incomplete" else text


def _grid(grid: Context) -> list[Part]:
    """Return which member has which product; what was written about a cell stands below, where there is room."""
    rows, notes = [], []
    for one in grid["rows"]:
        rows.append(
            (
                short_name(one["name"]),
                *(str(cell["look"].word) if cell["look"] else NONE for cell in one["cells"]),
            )
        )
        notes += [
            f"{short_name(one['name'])} · {cell['word']}：{cell['entry'].text}"
            for cell in one["cells"]
            if cell["entry"] and cell["entry"].text
        ]
    found: list[Part] = [Table((_("成员"), *(str(name) for name in grid["products"])), tuple(rows))]
    if notes:
        found.append(Points(tuple(notes)))
    if grid["hidden"]:
        found.append(Text(_("另有 %(n)s 家成员未列出") % {"n": figures.number(grid["hidden"])}))
    return found


def _goals(goals: Sequence[Context]) -> list[Part]:
    if not goals:
        return []
    head = (
        pgettext("plan", "目标"),
        _("基线"),
        _("目标值"),
        _("现在"),
        _("进度"),
        pgettext("plan", "完成日"),
        _("负责人"),
    )
    return [Table(head, tuple(_goal(one) for one in goals), frozenset({1, 2, 3, 4}))]


def _goal(one: Context) -> tuple[str, ...]:
    share = _("尚未度量") if one["share"] is None else figures.percent(one["share"], 0)
    return (
        _below(one["text"], one["metric"], one["goal"].evidence), _below(one["baseline"], figures.day(one["goal"].entry.since)), one["target"],
        _below(one["actual"], figures.day(one["on"]) if one["on"] else ""), _below(share, one["look"].word if one["share"] is not None else ""),
        figures.day(one["due"]), one["owner_name"],
    )  # fmt: skip


def _actions(rows: Sequence[Context]) -> list[Part]:
    if not rows:
        return []
    head = (_("行动"), _("负责人"), _("状态"), _("开始"), pgettext("plan", "完成日"))
    return [Table(head, tuple(_action(one) for one in rows))]


def _action(one: Context) -> tuple[str, ...]:
    entry = one["entry"]
    waits = _("等待：%(names)s") % {"names": figures.listed(one["after"])} if one["after"] else ""
    who = f"{_('客户')} {one['person']}".strip() if entry.side == "client" else one["owner_name"]
    return (
        _below(entry.text, one["goal"] or _("计划外"), waits), _below(who, _("承诺") if entry.mutual else ""), str(one["look"].word) if one["look"] else NONE,
        figures.day(entry.since), figures.day(one["due"]),
    )  # fmt: skip


def _shared(shared: Sequence[Any]) -> list[Part]:
    if not shared:
        return [Text(_("还没有选择任何内容，客户什么也看不到。"))]
    lines = tuple(f"{words.KINDS[one.kind]} {one.text}" for one, _names in shared)
    return [Text(_("给客户看 %(n)s 条") % {"n": len(shared)}), Points(lines)]


def _reviews(reviews: Sequence[Context]) -> list[Part]:
    found: list[Part] = []
    for one in reviews:
        row = one["row"]
        said = [_("第 %(n)s 版 · %(who)s") % {"n": row.plan.number, "who": row.by_name}]
        said += [] if row.people else [_("没有客户方参加")]
        said += [_("下次 %(day)s") % {"day": row.next_on.isoformat()}] if row.next_on else []
        found += [
            Heading(f"{row.held_on.isoformat()} {one['look'].word}", 2),
            Text(" · ".join(said)),
            Text(row.minutes),
        ]
        found += [Text(f"{_('决定')} {row.decisions}")] if row.decisions else []
        found += (
            [
                Points(
                    tuple(
                        f"{each['text']} {each['look'].word} {figures.percent(each['share'], 0)}"
                        for each in one["reached"]
                    )
                )
            ]
            if one["reached"]
            else []
        )
    return found or [Text(_("还没有回顾过。"))]


def _versions(rows: Sequence[Any], checkers: dict[str, str], page: Context) -> list[Part]:
    """Return who made and who approved which version, and what this one changes."""
    head = (_("版本"), _("状态"), _("计划期间"), _("起草"), _("审批"), _("内容哈希"))
    found: list[Part] = [Heading(_("版本与审批")), Table(head, tuple(
        (_version(one), str(words.STATES[one.state].word), term_of(one), _below(one.made_name, figures.moment(one.made_at)), _approval(one, checkers), one.content[:12]) for one in rows
    ))]  # fmt: skip
    if page["changes"] is not None:
        found.append(Heading(_("与第 %(n)s 版的差异") % {"n": page["before"].number}, 2))
        found.append(
            Points(tuple(_change(one) for one in page["changes"])) if page["changes"] else Text(_("没有差异"))
        )
    return found


def _change(one: Context) -> str:
    fields = (f"{field['word']} {field['before']} → {field['after']}" for field in one["fields"])
    return _below(f"{words.CHANGES[one['what']].word} {one['kind']} {one['text']}", *fields)


def _agreed(kind: str, seen: Sequence[Context]) -> Part:
    """Return what is shown of the entries of a kind: lines where only their text is, else a table of the fields that are."""
    facts = [_facts_of(one) for one in seen]
    names = list(dict.fromkeys(name for each in facts for name in each))
    if not names:
        return Points(tuple(one["text"] for one in seen))
    rows = tuple(
        (one["text"], *(each.get(name, "") for name in names)) for one, each in zip(seen, facts, strict=True)
    )
    return Table((kind, *names), rows)


def _facts_of(one: Context) -> dict[str, str]:
    found = {str(word): str(value) for word, value in one["facts"]}
    if goal := one["goal"]:
        found[str(words.FIELDS["progress"])] = _progress(goal)
    return found


def _progress(goal: Context) -> str:
    return _("已完成 %(own)s%%，按直线应到 %(line)s%%") % {
        "own": figures.number(goal["own"]),
        "line": figures.number(goal["line"]),
    }
