"""A field whose value only the vault's keys open, at its own place; and sealing anew what an earlier key or cipher sealed.

Two layers of keys: the vault's key seals the few secrets of the house and the *data keys*; a data key, one per client,
seals that client's identifiers. So a new key for the vault costs one short row per client, and a client whose data key
is deleted is erased wherever his values lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

from django.db import connection, models, transaction
from psycopg import sql

from jinlan.basics.actor import Actor
from jinlan.kernel.crypto import decrypt, encrypt, header
from jinlan.kernel.keyring import keyring
from jinlan.kernel.record import AtTheDoor
from jinlan.kernel.scope import scoped

BATCH = 1_000
Keys = Callable[[Sequence[Any], str], Mapping[Any, bytes]]


class SealedField(models.BinaryField):
    """Bytes that were sealed for their row.

    Args:
        place: returns the natural key of a row, to which its value is bound.
        owner: name of the column that says whose data key seals the value; "" for the vault's own key.
        keys: returns the data keys of owners; with an entity, who has none gets one.
    """

    def __init__(
        self,
        *args: Any,
        place: Callable[[Any], str] = str,
        owner: str = "",
        keys: Keys | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.owner, self.keys = place, owner, keys

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Be bytes to migrations."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def seal(self, text: str, place: str, key: bytes | None = None) -> bytes:
        """Seal a text for the row at a place."""
        return encrypt(text, table=self.model._meta.db_table, column=self.attname, row=place, key=key)

    def open(self, row: Any) -> str:
        """Open a row's value; raise what `decrypt` raises."""
        return self._open(row, self._keys([row]))

    def again(self, rows: Sequence[Any]) -> list[bytes]:
        """Open values and seal them as values are sealed now."""
        keys = self._keys(rows, rows[0].entity) if self.keys else {}
        return [self.seal(self._open(row, keys), self.place(row), keys.get(self._owner(row))) for row in rows]

    def _open(self, row: Any, keys: Mapping[Any, bytes]) -> str:
        sealed = bytes(getattr(row, self.attname))
        table, key = self.model._meta.db_table, keys.get(self._owner(row))
        return decrypt(sealed, table=table, column=self.attname, row=self.place(row), key=key)

    def _owner(self, row: Any) -> Any:
        return getattr(row, self.owner) if self.owner else None

    def _keys(self, rows: Sequence[Any], entity: str = "") -> Mapping[Any, bytes]:
        return self.keys([self._owner(row) for row in rows], entity) if self.keys else {}

    @property
    def at_the_door(self) -> bool:
        """Whether its rows are met before any scope, those of all entities at once."""
        return issubclass(self.model, AtTheDoor)

    def stale(self) -> models.Q:
        """Return which rows are not sealed as they would be now.

        Another cipher, or a key of the vault that no longer seals; what lies under data keys has none of the vault's.
        """
        cipher, now = header()[:1], header()[1:]
        earlier = [name for name in keyring().all() if self.keys or name != now]
        empty = models.Q(**{self.name: b""})  # what was erased
        return ~empty & (~models.Q(sealed_cipher=cipher) | models.Q(sealed_key__in=earlier))


def sealed_field(model: type[models.Model], name: str) -> SealedField:
    """Return a model's sealed field."""
    return cast("SealedField", model._meta.get_field(name))


def sealed_fields() -> list[SealedField]:
    """Return every sealed field of the installation, in the order of their tables."""
    from django.apps import apps

    found = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]
    return sorted(found, key=lambda field: (field.model._meta.db_table, field.column))


def _part(field: SealedField, start: int, length: int) -> models.Func:
    return models.Func(
        models.F(field.name), start, length, function="substring", output_field=models.BinaryField()
    )


def _rows(field: SealedField) -> models.QuerySet[Any]:
    model: Any = field.model
    every = model.door.all() if field.at_the_door else model.objects.all()
    return cast(
        "models.QuerySet[Any]",
        every.annotate(sealed_cipher=_part(field, 2, 1), sealed_key=_part(field, 3, 4)),
    )


def _within(field: SealedField, actor: Actor) -> AbstractContextManager[Any]:
    """Return where the rows of a field are met: in the system's scope, or at the door before any."""
    return transaction.atomic() if field.at_the_door else scoped(actor, write=True)


def waiting(field: SealedField, actor: Actor) -> tuple[int, int]:
    """Return how many values a field has, as far as the actor's entity goes, and how many of them are not sealed as now."""
    with _within(field, actor):
        rows = _rows(field)
        return rows.count(), rows.filter(field.stale()).count()


def reseal(field: SealedField, actor: Actor, *, batch: int = BATCH) -> Iterator[int]:
    """Seal anew what is not sealed as now, batch after batch, each kept at once: whoever is interrupted goes on where he was.

    A value that somebody changes meanwhile is left to him: he sealed it as now.
    """
    last = 0
    while True:
        with _within(field, actor):
            rows = list(_rows(field).filter(field.stale(), pk__gt=last).order_by("pk")[:batch])
            if rows:
                _keep(field, rows)
        if not rows:
            return
        last = rows[-1].pk
        yield len(rows)


def _keep(field: SealedField, rows: Sequence[Any]) -> None:
    table, column, key = field.model._meta.db_table, field.attname, field.model._meta.pk.attname
    update = sql.SQL("update {0} set {1} = %s where {2} = %s and {1} = %s").format(
        sql.Identifier(table), sql.Identifier(column), sql.Identifier(key)
    )
    values = [
        (new, row.pk, bytes(getattr(row, field.attname)))
        for row, new in zip(rows, field.again(rows), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(update, values)
