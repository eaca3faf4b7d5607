"""What a restored home says of itself, run in a process of its own with that home's keys: the audit's chain, a sample of the vault.

``JINLAN_HOME=… python -m jinlan.site.backup.look ENTITY…`` prints one line of JSON; exit code 1 and a sentence when something is wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.basics.terminal import printed

SAMPLE = 20


def audit(entities: Sequence[str]) -> dict[str, Any]:
    """Verify the audit's chain against the roots; it speaks of all entities, so one actor is enough (one that is there: nothing is added)."""
    from jinlan.basics.clock import now_utc
    from jinlan.kernel.scope import system_actor
    from jinlan.kernel.sealing import verify
    from jinlan.kernel.trail import roots_file

    if not entities:  # nobody was ever here
        return {"entries": 0, "batches": 0}
    verdict = verify(system_actor(entities[0], now_utc()), roots_file())
    if verdict.finding is not None:
        raise Refused("AUDIT", "审计链不符:%(finding)s。", finding=verdict.finding)
    return {"entries": verdict.rows, "batches": verdict.batches}


def vault(entities: Sequence[str]) -> int:
    """Open a sample of sealed identities of each entity; return how many opened, -1 when they are sealed with other keys."""
    from jinlan.basics.clock import now_utc
    from jinlan.clients.models import PartyIdentity
    from jinlan.kernel.reading import visible
    from jinlan.kernel.scope import scoped, system_actor
    from jinlan.kernel.sealed import sealed_field

    opened, value = 0, sealed_field(PartyIdentity, "value")
    for entity in entities:
        actor = system_actor(entity, now_utc())
        with scoped(actor):
            rows = list(visible(actor, PartyIdentity).order_by("id")[:SAMPLE])
            for row in rows:
                try:
                    value.open(row)
                except Refused as refusal:
                    if refusal.code == "VAULT_KEY":
                        return -1
                    raise
                opened += 1
    return opened


def main(entities: Sequence[str]) -> int:
    """Look and say."""
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    try:
        with serving_database(home()):
            setup_django()
            found = audit(entities) | {"values": vault(entities)}
    except Refused as refusal:
        sys.stderr.write(f"{printed(refusal)}\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
