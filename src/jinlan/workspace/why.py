"""The why-panel: what stored reasons say, in words and bars. Reads `UnitResult.detail` (insight.results), decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jinlan.kernel import figures
from jinlan.lake.features.catalog import MEASURES
from jinlan.workspace import words
from jinlan.workspace.measures import measure_name, plain, typed

if TYPE_CHECKING:
    from jinlan.serving.models import UnitResult

RESTRICTED = "RESTRICTED"  # what a secret gate reads to everyone outside compliance


@dataclass(frozen=True, slots=True)
class Force:
    """One criterion: own points and value against the peers' mean, and how far it moves the total."""

    code: str
    measure: str
    name: str
    family: str
    weight: Decimal | None
    points: Decimal | None
    peer_points: Decimal | None
    raw: str
    peer_raw: str
    reason: Decimal | None
    contribution: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One tier's line: where the unit stands, entry and exit (all points of 100)."""

    tier: str
    on: str
    value: Decimal | None
    entry: Decimal
    exit: Decimal
    up: int  # month-ends in a row at or above the entry line
    down: int  # month-ends in a row below the exit line
    inside: bool

    @property
    def to_entry(self) -> Decimal | None:
        """Points above (+) or below (-) the entry line."""
        return None if self.value is None else self.value - self.entry

    @property
    def to_exit(self) -> Decimal | None:
        """Points above (+) or below (-) the exit line."""
        return None if self.value is None else self.value - self.exit


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: passed, failed or unknown; a secret one says only that there is a restriction."""

    code: str
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that the panel shows."""

    sentence: str
    pros: Sequence[Force]
    cons: Sequence[Force]
    forces: Sequence[Force]
    gates: Sequence[Gate]
    lines: Sequence[Line]
    peers: int
    override: Mapping[str, Any] | None
    definition: Mapping[str, Any]
    rules: Mapping[str, Any]


def _decimal(value: Any) -> Decimal | None:
    found = typed(value, "score")
    return found if isinstance(found, Decimal) else None


def _count(value: Any) -> int:
    """Read a counter of the state machine."""
    return int(value) if str(value or "").isdigit() else 0


def _force(raw: Mapping[str, Any]) -> Force:
    measure = str(raw.get("measure") or raw.get("code") or "")
    unit = MEASURES[measure].unit if measure in MEASURES else "score"
    return Force(
        code=str(raw.get("code", "")), measure=measure if measure in MEASURES else "", name=measure_name(measure),
        family=str(raw.get("family", "")).lower(), weight=_decimal(raw.get("weight")), points=_decimal(raw.get("points")),
        peer_points=_decimal(raw.get("peer_points")), raw=plain(typed(raw.get("raw"), unit), unit),
        peer_raw=plain(typed(raw.get("peer_raw"), unit), unit), reason=_decimal(raw.get("reason")),
        contribution=_decimal(raw.get("contribution")),
    )  # fmt: skip


def _line(raw: Mapping[str, Any]) -> Line:
    return Line(
        tier=str(raw.get("tier", "")), on=str(raw.get("on", "score")).lower(), value=_decimal(raw.get("value")),
        entry=_decimal(raw.get("entry")) or Decimal(0), exit=_decimal(raw.get("exit")) or Decimal(0),
        up=_count(raw.get("up")), down=_count(raw.get("down")), inside=bool(raw.get("in")),
    )  # fmt: skip


def _gates(result: UnitResult, names: Mapping[str, str], *, sees_secrets: bool) -> list[Gate]:
    """Return the gates; a secret one is neutral to everyone outside compliance, whatever the row says."""
    found = [
        Gate(str(raw.get("code", "")), raw.get("passed"), _gate_detail(raw, names))
        for raw in result.detail.get("gates", ())
        if sees_secrets or not raw.get("secret")
    ]
    known = {gate.code for gate in found}
    if RESTRICTED in result.gates.split(",") and RESTRICTED not in known and not sees_secrets:
        found.append(Gate(RESTRICTED, False, ""))
    return found


