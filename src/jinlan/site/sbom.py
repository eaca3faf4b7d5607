"""What the product is made of: the locks read back, licences from what is installed, and a bill of materials (CycloneDX 1.6, JSON).

The bill says the same for the same locks: no time and no random number stands in it.
"""

from __future__ import annotations

import base64
import importlib.metadata
import json
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinlan.site.home import ROOT

SETS = ("run", "test", "uv")  # what a bank needs, what proves it, what installs both
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(\[[\w,-]+\])?==([^\s;]+)(?:\s*;\s*(.+?))?\s*\\?$")
HASH = re.compile(r"^--hash=sha256:([0-9a-f]{64})\s*\\?$")
OWN_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562: names that are addresses
WORDS = {
    "MIT License": "MIT", "BSD License": "BSD-3-Clause", "BSD": "BSD-3-Clause", "BSD 2-Clause License": "BSD-2-Clause", "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0", "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
}  # fmt: skip
NOT_HERE = {
    "colorama": "BSD-3-Clause",
    "uv": "MIT OR Apache-2.0",
}  # installed on other systems, or beside the product
TEXTS = (
    ("Permission is hereby granted, free of charge", "MIT"),
    ("Apache License", "Apache-2.0"),
    ("Redistribution and use in source", "BSD-3-Clause"),
)


@dataclass
class Part:
    """A part of other makers: `kind` is pypi or npm, `sets` says what it is for, `hashes` are (algorithm, hexadecimal)."""

    kind: str
    name: str
    version: str
    sets: set[str] = field(default_factory=set)
    hashes: set[tuple[str, str]] = field(default_factory=set)
    licence: str = ""

    @property
    def purl(self) -> str:
        """Return its package URL."""
        name = self.name.replace("@", "%40") if self.kind == "npm" else self.name
        return f"pkg:{self.kind}/{name}@{self.version}"


def normal(name: str) -> str:
    """Return the one way in which the name of a Python package is written."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lock(text: str) -> tuple[list[Part], list[str]]:
    """Return the parts of a lock of Python packages, and what is wrong with its lines."""
    parts: list[Part] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        if pinned := PINNED.match(said):
            parts.append(Part("pypi", normal(pinned[1]), pinned[3]))
        elif (found := HASH.match(said)) and parts:
            parts[-1].hashes.add(("SHA-256", found[1]))
        else:
            wrong.append(f"line {number}: {said[:60]!r} is no pinned package and no hash")
    wrong += [f"{part.name} {part.version}: no hash" for part in parts if not part.hashes]
    return parts, wrong


def browser_lock(text: str) -> tuple[list[Part], list[str]]:
    """Return the parts of the browser's lock, and what is wrong with it."""
    parts: list[Part] = []
    wrong: list[str] = []
    for place, one in json.loads(text)["packages"].items():
        if not place:
            continue
        name = place.rpartition("node_modules/")[2]
        part = Part(
            "npm",
            name,
            str(one.get("version", "")),
            {"test" if one.get("dev") else "run"},
            licence=str(one.get("license", "")),
        )
        kind, _, value = str(one.get("integrity", "")).partition("-")
        if kind != "sha512" or one.get("link"):
            wrong.append(f"{name} {part.version}: no hash")
        else:
            part.hashes.add(("SHA-512", base64.b64decode(value).hex()))
        parts.append(part)
    return parts, wrong


def licence(name: str) -> str:
    """Return the licence of an installed Python package as SPDX writes it, "" when it is not installed or does not say."""
    try:
        there = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return NOT_HERE.get(name, "")
    said: Any = there.metadata
    if said.get("License-Expression"):
        return str(said["License-Expression"])
    shelves = [
        str(one).rpartition(" :: ")[2]
        for one in said.get_all("Classifier", [])
        if str(one).startswith("License")
    ]
    named = [WORDS[one] for one in (*shelves, str(said.get("License") or "")) if one in WORDS]
    if named:
        return named[0]
    plain = str(said.get("License") or "")
    return plain if re.fullmatch(r"[A-Za-z0-9.+-]{2,40}", plain) else _of_text(there)


def _of_text(there: importlib.metadata.Distribution) -> str:
    """Return the licence whose text a package carries."""
    for one in there.files or ():
        if one.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            text = Path(str(one.locate())).read_text("utf-8", "replace")
            return next((spdx for words, spdx in TEXTS if words in text), "")
    return ""


def parts(folder: Path = ROOT) -> tuple[list[Part], list[str]]:
    """Return every part of a checkout, each once, and what is wrong with its locks."""
    found: dict[str, Part] = {}
    wrong: list[str] = []
    for name in SETS:
        some, said = lock((folder / "requirements" / f"{name}.txt").read_text("utf-8"))
        wrong += [f"requirements/{name}.txt {one}" for one in said]
        for part in some:
            known = found.setdefault(part.purl, part)
            known.sets.add(name)
            known.hashes |= part.hashes
            known.licence = known.licence or licence(part.name)
    some, said = browser_lock((folder / "assets" / "package-lock.json").read_text("utf-8"))
    wrong += [f"assets/package-lock.json {one}" for one in said]
    found |= {part.purl: part for part in some}
    return sorted(found.values(), key=lambda part: part.purl), wrong


def bill(every: list[Part], version: str) -> dict[str, Any]:
    """Return the bill of materials."""
    components = [_component(part) for part in every]
    own = {"type": "application", "bom-ref": f"pkg:generic/jinlan@{version}", "name": "jinlan", "version": version, "licenses": [{"license": {"id": "Apache-2.0"}}],
           "purl": f"pkg:generic/jinlan@{version}"}  # fmt: skip
    needed = sorted(part.purl for part in every if "run" in part.sets)
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(OWN_SPACE, json.dumps([own, components]))}",
        "metadata": {"component": own}, "components": components, "dependencies": [{"ref": own["bom-ref"], "dependsOn": needed}],
    }  # fmt: skip


def _component(part: Part) -> dict[str, Any]:
    group, _, name = part.name.rpartition("/")
    made: dict[str, Any] = {"type": "library", "bom-ref": part.purl} | ({"group": group} if group else {})
    made |= {"name": name, "version": part.version, "scope": "required" if "run" in part.sets else "excluded"}
    made["hashes"] = [{"alg": kind, "content": value} for kind, value in sorted(part.hashes)]
    if part.licence:
        many = re.search(r" (AND|OR|WITH) ", part.licence)
        made["licenses"] = [{"expression": part.licence}] if many else [{"license": {"id": part.licence}}]
    return made | {"purl": part.purl}


def text(folder: Path = ROOT) -> str:
    """Return the bill of materials of a checkout as it is written into a file."""
    import tomllib

    version = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return json.dumps(bill(parts(folder)[0], str(version)), ensure_ascii=False, indent=1) + "\n"
