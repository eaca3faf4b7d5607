"""Joining a load to the directory: inside the registry's transaction, from the tables that the load just wrote."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from jinlan.clients import directory, vault
from jinlan.domains.compliance.register import WANTED, sync_consents
from jinlan.domains.compliance.services import install_texts
from jinlan.kernel.scope import require_scope
from jinlan.lake.registry import Outcome
from jinlan.lake.view import LakeView
from jinlan.serving.registry import DatabaseRegistry

PARTY = (
    "party_id",
    "party_type",
    "party_status",
    "home_branch_id",
    "region_code",
    "industry_code",
    "org_size",
    "id_type",
)
BRANCH = ("branch_id", "parent_id", "level", "name", "valid_from", "valid_to")
EMPLOYEE = ("employee_id", "branch_id", "position", "leave_date")


def registry_for() -> DatabaseRegistry:
    """Return the load registry that keeps the directory and the vault in step."""
    return DatabaseRegistry(intake=take)


def take(outcome: Outcome) -> None:
    """Bring branches, staff, parties and identities of a load into the directory and the vault."""
    entity, changed = outcome.record.entity, {one.table for one in outcome.counts}
    identities = {name: table.to_pylist() for name, table in outcome.identities.items()}
    view = LakeView(settings.LAKE_DIR, outcome.record)
    try:
        if "branch" in changed:
            directory.sync_branches(entity, rows(view, "branch", BRANCH))
        if "employee" in changed:
            names = {row["employee_id"]: row["name"] for row in identities.get("employee", ())}
            directory.sync_employees(entity, rows(view, "employee", EMPLOYEE), names)
        if "party" in changed:
            names_of = {row["party_id"]: row for row in identities.get("party", ())}
            brought = [row for row in rows(view, "party", PARTY) if row["party_id"] in names_of]
            directory.sync_parties(entity, brought, names_of)
        if "party_merge" in changed:
            directory.sync_merges(entity, view.merges(date.max))
        install_texts(entity)
        if "consent" in changed:
            sync_consents(rows(view, "consent", WANTED), actor=require_scope().actor)
    finally:
        view.close()
    vault.store(entity, vault.facts_of(identities))
    vault.store_counterparties(entity, identities.get("counterparty", ()))
    vault.erase(entity, outcome.erasures)


def rows(view: LakeView, name: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the newest state of a table as rows: a day that came late does not turn the directory back."""
    found: list[dict[str, Any]] = (
        view.connect().to_pyarrow(view.state(name, date.max).select(*columns)).to_pylist()
    )
    return found
