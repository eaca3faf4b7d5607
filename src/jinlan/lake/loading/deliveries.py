"""Finding deliveries on disk and reading what they claim: manifest or flag file, tables, hashes, digest."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.loading.findings import fatal
from jinlan.lake.loading.mapping import CANONICAL
from jinlan.lake.loading.mapping import Mapping as SourceMapping

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1
_DAY = re.compile(r"as_of_date=(\d{4}-\d\d-\d\d)")
_HISTORY = re.compile(r"history=(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
_NUMBER = re.compile(r"delivery=(\d+)")
_DATES = ("date", "first", "last")


@dataclass(frozen=True, slots=True)
class Found:
    """A delivery folder: what its path says. `first` is not `last` for a history."""

    folder: Path
    entity: str
    first: date
    last: date
    number: int
    history: bool

    @property
    def label(self) -> str:
        """Return the delivery in words that a person can find on disk."""
        span = f"{self.first}..{self.last}" if self.history else f"{self.last}"
        return f"{self.entity} {span} #{self.number}"


@dataclass(frozen=True, slots=True)
class Part:
    """One table file of a delivery and what manifest or flag file claim about it (None: no claim)."""

    table: str
    path: Path
    mode: str
    rows: int | None
    sha256: str
    control: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A complete delivery. `claimed` tells whether hashes were claimed by the source and must be verified."""

    found: Found
    parts: Mapping[str, Part]
    base_currency: str
    digest: str
    claimed: bool
    ignored: tuple[str, ...] = ()


def find(source: Path, mapping: SourceMapping | None = None) -> list[Found]:
    """Return the deliveries under `source`: histories first, then days by date and delivery number.

    `source` is the folder above the entities, one entity, one day or one delivery. Deeper folders are not searched.
    """
    found = list(_mapped(source, mapping) if mapping and mapping.folder else _canonical(source.resolve()))
    return sorted(found, key=lambda one: (one.entity, not one.history, one.first, one.last, one.number))


def _canonical(source: Path) -> Iterator[Found]:
    for pattern in (".", "delivery=*", "*/delivery=*", "*/*/delivery=*"):
        for folder in source.glob(pattern) if pattern != "." else [source]:
            number = _NUMBER.fullmatch(folder.name)
            if number is None or not folder.is_dir():
                continue
            entity, day = folder.parent.parent.name, folder.parent.name
            if match := _DAY.fullmatch(day):
                when = date.fromisoformat(match[1])
                yield Found(folder, entity, when, when, int(number[1]), history=False)
            elif match := _HISTORY.fullmatch(day):
                first, last = map(date.fromisoformat, match.groups())
                yield Found(folder, entity, first, last, int(number[1]), history=True)


def _mapped(source: Path, mapping: SourceMapping) -> Iterator[Found]:
    for template, history in ((mapping.folder, False), (mapping.history_folder, True)):
        if not template:
            continue
        shape = _shape(template)
        for folder in sorted(source.glob("/".join("*" for _ in template.split("/")))):
            match = shape.fullmatch(folder.relative_to(source).as_posix())
            if match is None or not folder.is_dir():
                continue
            words = match.groupdict()
            days = [_name_date(words[name], mapping) for name in _DATES if name in words]
            if not days or None in days:
                continue
            dates = [day for day in days if day is not None]
            entity = words.get("entity") or mapping.entity
            yield Found(folder, entity, min(dates), max(dates), int(words.get("delivery") or 1), history)


def _shape(template: str) -> re.Pattern[str]:
    """Turn ``{entity}/{date}`` into a regular expression with named groups."""
    parts = re.split(r"\{(entity|date|first|last|delivery)\}", template)
    groups = [f"(?P<{word}>[^/]+?)" if index % 2 else re.escape(word) for index, word in enumerate(parts)]
    return re.compile("".join(groups))


def _name_date(text: str, mapping: SourceMapping) -> date | None:
    try:
        return datetime.strptime(text, mapping.name_date_format).date()  # noqa: DTZ007  a date without time
    except ValueError:
        return None


