"""New keys for the vault: make one, seal anew what the one before sealed, and forget a key that nothing needs any more.

Everything goes on while the product runs: who seals looks at the key's file each time, and every earlier key still opens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel.audit import audit
from jinlan.kernel.keyring import keyring
from jinlan.kernel.models import Person
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.sealed import SealedField, reseal, sealed_fields, waiting
from jinlan.kernel.working import alone

LOCK = "jinlan vault"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a sealed field holds: its name, how many values, how many of them are not sealed as values are sealed now."""

    name: str
    values: int
    waiting: int


def actors() -> list[Actor]:
    """Return the system of every entity that was ever here."""
    entities = Person.objects.order_by("entity").values_list("entity", flat=True).distinct()
    return [system_actor(entity, now_utc()) for entity in list(entities)]


def standing(everybody: Sequence[Actor] = ()) -> list[Standing]:
    """Return what every sealed field holds, over all entities."""
    everybody, found = everybody or actors(), []
    for field in sealed_fields():
        counts = [waiting(field, actor) for actor in _meeting(field, everybody)]
        found.append(Standing(_name(field), sum(all_ for all_, _ in counts), sum(left for _, left in counts)))
    return found


def rotate(tell: Callable[[str, int], object], *, batch: int = 1_000) -> bytes:
    """Make a new key the one that seals, unless an earlier round is unfinished, and seal anew; return the key's name.

    Raises:
        Refused: VAULT_BUSY when a round runs already.
    """
    with _one_at_a_time():
        everybody = actors()
        if not any(one.waiting for one in standing(everybody)):
            _note(everybody, "kernel.vault_key_made", keyring().renew())
        for field in sealed_fields():
            for actor in _meeting(field, everybody):
                for count in reseal(field, actor, batch=batch):
                    tell(_name(field), count)
        name = next(iter(keyring().all()))
        _note(everybody, "kernel.vault_sealed_anew", name)
    return name


def forget(name: bytes) -> None:
    """Destroy an earlier key.

    Raises:
        Refused: VAULT_CURRENT (it seals), VAULT_ABSENT (there is none of that name), VAULT_NEEDED (something still needs it),
            VAULT_BUSY (a round runs, or a transaction that began before the key was replaced).
    """
    with _one_at_a_time():
        keys, everybody = list(keyring().all()), actors()
        if name == keys[0]:
            raise Refused(
                "VAULT_CURRENT", "这是正在使用的密钥。", "请先用 `./jinlan vault rotate` 换一把新的。"
            )
        if name not in keys:
            raise Refused(
                "VAULT_ABSENT",
                "没有密钥 %(name)s。",
                "`./jinlan vault status` 列出全部密钥。",
                name=name.hex(),
            )
        left = sum(one.waiting for one in standing(everybody))
        if left:
            raise Refused(
                "VAULT_NEEDED",
                "没有用新密钥封存的值:%(left)s 个。",
                "请先运行 `./jinlan vault rotate`。",
                left=left,
            )
        if _older_transactions():
            raise Refused("VAULT_BUSY", "有早于换钥的事务仍在进行。", "请稍后再试。")
        _note(everybody, "kernel.vault_key_forgotten", name)
        keyring().forget(name)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with alone(LOCK) as mine:
        if not mine:
            raise Refused("VAULT_BUSY", "另一次密钥轮换正在进行。", "请等它结束。")
        yield


def _name(field: SealedField) -> str:
    return f"{field.model._meta.db_table}.{field.attname}"


def _meeting(field: SealedField, everybody: Sequence[Actor]) -> Sequence[Actor]:
    """Return in whose scopes a field's rows are met: what lies at the door is met once."""
    return everybody[:1] if field.at_the_door else everybody


def _older_transactions() -> bool:
    """Tell whether the application still has a transaction that began before the key that seals was made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
            "and xact_start < to_timestamp(%s))",
            [keyring().since()],
        )
        return bool(cursor.fetchone()[0])


def _note(everybody: Sequence[Actor], verb: str, name: bytes) -> None:
    for actor in everybody:
        with scoped(actor, write=True):
            audit(actor, verb, "vault_key", name.hex())
