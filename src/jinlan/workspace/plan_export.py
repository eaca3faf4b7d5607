"""Taking a plan out as a document: the whole plan for our own people, or the part of it that the client is shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.selectors.plans import plans_of
from jinlan.workspace.access import doing
from jinlan.workspace.paper_export import Offered, Shelf, paper_page
from jinlan.workspace.plan_forms import back_to
from jinlan.workspace.plan_paper import mutual_paper, plan_paper

CRUMB = gettext_lazy("客户计划")


def _back(public_id: UUID, row: Any, what: str) -> str:
    return (
        reverse("client-plan-share", kwargs={"public_id": public_id})
        if what == "mutual"
        else back_to(public_id, row.number)
    )


SHELF = Shelf(CRUMB, {
    "plan": Offered(CRUMB, gettext_lazy("含您在计划页上看得到的全部内容，仅供行内使用。"), plan_paper),
    "mutual": Offered(gettext_lazy("共赢计划"), gettext_lazy("只含勾选给客户看的内容，附双方签章栏（草稿不附）。"), mutual_paper),
}, plans_of, "version", _back)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@doing("clients")
def paper(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give a plan as a document."""
    return paper_page(request, public_id, actor, SHELF)
