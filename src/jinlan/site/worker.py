"""The worker: a few threads that take jobs, one that keeps their leases and asks for what the schedule wants.

`python -m jinlan.site.worker`. Any number of workers may run, on any number of machines with the same keys. Told to end (SIGTERM),
it takes nothing more, gives jobs of many steps back at their next step, and waits `GRACE` seconds for the others; what is cut
off then begins anew elsewhere when its lease is over.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from datetime import datetime
from uuid import UUID

from django.db import Error, close_old_connections, connections

from jinlan.basics.clock import now_utc

log = logging.getLogger("jinlan.worker")
IDLE, BEAT, GRACE = 0.5, 5.0, 8.0  # seconds


class Worker:
    """`stop` may be set from anywhere; `serve` returns when every thread has ended or the grace is over."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.stop = threading.Event()
        self.held: set[UUID] = set()
        self._lock = threading.Lock()

    def serve(self) -> None:
        """Work until told to stop."""
        crew = [
            threading.Thread(target=self._work, name=f"job-{n}", daemon=True) for n in range(self.threads)
        ]
        for one in crew:
            one.start()
        self._keep()
        for one in crew:
            one.join(GRACE)

    def _work(self) -> None:
        from jinlan.kernel import working

        while not self.stop.is_set():
            try:
                running = working.take(now_utc())
                if running is None:
                    self.stop.wait(IDLE)
                    continue
                running.stopping = self.stop.is_set
                with self._lock:
                    self.held.add(running.token)
                try:
                    working.run(running)
                finally:
                    with self._lock:
                        self.held.discard(running.token)
            except Error:  # the database went away: what was taken comes back when its lease is over
                log.exception("no database")
                self.stop.wait(BEAT)
            finally:
                close_old_connections()
        connections.close_all()

    def _keep(self) -> None:
        """Keep leases and the schedule until told to stop, and the leases until the crew has ended or the grace is over."""
        from jinlan.kernel import working

        seen: dict[tuple[str, str], datetime] = {}
        while not self.stop.is_set():
            try:
                with self._lock:
                    tokens = list(self.held)
                if tokens:
                    working.beat(tokens, now_utc())
                working.ask_for_due(now_utc(), seen)
            except Error:
                log.exception("no database")
            finally:
                close_old_connections()
            self.stop.wait(BEAT)
        connections.close_all()


def main(threads: int) -> None:
    """Set up and work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinlan.site.settings")
    import django

    django.setup()
    worker = Worker(threads)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.stop.set())
    worker.serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    main(parser.parse_args().threads)
