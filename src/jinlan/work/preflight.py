"""May this go ahead? Asked once, answered by the checks that rooms registered, asked again at the moment of the effect.

``found = preflight(actor=…, kind="message", subject=Subject(…))`` asks and keeps what was answered. An amber verdict is taken on
oneself by `acknowledge`, a red one is let pass only by other people (`work.overrides`). Whoever then does the thing calls
``release(actor=…, preflight=found.id)`` first: everything is looked at anew, since a green of an hour ago is no permission.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.who import name_of
from jinlan.work.checks import CHECKS, Answer, Check, Preflight, Subject, Verdict, checks_of, worst
from jinlan.work.models import Clearance, PreflightRecord, Release
from jinlan.work.overrides import declare
from jinlan.work.selectors import subject_of

__all__ = ["Check", "Preflight", "Subject", "Verdict", "acknowledge", "glance", "glance_again", "preflight", "recheck", "register_check", "release"]  # fmt: skip

ASKERS = ("manager", "private_banker", "branch_head", "dept_head", "risk", "compliance")
REASON = 5  # characters of a reason, at least


def register_check(check: Check) -> None:
    """Add a check; called in `AppConfig.ready`. Raises ValueError for a code that is there already."""
    if check.code in CHECKS:
        raise ValueError(f"check {check.code} is registered twice")
    CHECKS[check.code] = check
    if check.override:
        declare(check)


def glance(*, actor: Actor, kind: str, subject: Subject) -> list[Answer]:
    """Return what the checks say now, for a page to show; nothing is kept and nothing follows from it."""
    with scoped(actor):
        return _answers(actor, kind, subject, ())


def glance_again(*, actor: Actor, preflight: UUID) -> list[Answer]:
    """Return what the checks say now of something asked before, with what people cleared of it; nothing is kept.

    Raises:
        ScopeDenied: no such preflight, unit or party in sight.
    """
    with scoped(actor):
        root = _root(actor, preflight)
        return _answers(actor, root.kind, subject_of(actor, root, at=actor.at), _clearances(actor, root))


def preflight(*, actor: Actor, kind: str, subject: Subject) -> Preflight:
    """Ask whether something may go ahead, and keep question and answer.

    Args:
        actor: who asks; the checks look in his scope.
        kind: of undertaking.
        subject: what and with whom; unit and party as the actor read them.

    Raises:
        LookupError: nobody checks this kind.
    """
    with scoped(actor, write=True):
        return _asked(actor, kind, subject, "ask", None)


def recheck(*, actor: Actor, preflight: UUID) -> Preflight:
    """Ask the same again, as of now; what people cleared for the first asking counts as far as it still holds.

    Raises:
        ScopeDenied: no such preflight, unit or party in sight.
    """
    with scoped(actor, write=True):
        return _again(actor, _root(actor, preflight), "recheck")


def release(*, actor: Actor, preflight: UUID) -> Preflight:
    """Ask again at the moment of the effect and let it go ahead, once: what a sender calls before it sends.

    The answer is kept whether it goes ahead or not, so call it in a transaction of its own; inside a scope that is taken back
    on refusal the record goes with it.

    Raises:
        Refused: PREFLIGHT with the texts of what stands in the way and the ways out; RELEASED when it went ahead before.
        ScopeDenied: no such preflight, unit or party in sight.
    """
    with scoped(actor, write=True):
        root = _root(actor, preflight)
        _one_at_a_time(root)
        if visible(actor, Release).filter(preflight=root).exists():
            raise _released()
        found = _again(actor, root, "release")
        if found.clear:
            _let_go(actor, root, found)
    if not found.clear:
        raise refusal(found)
    return found


def refusal(found: Preflight) -> Refused:
    """Return the refusal of what is not clear: every text that stands in the way, and what to do about each."""
    against = found.stops or found.waits
    texts, ways = ([one for one in dict.fromkeys(each) if one] for each in
                   (((a.verdict.text for a in against)), (a.verdict.way_out for a in against)))  # fmt: skip
    last = () if found.stops else (_("请写明理由后继续。"),)
    return Refused(
        "PREFLIGHT", "%(texts)s", "%(ways)s", texts=" ".join(texts), ways=" ".join((*ways, *last)),
        preflight=str(found.id), checks=[answer.check.code for answer in against],
    )  # fmt: skip


@act("work.acknowledge_check", title=gettext_lazy("确认提醒后继续"), roles=ASKERS)
def acknowledge(*, actor: Actor, preflight: UUID, check: str, reason: str) -> str:
    """Take an amber verdict on oneself, with a reason; holds for this undertaking and this version of the rule.

    Raises:
        Refused: REASON_SHORT; NOT_AMBER when the check says something else now.
        ScopeDenied: no such preflight in sight.
    """
    if len(reason.strip()) < REASON:
        raise Refused("REASON_SHORT", "理由至少 %(least)s 个字。", "请写明原因,审计会看到。", least=REASON)
    root = _root(actor, preflight)
    verdict = (
        CHECKS[check].run(actor, subject_of(actor, root, at=max(actor.at, root.planned_at)))
        if check in CHECKS
        else None
    )
    if verdict is None or verdict.colour != "amber":
        raise Refused("NOT_AMBER", "这一项现在不需要确认。", "请重新预检。")
    days = rule("PREFLIGHT.CLEARANCE", business_date(actor.at)).value
    Clearance.objects.create(
        entity=actor.entity, preflight=root, check_code=check, kind="ack", version=verdict.version, person_id=actor.person_id,
        person_name=name_of(actor), reason=reason.strip()[:500], at=actor.at, expires_at=actor.at + timedelta(days=int(days)),
    )  # fmt: skip
    audit(actor, "work.check_acknowledged", "preflight", root.public_id, after={"check": check}, reason=reason.strip()[:500])  # fmt: skip
    return str(root.public_id)


def _again(actor: Actor, root: PreflightRecord, moment: str) -> Preflight:
    return _asked(actor, root.kind, subject_of(actor, root, at=actor.at), moment, root)


def _asked(actor: Actor, kind: str, subject: Subject, moment: str, root: PreflightRecord | None) -> Preflight:
    answers = _answers(actor, kind, subject, _clearances(actor, root))
    unit, party = subject.unit, subject.party
    row = PreflightRecord.objects.create(
        entity=actor.entity, kind=kind, moment=moment, root=root, unit_id=unit.pk if unit else None,
        domain=unit.domain if unit else None, branch_id=unit.branch_id if unit else None, party_id=party.pk if party else None,
        channel=subject.channel, purpose=subject.purpose, facts=_plain(subject.facts), planned_at=subject.at or actor.at,
        person_id=actor.person_id, person_name=name_of(actor), asked_at=actor.at,
        colour=worst(one.verdict for one in answers), clear=not any(one.open for one in answers), verdicts=[_kept(one) for one in answers],
    )  # fmt: skip
    return Preflight(row.public_id, (root or row).public_id, kind, subject, actor.at, answers)


def _answers(actor: Actor, kind: str, subject: Subject, cleared: Iterable[Clearance]) -> list[Answer]:
    held = list(cleared)
    found = []
    for check in checks_of(kind):
        verdict = check.run(actor, subject)
        if verdict is None:
            continue
        if verdict.code != check.code:
            raise ValueError(f"check {check.code} answered as {verdict.code}")
        found.append(Answer(check, verdict, _cleared_by(verdict, held, actor.at)))
    return found


def _clearances(actor: Actor, root: PreflightRecord | None) -> Sequence[Clearance]:
    return list(visible(actor, Clearance).filter(preflight=root).order_by("id")) if root else ()


def _cleared_by(verdict: Verdict, held: Iterable[Clearance], at: datetime) -> str:
    """Say who cleared a verdict: for this version of the rule, not expired, and a red one only by an override."""
    for one in held:
        fits = (
            one.check_code == verdict.code
            and one.version == verdict.version
            and one.at <= at < one.expires_at
        )
        if fits and (one.kind == "override" or verdict.colour == "amber"):
            return one.person_name
    return ""


def _root(actor: Actor, public_id: UUID) -> PreflightRecord:
    row = visible(actor, PreflightRecord).filter(public_id=public_id).select_related("root").first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项预检。", "")
    root: PreflightRecord = row.root or row
    return root


def _one_at_a_time(root: PreflightRecord) -> None:
    """Let releases to one party wait for each other, so that a cap on their number holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('jinlan release', %s))", [root.party_id or 0]
        )


def _let_go(actor: Actor, root: PreflightRecord, found: Preflight) -> None:
    try:
        with transaction.atomic():
            Release.objects.create(
                entity=actor.entity, preflight=root, kind=root.kind, party_id=root.party_id, channel=root.channel,
                purpose=root.purpose, person_id=actor.person_id, at=actor.at,
            )  # fmt: skip
    except IntegrityError:  # it went ahead in another person's sight
        raise _released() from None
    audit(actor, "work.released", "preflight", root.public_id, after={"kind": root.kind, "purpose": root.purpose, "channel": root.channel, "checked": str(found.id)})  # fmt: skip


def _released() -> Refused:
    return Refused("RELEASED", "这一项已经执行过。", "需要再次进行时,请重新预检。")


def _kept(answer: Answer) -> dict[str, Any]:
    """Return a verdict as it is kept: never what was said in confidence."""
    one = answer.verdict
    return _plain({
        "code": one.code, "title": str(answer.check.title), "colour": one.colour, "text": one.text, "rule_text": answer.rule_text,
        "source": one.source, "data": dict(one.data), "way_out": one.way_out, "version": one.version, "cleared": answer.cleared,
    })  # fmt: skip


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(dict(value), cls=DjangoJSONEncoder))
    return found
