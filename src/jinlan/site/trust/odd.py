"""Odd values of every kind, what a form on a page asks for, and what a schema of the API asks for."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

from jinlan.site.trust.inject import CODE, SHAPES

TEXTS = (*SHAPES, *CODE, "", " ", "\t\r\n", "\ufeff", "\ufffe", "\u2028", "\x7f\x80", "\udcff", "１２３", "٣", "1_000", "1e3", "+1", "0" * 400, "x=1&y=2", "..%2f..%2f", "%", "%zz", "\\", "/", "?", "#", "a" * 65, "中" * 201, "中" * 501, "-0", "1.5", "0.00001", "9" * 21, "2026-02-30", "2026-11-10T99:00", "0001-01-01", "W10", "W251bGxd", "bnVsbA==", "eyJhIjoxfQ==", "WzFd", "W1tdXQ==")  # fmt: skip
NUMBERS = (0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, float("inf"), float("-inf"), float("nan"))
UUIDS = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{" + "0" * 32 + "}", "urn:uuid:" + "0" * 32)  # fmt: skip
DEEP = 20_000  # levels of brackets: more than a reader that calls itself can bear
KINDS = (
    "application/json", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=é",
    "text/plain", "application/xml", "", ";", "application/json; charset=utf-16", "application/json; charset=hex", "application/json; charset=nothing",
    "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=rot13", "multipart/mixed; boundary=x", "x" * 3000,
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
REASON = "信任演练的申请"
SAID = {"text": REASON, "textarea": REASON, "date": "2027-01-31", "datetime-local": "2027-01-31T10:00", "number": "1", "checkbox": "on"}  # fmt: skip
Fields = dict[str, list[str]]  # name -> values that a person could send


class FormReader(HTMLParser):
    """Collects the fields of the forms on a page with values that a person could send."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field, or a choice of the one before."""
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self.select = name
        if tag == "option" and self.select:
            self.fields.setdefault(self.select, []).append(given.get("value", ""))
        if name and tag in ("input", "textarea", "button"):
            value = given.get("value") or SAID.get("textarea" if tag == "textarea" else kind, "")
            self.fields.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        """Leave a list of choices."""
        self.select = "" if tag == "select" else self.select


def fields_of(page: str) -> Fields:
    """Return the fields of the forms on a page; the token against foreign posts is not looked at here."""
    reader = FormReader()
    reader.feed(page)
    reader.fields.pop("csrfmiddlewaretoken", None)
    return reader.fields


def quoted(text: str) -> str:
    """Return a text as it stands in an address, whatever it holds."""
    return quote(text, safe="", errors="surrogatepass")


def encoded(pairs: list[tuple[str, str]]) -> str:
    """Return pairs as a query or a form has them."""
    return urlencode(pairs, quote_via=quote, errors="surrogatepass")


def odd_json(dice: random.Random, depth: int = 0) -> Any:
    """Return a JSON value that nobody expects."""
    kind = dice.randrange(8 if depth < 3 else 5)
    if kind == 5:
        return [odd_json(dice, depth + 1) for _ in range(dice.randrange(4))]
    if kind > 5:
        return {dice.choice(TEXTS): odd_json(dice, depth + 1) for _ in range(dice.randrange(4))}
    return dice.choice((None, dice.random() < 0.5, dice.choice(NUMBERS), dice.choice(TEXTS), dice.choice(UUIDS)))  # fmt: skip


def odd_body(dice: random.Random, text: bytes) -> bytes:
    """Return a body that is broken, or something else altogether."""
    place = dice.randrange(len(text) + 1)
    return dice.choice((
        text[:place], text[:place] + bytes((dice.randrange(256),)) + text[place:], text * 2, b"", b"\x00", b"\xff\xfe{}", b"[" * DEEP, b'{"a":' * DEEP,
        b"[" * DEEP + b"]" * DEEP, json.dumps(odd_json(dice)).encode(), b"null", b"&" * 2000, encoded([("a", "1")] * 1500).encode(), b"-" * 5000,
        b'{"a": ' + b"9" * 5000 + b"}", b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"../b\"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--",
    ))  # fmt: skip


def multipart(pairs: list[tuple[str, str]]) -> bytes:
    """Return pairs as a form with files has them."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs
    ]
    return "".join([*parts, "--x--\r\n"]).encode(errors="surrogatepass")


def plausible(
    dice: random.Random, schema: Mapping[str, Any], shapes: Mapping[str, Any], units: list[str]
) -> Any:
    """Return a value that a schema of the API accepts, or nearly; a text may be the public id of a unit."""
    if "$ref" in schema:
        return plausible(dice, shapes[schema["$ref"].rpartition("/")[2]], shapes, units)
    if "anyOf" in schema:
        return plausible(dice, dice.choice(schema["anyOf"]), shapes, units)
    if "enum" in schema:
        return dice.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        return {
            name: plausible(dice, one, shapes, units) for name, one in schema.get("properties", {}).items()
        }
    if kind == "string":
        by_format = {"date": "2027-01-31", "date-time": "2027-01-31T10:00:00Z", "uuid": dice.choice(units)}
        return by_format.get(schema.get("format", ""), dice.choice((REASON, dice.choice(units), "12.5")))
    return {"integer": 1, "number": 1.5, "boolean": True, "null": None, "array": []}.get(str(kind))
