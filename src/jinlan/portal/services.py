"""What the bank's people do about a client's own people: letting somebody in, and ending him. Pages ask for step-up first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients import selectors as clients
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.people import ONE_TIME_HOURS, one_time_password
from jinlan.kernel.sealed import sealed_field
from jinlan.portal.models import PortalPrincipal
from jinlan.portal.selectors import name_hash, principals_of

if TYPE_CHECKING:
    from jinlan.clients.models import Party

LEADS = ("manager", "private_banker")


@dataclass(frozen=True, slots=True)
class Invited:
    """A new principal and the password that is shown this one time, to be handed over."""

    principal: UUID
    password: str


def _led(actor: Actor, code: str) -> Party:
    """Return a party that the actor leads; one that he does not is as good as absent."""
    party = clients.party_by_code(actor, code=code)
    if party is None or not clients.leads_party(actor, party=party, as_of=business_date(actor.at)):
        raise Refused("PARTY_ABSENT", "没有这个客户，或您不是它的主办客户经理。", "请核对客户编号。")
    return party


@act("portal.invite", title=_("开通客户门户登录"), roles=LEADS)
def invite(*, actor: Actor, party: str, name: str, email: str) -> Invited:
    """Let somebody act for a party (by its code) in the portal; he signs in with his e-mail address.

    Raises:
        Refused: PARTY_ABSENT, EMAIL_WRONG, EMAIL_TAKEN (also when it is taken for another client).
    """
    about, email, name = _led(actor, party), email.strip().lower(), name.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("EMAIL_WRONG", "这不是邮箱地址。", "请核对。", field="email") from None
    if not 0 < len(name) <= 100:
        raise Refused("NAME_WRONG", "请填写姓名，最多 100 个字符。", "", field="name")
    password, public_id = one_time_password(), uuid7()
    made = PortalPrincipal(
        public_id=public_id, entity=actor.entity, party_id=about.pk, name=name, match_hash=name_hash(email),
        email=sealed_field(PortalPrincipal, "email").seal(email, str(public_id)),
        password=make_password(password), one_time_until=actor.at + timedelta(hours=ONE_TIME_HOURS), made_at=actor.at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            PortalPrincipal.objects.bulk_create([made])
    except IntegrityError:
        raise Refused(
            "EMAIL_TAKEN", "这个邮箱已用于登录客户门户。", "请换一个邮箱。", field="email"
        ) from None
    audit(actor, "portal.invited", "party", party, after={"principal": str(public_id)})
    return Invited(public_id, password)


@act("portal.end", title=_("停用客户门户登录"), roles=LEADS)
def end(*, actor: Actor, party: str, email: str) -> UUID:
    """End somebody's access for good: his sessions open nothing from this moment on."""
    about = _led(actor, party)
    found = (
        principals_of(actor, party_id=about.pk).filter(match_hash=name_hash(email), is_active=True).first()
    )
    if found is None:
        raise Refused("PRINCIPAL_ABSENT", "没有这个登录人，或已停用。", "请核对邮箱。")
    PortalPrincipal.objects.filter(pk=found.pk).update(is_active=False, ended_at=actor.at)
    audit(actor, "portal.ended", "party", party, after={"principal": str(found.public_id)})
    return found.public_id
