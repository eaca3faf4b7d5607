"""Every finding of the loader can be read in English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jinlan.lake
from jinlan.workspace.findings import CHECKS
from jinlan.workspace.templatetags.client_words import gate_words

MAKERS = {"Rule", "_warn", "fatal", "add", "Check", "_order"}


def codes_of_the_loader():
    lake = Path(jinlan.lake.__file__).parent
    for path in [*(lake / "loading").glob("*.py"), lake / "load.py"]:
        for call in (
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
        ):
            made = getattr(call.func, "attr", getattr(call.func, "id", ""))
            for argument in call.args[:3] if made in MAKERS else ():
                for word in ast.walk(argument):
                    if isinstance(word, ast.Constant) and re.fullmatch(
                        r"[A-Z][A-Z_0-9]{3,}", str(word.value)
                    ):
                        yield word.value


def test_every_finding_of_the_loader_has_words():
    found = set(codes_of_the_loader())

    assert {"CURRENCY", "ROLL_FORWARD", "MISSING_DAY", "PERIOD"} <= found
    assert found - set(CHECKS) == set()


def test_a_gate_that_nobody_could_look_at_is_no_failure():
    shown = gate_words("FIVE_TIER,CDD_CURRENT?")

    assert "最差五级分类不低于关注" in shown
    assert "尽职调查在有效期内 · 未知" in shown
    assert (shown.count("badge red"), shown.count("badge amber")) == (1, 1)
    assert gate_words("ok") == ""
