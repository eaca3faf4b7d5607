"""Taking a plan out as a document: the whole plan for our own people, or the part of it that the client is shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import unit_in_sight
from jinlan.workspace.paper_export import Offered, paper_page
from jinlan.workspace.plan import need_whole, version_wanted
from jinlan.workspace.plan_forms import back_to
from jinlan.workspace.plan_paper import mutual_paper, plan_paper

CRUMB = gettext_lazy("客户计划")
PAPERS = {
    "plan": (CRUMB, gettext_lazy("含您在计划页上看得到的全部内容，仅供行内使用。"), plan_paper),
    "mutual": (gettext_lazy("共赢计划"), gettext_lazy("只含勾选给客户看的内容，附双方签章栏（草稿不附）。"), mutual_paper),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@doing("clients")
def paper(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Ask what the document is for and give it, to who proved himself lately."""
    what = request.GET.get("paper", "plan")
    if what not in PAPERS:
        raise Http404
    name, said, compose = PAPERS[what]

    def find() -> tuple[Any, Any]:
        """Return the client and the version asked for; 404 for what is not in sight."""
        unit = unit_in_sight(actor, public_id)
        rows = reading.plans_of(actor, unit_id=unit.pk)
        need_whole(actor, unit, rows)
        if not rows:
            raise Http404
        return unit, version_wanted(request, rows)

    def back(row: Any) -> str:
        return (
            reverse("client-plan-share", kwargs={"public_id": public_id})
            if what == "mutual"
            else back_to(public_id, row.number)
        )

    return paper_page(request, actor, Offered(what, name, CRUMB, said, find, compose, back))
