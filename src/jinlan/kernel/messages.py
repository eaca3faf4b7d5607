"""Find every message in the sources: `_()` in Python (ast), `{% translate %}` and its kin in templates (templatize)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
_STRING = r"u?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
_CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext)\(\s*({_STRING})(?:\s*,\s*({_STRING}))?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _key(name: str, first: str, second: str) -> str:
    if name in PLURAL:
        return first + "\0" + second
    return first + "\x04" + second if name in CONTEXT else first


def _of_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.id
            if isinstance(node.func, ast.Name)
            else node.func.attr
            if isinstance(node.func, ast.Attribute)
            else ""
        )
        texts = [
            arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if texts and name in SINGLE | PLURAL | CONTEXT:
            yield _key(name, texts[0], texts[1] if len(texts) > 1 else "")


def _of_template(source: str) -> Iterator[str]:
    for name, first, second in _CALL.findall(templatize(source)):
        texts = [str(ast.literal_eval(text.removeprefix("u"))) if text else "" for text in (first, second)]
        # templatize writes a message of a block with doubled percent signs, as gettext gets it at run time
        yield _key(name, *texts)


def messages(root: Path) -> dict[str, str]:
    """Return every message under a folder with the first file that has it; tests are left out."""
    found: dict[str, str] = {}
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html")]):
        if "tests" in path.parts or path.name == "testing.py":
            continue
        text = path.read_text("utf-8")
        keys = _of_python(text) if path.suffix == ".py" else _of_template(text)
        for key in keys:
            if _CHINESE.search(key):
                found.setdefault(key, path.relative_to(root).as_posix())
    return found
