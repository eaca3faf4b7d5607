"""``python -m jinlan.insight.asking --lake DIR --socket PATH``: the lake reader with what it knows about definitions."""

from __future__ import annotations

import sys

from jinlan.insight.asking.answers import Shelf, Studio
from jinlan.lake.reader.__main__ import main

if __name__ == "__main__":
    shelf = Shelf()
    sys.exit(main(answerer=lambda lake, memory: Studio(lake, shelf=shelf, memory_limit=memory)))
