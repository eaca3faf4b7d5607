"""标准工作室: what a definition would do, asked of the lake reader for all clients of its kind and made readable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import leads
from jinlan.domains.strategy.selectors import workload
from jinlan.domains.strategy.selectors.versions import compared_with
from jinlan.insight.asking.questions import DryRun, Weights
from jinlan.insight.between import names_of
from jinlan.insight.definition import Definition
from jinlan.insight.differences import Item, differences
from jinlan.insight.parsing import loose
from jinlan.kernel import figures
from jinlan.kernel.reading import sees_whole_bank
from jinlan.lake.reader.questions import CORPORATE, PERSONAL, Pin, Scope
from jinlan.serving import selectors as serving
from jinlan.serving.ties import influenced_revenue
from jinlan.workspace import lake
from jinlan.workspace.drawing import bars, curve
from jinlan.workspace.measures import measure_name

if TYPE_CHECKING:
    from jinlan.domains.strategy.models import DefinitionVersion, Trial
    from jinlan.serving.selectors import Published

PATIENCE = 60.0  # seconds: the first question of a date reads all clients of the bank
SHOWN = 12  # rows of a part of the bank
MANAGERS = 20
SWAYS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """One dry run: what is tried, what it is compared with, and where the clients stand."""

    base: DefinitionVersion
    body: str
    kind: str
    shown: Published
    folder: str
    pin: Pin


def trial(actor: Actor, version: DefinitionVersion, shown: Published, body: str) -> Asked:
    """Return the dry run of a text on the shown date.

    Raises:
        Refused: STUDIO_SCOPE for who does not see the whole bank, STUDIO_BASE when there is nothing to compare with, STUDIO_DATE when
            the date's results are not kept in the lake.
    """
    if not sees_whole_bank():
        raise Refused("STUDIO_SCOPE", "测算涉及全行客户,只对看得到全行的岗位开放。", "请由战略客户部测算。")
    base = compared_with(actor, version, on=shown.as_of) or version
    run = serving.run_of(actor, as_of=shown.as_of)
    kept = (run.files or {}).get(shown.as_of.isoformat()) if run else None
    if run is None or kept is None:
        raise Refused(
            "STUDIO_DATE", "%(day)s 的评估结果不在数据湖中。", "请换一个已评估的日期。", day=shown.as_of
        )
    pin = Pin(run.load.entity, run.load.pk, dict(run.load.versions), run.load.base_currency)
    return Asked(base, body, version.kind, shown, str(kept["folder"]), pin)


def ask(it: Asked, part: str) -> dict[str, Any]:
    """Ask the lake reader; raise `Refused` as it does."""
    scope = Scope(all=True, domains=(PERSONAL, CORPORATE))
    question = DryRun(it.pin, it.folder, it.kind, it.shown.as_of, it.base.body, it.body, scope, part)
    return lake.reader(seconds=PATIENCE).ask(question, dict)


def entropy_weights(it: Asked) -> dict[str, str]:
    """Return the weights that the spread of the data gives, by criterion."""
    scope = Scope(all=True, domains=(PERSONAL, CORPORATE))
    question = Weights(it.pin, it.folder, it.kind, it.shown.as_of, it.body, scope)
    return lake.reader(seconds=PATIENCE).ask(question, lambda answer: dict(answer["weights"]))


def consequence(actor: Actor, it: Asked) -> dict[str, Any]:
    """Return what the right side shows of a dry run."""
    found = ask(it, "consequence")
    tried, base = loose(it.body), loose(it.base.body)
    names = criterion_names(base) | criterion_names(tried)
    roots = {row["unit"]: row["root"] for row in [*found["moved"], *found["list"], *_near_rows(found)]}
    called = leads.called(actor, roots=roots)
    return {
        "said": differences(base, tried, named), "base": it.base, "shown": it.shown, "units": found["units"], "scored": found["scored"], "stopped": sorted(found["stopped"].items()),
        "stopped_all": _nobody(found, tried), "tiers": found["tiers"], "moves": found["moves"], "moved_count": sum(found["moves"].values()),
        "moved": _moved(found["moved"], called, names), "distribution": _distribution(found), "near": _near(found["near"], called),
        "covered": [_covered(row) for row in found["covered"]], "parts": _parts(actor, found["parts"]), "spread": _spread(found["spread"]),
        **_list(actor, it, found["list"], called),
        "loads": _loads(actor, it, found["holders"]),
    }  # fmt: skip


def _list(
    actor: Actor, it: Asked, rows: Sequence[Mapping[str, Any]], called: Mapping[str, leads.Called]
) -> dict[str, Any]:
    """Return the committee's list: beside score and TOPSIS the revenue of those whom a client moves, which neither of the two counts."""
    keys = leads.unit_keys_of(actor, codes=[row["unit"] for row in rows])
    moved = influenced_revenue(actor, unit_ids=keys.values(), as_of=it.shown.as_of)
    lines = [
        dict(row) | {
            "client": called.get(row["unit"]), "score": Decimal(row["score"]), "gap": row["place"] - row["rank"],
            "influence": moved.get(keys.get(row["unit"], 0)),
        }
        for row in rows
    ]  # fmt: skip
    return {"list": lines, "list_unit": figures.column_unit(moved.values())}


def criterion_names(definition: Definition) -> dict[str, str]:
    """Return what the criteria are called in the reader's language."""
    return names_of(definition, english=figures.locale() == "en")


