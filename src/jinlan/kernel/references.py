"""The log's lines: each has the number of its request, and none the secret in an address."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar

SECRETS = re.compile(r"(/calendar/)[^/\s?#\"'&]+|jlc_[\w-]+", re.IGNORECASE)
REFERENCE: ContextVar[str] = ContextVar("jinlan_reference", default="-")


class Referenced(logging.Filter):
    """Puts the running request's number on its lines of the log, so that an error page can be found there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through."""
        record.reference = REFERENCE.get()
        return True


def unsaid(text: str) -> str:
    """Return a text without the secrets of addresses."""
    return SECRETS.sub(lambda found: f"{found[1] or ''}…", text)


class Unsaid(logging.Filter):
    """Leaves the secret of an address out of the log: Django names the address of what it refuses or fails on."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, without it."""
        if isinstance(record.msg, str):
            record.msg = unsaid(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(unsaid(one) if isinstance(one, str) else one for one in record.args)
        return True