def _gate_detail(raw: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Say what the gate looked at: the class or the due date, and whose, when the name is in sight."""
    value, whose = str(raw.get("value") or ""), names.get(str(raw.get("detail") or ""), "")
    if raw.get("code") == "FIVE_TIER" and value.isdigit():
        value = str(words.look(words.FIVE_TIER, int(value)).word)
    elif raw.get("code") == "CDD_CURRENT" and value:
        status, _space, due = value.partition(" ")
        status = str(words.word(words.CDD, status))
        value = _("%(status)s，到期日 %(due)s") % {"status": status, "due": due} if due else status
    return " · ".join(part for part in (value, whose) if part)


def why(result: UnitResult, *, sees_secrets: bool = False, names: Mapping[str, str] | None = None) -> Why:
    """Return the why-panel of a result row; `names` are the visible members' names by party code."""
    detail = result.detail
    forces = [_force(raw) for raw in detail.get("criteria", ())]
    by_code = {force.code: force for force in forces}
    pros = [by_code[code] for code in detail.get("for", ()) if code in by_code]
    cons = [by_code[code] for code in detail.get("against", ()) if code in by_code]
    gates = _gates(result, names or {}, sees_secrets=sees_secrets)
    return Why(
        sentence=_sentence(result, pros, cons, gates), pros=pros, cons=cons, forces=forces, gates=gates,
        lines=[_line(raw) for raw in detail.get("lines", ())], peers=int(detail.get("peers") or 0),
        override=detail.get("override"), definition=detail.get("definition") or {}, rules=detail.get("rules") or {},
    )  # fmt: skip


def _sentence(result: UnitResult, pros: Sequence[Force], cons: Sequence[Force], gates: Sequence[Gate]) -> str:
    """Say in one or two sentences why the unit stands where it stands."""
    gap = " " if figures.locale() == "en" else ""
    return gap.join(part for part in (_standing(result, gates), _place(result), _causes(pros, cons)) if part)


def _standing(result: UnitResult, gates: Sequence[Gate]) -> str:
    """Say where the unit stands: by its state, else by its tier, since when and by what."""
    words_of_state = {
        "suspended": _("层级已暂停：%(gates)s未通过。"),
        "proposed_up": _("已达到“%(to)s”的准入线，等待决定；目前为“%(tier)s”。"),
        "proposed_down": _("观察期满仍低于“%(tier)s”的退出线，等待决定是否调为“%(to)s”。"),
        "watch": _("已低于“%(tier)s”的退出线，正在观察期内，层级暂不变。"),
    }
    text = words_of_state.get(result.tier_state)
    if text is None and not result.tier_level:
        return _("目前没有层级。")
    if text is None and result.tier_since is None:
        text = _("目前为“%(tier)s”（依据：%(source)s）。")
    if text is None:
        text = _("自 %(since)s 起为“%(tier)s”（依据：%(source)s）。")
    failed = [str(words.word(words.GATES, gate.code)) for gate in gates if gate.passed is False]
    return text % {
        "tier": words.look(words.TIERS, result.effective_tier).word, "to": words.look(words.TIERS, result.proposed_tier or "").word,
        "source": words.word(words.TIER_SOURCES, result.tier_source), "gates": figures.listed(failed) or _("有门槛"),
        "since": result.tier_since.isoformat() if result.tier_since else "",
    }  # fmt: skip


def _place(result: UnitResult) -> str:
    if result.score is None:
        return _("数据不全，总分没有算出。")
    values = {
        "score": figures.number(result.score, 1),
        "rank": figures.number(result.rank),
        "n": figures.number(result.rank_n),
        "kind": words.word(words.KINDS, result.kind),
    }
    if result.rank is None:
        return _("总分 %(score)s / 100。") % values
    return _("总分 %(score)s / 100，在 %(n)s 户%(kind)s中排第 %(rank)s。") % values


def _causes(pros: Sequence[Force], cons: Sequence[Force]) -> str:
    if pros and cons:
        return _("主要靠%(pro)s高于同类，拖累来自%(con)s。") % {"pro": pros[0].name, "con": cons[0].name}
    if pros:
        return _("主要靠%(pro)s高于同类。") % {"pro": pros[0].name}
    return _("拖累来自%(con)s。") % {"con": cons[0].name} if cons else ""


def strip(history: Sequence[Mapping[str, Any]], shown: date, month_ends: Sequence[date]) -> dict[str, Any]:
    """Return the tier history as years of twelve months, with a sentence that says the same."""
    ends = set(month_ends)
    by_month = {
        (row["as_of"].year, row["as_of"].month): row
        for row in history
        if row["as_of"] in ends or row["as_of"] == shown
    }
    known = [day for day in month_ends if day <= shown]
    years = sorted({day.year for day in known} | {shown.year}, reverse=True)
    grid = []
    for year in years:
        cells = [
            _cell(by_month.get((year, month)), date(year, month, 1), shown, known) for month in range(1, 13)
        ]
        grid.append({"year": year, "cells": cells})
    return {
        "years": grid,
        "sentence": _strip_sentence(history),
        "rows": [_strip_row(row) for row in reversed(history)],
    }


def _cell(row: Mapping[str, Any] | None, month: date, shown: date, known: Sequence[date]) -> dict[str, Any]:
    if row is None:
        in_range = bool(known) and known[-1].replace(day=1) <= month <= shown
        return {"day": None, "gap": in_range}
    short, css = words.STRIP.get(row["effective_tier"], ("", "l0"))
    state = row["tier_state"]
    tier = words.look(words.TIERS, row["effective_tier"]).word
    label = f"{row['as_of'].isoformat()} {tier} · {words.look(words.STATES, state).word}"
    marker = "suspended" if state == "suspended" else "watch" if state in {"watch", "proposed_down"} else ""
    text = "✕" if state == "suspended" else (short or "·")
    return {
        "day": row["as_of"],
        "css": f"{css} {marker}",
        "text": text,
        "label": label,
        "current": row["as_of"] == shown,
    }


def _strip_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "day": row["as_of"],
        "tier": row["effective_tier"],
        "state": row["tier_state"],
        "score": row["score"],
    }


def _strip_sentence(history: Sequence[Mapping[str, Any]]) -> str:
    """Say since when the unit is known and how often its tier changed."""
    changes = sum(
        1 for before, after in pairwise(history) if before["effective_tier"] != after["effective_tier"]
    )
    if not history:
        return ""
    first = history[0]["as_of"].strftime("%Y-%m")
    if not changes:
        return _("%(first)s 以来层级没有变过。") % {"first": first}
    text = ngettext("%(first)s 以来层级变过 %(n)s 次。", "%(first)s 以来层级变过 %(n)s 次。", changes)
    return text % {"first": first, "n": changes}
