"""The English catalogue without gettext's programs: read .po, write .mo, find the messages in the sources.

Messages are written in Chinese (msgid); the English catalogue has to be complete. Needs no Django to compile.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
_PARTS = ("msgctxt", "msgid_plural", "msgid", "msgstr[0]", "msgstr[1]", "msgstr")


@dataclass(frozen=True, slots=True)
class Entry:
    """One message: `key` is the msgid, with its context and plural as gettext stores them."""

    key: str
    text: str
    fuzzy: bool = False


def _entry(parts: dict[str, str], flags: str) -> Entry:
    key = parts["msgid"]
    if "msgctxt" in parts:
        key = parts["msgctxt"] + "\x04" + key
    text = parts.get("msgstr", "")
    if "msgid_plural" in parts:
        key += "\0" + parts["msgid_plural"]
        text = parts.get("msgstr[0]", "") + "\0" + parts.get("msgstr[1]", "")
    return Entry(key, text, "fuzzy" in flags)


def read_catalogue(source: Path) -> Iterator[Entry]:
    """Yield the entries of a .po file, its header (empty key) included."""
    parts: dict[str, str] = {}
    flags, field = "", ""
    for line in [*(line.strip() for line in source.read_text("utf-8").splitlines()), ""]:
        if not line:
            if "msgid" in parts:
                yield _entry(parts, flags)
            parts, flags, field = {}, "", ""
        elif line.startswith("#"):
            flags += line if line.startswith("#,") else ""
        else:
            field = next((name for name in _PARTS if line.startswith(name + " ")), field)
            quoted = line[line.index('"') :]
            parts[field] = parts.get(field, "") + str(ast.literal_eval(quoted))


def compile_catalogue(source: Path, target: Path) -> int:
    """Write the .mo of a .po and return its number of messages; fuzzy and empty entries are left out."""
    found = {entry.key: entry.text for entry in read_catalogue(source) if entry.text and not entry.fuzzy}
    found.setdefault("", HEADER)
    pairs = [(key.encode(), found[key].encode()) for key in sorted(found)]
    start = 7 * 4 + 16 * len(pairs)
    keys, texts, body = b"", b"", b""
    for key, _ in pairs:
        keys += struct.pack("<II", len(key), start + len(body))
        body += key + b"\0"
    for _, text in pairs:
        texts += struct.pack("<II", len(text), start + len(body))
        body += text + b"\0"
    count = len(pairs)
    head = struct.pack("<IIIIIII", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    part = target.with_suffix(".part")
    part.write_bytes(head + keys + texts + body)
    part.replace(target)
    return count - 1
