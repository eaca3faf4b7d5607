"""The checks of this room for `work.preflight`: whoever is left alone is not greeted, nor is one who took his day back."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.domains.engagement import care_words as words
from jinlan.domains.engagement.models import Care
from jinlan.domains.engagement.rules.care import GONE, silenced
from jinlan.domains.engagement.selectors.care import silences, the_occasion, why_silent
from jinlan.work.checks import Check, Subject, Verdict

PURPOSE = "CARE"
VERSION = "CARE@2026-11-30"


def silent(actor: Actor, subject: Subject) -> Verdict | None:
    """Say whether the client, or whom the greeting is for, is left alone today; why is said to the asker and kept nowhere."""
    if subject.unit is None or subject.purpose != PURPOSE:
        return None
    row, day = _occasion(actor, subject), business_date(actor.at)
    rows = silences(actor, units=[subject.unit.pk], day=day)
    why = why_silent(row, rows, day) if row else silenced(rows, subject.unit.pk, None, day)
    if not why:
        return Verdict("CARE_SILENCE", "green", _("没有静默。"), version=VERSION) if row else None
    return Verdict(
        "CARE_SILENCE", "red", _("正在静默，不作问候。"), way_out=_("静默结束后再问候。"), version=VERSION, source="07 §7.6",
        in_confidence=words.reasons(why),
    )  # fmt: skip


def given(actor: Actor, subject: Subject) -> Verdict | None:
    """Say whether the day of a greeting was given by whom it is about, and not taken back."""
    if "care" not in subject.facts:
        return None
    row = _occasion(actor, subject)
    if row is None or row.state == GONE or row.care_day.withdrawn_at is not None:
        return Verdict(
            "CARE_DAY", "red", _("这个日子已经撤回，或看不到。"), way_out=_("请不要问候。"), version=VERSION,
        )  # fmt: skip
    told = {
        "day": row.care_day.given_on.isoformat(),
        "source": words.word(words.SOURCES, row.care_day.source),
    }
    return Verdict("CARE_DAY", "green", _("%(day)s 登记：%(source)s。") % told, version=VERSION)


def _occasion(actor: Actor, subject: Subject) -> Care | None:
    try:
        return the_occasion(actor, public_id=UUID(str(subject.facts["care"])))
    except (KeyError, ValueError):
        return None


CHECKS = (
    Check("CARE_SILENCE", ("message",), gettext_lazy("关怀静默"),
          gettext_lazy("丧事、纠纷、诉讼、不愿被打扰、未结投诉与客户要求暂不联系期间不作关怀问候"), silent, override=()),
    Check("CARE_DAY", ("message",), gettext_lazy("关怀日"), gettext_lazy("关怀日须由本人为此告知，可随时撤回"), given, override=()),
)  # fmt: skip
