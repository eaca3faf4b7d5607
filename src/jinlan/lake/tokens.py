"""Tokens of direct identifiers: HMAC-SHA-256 of the normalised value, so that equal numbers stay linkable.

One key and one normalisation for every column: an account number and a counterparty's account number must meet.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable

_STRIPPED = str.maketrans("", "", " -\u3000\t")


def normalised(value: str) -> str:
    """Return the form that is hashed: NFKC, no spaces or hyphens, upper case (domain reference 09)."""
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    return value.translate(_STRIPPED).upper()


def token(secret: bytes, value: str) -> str:
    """Return the token of one value: 64 hexadecimal digits."""
    return hmac.digest(secret, normalised(value).encode(), "sha256").hex()


def tokens(secret: bytes, values: Iterable[str | None]) -> list[str | None]:
    """Return the tokens of many values; null stays null."""
    return [None if value is None else token(secret, value) for value in values]