def read(found: Found, mapping: SourceMapping | None = None) -> Delivery | None:
    """Read what a delivery claims; None when its manifest or flag file is not there yet.

    Raises:
        Fatal: when the claim is unreadable or speaks of another delivery.
    """
    if mapping is not None and mapping.flag:
        return _read_flag(found, mapping)
    path = found.folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_text("utf-8"))
        entries = list(manifest["tables"])
        claims = _claims(manifest)
    except (ValueError, KeyError, TypeError) as error:
        raise fatal("", "MANIFEST", f"清单 {MANIFEST} 无法读取:{type(error).__name__}") from error
    expected = (found.entity, found.first, found.last, found.number, SCHEMA_VERSION)
    if claims != expected:
        raise fatal("", "MANIFEST", f"清单与目录不一致:清单 {_words(claims)},目录 {_words(expected)}")
    parts = _parts(found, entries)
    ignored = tuple(sorted(str(entry["table"]) for entry in entries if entry["table"] not in TABLES))
    currency = str(manifest.get("base_currency") or CANONICAL.base_currency)
    return Delivery(found, parts, currency, _digest(found, parts, mapping), claimed=True, ignored=ignored)


def _claims(manifest: Mapping[str, Any]) -> tuple[str, date, date, int, int]:
    span = manifest.get("history") or [manifest["as_of_date"], manifest["as_of_date"]]
    first, last = (date.fromisoformat(day) for day in span)
    return str(manifest["entity"]), first, last, int(manifest["delivery"]), int(manifest["schema_version"])


def _words(claims: tuple[str, date, date, int, int]) -> str:
    entity, first, last, number, version = claims
    return f"{entity} {first}..{last} 第 {number} 次 规范 {version}"


def _parts(found: Found, entries: list[Any]) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for entry in entries:
        try:
            name, file, mode = str(entry["table"]), str(entry["file"]), str(entry.get("mode", "full"))
            rows, digest = int(entry["rows"]), str(entry["sha256"]).lower()
            control = {str(key): str(value) for key, value in dict(entry.get("control") or {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise fatal("", "MANIFEST", "清单中的表条目缺少 table、file、rows 或 sha256") from error
        path = found.folder / file
        if mode not in ("full", "delta") or Path(file).name != file:
            raise fatal(name, "MANIFEST", f"表 {name} 的 mode 或 file 无效")
        if name in parts:
            raise fatal(name, "MANIFEST", f"清单中表 {name} 出现两次")
        if name in TABLES:
            parts[name] = Part(name, path, mode, rows, digest, control)
    return parts


def _read_flag(found: Found, mapping: SourceMapping) -> Delivery | None:
    flag = found.folder / _name(mapping.flag, found, mapping, "")
    if not flag.is_file():
        return None
    listed = _listed(flag, mapping)
    parts: dict[str, Part] = {}
    for name, entry in mapping.tables.items():
        path = found.folder / _name(entry.file, found, mapping, name)
        if not entry.file or not (path.is_file() or path.name in listed):
            continue
        claim = listed.get(path.name, {})
        mode = entry.mode or ("delta" if TABLES[name].kind == "event" else "full")
        rows = int(claim["rows"]) if claim.get("rows", "").isdigit() else None
        digest = claim.get("sha256", "").lower() or (file_hash(path) if path.is_file() else "")
        parts[name] = Part(name, path, mode, rows, digest, {})
    claimed = "sha256" in mapping.flag_columns
    return Delivery(found, parts, mapping.base_currency, _digest(found, parts, mapping), claimed)


def _listed(flag: Path, mapping: SourceMapping) -> dict[str, dict[str, str]]:
    """Return file name -> claims of a flag file that lists its files."""
    if "file" not in mapping.flag_columns:
        return {}
    with flag.open(encoding=mapping.encoding, newline="") as stream:
        rows = [
            dict(zip(mapping.flag_columns, row, strict=False)) for row in _split(stream, mapping.delimiter)
        ]
    return {row["file"].strip(): row for row in rows if row.get("file", "").strip()}


def _split(stream: Any, delimiter: str) -> Iterator[list[str]]:
    if len(delimiter) == 1:
        yield from csv.reader(stream, delimiter=delimiter)
    else:
        yield from (line.rstrip("\r\n").split(delimiter) for line in stream)


def _name(template: str, found: Found, mapping: SourceMapping, table: str) -> str:
    days = {"date": found.last, "first": found.first, "last": found.last}
    words = {name: day.strftime(mapping.name_date_format) for name, day in days.items()}
    words |= {"entity": found.entity, "table": table, "delivery": str(found.number)}
    return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), template)


def _digest(found: Found, parts: Mapping[str, Part], mapping: SourceMapping | None) -> str:
    """Return the identity of what was delivered; another mapping makes other content of the same files."""
    content = sorted((part.table, part.mode, part.sha256) for part in parts.values())
    said = [found.entity, str(found.first), str(found.last), content, repr(mapping) if mapping else ""]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
