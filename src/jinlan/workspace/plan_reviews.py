"""What is written down about a plan in force: a review, and what an objective that is measured by hand has reached."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.ids import uuid7
from jinlan.domains.engagement.rules.document import OWN
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.domains.engagement.selectors import roster
from jinlan.domains.engagement.services.plan_work import read_objective, review_plan
from jinlan.kernel.forms import acted, dress
from jinlan.kernel.scope import scoped
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import DAY, unit_in_sight
from jinlan.workspace.plan import goal_line
from jinlan.workspace.plan_forms import back_to, form_page, plan_that_holds

Context = dict[str, Any]


class ReviewForm(forms.Form):
    """The minutes of a review."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    held_on = forms.DateField(label=gettext_lazy("回顾日期"), widget=DAY)
    minutes = forms.CharField(
        label=gettext_lazy("要点"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}), help_text=gettext_lazy("进展、偏差、原因与客户的看法")
    )  # fmt: skip
    decisions = forms.CharField(
        label=gettext_lazy("决定"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    staff = forms.MultipleChoiceField(
        label=gettext_lazy("我行参加人"), required=False, widget=forms.CheckboxSelectMultiple
    )
    people = forms.MultipleChoiceField(
        label=gettext_lazy("客户方参加人"), required=False, widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("有客户方参加的回顾计入服务章程")
    )  # fmt: skip
    next_on = forms.DateField(label=gettext_lazy("下次回顾"), required=False, widget=DAY)

    def __init__(self, data: Any, *, staff: Any, people: Any, initial: Context) -> None:
        super().__init__(data, initial={"key": str(uuid7())} | initial)
        fields: Any = self.fields
        fields["staff"].choices, fields["people"].choices = staff, people
        dress(self)


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def review(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """File the minutes of a review of the plan in force, with its objectives before one's eyes."""
    today = business_date(actor.at)
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        row = plan_that_holds(actor, unit)
        goals = [goal_line(one) for one in reading.goals_of(actor, row, today=today)]
        staff = roster.named(roster.colleagues_of(actor, unit_id=unit.pk, on=today))
        people = roster.named(roster.contacts_of(actor, unit_id=unit.pk, on=today))
    form = ReviewForm(
        request.POST or None,
        staff=staff,
        people=people,
        initial={"held_on": today, "staff": [actor.employee]},
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        key = given.pop("key")
        if acted(form, lambda: review_plan.once(key, actor=actor, public_id=row.public_id, **given)):
            messages.success(request, _("回顾已登记"))
            return redirect(back_to(public_id, row.number, "REVIEWS"))
    return form_page(request, unit, row, form, _("登记计划回顾"), goals=goals)


class ReadingForm(forms.Form):
    """What an objective has reached."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    value = forms.DecimalField(label=gettext_lazy("现在的数值"), max_digits=20, decimal_places=4)
    read_on = forms.DateField(label=gettext_lazy("日期"), widget=DAY)
    evidence = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("怎么量的，至少 5 个字"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def measure(request: HttpRequest, public_id: UUID, code: str, *, actor: Actor) -> HttpResponse:
    """Write down what an objective that is measured by hand has reached."""
    today = business_date(actor.at)
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        row = plan_that_holds(actor, unit)
        goal = next(
            (
                one
                for one in reading.goals_of(actor, row, today=today)
                if str(one.entry.key) == code and one.entry.metric == OWN
            ),
            None,
        )
    if goal is None:
        raise Http404
    form = ReadingForm(request.POST or None, initial={"key": str(uuid7()), "read_on": today})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        key = given.pop("key")
        if acted(
            form,
            lambda: read_objective.once(
                key, actor=actor, public_id=row.public_id, objective=goal.entry.key, **given
            ),
        ):
            messages.success(request, _("进展已登记"))
            return redirect(back_to(public_id, row.number, "OBJECTIVES"))
    return form_page(request, unit, row, form, _("登记目标进展"), goals=[goal_line(goal)])
