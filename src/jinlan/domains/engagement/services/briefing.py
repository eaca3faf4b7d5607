"""What people do about the brief of a planned meeting: leave sentences out of it, and add their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.briefing import check_out, check_own, owned
from jinlan.domains.engagement.services.screening import refuse_terms
from jinlan.domains.engagement.services.whom import ROLES, the_interaction
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.who import name_of


@act("engagement.edit_brief", title=_("修改会前要点"), roles=ROLES)
def edit_brief(*, actor: Actor, public_id: UUID, out: Sequence[str], own: Mapping[str, Sequence[str]], edition: int) -> str:  # fmt: skip
    """Say what is left out of the brief of a planned meeting and what is added to it, for all its readers; return its public id.

    Args:
        actor: who edits it.
        public_id: the meeting.
        out: marks of the sentences that are left out.
        own: own sentences by part; they are seen by whoever sees the meeting.
        edition: the edition that the actor saw.

    Raises:
        Refused: INTERACTION_STATE, BRIEF_INSIDE, BRIEF_MOVED when somebody saved in between, BRIEF_…, TEXT_LONG, TEXT_TERMS.
        ScopeDenied: no such meeting in sight.
    """
    row = the_interaction(actor, public_id, lock=True)
    if row.state != "planned":
        raise Refused("INTERACTION_STATE", "这次互动已经记过纪要或已取消。", "请刷新页面查看结果。")
    if row.inside:
        raise Refused("BRIEF_INSIDE", "内幕会面没有会前要点。", "会前要点会打印、会带出门，不写内幕信息。")
    if edition != row.brief_edition:
        raise Refused("BRIEF_MOVED", "会前要点已在另一处改动。", "请对照最新的内容再改；这里填写的内容还在页面上。")  # fmt: skip
    check_own(own)
    check_out(out)
    for part, texts in own.items():
        refuse_terms(f"own_{part}", "\n".join(texts))
    row.brief_out, row.brief_own = list(out), owned(row.brief_own, own, name_of(actor))
    row.brief_edition, row.changed_at = row.brief_edition + 1, actor.at
    row.save(update_fields=["brief_out", "brief_own", "brief_edition", "changed_at"])
    audit(actor, "engagement.brief_edited", "interaction", row.public_id, after={
        "out": len(row.brief_out), "own": len(row.brief_own), "edition": row.brief_edition,
    })  # fmt: skip
    return str(row.public_id)
