"""What a file of an interaction holds: one operation beside those of the resources. Programs take files and hand in none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import NinjaAPI

from jinlan.api.doors import doors
from jinlan.basics.actor import Actor
from jinlan.domains.engagement.services.attachments import open_attachment
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.intake.out import given_out


def add(api: NinjaAPI) -> None:
    """Give an API the operation."""

    @api.get(
        "/attachments/{uuid:public_id}/content", auth=doors(frozenset(BUSINESS)), tags=["attachments"], url_name="attachments-content",
        operation_id="attachments_content", summary="The bytes of a file; who took them is recorded",
    )  # fmt: skip
    def content(request: HttpRequest, public_id: UUID) -> Any:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        opened = open_attachment(actor=actor, public_id=public_id)
        return given_out(opened.name, opened.content)
