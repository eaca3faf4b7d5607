"""联系人: the people of a client as a map, a table and a matrix of levels, how strong the relationship is, and how to reach somebody."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.domains.engagement import words
from jinlan.domains.engagement.rules import strength as rules
from jinlan.domains.engagement.rules.paths import (
    BOARD,
    CHIEF,
    COLLEAGUE,
    REPORT,
    TIE,
    US,
    Node,
    Path,
    paths_to,
)
from jinlan.domains.engagement.selectors import people as reading
from jinlan.domains.engagement.selectors.people import PairRow, Relations
from jinlan.domains.engagement.services.people import draw_person, note_person
from jinlan.kernel.figures import number
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.workspace.access import doing, page
from jinlan.workspace.client import Asked, asked, panel
from jinlan.workspace.people_map import drawing

Context = dict[str, Any]
TOP = 5  # people on the card of the client's page


@require_GET
@page("clients")
def people(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the people of a client that are in sight."""
    it = asked(request, actor, public_id)
    found = reading.relations(actor, unit_id=it.unit.pk)
    lines = lines_of(actor, found)
    may = actor.has(*note_person.roles)
    context: Context = {
        "title": _("客户联系人"), "place": "clients", "unit": it.unit, "shown": it.shown, "found": found, "lines": list(lines.values()),
        "map": drawing(found, lines, may_draw=may), "levels": _levels(found, lines), "may": may, "root": _root(actor, it), **head_of(found),
    }  # fmt: skip
    return render(request, "workspace/people.html", context | _find(request, actor, found))


