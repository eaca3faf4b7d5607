"""Bring the English catalogue up to date: add what is new with an empty text, drop what no source has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jinlan.kernel.catalogue import HEADER, read_catalogue
from jinlan.kernel.messages import messages

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _entry(key: str, text: str, where: str) -> str:
    context, _, body = key.rpartition("\x04")
    single, _, plural = body.partition("\0")
    lines = (
        [f"#: {where}"] + ([f"msgctxt {_quoted(context)}"] if context else []) + [f"msgid {_quoted(single)}"]
    )
    if plural:
        one, _, many = text.partition("\0")
        lines += [
            f"msgid_plural {_quoted(plural)}",
            f"msgstr[0] {_quoted(one)}",
            f"msgstr[1] {_quoted(many)}",
        ]
    else:
        lines.append(f"msgstr {_quoted(text)}")
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    """Write the catalogue; with --missing print the messages without an English text as JSON."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Add --missing and --fill."""
        parser.add_argument(
            "--missing", action="store_true", help="print what has no English text and change nothing"
        )
        parser.add_argument("--fill", type=Path, help="JSON file of message to English text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        known = {entry.key: entry.text for entry in read_catalogue(CATALOGUE)} if CATALOGUE.exists() else {}
        if options["fill"]:
            known |= json.loads(options["fill"].read_text("utf-8"))
        found = messages(ROOT)
        missing = [key for key in found if not known.get(key, "").strip("\0")]
        if options["missing"]:
            self.stdout.write(json.dumps(missing, ensure_ascii=False, indent=0))
            return
        head = 'msgid ""\nmsgstr ""\n' + "".join(
            f"{_quoted(line + chr(10))}\n" for line in HEADER.splitlines()
        )
        body = [
            _entry(key, known.get(key, ""), where)
            for key, where in sorted(found.items(), key=lambda item: (item[1], item[0]))
        ]
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text("\n".join([head, *body]), "utf-8")
        self.stdout.write(f"{len(found)} messages, {len(missing)} without an English text")
