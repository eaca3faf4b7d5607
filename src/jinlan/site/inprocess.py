"""The application served by this very process: for proofs and measurements in a browser, and journeys on a moved clock.

Never the product: that is served by a web server.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from jinlan.site.request import Handler


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_told: Any) -> None:
        """Say nothing about requests."""


class _Application(Handler):
    """The product's handler, which leaves no connection behind in a thread that ends."""

    def __call__(self, *given: Any) -> Any:
        """Answer, and close what this thread opened."""
        try:
            return super().__call__(*given)
        finally:
            connections.close_all()


@contextmanager
def serving() -> Iterator[str]:
    """Serve on a free port of this machine; yield the address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(StaticFilesHandler(_Application()))
    thread = threading.Thread(target=server.serve_forever, name="in-process server")
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