def _nobody(found: Mapping[str, Any], tried: Definition) -> list[str]:
    """Return the gates that nobody passes: such a definition lets nobody in."""
    stopped = found["stopped"]
    shown = {gate.code: "RESTRICTED" if gate.secret else gate.code for gate in tried.gates}
    return [code for code, told in shown.items() if found["units"] and stopped.get(told, 0) >= found["units"]]


def _near_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [row for line in found["near"] for row in line["rows"]]


def _moved(
    rows: Sequence[Mapping[str, Any]], called: Mapping[str, leads.Called], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        dict(row) | {
            "client": called.get(row["unit"]), "score_before": _decimal(row["score_before"]), "score_after": _decimal(row["score_after"]),
            "reasons": [_("层级线") if code == "line" else names.get(code, code) for code in row["why"]],
        }
        for row in rows
    ]  # fmt: skip


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _distribution(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the drawn distribution of scores with the lines that stand on the score."""
    lines = [(row["tier"], Decimal(row["entry"])) for row in found["lines"] if row["on"] == "score"]
    return bars(found["bins"]["before"], found["bins"]["after"], lines)


def _near(rows: Sequence[Mapping[str, Any]], called: Mapping[str, leads.Called]) -> list[dict[str, Any]]:
    return [
        dict(line) | {
            "rows": [row | {"client": called.get(row["unit"]), "distance": Decimal(row["distance"])} for row in line["rows"][:SHOWN]]
        }
        for line in rows
    ]  # fmt: skip


def _covered(row: Mapping[str, Any]) -> dict[str, Any]:
    whole, before, after = (Decimal(row[name]) for name in ("all", "before", "after"))
    return {
        "name": measure_name(row["measure"]), "all": whole, "before": figures.ratio(before, whole), "after": figures.ratio(after, whole),
        "amount": after, "unknown": row["unknown"],
    }  # fmt: skip


def _parts(actor: Actor, parts: Mapping[str, Sequence[Sequence[Any]]]) -> list[dict[str, Any]]:
    """Return branch, industry and region with their names and the clients that have a tier before and after."""
    words = {"branch": _("机构"), "industry": _("行业"), "region": _("地区")}
    branches = leads.branch_names(actor, codes=[row[0] for row in parts.get("branch", ())])
    found = []
    for way, rows in parts.items():
        shown = [
            {"name": (branches.get(code, code) if way == "branch" else code) or _("未标明"), "units": units, "before": before,
             "after": after, "change": after - before}
            for code, units, before, after in rows
        ]  # fmt: skip
        found.append({"way": words.get(way, way), "rows": shown[:SHOWN], "more": max(0, len(shown) - SHOWN)})
    return found


def _spread(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if not found:
        return None
    return {
        "name": measure_name(found["measure"]), "units": found["units"], "top": _decimal(found["top"]), "gini": _decimal(found["gini"]),
        "drawn": curve([(row[0], Decimal(row[1])) for row in found["curve"]], found["tiered"]),
    }  # fmt: skip


def _loads(actor: Actor, it: Asked, holders: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return what the definition does to the managers' load: those who lead clients that hold a tier before or after."""
    day = it.shown.as_of
    leading = leads.leads_of(actor, codes=[row[0] for row in holders], as_of=day)
    names = {lead.code: lead.name for lead in leading.values()}
    before = workload.loads_of(
        ((leading[unit].code, old) for unit, old, _new in holders if unit in leading), day
    )
    after = workload.loads_of(
        ((leading[unit].code, new) for unit, _old, new in holders if unit in leading), day
    )
    rows = [
        {"name": names[manager], "before": old, "after": new, "state": workload.state_of(new, day) if new else "",
         "change": (new.share if new else Decimal(0)) - (old.share if old else Decimal(0))}
        for manager, old, new in workload.merged(before, after)
    ]  # fmt: skip
    over = sum(row["state"] == "OVER" for row in rows)
    nobody = sum(1 for unit, _old, new in holders if new and unit not in leading)
    return {"rows": rows[:MANAGERS], "managers": len(rows), "over": over, "nobody": nobody}


def sensitivity(it: Asked) -> list[dict[str, Any]]:
    """Return what a tenth more or less of each weight and line does, the most first."""
    tried = loose(it.body)
    names = criterion_names(tried)
    found = ask(it, "sensitivity")["sways"]
    return [
        row | {"name": names.get(row["code"], row["code"]) if row["about"] == "weight" else row["code"], "more": row["factor"].startswith("1")}
        for row in found[:SWAYS]
    ]  # fmt: skip


def kept(row: Trial) -> dict[str, Any]:
    """Return a kept dry run as a column of the comparison."""
    found, steady = row.figures, row.steadiness
    return {
        "row": row, "tiers": {one["tier"]: one["after"] for one in found["tiers"]}, "moves": found["moves"],
        "covered": [_covered(one) for one in found["covered"]], "spread": found["spread"],
        "steady": [(word, steady[key]) for key, word in (("before", row.base_version), ("after", row.version)) if key in steady],
        "said": differences(loose(row.base_body), loose(row.body), named),
    }  # fmt: skip


def named(one: Item) -> str:
    """Return what a part of a definition is called in the reader's language."""
    return one.en if figures.locale() == "en" else one.zh
