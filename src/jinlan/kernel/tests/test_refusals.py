"""Every refusal's texts are constant, so that the catalogue holds them; what differs stands in places. Kept ones are read again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from jinlan.basics.errors import Refused, Words
from jinlan.kernel.kept import MOST, keep, read
from jinlan.kernel.management.commands.catalogue import ROOT
from jinlan.kernel.messages import kinds_of_refusals, messages, refusal_texts

PLANTED = frozenset({"Refused", "Mine"})
ITSELF = "basics/errors.py"  # makes refusals and words again of their templates


def modules() -> dict[str, ast.Module]:
    """Return the modules of the product by path; read by the one test that needs them, not by whoever collects."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
        if "tests" not in path.parts
    }


def faults(tree: ast.Module, kinds: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with the refusals that a module makes."""
    for call, texts in refusal_texts(tree, kinds):
        filled = {one.arg for one in call.keywords}
        for text in texts:
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                yield f"not constant: {ast.unparse(text)}"
            elif empty := Words(text.value).places() - filled if None not in filled else frozenset():
                yield f"never filled: {sorted(empty)}"
        if any(isinstance(one, ast.Starred) for one in call.args):
            yield f"not to be seen: {ast.unparse(call)}"


def test_texts_of_refusals_are_constant_and_their_places_filled() -> None:
    trees = modules()
    kinds = kinds_of_refusals(trees.values())
    found = {path: list(faults(tree, kinds)) for path, tree in trees.items() if path != ITSELF}
    made = sum(1 for tree in trees.values() for _ in refusal_texts(tree, kinds))

    assert {path: wrong for path, wrong in found.items() if wrong} == {"kernel/sealing.py": LATER}
    assert {"Refused", "ScopeDenied", "RuleNotInForce", "Untrue", "WrongMapping", "WrongDefinition"} <= kinds
    assert made > 250


LATER = ["never filled: ['batch', 'row']"] * 4 + ["never filled: ['batch']"] * 2  # by `Words.at`


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Refused('X', f'没有 {name}。')", "not constant: f'没有 {name}。'"),
        ("Refused('X', '没有 ' + name)", "not constant: '没有 ' + name"),
        ("Refused('X', '没有 %s。' % name)", "not constant: '没有 %s。' % name"),
        ("Refused('X', '没有。', OTHER)", "not constant: OTHER"),
        ("Refused('X', _('没有。'))", "not constant: _('没有。')"),
        ("Refused('X', message=text)", "not constant: text"),
        ("errors.Refused('X', refused.message)", "not constant: refused.message"),
        ("Mine('X', f'没有 {name}。')", "not constant: f'没有 {name}。'"),
        ("Words(f'层级 {tier}')", "not constant: f'层级 {tier}'"),
        ("Refused('X', '没有 %(name)s。', field='name')", "never filled: ['name']"),
        ("Refused(*found)", "not to be seen: Refused(*found)"),
    ],
)
def test_a_planted_refusal_is_found(line: str, fault: str) -> None:
    assert fault in list(faults(ast.parse(line), PLANTED))


CLASS = """
class Mine(Refused):
    def __init__(self, what, message, /, **params):
        super().__init__(f"MINE.{what}", message, "请改好%s。", **params)
"""


def test_a_class_of_refusals_may_pass_its_own_message_on_and_nothing_else() -> None:
    good, bad = (
        ast.parse(CLASS % ""),
        ast.parse(CLASS.replace('message, "请改好%s。"', 'f"{message}!", TEXT')),
    )
    kinds = kinds_of_refusals([good])

    assert kinds == {"Refused", "Mine"}
    assert list(faults(good, kinds)) == []
    assert list(faults(bad, kinds)) == ["not constant: f'{message}!'", "not constant: TEXT"]


def test_the_catalogues_tool_finds_the_texts_of_refusals_and_of_their_classes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLASS % "它", "utf-8")
    (tmp_path / "b.py").write_text(
        "raise Mine('X', '没有 %(name)s。', name=Words('层级 %(t)s', t=1))\nraise Refused('Y', '不行', way_out='改')\n",
        "utf-8",
    )

    assert messages(tmp_path) == {
        "请改好它。": "a.py", "没有 %(name)s。": "b.py", "层级 %(t)s": "b.py", "不行": "b.py", "改": "b.py"
    }  # fmt: skip


HOST = Refused("OUT_AWAY", "找不到 %(host)s。", "请检查地址。", host="api.example", field="url")


def test_a_refusal_in_a_column_is_read_in_the_language_of_who_looks() -> None:
    line = keep(HOST)

    assert read(line) == "OUT_AWAY 找不到 api.example。 请检查地址。"
    with translation.override("en"):
        assert read(line) == "OUT_AWAY api.example was not found. Check the address."


def test_a_refusal_too_long_for_its_column_is_kept_as_it_reads_now() -> None:
    line = keep(HOST.at(host="a" * 400))

    assert line == ("OUT_AWAY 找不到 " + "a" * 400)[:MOST] == read(line)


@pytest.mark.parametrize(
    "line", ["", "ValueError 1a2b3c4d", "UNKNOWN_JOB x.y", "X {", 'X {"message": 1}', "X {}"]
)
def test_any_other_line_is_shown_as_it_is(line: str) -> None:
    assert read(line) == line