@require_GET
@page("clients")
def card(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the card of the client's page: strength, coverage, alarm, and those with the most influence."""
    it = asked(request, actor, public_id)
    found = reading.relations(actor, unit_id=it.unit.pk)
    top = sorted(lines_of(actor, found).values(), key=lambda one: -(one["row"].influence or 0))[:TOP]
    context = {"title": _("客户联系人"), "place": "clients", "unit": it.unit, "shown": it.shown, "found": found, "top": top, **head_of(found)}  # fmt: skip
    return panel(request, "workspace/_people_summary.html", context)


@require_GET
@page("clients")
def strength(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show how the strength is computed: each part with its weight, its inputs, and what is unknown."""
    it = asked(request, actor, public_id)
    found = reading.relations(actor, unit_id=it.unit.pk)
    strong = found.strength()
    whole = sum((one.weight for one in strong.parts if one.value is not None), Fraction(0))
    parts = [
        {
            "name": words.PARTS[one.name], "value": _decimal(one.value), "weight": _decimal(one.weight), "said": _inputs(one),
            "share": _decimal(100 * one.value * one.weight / whole) if one.value is not None and whole else None,
            "unknown": words.UNKNOWN.get(one.unknown, ""),
        }
        for one in strong.parts
    ]  # fmt: skip
    context = {
        "title": _("关系强度"), "place": "clients", "unit": it.unit, "shown": it.shown, "parts": parts, "index_text": _points(strong.index),
        "left_out": [str(words.PARTS[one.name]) for one in strong.left_out], "today": found.today,
    }  # fmt: skip
    return panel(request, "workspace/_people_strength.html", context)


class DrawForm(forms.Form):
    """Where somebody was dragged to."""

    person = forms.UUIDField()
    place_x = forms.IntegerField()
    place_y = forms.IntegerField()


@require_POST
@doing("clients")
def draw(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Keep where somebody was dragged to on the map; the form on his own page does the same by numbers."""
    form = DrawForm(request.POST)
    with scoped(actor):
        unit = clients.unit_of(actor, public_id=public_id)
        if unit is None or not actor.has(*draw_person.roles):
            raise Http404
        if not form.is_valid():
            return JsonResponse({"message": _("请刷新页面后重新摆放。")}, status=422)
        given = form.cleaned_data
        whom = reading.person_of(actor, public_id=given["person"])
        if whom is None or whom.unit_id != unit.pk:
            raise Http404
    try:
        draw_person(
            actor=actor, public_id=given["person"], place_x=given["place_x"], place_y=given["place_y"]
        )
    except ScopeDenied:
        raise
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=422)
    return HttpResponse(status=204)


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def _points(index: Fraction | None) -> str:
    return _("未知") if index is None else f"{number(_decimal(index), 1)} / 100"


def _root(actor: Actor, it: Asked) -> Any:
    """Return the company that a form offers at first: the client's root where it is in sight."""
    return clients.parties_by_key(actor, party_ids=[it.unit.root_party_id]).get(it.unit.root_party_id)


def lines_of(actor: Actor, found: Relations) -> dict[int, Context]:
    """Return each person with what stands beside him; one query for the names of companies."""
    firms = clients.parties_by_key(actor, party_ids={one.party_id for one in found.people if one.party_id})
    names = {one.pk: one.name for one in found.people}
    known = found.known()
    paired = {one.row.person_id for one in found.pairs}
    lines: dict[int, Context] = {}
    for one in found.people:
        posts, firm = found.posts.get(one.pk, ()), firms.get(one.party_id or 0)
        own = next(
            (post.title for post in posts if post.party_id == one.party_id), posts[0].title if posts else ""
        )
        best = known[one.pk]
        lines[one.pk] = {
            "row": one, "title": own, "more": max(0, len(posts) - 1), "company": firm.name if firm else "", "last": best.last, "access": best.access,
            "access_look": words.ACCESS[best.access], "role": words.ROLES.get(one.decision_role), "sign": words.SIGNS[one.attitude],
            "attitude": words.ATTITUDES[one.attitude] if one.attitude is not None else None, "level": words.LEVELS.get(one.level or 0, ""),
            "chief": names.get(one.reports_to_id or 0, ""), "paired": one.pk in paired,
        }  # fmt: skip
    return lines


def head_of(found: Relations) -> Context:
    """Return the figures of the head: index, coverage, threads, and whether all hangs on one of ours."""
    strong, threads = found.strength(), found.threading()
    covered = strong.part(rules.COVERAGE)
    alone = found.names.get(next(iter(threads.ours)), next(iter(threads.ours))) if threads.single else ""
    return {
        "index_text": _points(strong.index), "left_out": [str(words.PARTS[one.name]) for one in strong.left_out], "coverage": covered,
        "coverage_share": _decimal(covered.value), "threads": threads, "ours": len(threads.ours), "theirs": len(threads.theirs), "alone": alone,
    }  # fmt: skip


def _levels(found: Relations, lines: Mapping[int, Context]) -> list[Context]:
    """Return the matrix: every level with its pairs, or the gap in words."""
    rows = []
    for level, word in words.LEVELS.items():
        pairs = [_pair(found, one, lines) for one in found.pairs if one.row.level == level]
        there = sum(one.level == level for one in found.people)
        gap = (
            _("已登记 %(n)s 人，还没有约定对接") % {"n": there} if there else _("客户这一层还没有登记联系人")
        )
        rows.append({"name": word, "pairs": pairs, "gap": "" if pairs else gap})
    return rows


def _pair(found: Relations, one: PairRow, lines: Mapping[int, Context]) -> Context:
    return {
        "row": one.row, "ours": found.names.get(one.row.employee, one.row.employee), "theirs": lines[one.row.person_id], "last": one.last,
        "due": one.due, "late": one.due.overdue > 0,
    }  # fmt: skip


def _inputs(one: rules.Part) -> str:
    """Return what a part was computed of, in a sentence."""
    given: dict[str, object] = dict(one.inputs)
    if "last" in given:
        given["last"] = str(one.inputs["last"])
    shapes = {
        rules.COVERAGE: _("有往来且 %(within)s 天内联系过的影响力 %(reached)s，全部已评定的影响力 %(identified)s；%(people)s 人中 %(unweighed)s 人未评定影响力，不计入。"),
        rules.RECENCY: _("最近一次联系 %(last)s，距今 %(days)s 天；每 %(half_life)s 天减半。") if "last" in given else "",
        rules.RECIPROCITY: _("近 %(within)s 天 %(held)s 次往来，其中客户发起 %(begun)s 次。"),
        rules.ATTITUDE: _("按影响力加权，计入 %(people)s 人；%(unknown)s 人的影响力或态度未知，不计入。"),
        rules.BREADTH: _("经常往来及以上的往来 %(ties)s 条，达到 %(target)s 条为满。"),
    }  # fmt: skip
    return shapes[one.name] % given if shapes[one.name] else ""


def _find(request: HttpRequest, actor: Actor, found: Relations) -> Context:
    """Return the ways to the person who was asked for, in words; without any, what is missing."""
    wanted = next((one for one in found.people if str(one.public_id) == request.GET.get("reach")), None)
    if wanted is None:
        return {"wanted": None}
    answer = paths_to(found.circle(), actor.employee, wanted.pk)
    own = teams.names_of_employees(actor, codes=[actor.employee]).get(actor.employee) or _("本人")
    names: dict[Node, str] = {("them", str(one.pk)): one.name for one in found.people}
    names |= {(US, code): name for code, name in found.names.items()} | {(US, actor.employee): own}
    near = [names["them", str(key)] for key in answer.near if ("them", str(key)) in names]
    return {
        "wanted": wanted, "ways": [{"text": _said(one, names), "steps": len(one.steps)} for one in answer.paths],
        "missing": _missing(answer.missing), "near": near,
    }  # fmt: skip


def _said(one: Path, names: Mapping[Node, str]) -> str:
    text = names.get(one.steps[0].source, one.steps[0].source[1])
    shapes = {
        COLLEAGUE: _("%(text)s → 同事 %(name)s"), CHIEF: _("%(text)s → 上级 %(name)s"), REPORT: _("%(text)s → 下属 %(name)s"),
        BOARD: _("%(text)s → 同一董事会 %(name)s"),
    }  # fmt: skip
    for step in one.steps:
        shape = str(words.KNOWS[step.access]) if step.kind == TIE else shapes[step.kind]
        text = shape % {"text": text, "name": names.get(step.target, step.target[1])}
    return text


def _missing(code: str) -> str:
    return {
        "ties": _("我行还没有人与该客户的任何联系人往来：先登记一条往来。"),
        "alone": _("没有上下级或同一董事会的人通向他：补充他的上级，或直接认识他。"),
        "apart": _("通向他的人我行都不认识：先认识其中一位。"),
    }.get(code, "")
