"""Refusals: what a person can act on, against failures, which are bugs or broken machines.

Their texts are written in Chinese with named places and translated when they are read, so that the reader's language counts
and not that of who raised them. This floor knows no catalogue: whoever has one says so with `speak`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Translate = Callable[[str], str]
_PLACE = re.compile(r"%\((\w+)\)")
_translate: Translate = str


def speak(through: Translate) -> Translate:
    """Let texts be translated by a function of the Chinese text; return the function before."""
    global _translate
    before, _translate = _translate, through
    return before


class Words:
    """A text with places, translated when it is read: a part of a refusal, such as "tier HQ" or "an audit root"."""

    def __init__(self, template: object, /, **params: object) -> None:
        self.template = template
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        """Return it in the reader's language, its places filled.

        A text without a place `%(` is taken as it is; in one with places a percent sign is written twice.
        """
        text = str(self.template)
        text = _translate(text) if text else ""
        return text % _Filling(self.params) if "%(" in text else text

    def __repr__(self) -> str:
        return f"Words({self.template!r}, {dict(self.params)!r})"

    def at(self, **params: object) -> Words:
        """Return the same text with more that fills places."""
        return Words(self.template, **{**self.params, **params})

    def places(self) -> frozenset[str]:
        """Return the names of the places."""
        return frozenset(_PLACE.findall(str(self.template)))


class _Filling(dict[str, object]):
    """What fills places; a list is joined as the language does."""

    def __getitem__(self, name: str) -> object:
        found = super().__getitem__(name)
        return str(Words("、")).join(map(str, found)) if isinstance(found, list | tuple) else found


class Refused(Exception):
    """A business act was refused. `code` is stable, `message` says what happened, `way_out` what to do.

    Both texts are constant and Chinese; what differs from case to case stands in places, `%(path)s`, which `params` fill.
    """

    def __init__(self, code: str, message: str, way_out: str = "", **params: object) -> None:
        super().__init__(code, message, way_out)
        self.code = code
        self.templates = (message, way_out)
        self.params: Mapping[str, object] = params

    @property
    def message(self) -> str:
        """Return what happened, in the reader's language."""
        return str(Words(self.templates[0], **self.params))

    @property
    def way_out(self) -> str:
        """Return what to do, in the reader's language; "" when nothing can be done."""
        return str(Words(self.templates[1], **self.params))

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (type(self), self.code, *self.templates, dict(self.params))

    def at(self, **params: object) -> Refused:
        """Return the same refusal with more to say, such as the field of a form that it is about.

        It is a plain one: a value out of sight is wrong content of a form, not a page that is not there.
        """
        found: Refused = _made(Refused, self.code, *self.templates, {**self.params, **params})
        return found

    def kept(self) -> dict[str, Any]:
        """Return it as JSON values, for another process or a later reader: templates, what fills them, and the field."""
        wanted = {"field"}.union(*(Words(text).places() for text in self.templates))
        message, way_out = map(str, self.templates)
        params = {name: _plain(value) for name, value in self.params.items() if name in wanted}
        return {"code": self.code, "message": message, "way_out": way_out, "params": params}

    @classmethod
    def again(cls, kept: Mapping[str, Any]) -> Refused:
        """Return the refusal that `kept` told of.

        Raises:
            LookupError, TypeError, ValueError: it is none.
        """
        params = {str(name): _read(value) for name, value in dict(kept["params"]).items()}
        found = Refused(str(kept["code"]), str(kept["message"]), str(kept["way_out"]), **params)
        str(found)  # its places are filled
        return found


def _made(kind: type[Any], code: str, message: str, way_out: str, params: Mapping[str, object]) -> Any:
    """Make a refusal of any kind: what its own maker adds to the texts stands in them already."""
    found: Any = Exception.__new__(kind)
    Refused.__init__(found, code, message, way_out, **params)
    return found


def _plain(value: object) -> Any:
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Words):
        params = {name: _plain(part) for name, part in value.params.items()}
        return {"words": str(value.template), "params": params}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else str(value)


def _read(value: Any) -> object:
    if isinstance(value, dict):
        return Words(
            str(value["words"]), **{str(name): _read(part) for name, part in value["params"].items()}
        )
    return [_read(one) for one in value] if isinstance(value, list) else value
