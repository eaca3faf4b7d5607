"""P5 itself, small: nothing personal is out of place, and a mask that masks nothing is found."""

from __future__ import annotations

import base64

from jinlan.site.trust import canaries
from jinlan.site.trust.canary_seed import Secret, may_read
from jinlan.site.trust.facts import Sight
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture

ADDRESSES = frozenset({"client", "client-identities", "approval"})


def test_who_may_read_a_word_follows_its_row_and_its_mask() -> None:
    keys = ("U1", "P1", "JLB", "lead")
    seen = Sight(
        roles=frozenset({"manager"}),
        figures=frozenset({"U1"}),
        headers=frozenset({"U1"}),
        parties=frozenset({"P1"}),
    )

    def may(
        table: str, mask: str = "none", *, sealed: bool = False, entity: str = "JLB", who: Sight = seen
    ) -> bool:
        return may_read(Secret(table, "x", keys, mask, sealed), "lead", who, entity)

    assert may("clients_party", "name")
    assert may("work_task")
    assert may("kernel_receipt")
    assert not may("clients_party", "name", who=Sight(roles=frozenset({"manager"})))
    assert not may("clients_party", "name", entity="OTH")
    assert not may("clients_party", "phone")
    assert not may("clients_partyidentity", sealed=True)
    assert not may("kernel_auditentry")
    assert not may("serving_restrictedgate", "hidden")


def test_an_address_is_read_with_what_it_hides() -> None:
    hidden = base64.urlsafe_b64encode(b'[["jlkabcdefghi",7]]').decode().rstrip("=")

    assert "jlkabcdefghi" in canaries._opened(f"/clients?view=all&cursor={hidden}")
    assert "jlkabcdefghi" in canaries._opened("/find?q=%6Alkabcdefghi")
    assert "jlk" not in canaries._opened("/clients?cursor=%00&x=é")
