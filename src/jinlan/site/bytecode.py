"""Bytecode for the many processes that tests and proofs start."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from jinlan.site.home import ROOT

KEPT = ROOT / ".venv" / "bytecode"


def keep_bytecode(folder: Path = KEPT) -> None:
    """Keep bytecode beside the parts where none is kept: else each of some hundred starts compiles everything anew.

    Python compares it with the source before it uses it. What was made for throw-away folders of earlier runs goes.
    """
    if sys.flags.dont_write_bytecode:
        shutil.rmtree(folder / tempfile.gettempdir().lstrip("/"), ignore_errors=True)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
