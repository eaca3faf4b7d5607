"""Notices by mail: the same line as in the inbox and a link; never a client's name, so nothing is lost with a mailbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from jinlan.basics.actor import Actor
from jinlan.kernel.jobs import Every, defer, job
from jinlan.kernel.models import Person
from jinlan.kernel.notices import KINDS
from jinlan.kernel.outbox import Notice
from jinlan.kernel.scope import scoped

AT_ONCE = 200
FRESH = timedelta(days=1)  # an older notice was missed by a machine that stood still: the inbox has it


def possible() -> bool:
    """Tell whether this installation can send mail: a server, a sender and the address that links lead to."""
    return bool(settings.EMAIL_HOST and settings.JINLAN_MAIL_FROM and settings.JINLAN_BASE_URL)


def may_be_written_to(address: str) -> bool:
    """Tell whether an address is in one of the bank's own domains (`JINLAN_MAIL_DOMAINS`)."""
    return address.rpartition("@")[2].lower() in settings.JINLAN_MAIL_DOMAINS


@job("kernel.post_notices", title=gettext_lazy("把新通知交给邮件"), schedule=Every(1))
def post_notices(*, actor: Actor) -> dict[str, int]:
    """Ask for a mail about every unread notice that wants one."""
    if not possible():
        return {"asked": 0}
    kinds = [kind.code for kind in KINDS.values() if kind.mail]
    rows = Notice.objects.filter(
        entity=actor.entity, kind__in=kinds, mailed_at=None, read_at=None, at__gt=actor.at - FRESH
    )
    rows = rows.exclude(person__email="").order_by("id")
    found = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    for pk in found:
        defer("kernel.mail_notice", actor=actor, key=str(pk), notice=pk)
    Notice.objects.filter(pk__in=found).update(mailed_at=actor.at)
    return {"asked": len(found)}


@job("kernel.mail_notice", title=gettext_lazy("发送通知邮件"), steps=True, attempts=6)
def mail_notice(*, actor: Actor, notice: int) -> dict[str, Any]:
    """Send one; the message's id is the notice's, so that a mail server can tell a second try from another mail."""
    with scoped(actor):
        row = Notice.objects.select_related("person").filter(pk=notice).first()
    person: Person | None = row.person if row else None
    if (
        row is None
        or person is None
        or row.read_at
        or not person.is_active
        or not may_be_written_to(person.email)
    ):
        return {"sent": 0}
    kind = KINDS.get(row.kind)
    if kind is None:
        return {"sent": 0}
    with override(person.locale):
        words = kind.words(row.values)
        body = f"{words}\n\n{settings.JINLAN_BASE_URL}{reverse('notices')}\n\n{kind.why}\n"
        message = EmailMessage(
            f"[{_('金兰')}] {words}"[:150].replace("\n", " ").replace("\r", " "), body, settings.JINLAN_MAIL_FROM, [person.email],
            headers={"Message-ID": f"<{row.public_id}@{settings.JINLAN_MAIL_FROM.rpartition('@')[2]}>"},
        )  # fmt: skip
    message.send()
    return {"sent": 1}
