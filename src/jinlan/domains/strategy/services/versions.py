"""Business verbs of a version of the criteria or the charter: draft, edit, send to review, review, withdraw, approve."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.domains.strategy.rules.versions import READERS, check_date, check_purpose, head_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import ScopeDenied
from jinlan.serving import selectors as serving

AUTHORS, REVIEWERS = ("dept_head",), ("risk",)
REASON = 5  # characters, at least
V = DefinitionVersion


@act("strategy.draft_version", title=_("起草版本"), roles=AUTHORS)
def draft_version(*, actor: Actor, kind: str, body: str, based_on: str = "", purpose: str = "") -> str:
    """Begin a draft and return its public id; the text may still be wrong, but must have the form of its kind.

    Raises:
        Refused: VERSION_TAKEN for a name that the kind has already; what the text's reader refuses.
    """
    if kind not in READERS:
        raise Refused("VERSION_KIND_UNKNOWN", "没有这一类标准:%(kind)s。", "请从列表中选择。", kind=kind)
    head = head_of(kind, body, strict=False)
    made = V(
        entity=actor.entity, kind=kind, version=head.version, valid_from=head.valid_from, body=body, sha256=head.sha256,
        state=V.DRAFT, based_on=based_on, purpose=purpose.strip()[:300], author=actor.username, changed_at=actor.at,
    )  # fmt: skip
    _keep(made, force_insert=True)
    made.refresh_from_db(fields=["public_id"])
    after = {"kind": kind, "version": head.version, "based_on": based_on, "sha256": head.sha256}
    audit(actor, "strategy.version_drafted", "definition", made.public_id, after=after)
    return str(made.public_id)


@act("strategy.edit_version", title=_("修改草稿"), roles=AUTHORS)
def edit_version(*, actor: Actor, public_id: UUID, body: str, edition: int, purpose: str = "") -> int:
    """Replace the text of a draft and return its edition; two people, or tabs, never overwrite each other.

    Raises:
        ScopeDenied: no such version.
        Refused: VERSION_FROZEN when it is no draft, VERSION_MOVED when somebody saved in between, VERSION_TAKEN.
    """
    row = _locked(public_id)
    if row.state != V.DRAFT:
        raise _frozen()
    if row.edition != edition:
        raise Refused(
            "VERSION_MOVED", "草稿已被另一处修改(第 %(edition)s 次)。", "请打开最新的草稿再改;这里填写的内容还在页面上。",
            edition=row.edition,
        )  # fmt: skip
    head = head_of(row.kind, body, strict=False)
    before = {"version": row.version, "sha256": row.sha256}
    row.version, row.valid_from, row.body, row.sha256 = head.version, head.valid_from, body, head.sha256
    row.purpose, row.edition, row.changed_at = purpose.strip()[:300] or row.purpose, row.edition + 1, actor.at
    _keep(row)
    after = {"version": head.version, "sha256": head.sha256}
    audit(actor, "strategy.version_edited", "definition", public_id, before=before, after=after)
    return row.edition


@act("strategy.send_version", title=_("提交审核"), roles=AUTHORS)
def send_version(*, actor: Actor, public_id: UUID) -> None:
    """Send a draft to review: from now on its text stands still.

    Raises:
        Refused: what the text's reader refuses; VERSION_PURPOSE, VERSION_OVERLAP, VERSION_PAST.
    """
    row = _locked(public_id)
    if row.state != V.DRAFT:
        raise _frozen()
    head_of(row.kind, row.body, strict=True)
    check_purpose(row.purpose)
    _check_date(actor, row)
    _step(actor, row, V.REVIEW, "strategy.version_sent")


@act("strategy.review_version", title=_("审核版本"), roles=REVIEWERS)
def review_version(*, actor: Actor, public_id: UUID, passes: bool, reason: str) -> None:
    """Pass a version on to the committee, or give it back to its author with a reason.

    Raises:
        Refused: VERSION_STATE when it is not in review, VERSION_SELF for the author, VERSION_REASON.
    """
    row = _locked(public_id)
    if row.state != V.REVIEW:
        raise _not_there()
    if actor.username == row.author:
        raise Refused("VERSION_SELF", "起草人不能审核自己的版本。", "请由另一位有权的同事审核。")
    _need(reason)
    row.reviewer = actor.username if passes else ""
    _step(actor, row, V.COMMITTEE if passes else V.DRAFT, "strategy.version_reviewed", reason)


@act("strategy.withdraw_version", title=_("撤回版本"), roles=AUTHORS)
def withdraw_version(*, actor: Actor, public_id: UUID, reason: str) -> None:
    """Take back a version that is not approved; it stays on record.

    Raises:
        Refused: VERSION_FROZEN for one that is approved or withdrawn, VERSION_REASON.
    """
    row = _locked(public_id)
    if row.state in (V.APPROVED, V.WITHDRAWN):
        raise _frozen()
    _need(reason)
    _step(actor, row, V.WITHDRAWN, "strategy.version_withdrawn", reason)


def decide_version(
    actor: Actor, *, public_id: UUID, passes: bool, decided_by: str, reason: str, sha256: str = ""
) -> None:
    """Put a version in force from its date, or give it back: the committee's decision, inside the act that records its votes.

    Args:
        actor: who closes the item.
        public_id: of the version.
        passes: what the vote came to.
        decided_by: names the meeting.
        reason: for its author and the audit.
        sha256: of the text that was voted on; "" when the caller does not know it.

    Raises:
        Refused: VERSION_STATE when no committee was asked, or about another text; VERSION_OVERLAP, VERSION_PAST when its day has come
            meanwhile.
    """
    row = _locked(public_id)
    if row.state != V.COMMITTEE or sha256 not in ("", row.sha256):
        raise _not_there()
    if passes:
        _check_date(actor, row)
        row.approved_by = decided_by[:200]
    else:
        row.reviewer = ""
    _step(actor, row, V.APPROVED if passes else V.DRAFT, "strategy.version_decided", reason)


def _locked(public_id: UUID) -> Any:
    row = V.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这个版本。", "")
    return row


def _keep(row: Any, **how: bool) -> None:
    """Write a row; a name that the kind has already is refused."""
    try:
        with transaction.atomic():
            row.save(**how)
    except IntegrityError as error:
        if "definition_version_unique" not in str(error):
            raise
        raise Refused(
            "VERSION_TAKEN",
            "这一类已有版本 %(version)s。",
            "请换一个版本号。",
            version=row.version,
            field="version",
        ) from None


def _step(actor: Actor, row: Any, state: str, verb: str, reason: str = "") -> None:
    before, row.state, row.changed_at = row.state, state, actor.at
    row.save()
    audit(
        actor, verb, "definition", row.public_id, before={"state": before}, after={"state": state, "version": row.version},
        reason=reason,
    )  # fmt: skip


def _check_date(actor: Actor, row: Any) -> None:
    approved = V.objects.filter(entity=row.entity, kind=row.kind, state=V.APPROVED)
    last: date | None = approved.aggregate(last=Max("valid_from"))["last"]
    shown = serving.published(actor)
    check_date(row.valid_from, last, shown.latest if shown else None)


def _need(reason: str) -> None:
    if len(reason.strip()) < REASON:
        raise Refused(
            "VERSION_REASON",
            "理由至少 %(least)s 个字。",
            "请写明理由,作者与审计会看到。",
            least=REASON,
            field="reason",
        )


def _frozen() -> Refused:
    return Refused("VERSION_FROZEN", "这个版本已离开草稿状态,不能再改。", "请从它起草一个新版本。")


def _not_there() -> Refused:
    return Refused("VERSION_STATE", "这个版本不在这一环节。", "请刷新页面查看它现在的状态。")
