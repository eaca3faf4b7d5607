"""The compliance ledger points at what exists, leaves nothing out, and says its own share truly; planted faults are found."""

from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

import pytest

from jinlan.site.cli import COMMANDS
from jinlan.site.home import ROOT
from jinlan.site.trust import ledger
from jinlan.site.trust.ledger import (
    COUNTS,
    LEVELS,
    Known,
    anchors_of,
    count,
    functions_in,
    known_here,
    problems,
    wanted,
)

HERE = known_here()


@pytest.fixture
def planted() -> dict[str, Any]:
    """Return a copy of the ledger, to plant something in."""
    return copy.deepcopy(ledger.read())


def item(planted: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in planted["item"] if one["id"] == name)
    return found


def test_the_ledger_is_right() -> None:
    assert problems(ledger.read(), HERE) == []


def test_the_levels_add_up_to_the_counts_of_the_standard() -> None:
    for chapter, expected in COUNTS.items():
        levels = "".join(text for section, text in LEVELS.items() if section.startswith(f"{chapter}."))
        assert tuple(levels.count(level) for level in "123") == expected, chapter

    assert sum(map(sum, COUNTS.values())) == 345
    assert Counter(wanted().values()) == {1: 70, 2: 183, 3: 15}


def test_the_stated_share_is_the_true_one() -> None:
    read = ledger.read()
    share = count(read["item"]).share

    assert read["automated"] <= share < read["automated"] + 0.01


def test_the_proof_counts_every_item_and_finds_its_canary() -> None:
    found = ledger.prove()

    assert (found.wrong, found.canary) == ([], True)
    for name, part in found.parts.items():
        assert part.items == len(ledger.read()[name])
        assert part.automated + part.deployer + part.not_applicable + part.open == part.items


def test_a_test_that_does_not_exist_is_reported(planted: dict[str, Any]) -> None:
    tested = next(one for one in planted["item"] if "tests" in one)
    tested["tests"].append("src/jinlan/kernel/tests/test_audit.py::test_nothing_at_all")

    assert problems(planted, HERE) == [
        f"item {tested['id']}: test src/jinlan/kernel/tests/test_audit.py::test_nothing_at_all does not exist"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "src/jinlan/kernel/tests/test_no_such_file.py::test_x",
        "src/jinlan/kernel/tests/test_audit.py",
        "src/jinlan/kernel/tests/test_audit.py::cast",  # a fixture
        "src/jinlan/kernel/audit.py::audit",  # no test at all
    ],
)
def test_what_is_no_test_is_no_answer(name: str) -> None:
    assert not ledger.has_test(name)
    assert ledger.has_test("tests/test_asvs.py::test_what_is_no_test_is_no_answer")


def test_a_missing_item_is_reported(planted: dict[str, Any]) -> None:
    planted["item"].remove(item(planted, "17.3.2"))
    planted["mlps"] = [one for one in planted["mlps"] if one["id"] != "8.1.4.1d"]

    assert problems(planted, HERE) == ["item 17.3.2 is missing", "mlps 8.1.4.1d is missing"]


def test_two_answers_are_reported(planted: dict[str, Any]) -> None:
    item(planted, "17.3.2")["deployer"] = "ask the bank's network department; docs/deploy.md#logs"

    assert problems(planted, HERE) == ["item 17.3.2: has 2 answers (not_applicable, deployer), one is needed"]


def test_no_answer_is_reported(planted: dict[str, Any]) -> None:
    del item(planted, "17.3.2")["not_applicable"]

    assert "item 17.3.2: has 0 answers (), one is needed" in problems(planted, HERE)


def test_an_item_twice_of_another_level_or_unknown_is_reported(planted: dict[str, Any]) -> None:
    planted["item"].append(dict(item(planted, "17.3.2")))
    item(planted, "17.3.1")["level"] = 1
    planted["item"].append({**item(planted, "17.3.2"), "id": "18.1.1"})

    assert problems(planted, HERE) == [
        "item 17.3.2 is there 2 times", "item 18.1.1 is no item of the standard", "item 17.3.1 is of level 2, not 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"promise": "P99"}, "P99 is no promise that is proved"),
        ({"deployer": "do as in docs/deploy.md#no-such-section"}, "docs/deploy.md has no section #no-such-section"),
        ({"deployer": "the bank does something about it"}, "deployer names no section of docs/deploy.md"),
        ({"not_applicable": "no"}, "not_applicable gives no reason"),
        ({"open": ""}, "open gives no reason"),
        ({"tests": []}, "tests is no list of tests"),
        ({"tests": "src/x.py::test_y"}, "tests is no list of tests"),
        ({"open": "something is missing here", "answer": "x"}, "unknown key answer"),
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_reported(
    planted: dict[str, Any], answer: dict[str, Any], said: str
) -> None:
    found = item(planted, "17.3.2")
    del found["not_applicable"]
    found |= answer

    assert f"item 17.3.2: {said}" in problems(planted, HERE)


def test_a_share_that_is_too_high_is_reported(planted: dict[str, Any]) -> None:
    planted["automated"] = 0.9999

    assert [one for one in problems(planted, HERE) if one.startswith("automated")] != []


def test_headings_and_tests_are_found() -> None:
    assert anchors_of("# A b\n## TLS and the proxy\ntext # no\n### `X`: 1, 2\n") == {
        "a-b",
        "tls-and-the-proxy",
        "x-1-2",
    }
    source = "def test_a(): ...\ndef helper(): ...\nclass TestB:\n    def test_c(self): ...\n    def d(self): ...\n"
    assert functions_in(source) == {"test_a", "TestB::test_c"}
    assert problems({}, Known(lambda _: True, (), ()))[0] == "item 1.1.1 is missing"


def test_the_page_for_deployers_names_commands_and_variables_that_exist() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "src/jinlan/site").glob("*.py"))
    oidc = re.findall(r'"([A-Z_]+)"', sources.partition('f"JINLAN_OIDC_{name}"')[2][:200])
    known = set(re.findall(r"\b(?:JINLAN|DATABASE)_[A-Z_]+\b", sources)) | {
        f"JINLAN_OIDC_{name}" for name in oidc
    }

    assert set(re.findall(r"\b(?:JINLAN|DATABASE)_[A-Z_]+\b", text)) - known == set()
    assert set(re.findall(r"\./jinlan ([a-z-]+)", text)) - set(COMMANDS) == set()
