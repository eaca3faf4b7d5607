"""Find every message in the sources: `_()` and refusals in Python (ast), `{% translate %}` and its kin in templates (templatize)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation.template import templatize

SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
_STRING = r"u?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
_CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext)\(\s*({_STRING})(?:\s*,\s*({_STRING}))?")
_CHINESE = re.compile(r"[、\u4e00-\u9fff]")


def _key(name: str, first: str, second: str) -> str:
    if name in PLURAL:
        return first + "\0" + second
    return first + "\x04" + second if name in CONTEXT else first


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def kinds_of_refusals(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Return the names of `Refused` and of every class that is one."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Refused"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return frozenset(found)


def refusal_texts(tree: ast.Module, kinds: frozenset[str]) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Yield every call that makes a refusal, or words for one, with its message and way out.

    A class of refusals that passes its own `message` on to `super().__init__` is such a call too, without that argument.
    """
    passed = {
        call: {argument.arg for argument in maker.args.posonlyargs + maker.args.args}
        for one in ast.walk(tree)
        if isinstance(one, ast.ClassDef) and one.name in kinds - {"Refused"}
        for maker in one.body
        if isinstance(maker, ast.FunctionDef) and maker.name == "__init__"
        for call in ast.walk(maker)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _called(node)
        named = [one.value for one in node.keywords if one.arg in {"message", "way_out"}]
        if name == "Words":
            yield node, node.args[:1]
        elif name in kinds:
            yield node, node.args[1:3] + named
        elif node in passed:
            texts = node.args[1:3] + named
            yield node, [one for one in texts if not (isinstance(one, ast.Name) and one.id in passed[node])]


def _of_python(tree: ast.Module, kinds: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _called(node)
        texts = [
            arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if texts and name in SINGLE | PLURAL | CONTEXT:
            yield _key(name, texts[0], texts[1] if len(texts) > 1 else "")
    for _call, said in refusal_texts(tree, kinds):
        yield from (one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _of_template(source: str) -> Iterator[str]:
    for name, first, second in _CALL.findall(templatize(source)):
        texts = [str(ast.literal_eval(text.removeprefix("u"))) if text else "" for text in (first, second)]
        # templatize writes a message of a block with doubled percent signs, as gettext gets it at run time
        yield _key(name, *texts)


def messages(root: Path) -> dict[str, str]:
    """Return every message under a folder with the first file that has it; tests are left out."""
    found: dict[str, str] = {}
    paths = [
        path
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.html")])
        if "tests" not in path.parts and path.name != "testing.py"
    ]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in paths if path.suffix == ".py"}
    kinds = kinds_of_refusals(trees.values())
    for path in paths:
        keys = _of_python(trees[path], kinds) if path in trees else _of_template(path.read_text("utf-8"))
        for key in keys:
            if _CHINESE.search(key):
                found.setdefault(key, path.relative_to(root).as_posix())
    return found
