"""Tokens of direct identifiers: HMAC-SHA-256 of the normalised value, so that equal numbers stay linkable.

One key and one normalisation for every column: an account number and a counterparty's account number must meet.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from jinlan.basics.identifiers import normalise


def token(secret: bytes, value: str) -> str:
    """Return the token of one value (NFKC, no spaces or hyphens, upper case): 64 hexadecimal digits."""
    return hmac.digest(secret, normalise(value).encode(), "sha256").hex()


def tokens(secret: bytes, values: Iterable[str | None]) -> list[str | None]:
    """Return the tokens of many values; null stays null."""
    return [None if value is None else token(secret, value) for value in values]
