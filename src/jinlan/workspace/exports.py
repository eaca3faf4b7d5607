"""导出: the list as a file, within the limit at once, above it after a check; every file says who took it and what for."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import exports
from jinlan.clients.exports import PURPOSES, Asked, Taken
from jinlan.kernel.export import Column
from jinlan.kernel.figures import currency, listed
from jinlan.kernel.forms import dress
from jinlan.kernel.scope import scoped
from jinlan.work import selectors as work
from jinlan.work import services
from jinlan.workspace import words
from jinlan.workspace.access import doing
from jinlan.workspace.dates import shown_date
from jinlan.workspace.query import listing_of

HOURS = 24  # how long a granted file may be taken


class ExportForm(forms.Form):
    """Format, purpose and reason of a file that leaves the house."""

    kind = forms.ChoiceField(label=gettext_lazy("格式"), choices=[("xlsx", "Excel (xlsx)"), ("csv", "CSV")])
    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=list(PURPOSES.items()))
    reason = forms.CharField(
        label=gettext_lazy("说明"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def columns() -> list[Column]:
    """Return the columns of the list, amounts to the cent in the base currency."""
    money = currency()
    sums = [("aum", "AUM"), ("deposit_avg_12m", _("日均存款")), ("loan", _("贷款")), ("revenue_12m", _("综合收入")),
            ("limit", _("授信额度")), ("limit_used", _("已用")), ("overdue", _("逾期"))]  # fmt: skip
    return [
        Column(_("客户"), lambda row: row.unit.name),
        Column(_("类型"), lambda row: str(words.word(words.KINDS, row.result.kind))),
        Column(_("层级"), lambda row: str(words.look(words.TIERS, row.result.effective_tier).word)),
        Column(_("状态"), lambda row: str(words.look(words.STATES, row.result.tier_state).word)),
        Column(_("得分"), lambda row: row.result.score),
        Column(_("同类排名"), lambda row: row.result.rank),
        Column(_("主办"), lambda row: listed(row.leads)),
        *(Column(f"{title} {money}", attrgetter(f"result.{name}")) for name, title in sums),
        Column(_("最近到期"), lambda row: row.result.next_maturity),
        Column(_("最差分类"), lambda row: row.result.five_tier_worst),
    ]


@require_http_methods(["GET", "POST"])
@doing("clients")
def export(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Ask what the file is for; give it, or ask others when it is larger than one may take alone."""
    with scoped(actor):
        shown = shown_date(request, actor)
        if shown is None or not exports.limit_of(actor):
            raise Http404
        listing = exports.plain(listing_of(request, actor))
        count, most = exports.count_of(actor, listing, shown.as_of), exports.limit_of(actor)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"listing": listing, "as_of": shown.as_of}
        try:
            if count <= most:
                return _file(exports.export_list(actor=actor, columns=columns(), **given))
            row = services.propose(
                actor=actor, act="clients.export_large", payload=given, reason=given["reason"]
            )
        except Refused as refused:
            form.add_error(
                {"EXPORT_REASON": "reason", "REASON_SHORT": "reason"}.get(refused.code), str(refused)
            )
        else:
            messages.info(request, _("申请已提交，等待复核"))
            return redirect("approval", public_id=row.public_id)
    with scoped(actor):
        context = {"title": _("导出名册"), "place": "clients", "form": form, "count": count, "most": most, "shown": shown,
                   "back": f"/clients?{request.GET.urlencode()}"}  # fmt: skip
        return render(request, "workspace/export.html", context, status=422 if form.errors else 200)


@require_GET
@doing("approvals")
def granted(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give the file of a granted request to whom it was granted, in his own scope of now, for a day."""
    with scoped(actor, write=True):
        found = work.approval(actor, public_id=public_id)
        if found is None or not may_take(actor, found[0]):
            raise Http404
        shown_date(request, actor)
        body = found[0].payload
        asked = Asked(body["listing"], _day(body["as_of"]), body["kind"], body["purpose"], body["reason"])
        return _file(exports.take(actor, asked, columns(), granted_by=str(public_id)))


def may_take(actor: Actor, row: Any) -> bool:
    """Tell whether this person may take the file of a request now."""
    return bool(
        row.act == "clients.export_large" and row.state == "done" and row.maker_id == actor.person_id
        and actor.at < row.closed_at + timedelta(hours=HOURS)
    )  # fmt: skip


def _day(text: str) -> Any:
    return forms.DateField().clean(text)


def _file(taken: Taken) -> HttpResponse:
    answer = HttpResponse(taken.body, content_type=taken.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    return answer
