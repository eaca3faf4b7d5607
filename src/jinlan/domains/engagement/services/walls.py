"""Wall-crossing (跨墙): letting one more person see inside information, said by whom and why."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Promise, PromiseStep
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.services.screening import refuse_terms
from jinlan.domains.engagement.services.whom import ROLES, the_interaction
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.models import Person
from jinlan.kernel.reading import visible


@act("engagement.admit_reader", title=_("登记知情人"), roles=(*ROLES, "compliance"))
def admit_reader(*, actor: Actor, public_id: UUID, reader: str, reason: str) -> str:
    """Let one more person of the bank see an interaction with inside information, and its promises; return his user name.

    Args:
        actor: compliance, or somebody who sees it already.
        public_id: of the interaction.
        reader: user name or employee code.
        reason: why he must know; the audit keeps it, so it holds nothing of the matter itself.

    Raises:
        Refused: WALL_NONE, READER_UNKNOWN, READER_TWICE, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such interaction in sight.
    """
    row = the_interaction(actor, public_id, lock=True)
    if not row.inside:
        raise Refused("WALL_NONE", "这次互动没有内幕信息。", "有权的同事都能看到，无需登记。")
    check_reason(reason)
    refuse_terms("reason", reason)
    named = Q(username=reader) | (Q(employee_code=reader) & ~Q(employee_code=""))
    people = Person.objects.filter(named, entity=actor.entity, is_active=True, technical=False)
    person = people.only("id", "username", "display_name").order_by("id").first()
    if person is None:
        raise Refused(
            "READER_UNKNOWN", "没有找到 %(reader)s。", "请写登录名或工号。", reader=reader, field="reader"
        )
    if person.pk in row.readers:
        raise Refused(
            "READER_TWICE",
            "%(name)s 已是知情人。",
            "无需再次登记。",
            name=person.display_name,
            field="reader",
        )
    readers = sorted({*row.readers, person.pk})
    type(row).objects.filter(pk=row.pk).update(readers=readers)
    promises = list(visible(actor, Promise).filter(interaction_id=row.pk).values_list("id", flat=True))
    Promise.objects.filter(pk__in=promises).update(readers=readers)
    PromiseStep.objects.filter(promise_id__in=promises).update(readers=readers)
    audit(
        actor, "engagement.reader_admitted", "interaction", row.public_id, after={"reader": person.username, "readers": len(readers)},
        reason=reason.strip()[:500],
    )  # fmt: skip
    return str(person.username)
