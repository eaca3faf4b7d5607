"""P9: files that leave the house hold no formula, are marked, and stay within the limit; read back cell by cell."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from jinlan.basics.clock import now_utc
from jinlan.clients.models import Unit
from jinlan.kernel import export
from jinlan.kernel.models import AuditEntry, Person
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.resource.files import TAKERS
from jinlan.kernel.scope import actor_for, scoped, system_actor
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.lists import LISTS_OF_UNITS

STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n+",
    "＝",
    "＋",
    "－",
    "＠",
    " =",
    "\u200b=",
    "\u00a0@",
    "\ufeff-",
    "\u2060+",
    "'=",
    "=\x00",
)
BODIES = (
    "1+1",
    "cmd|'/C calc'!A0",
    'HYPERLINK("http://x","y")',
    "SUM(A1:A9)",
    'WEBSERVICE("http://x")',
    "2-3",
    'DDE("cmd")',
    "1;2",
    "IMPORTXML(A1)",
)
RUNS = re.compile(r"^[\s\u200b\u200c\u200d\u2060\ufeff\u00a0]*[=+\-@＝＋－＠\t\r\n]")
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
GIVEN = {"purpose": "AUDIT", "reason": "信任演练的导出"}
AT_ONCE = 500


@dataclass
class Found:
    """What was tried and what was wrong."""

    cells: int = 0
    files: int = 0
    refused: int = 0
    reader: int = 0  # the auditor, who reads what was recorded
    wrong: list[str] = field(default_factory=list)


def prove(bank: Bank, *, cells: int, seed: int, stop_early: bool = False) -> Found:
    """Write hostile cells and read them back; then, with `stop_early` only if nothing was wrong, take every list as every taker."""
    dice, found = random.Random(seed), Found(reader=bank.people["auditor"])  # noqa: S311  a test's dice
    _written(dice, cells, found)
    if not (stop_early and found.wrong):
        _taken(bank, dice, found)
    return found


def hostile(dice: random.Random) -> str:
    """Return a text that a spreadsheet would run."""
    return dice.choice(STARTS) + dice.choice(BODIES) + dice.choice(("", "\u200b", "中文", "\r\n=1"))


def _written(dice: random.Random, cells: int, found: Found) -> None:
    mark = export.Mark("信任", "trust", datetime(2026, 11, 10, tzinfo=UTC), "=1", "0")
    columns = [export.Column("=1+1", str)]
    for _start in range(0, cells, AT_ONCE):
        rows = [hostile(dice) for _ in range(AT_ONCE)]
        for kind in export.TYPES:
            _judge(kind, export.write(kind, columns, rows, mark), "written", found)
        found.cells += len(rows) * len(export.TYPES)


def _judge(kind: str, body: bytes, what: str, found: Found) -> list[list[str]]:
    """Read a file back and note every cell that would run; return its lines (of a CSV)."""
    if kind == "xlsx":
        book = zipfile.ZipFile(io.BytesIO(body))
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = re.findall(r"<t[^>]*>(.*?)</t>", book.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        found.wrong += (
            [f"{what}: a formula in a workbook"] if "<f" in sheet.replace("<firstFooter", "") else []
        )
        found.wrong += [f"{what}: a cell begins with {text[:9]!r}" for text in texts if RUNS.match(text)][:3]
        return []
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    runs = [cell for line in lines for cell in line if RUNS.match(cell) and not NUMBER.match(cell)]
    found.wrong += [f"{what}: a cell begins with {cell[:9]!r}" for cell in runs[:3]]
    return lines


def _taken(bank: Bank, dice: random.Random, found: Found) -> None:
    """Give every client and row a hostile name, then take every list as everybody who may."""
    _poison(bank, dice)
    for name, resource in sorted(RESOURCES.items()):
        for who, key in sorted(bank.people.items()):
            person = Person.objects.get(pk=key)
            if person.entity != bank.facts.entity:  # his own bank's auditor would read what he took
                continue
            actor = actor_for(person, now_utc())
            if not actor.has(*(set(resource.roles) & set(resource.takers or resource.roles) & set(TAKERS))):
                continue
            for kind in export.TYPES:
                _one(bank, name, who, person, kind, found)


def _poison(bank: Bank, dice: random.Random) -> None:
    with scoped(system_actor(bank.facts.entity, now_utc()), write=True):
        for unit in Unit.objects.all():
            Unit.objects.filter(pk=unit.pk).update(name=hostile(dice).replace("\x00", "")[:200])
        for name in LISTS_OF_UNITS:
            model = RESOURCES[name].model
            texts = [
                one.name
                for one in model._meta.concrete_fields
                if one.get_internal_type() == "CharField"
                and (one.max_length or 0) > 40
                and not one.name.endswith("_by")  # who did it: rules of the tables hold that
                and one.name
                not in (
                    "ref",
                    "before",
                )  # likewise whether an obligation is an answer, and that a change changes something
            ]
            for row in model._default_manager.all():
                values = {text: hostile(dice).replace("\x00", "") for text in texts}
                model._default_manager.filter(pk=row.pk).update(**values)


def _one(bank: Bank, name: str, who: str, person: Person, kind: str, found: Found) -> None:
    client = browser(bank, who)
    answer: Any = client.post(
        f"/{name}/file?view=all",
        urlencode(GIVEN | {"kind": kind}),
        content_type="application/x-www-form-urlencoded",
    )
    if answer.status_code == 404 and not person.is_active:
        return
    if answer.status_code != 200 or "Content-Disposition" not in answer.headers:
        found.refused += 1
        found.wrong += (
            [] if answer.status_code in (302, 404) else [f"{who} {name}: answered {answer.status_code}"]
        )
        return
    found.files += 1
    what = f"{who} {name} {kind}"
    lines = _judge(kind, answer.content, what, found)
    found.cells += sum(len(line) for line in lines)
    if kind == "csv" and not (lines[-1][0].startswith("导出 ") and person.username in lines[-1][0]):
        found.wrong.append(f"{what}: no mark of the taker")
    with scoped(actor_for(Person.objects.get(pk=found.reader), now_utc())):
        told = AuditEntry.objects.filter(verb="resource.exported", person=person.pk).order_by("-id").first()
    after: dict[str, Any] = (told.after or {}) if told else {}
    if after.get("resource") != name or (kind == "csv" and after.get("rows") != len(lines) - 2):
        found.wrong.append(f"{what}: the record of it is missing or wrong")


@contextmanager
def as_it_comes() -> Iterator[None]:
    """A writer that leaves texts as they are."""
    with patch.object(export, "harmless", lambda text: text):
        yield
