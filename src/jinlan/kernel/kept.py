"""A refusal in a short column, so that whoever looks later reads it in his own language."""

from __future__ import annotations

import json

from jinlan.basics.errors import Refused

MOST = 300  # characters of the column


def keep(refused: Refused) -> str:
    """Return its code, then templates and what fills them as JSON; the text as it reads now where that is too long."""
    kept = refused.kept()
    line = f"{kept.pop('code')} {json.dumps(kept, ensure_ascii=False, separators=(',', ':'))}"
    return line if len(line) <= MOST else f"{refused.code} {refused}"[:MOST]


def read(line: str) -> str:
    """Return code and text in the reader's language; any other line as it is, such as a failure's name."""
    code, _, rest = line.partition(" ")
    if not rest.startswith("{"):
        return line
    try:
        return f"{code} {Refused.again({**json.loads(rest), 'code': code})}"
    except (LookupError, TypeError, ValueError):
        return line
