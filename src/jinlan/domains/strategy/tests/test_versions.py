"""The life of a version: draft, review, committee, approved; by rule and by database."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from jinlan.basics.errors import Refused
from jinlan.clients.testing import the_cast
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.domains.strategy.services.definitions import definitions_of, install_definitions
from jinlan.domains.strategy.services.versions import (
    decide_version,
    draft_version,
    edit_version,
    review_version,
    send_version,
    withdraw_version,
)
from jinlan.insight.parsing import FOLDER
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, writing

pytestmark = pytest.mark.usefixtures("database")

SHIPPED = (FOLDER / "group.toml").read_text("utf-8")
NEXT = SHIPPED.replace('version = "2026.1"', 'version = "2026.2"').replace("1900-01-01", "2027-01-01")
RAISED = NEXT.replace("entry = 84", "entry = 86")
WHY = "总行级准入线过低,覆盖面过大"


@pytest.fixture
def cast():
    install_definitions("JLB", actor=system_actor("JLB", AT))
    return the_cast()


def a_draft(cast, body=NEXT, **other) -> UUID:
    return UUID(
        draft_version(actor=cast.actor("chenwei"), kind="GROUP", body=body, **({"purpose": WHY} | other))
    )


def row_of(cast, public_id):
    with scoped(cast.actor("chenwei")):
        return DefinitionVersion.objects.get(public_id=public_id)


def in_committee(cast) -> UUID:
    made = a_draft(cast)
    send_version(actor=cast.actor("chenwei"), public_id=made)
    review_version(actor=cast.actor("zhoulin"), public_id=made, passes=True, reason="测算与口径已核对")
    return made


def decided(cast, made, *, passes=True):
    with scoped(cast.actor("chenwei"), write=True) as scope:
        decide_version(
            scope.actor, public_id=made, passes=passes, decided_by="委员会 2026-12", reason="三票赞成"
        )


def test_a_version_goes_from_draft_over_review_and_committee_into_force(cast):
    made = in_committee(cast)
    assert row_of(cast, made).state == "committee"
    assert [one.version for one in definitions_of("JLB", system_actor("JLB", AT)) if one.kind == "GROUP"] == [
        "2026.1"
    ]

    decided(cast, made)

    row = row_of(cast, made)
    assert (row.state, row.author, row.reviewer, row.approved_by) == (
        "approved",
        "chenwei",
        "zhoulin",
        "委员会 2026-12",
    )
    found = [one for one in definitions_of("JLB", system_actor("JLB", AT)) if one.kind == "GROUP"]
    assert [(one.version, one.valid_from) for one in found] == [
        ("2026.1", date(1900, 1, 1)),
        ("2026.2", date(2027, 1, 1)),
    ]
    with scoped(cast.actor("zhengyu")):
        verbs = AuditEntry.objects.filter(object_id=str(made)).order_by("id").values_list("verb", flat=True)
        assert list(verbs) == [
            "strategy.version_drafted", "strategy.version_sent", "strategy.version_reviewed", "strategy.version_decided",
        ]  # fmt: skip


def test_a_draft_may_be_wrong_and_goes_nowhere_until_it_is_right(cast):
    wrong = NEXT.replace("weight = 0.35", "weight = 0.36")
    made = a_draft(cast, wrong)

    with pytest.raises(Refused) as caught:
        send_version(actor=cast.actor("chenwei"), public_id=made)

    assert (caught.value.code, caught.value.params["field"]) == ("DEFINITION.WEIGHTS", "weights")
    assert row_of(cast, made).state == "draft"
    assert edit_version(actor=cast.actor("chenwei"), public_id=made, body=NEXT, edition=1) == 2
    send_version(actor=cast.actor("chenwei"), public_id=made)
    assert row_of(cast, made).state == "review"


def test_two_tabs_do_not_overwrite_each_other(cast):
    made = a_draft(cast)
    edit_version(actor=cast.actor("chenwei"), public_id=made, body=RAISED, edition=1)

    with pytest.raises(Refused) as caught:
        edit_version(actor=cast.actor("chenwei"), public_id=made, body=NEXT, edition=1)

    assert caught.value.code == "VERSION_MOVED"
    assert row_of(cast, made).body == RAISED


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (SHIPPED.replace('version = "2026.1"', 'version = "2026.2"'), "VERSION_OVERLAP"),
        (NEXT.replace("exit = 76", "exit = 84"), "DEFINITION.EXIT"),
        (NEXT.replace("[10000000, 30]", "[10000000, 60]"), "DEFINITION.MONOTONE"),
    ],
)
def test_what_would_overlap_or_is_wrong_is_not_sent(cast, body, code):
    made = a_draft(cast, body)

    with pytest.raises(Refused) as caught:
        send_version(actor=cast.actor("chenwei"), public_id=made)

    assert caught.value.code == code
    assert row_of(cast, made).state == "draft"


def test_a_name_is_given_once_and_a_purpose_is_told(cast):
    with pytest.raises(Refused) as caught:
        a_draft(cast, SHIPPED)
    assert caught.value.code == "VERSION_TAKEN"

    made = a_draft(cast, purpose="改")
    with pytest.raises(Refused) as caught:
        send_version(actor=cast.actor("chenwei"), public_id=made)
    assert caught.value.code == "VERSION_PURPOSE"


def test_only_the_head_drafts_and_only_the_risk_officer_reviews(cast):
    for username in ("lihua", "zhoulin", "wuhan", "zhengyu"):
        with pytest.raises(ScopeDenied):
            draft_version(actor=cast.actor(username), kind="GROUP", body=NEXT)
    with scoped(cast.actor("chenwei")):
        assert not DefinitionVersion.objects.filter(version="2026.2").exists()

    made = a_draft(cast)
    send_version(actor=cast.actor("chenwei"), public_id=made)
    for username in ("lihua", "chenwei", "wuhan"):
        with pytest.raises(ScopeDenied):
            review_version(actor=cast.actor(username), public_id=made, passes=True, reason="已核对口径")
    assert row_of(cast, made).state == "review"


def test_a_version_given_back_is_edited_again_and_a_withdrawn_one_is_not(cast):
    made = in_committee(cast)
    decided(cast, made, passes=False)
    assert (row_of(cast, made).state, row_of(cast, made).reviewer) == ("draft", "")

    withdraw_version(actor=cast.actor("chenwei"), public_id=made, reason="另起一个新版本")
    with pytest.raises(Refused) as caught:
        edit_version(actor=cast.actor("chenwei"), public_id=made, body=RAISED, edition=1)
    assert caught.value.code == "VERSION_FROZEN"
    assert row_of(cast, made).body == NEXT


@pytest.mark.parametrize(
    "change",
    [
        {"body": RAISED},
        {"valid_from": date(2027, 2, 1)},
        {"state": "draft"},
        {"approved_by": "x"},
        {"reviewer": "x"},
    ],
    ids=str,
)
def test_the_database_lets_nobody_change_a_version_in_force(cast, change):
    made = in_committee(cast)
    decided(cast, made)

    for username in ("chenwei", "zhoulin"):
        with pytest.raises(IntegrityError, match="version"), scoped(cast.actor(username), write=True):
            DefinitionVersion.objects.filter(public_id=made).update(**change)
    assert row_of(cast, made).body == NEXT


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("draft", {"state": "approved"}),
        ("draft", {"state": "committee", "reviewer": "zhoulin"}),
        ("review", {"body": RAISED}),
        ("review", {"state": "committee"}),  # nobody reviewed it
        ("review", {"state": "committee", "reviewer": "chenwei"}),  # the author
        ("review", {"author": "zhoulin"}),
    ],
    ids=str,
)
def test_the_database_knows_the_life_of_a_version(cast, state, change):
    made = a_draft(cast)
    if state == "review":
        send_version(actor=cast.actor("chenwei"), public_id=made)

    with pytest.raises(IntegrityError), scoped(cast.actor("chenwei"), write=True), transaction.atomic():
        DefinitionVersion.objects.filter(public_id=made).update(**change)

    row = row_of(cast, made)
    assert (row.state, row.body, row.author) == (state, NEXT, "chenwei")


def test_people_begin_with_a_draft(cast):
    with pytest.raises(IntegrityError, match="begins as a draft"), scoped(cast.actor("chenwei"), write=True):
        DefinitionVersion.objects.create(
            entity="JLB",
            kind="GROUP",
            version="2027.1",
            valid_from=date(2028, 1, 1),
            body=NEXT,
            sha256="0",
            state="approved",
        )
    with writing():
        assert not DefinitionVersion.objects.filter(version="2027.1").exists()
