"""Who hears of a wished change of a team: the one who is asked to join, then who proposed it and who joins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.clients.models import TeamProposal
from jinlan.domains.engagement.team_words import OUTCOMES, ROLES
from jinlan.kernel.notices import notice_kind, notify


def _asked(said: Mapping[str, Any]) -> str:
    return _("请您确认：加入一户客户的团队，角色是%(role)s，自 %(since)s 起") % {
        "role": ROLES[str(said["role"])].word, "since": said["since"],
    }  # fmt: skip


def _outcome(said: Mapping[str, Any]) -> str:
    return _("一项团队调整%(state)s：%(role)s，自 %(since)s 起") % {
        "state": OUTCOMES[str(said["state"])], "role": ROLES[str(said["role"])].word, "since": said["since"],
    }  # fmt: skip


ASKED = notice_kind("engagement.team_asked", words=_asked, why=gettext_lazy("您被提名加入团队"), icon="users")
OUTCOME = notice_kind(
    "engagement.team_outcome",
    words=_outcome,
    why=gettext_lazy("您提议了这项调整，或将加入团队"),
    icon="users",
)


def tell_asked(actor: Actor, row: TeamProposal, person: int) -> None:
    """Tell who is asked to join."""
    notify(
        ASKED, actor=actor, people=[person], key=row.public_id.hex, url=_page(row), role=row.role, since=row.effective_on.isoformat()
    )  # fmt: skip


def tell_outcome(actor: Actor, row: TeamProposal) -> None:
    """Tell who proposed a change, and who joins by it, what was decided."""
    people = [one for one in (row.made_id, row.asked_id) if one is not None]
    notify(
        OUTCOME, actor=actor, people=people, key=row.public_id.hex, url=_page(row), role=row.role, state=row.state,
        since=row.effective_on.isoformat(),
    )  # fmt: skip


def _page(row: TeamProposal) -> str:
    return reverse("team-proposals-one", kwargs={"public_id": row.public_id})
