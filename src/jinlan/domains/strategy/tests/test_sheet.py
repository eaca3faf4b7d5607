"""The form of a definition: what is shown is what is read back, and what cannot be read says so at its field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jinlan.domains.strategy.forms.sheet import Sheet, Wrong, definition_of, sheet_from, sheet_of
from jinlan.insight.definition import Definition, Weighing
from jinlan.insight.parsing import parse, shipped
from jinlan.insight.problems import problems
from jinlan.insight.writing import to_toml

GROUP = next(one for one in shipped() if one.kind == "GROUP")


def sent(sheet: Sheet) -> dict[str, list[str]]:
    """Return what a browser sends of a form."""
    found = {name: [value] for name, value in sheet.head.items()}
    for row in sheet.criteria:
        found |= {f"c-{row.number}-{name}": [value] for name, value in row.fields.items()}
        found[f"c-{row.number}-raw"] = [raw for raw, _points in row.rows] + [""]
        found[f"c-{row.number}-points"] = [points for _raw, points in row.rows] + [""]
    for row in sheet.gates:
        found |= {f"g-{row.code}-{name}": [value] for name, value in row.fields.items() if value}
    for row in sheet.tiers:
        found |= {f"t-{row.number}-{name}": [value] for name, value in row.fields.items()}
        found[f"t-{row.number}-sizes"] = list(row.sizes)
    found |= {f"p-{name}": [value] for name, value in sheet.pairs.items()}
    return found | {"method": [sheet.method], "share": [sheet.share]}


def as_text(definition: Definition) -> Definition:
    return replace(definition, sha256="", gates=tuple(sorted(definition.gates, key=lambda gate: gate.code)))


@pytest.mark.parametrize("definition", shipped(), ids=lambda one: one.kind)
def test_what_is_shown_is_what_is_read_back(definition):
    read = definition_of(sheet_from(sent(sheet_of(definition))), definition.kind)

    assert as_text(read) == as_text(definition)
    assert as_text(parse(to_toml(read))) == as_text(read)


def test_money_is_typed_in_ten_thousands():
    row = sheet_of(GROUP).criteria[0]
    assert row.rows[1] == ("100", "10")  # 1,000,000 yuan

    fields = sent(sheet_of(GROUP)) | {"c-0-raw": ["0", "1,200", "50,000"], "c-0-points": ["0", "50", "100"]}
    assert [str(raw) for raw, _ in definition_of(sheet_from(fields), "GROUP").criteria[0].points] == [
        "0",
        "12000000",
        "500000000",
    ]


def test_what_cannot_be_read_is_said_at_every_field():
    fields = sent(sheet_of(GROUP)) | {
        "c-0-weight": ["三成"], "t-1-entry": [""], "valid_from": ["明年"], "t-0-within": ["luck:1:2"], "version": [""],
    }  # fmt: skip

    with pytest.raises(Wrong) as caught:
        definition_of(sheet_from(fields), "GROUP")

    assert [(one.code, one.params["field"]) for one in caught.value.problems] == [
        ("DEFINITION.NUMBER", "criteria.deposits.weight"),
        ("DEFINITION.WITHIN", "tiers.HQ.within"),
        ("DEFINITION.NUMBER", "tiers.BRANCH.entry"),
        ("DEFINITION.DATE", "valid_from"),
        ("DEFINITION.VERSION", "version"),
    ]


def test_a_criterion_is_dropped_and_a_blank_one_begins_with_a_measure():
    fields = sent(sheet_of(GROUP)) | {
        "c-1-drop": ["on"], "c-90-code": [""], "c-90-measure": ["tenure_years"], "c-90-family": ["loyalty"], "c-90-weight": ["0.03"],
        "c-90-raw": ["0", "10"], "c-90-points": ["0", "100"], "c-91-measure": [""], "c-91-weight": [""],
    }  # fmt: skip

    read = definition_of(sheet_from(fields), "GROUP")

    assert [one.code for one in read.criteria] == ["deposits", "revenue", "settlement", "families", "growth", *(
        one.code for one in GROUP.criteria[6:]), "tenure_years"]  # fmt: skip
    assert list(problems(read)) == []


def test_judgements_of_a_criterion_that_is_gone_are_left_out():
    fields = sent(sheet_of(GROUP)) | {
        "method": ["ahp"], "p-deposits/revenue": ["3"], "p-deposits/financing": ["5"], "p-deposits/growth": ["1"], "c-1-drop": ["on"],
    }  # fmt: skip

    assert definition_of(sheet_from(fields), "GROUP").weighing == Weighing(
        "ahp", (("deposits", "revenue", "3"),)
    )
