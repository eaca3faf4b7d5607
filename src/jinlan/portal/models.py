"""A client's own people who may sign in, and their sessions. Neither Django's user nor `kernel.Person`, on purpose."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import CONTACT, INTERNAL, NAME
from jinlan.kernel.record import AtTheDoor
from jinlan.kernel.sealed import SealedField


class PortalPrincipal(AtTheDoor):
    """Somebody who acts for one party. Ended for good: who comes back is let in anew, with a row of his own."""

    CLASSES = {"*": INTERNAL, "name": NAME, "email": CONTACT, "match_hash": CONTACT}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    party = models.ForeignKey("clients.Party", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    email = SealedField(place=lambda row: str(row.public_id))
    match_hash = models.CharField(max_length=64)  # by which he is found when he signs in
    password = models.CharField(max_length=128)
    used = ArrayField(models.CharField(max_length=128), default=list)  # hashes of earlier ones, newest first
    is_active = models.BooleanField(default=True)
    one_time_until = models.DateTimeField(null=True)  # the password was given, not chosen; good until then
    password_at = models.DateTimeField(null=True)  # when he chose it
    made_at = models.DateTimeField()
    last_sign_in = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(AtTheDoor.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["match_hash"], condition=models.Q(is_active=True), name="portal_email_once"
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=True, ended_at=None)
                | models.Q(is_active=False, ended_at__isnull=False),
                name="portal_ended_or_active",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PortalSession(AtTheDoor):
    """One sign-in of one principal: the hash of a random token, and when it ends whatever happens."""

    CLASSES = {"*": INTERNAL}
    ENDS = (
        ("signed_out", "已退出"),
        ("idle", "长时间未操作"),
        ("too_long", "达到最长时间"),
        ("disabled", "账号已停用"),
        ("password", "密码已更改"),
    )
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    principal = models.ForeignKey(PortalPrincipal, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()
    last_seen = models.DateTimeField()  # to the minute, as the bank's people's
    ends_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=ENDS, blank=True)

    class Meta(AtTheDoor.Meta):
        pass
