"""The number of the running request, on its answer, its error page and its lines of the log."""

from __future__ import annotations

import logging
from contextvars import ContextVar

REFERENCE: ContextVar[str] = ContextVar("jinlan_reference", default="-")


class Referenced(logging.Filter):
    """Puts the running request's number on its lines of the log, so that an error page can be found there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through."""
        record.reference = REFERENCE.get()
        return True
