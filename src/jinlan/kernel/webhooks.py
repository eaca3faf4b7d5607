"""Webhooks: other systems of the bank are told which verb happened to which thing; what they want to know more they ask the API.

The audit is the outbox: every entry is written with its act, none comes in behind one that was told (`sec.events_after`). A batch
is told again until it was taken, in order, so a receiver sees every event at least once; `id` tells a second time from
another event. The signature covers time and body, so an old message cannot be sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.jobs import Every, job
from jinlan.kernel.kept import keep
from jinlan.kernel.locks import hold
from jinlan.kernel.outbox import Webhook
from jinlan.kernel.outgoing import checked, request
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.sealed import sealed_field
from jinlan.kernel.working import Running, alone

OPERATORS = ("system_admin",)
BATCH, MOST_BATCHES = 100, 50
SHORTEST = 32  # characters of a secret
REST_AFTER = 20  # failures in a row: then somebody has to look at it
PREFIX = re.compile(r"[a-z0-9_.]+", re.ASCII)
SECRET = sealed_field(Webhook, "secret")


def sign(secret: str, at: int, body: bytes) -> str:
    """Return what stands in ``Jinlan-Signature``: ``t=…,v1=…`` with the HMAC-SHA-256 of ``t.body``."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


@act("kernel.add_webhook", title=gettext_lazy("登记接收地址"), roles=OPERATORS)
def add_webhook(*, actor: Actor, name: str, url: str, verbs: str, secret: str) -> str:
    """Register an address; it is told what happens from now on."""
    checked(url)
    made = Webhook(
        entity=actor.entity, name=_named(name), url=url, verbs=_verbs(verbs), made_at=actor.at, secret=b"", xact=_here(),
    )  # fmt: skip
    hold(f"jinlan webhook|{actor.entity}|{made.name}")  # the name is looked for and taken by one at a time
    if Webhook.objects.filter(name=made.name).exists():
        raise Refused("WEBHOOK_NAME", "这个名称已经登记。", "请换一个名称。", field="name")
    made.secret = _sealed(secret, made)
    made.save(force_insert=True)
    audit(actor, "kernel.webhook_added", "webhook", made.public_id, after={"url": url, "verbs": made.verbs})
    return str(made.public_id)


@act("kernel.change_webhook", title=gettext_lazy("更改"), roles=OPERATORS)
def change_webhook(
    *, actor: Actor, public_id: UUID, url: str, verbs: str, active: bool, secret: str = "", reason: str
) -> None:
    """Change where it goes and what is told, and the secret if one is given; one that rested goes on where it stopped."""
    row = _row(public_id)
    checked(url)
    before = {"url": row.url, "verbs": row.verbs, "active": row.active}
    row.url, row.verbs, row.active, row.failures = url, _verbs(verbs), active, 0
    row.secret = _sealed(secret, row) if secret else row.secret
    row.save(update_fields=["url", "verbs", "active", "failures", "secret"])
    after = {"url": row.url, "verbs": row.verbs, "active": row.active, "new_secret": bool(secret)}
    audit(actor, "kernel.webhook_changed", "webhook", public_id, before=before, after=after, reason=reason)


def _row(public_id: UUID) -> Webhook:
    row: Webhook | None = Webhook.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这个接收地址。", "")
    return row


def _sealed(secret: str, row: Webhook) -> bytes:
    if len(secret.strip()) < SHORTEST:
        raise Refused(
            "WEBHOOK_SECRET", "共享密钥太短。", "请填接收方给的密钥，至少 32 个字符。", field="secret"
        )
    return SECRET.seal(secret.strip(), SECRET.place(row))


def _named(name: str) -> str:
    name = " ".join(name.split())[:60]
    if not name:
        raise Refused("WEBHOOK_NAME", "请写名称。", "例如“客户数据平台”。", field="name")
    return name


def _verbs(text: str) -> str:
    """Return prefixes of verbs, tidy; refuse what is none."""
    parts = sorted({one.strip() for one in re.split("[,\uff0c]", text) if one.strip()})
    if not parts or not all(PREFIX.fullmatch(one) for one in parts):
        raise Refused(
            "WEBHOOK_VERBS", "请写要接收的动作。", "例如 work.,compliance.consent_withdrawn。", field="verbs"
        )
    return ",".join(parts)[:1000]


def _here() -> int:
    """Return the running transaction: what happens from now on has this number or a later one."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


@job("kernel.tell", title=gettext_lazy("通知接收地址"), steps=True, attempts=1, schedule=Every(1))
def tell(*, actor: Actor, running: Running) -> dict[str, Any]:
    """Tell every address what happened since it was told last; one at a time in an entity, so that nothing is told twice."""
    with alone(f"kernel.tell {actor.entity}") as mine:
        return _tell_all(actor, running) if mine else {"busy": True}


def _tell_all(actor: Actor, running: Running) -> dict[str, Any]:
    with scoped(actor):
        hooks = list(
            Webhook.objects.filter(entity=actor.entity, active=True, failures__lt=REST_AFTER).order_by("id")
        )
    told = 0
    for number, hook in enumerate(hooks):
        running.progress(number, len(hooks))
        try:
            told += _told(actor, hook)
        except Refused as refused:
            _note(actor, hook, failures=hook.failures + 1, error=keep(refused))
    return {"told": told, "addresses": len(hooks)}


def _told(actor: Actor, hook: Webhook) -> int:
    """Tell one address batch after batch, each kept as told before the next; return how many events."""
    secret, told = SECRET.open(hook), 0
    for _batch in range(MOST_BATCHES):
        with scoped(actor), connection.cursor() as cursor:
            cursor.execute("select xact, id, at, verb, object_type, object_id from sec.events_after(%s, %s, %s)",
                           [hook.xact, hook.entry, BATCH])  # fmt: skip
            rows = cursor.fetchall()
        if not rows:
            break
        wanted = [_event(row) for row in rows if row[3].startswith(tuple(hook.verbs.split(",")))]
        if wanted:
            _post(hook, secret, actor.at, wanted)
        told += len(wanted)
        hook.xact, hook.entry = rows[-1][0], rows[-1][1]
        _note(
            actor,
            hook,
            xact=hook.xact,
            entry=hook.entry,
            failures=0,
            error="",
            **({"told_at": actor.at} if wanted else {}),
        )
        if len(rows) < BATCH:
            break
    return told


def _event(row: Any) -> dict[str, Any]:
    _xact, entry, at, verb, kind, key = row
    return {"id": entry, "at": at.isoformat(), "verb": verb, "object_type": kind, "object_id": key}


def _post(hook: Webhook, secret: str, at: datetime, events: list[dict[str, Any]]) -> None:
    body = json.dumps({"entity": hook.entity, "events": events}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "Jinlan-Signature": sign(secret, int(at.timestamp()), body),
    }
    answer = request("POST", hook.url, body=body, headers=headers)
    if not 200 <= answer.status < 300:
        raise Refused("OUT_STATUS", "对方应答 %(status)s。", "请联系对方。", status=answer.status)


def _note(actor: Actor, hook: Webhook, **values: Any) -> None:
    with scoped(actor, write=True):
        Webhook.objects.filter(pk=hook.pk).update(**values)
