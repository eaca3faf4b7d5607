"""Recompute stored results from their own stored inputs (00 §0.4): measures, gates, facts and last month's machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from jinlan.insight import wire
from jinlan.insight.assess import Moment, Subject, assess, needed
from jinlan.insight.definition import Definition
from jinlan.insight.results import UNITS
from jinlan.insight.score import Column
from jinlan.insight.tiers import Machine


def recompute(
    units: pa.Table, definitions: Iterable[Definition], before: Mapping[str, Machine]
) -> tuple[pa.Table, dict[str, Machine]]:
    """Return the UNITS table that the stored inputs of `units` (one date, all kinds) give, and its machines.

    Args:
        units: stored rows; only their inputs are read: `measures`, and of `detail` gates, facts, override, stepped.
        definitions: among them those whose hash the rows name.
        before: unit_id -> machine of the month-end before (`wire.machine_of` of its `machine`).
    """
    by_hash = {definition.sha256: definition for definition in definitions}
    tables: list[pa.Table] = []
    machines: dict[str, Machine] = {}
    rows = units.to_pylist()
    for kind in dict.fromkeys(row["kind"] for row in rows):
        own = [row for row in rows if row["kind"] == kind]
        details = [json.loads(row["detail"]) for row in own]
        definition = by_hash[details[0]["definition"]["sha256"]]
        figures = [json.loads(row["measures"]) for row in own]
        columns = {code: column_of(figures, code) for code in needed(definition)}
        subjects = [subject_of(row, detail) for row, detail in zip(own, details, strict=True)]
        moment = Moment(own[0]["as_of"], details[0]["stepped"])
        table, after = assess(definition, subjects, columns, before, moment)
        tables.append(table)
        machines |= after
    return (pa.concat_tables(tables) if tables else UNITS.empty_table()), machines


def column_of(figures: Sequence[Mapping[str, Mapping[str, Any]]], code: str) -> Column:
    """Return one measure of stored rows."""
    pairs = [wire.measure_of(figure, code) for figure in figures]
    return Column([value for value, _ in pairs], [state for _, state in pairs])


def subject_of(row: Mapping[str, Any], detail: Mapping[str, Any]) -> Subject:
    """Return what a stored row and its detail say of a unit besides its figures."""
    facts = detail["facts"]
    return Subject(
        unit_id=row["unit_id"],
        root=row["root_party_id"],
        source_key=row["root_source_key"],
        branch=row["branch_id"],
        size=facts["size"],
        ended=facts["ended"],
        gates=wire.gates_of(detail["gates"]),
        listed=wire.listed_of(facts["listed"]),
        override=wire.override_of(detail["override"]),
        measures=row["measures"],
        decisions=wire.decisions_of(row["unit_id"], facts.get("decided", ())),
    )
