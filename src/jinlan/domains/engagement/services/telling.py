"""Who hears of a wished change of a team, and of a hand-over: those whom it concerns, by role and day; never the client's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.clients.models import TeamProposal
from jinlan.domains.engagement.models import HandOver
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


def _begun(said: Mapping[str, Any]) -> str:
    return _("请查看并签署：一户客户将于 %(since)s 移交给您") % {"since": said["since"]}


def _handed(said: Mapping[str, Any]) -> str:
    return _("一户客户的移交已由三方签署，自 %(since)s 起生效") % {"since": said["since"]}


BEGUN = notice_kind(
    "engagement.hand_over_begun", words=_begun, why=gettext_lazy("您是这项移交的接收人"), icon="users"
)
HANDED = notice_kind(
    "engagement.hand_over_signed", words=_handed, why=gettext_lazy("您是这项移交的一方"), icon="users"
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


def tell_taker(actor: Actor, row: HandOver) -> None:
    """Tell who is to take a client over."""
    if row.taker_id is not None:
        url = reverse("hand-overs-one", kwargs={"public_id": row.public_id})
        notify(
            BEGUN,
            actor=actor,
            people=[row.taker_id],
            key=row.public_id.hex,
            url=url,
            since=row.effective_on.isoformat(),
        )


def tell_handed(actor: Actor, row: HandOver) -> None:
    """Tell both that three have signed."""
    people = [one for one in (row.giver_id, row.taker_id) if one is not None]
    url = reverse("hand-overs-one", kwargs={"public_id": row.public_id})
    notify(
        HANDED, actor=actor, people=people, key=row.public_id.hex, url=url, since=row.effective_on.isoformat()
    )


def _page(row: TeamProposal) -> str:
    return reverse("team-proposals-one", kwargs={"public_id": row.public_id})
