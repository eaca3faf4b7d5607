"""Keeping a dry run under a name, and filling in how steady it would have been."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.domains.strategy.models import Trial
from jinlan.domains.strategy.rules.versions import head_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.jobs import defer
from jinlan.kernel.scope import ScopeDenied

KEEPERS = ("dept_head", "risk")
# The jobs, declared where both halves meet.
STABILITY = "strategy.measure_stability"
MEASURES = "strategy.add_measures"


@act("strategy.keep_trial", title=_("保存测算"), roles=KEEPERS)
def keep_trial(
    *, actor: Actor, kind: str, name: str, body: str, base_version: str, base_body: str, as_of: date, run_id: int, figures: Mapping[str, Any],
) -> str:  # fmt: skip
    """Keep a dry run and ask for its stability; return its public id.

    Raises:
        Refused: TRIAL_NAME for no name, one too long, or one that the kind has already; what the text's reader refuses.
    """
    named = name.strip()
    if not 1 <= len(named) <= 60:
        raise Refused("TRIAL_NAME", "测算名称应为 1 到 60 个字。", "请填写名称。", field="name")
    head = head_of(kind, body, strict=True)
    made = Trial(
        entity=actor.entity, kind=kind, name=named, version=head.version, body=body, sha256=head.sha256, base_version=base_version,
        base_body=base_body, as_of=as_of, run_id=run_id, figures=dict(figures), made_by=actor.username, made_at=actor.at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "trial_name_unique" not in str(error):
            raise
        raise Refused(
            "TRIAL_NAME", "已有名为“%(name)s”的测算。", "请换一个名称。", name=named, field="name"
        ) from None
    made.refresh_from_db(fields=["public_id"])
    defer(STABILITY, actor=actor, key=str(made.public_id), trial=made.public_id)
    after = {"kind": kind, "name": named, "sha256": head.sha256, "as_of": as_of}
    audit(actor, "strategy.trial_kept", "trial", made.public_id, after=after)
    return str(made.public_id)


@act("strategy.ask_measures", title=_("补算指标"), roles=KEEPERS)
def ask_measures(*, actor: Actor, as_of: date, run_id: int) -> None:
    """Ask that measures which the stored results up to a date do not hold be computed, in the background."""
    defer(MEASURES, actor=actor, key=f"{run_id} {as_of} {actor.at:%Y-%m-%dT%H:%M}", as_of=as_of)
    audit(actor, "strategy.measures_asked", "run", run_id, after={"as_of": as_of})


@act("strategy.fill_trial", title=_("记下稳定性"), roles=KEEPERS)
def fill_trial(*, actor: Actor, public_id: UUID, steadiness: Mapping[str, Any], note: str = "") -> None:
    """Fill in how steady a trial would have been, or why that could not be told."""
    row = Trial.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这次测算。", "")
    if row.state == Trial.DONE:
        audit(actor, "strategy.trial_filled", "trial", public_id, after={"state": row.state})
        return
    row.steadiness, row.note, row.state = dict(steadiness), note[:300], Trial.FAILED if note else Trial.DONE
    row.save(update_fields=["steadiness", "note", "state"])
    audit(actor, "strategy.trial_filled", "trial", public_id, after={"state": row.state})
