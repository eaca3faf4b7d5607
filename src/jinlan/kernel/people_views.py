"""Pages of the security administrator: the people of the entity, one of them, and making a new one. No client data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.kernel import people as acts
from jinlan.kernel import sessions, stepup
from jinlan.kernel.figures import listed
from jinlan.kernel.forms import dress
from jinlan.kernel.guards import form_page, own
from jinlan.kernel.models import Person, RoleGrant
from jinlan.kernel.scope import ScopeDenied, scoped

SHOWN = 200
DELICATE = ("grant", "end-role", "renew", "forget")
ROLE_WORDS = {role: word for role, word in RoleGrant.ROLES if role in acts.GRANTABLE}
_ABSENT = ("PERSON_ABSENT", "GRANT_ABSENT")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")  # what browsers take, in every language


class PersonForm(forms.Form):
    """Somebody new."""

    username = forms.SlugField(
        label=gettext_lazy("用户名"), max_length=64, help_text=gettext_lazy("字母、数字、连字符与下划线。")
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=100)
    employee = forms.CharField(label=gettext_lazy("员工编号"), max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class GrantForm(forms.Form):
    """A role, since when, until when, and for branch heads where."""

    role = forms.ChoiceField(label=gettext_lazy("角色"))
    since = forms.DateField(label=gettext_lazy("开始日"), widget=_day())
    until = forms.DateField(label=gettext_lazy("结束日"), required=False, widget=_day())
    branch = forms.CharField(label=gettext_lazy("机构编号"), max_length=64, required=False)
    domain = forms.TypedChoiceField(
        label=gettext_lazy("数据域"), required=False, coerce=int, empty_value=None,
        choices=(("", gettext_lazy("对私与对公")), ("0", gettext_lazy("对私")), ("1", gettext_lazy("对公"))),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, _(word)) for role, word in ROLE_WORDS.items()]  # type: ignore[attr-defined]
        dress(self)


@require_GET
@own("security_admin")
def people(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List the people of the entity with roles, state and live sessions."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:64]
    day = business_date(actor.at)
    with scoped(actor):
        rows = sessions.people(actor)
        if text:
            rows = rows.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
        counted = Count("sessions", filter=sessions.live(actor.at, "sessions__"))
        found = list(rows.annotate(live=counted).order_by("username")[: SHOWN + 1])
        grants = RoleGrant.objects.filter(person__in=[person.pk for person in found], valid_from__lte=day)
        held: dict[int, list[str]] = {}
        for grant in grants.exclude(valid_to__lte=day).order_by("id"):
            held.setdefault(grant.person_id, []).append(_(ROLE_WORDS.get(grant.role, grant.role)))
    lines = [{"person": person, "roles": listed(held.get(person.pk, ()))} for person in found[:SHOWN]]
    context = {"title": _("人员与会话"), "place": "people", "lines": lines, "text": text, "more": len(found) > SHOWN,
               "shown": SHOWN, "me": actor.person_id}  # fmt: skip
    return render(request, "account/people.html", context)


@form_page
@own("security_admin")
def new_person(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Make somebody and show his one-time password, this one time."""
    if ask := stepup.require(request):
        return ask
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            made = acts.make_person(actor=actor, **form.cleaned_data)
        except ScopeDenied:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _shown_once(request, made)
    return render(
        request, "account/new_person.html", {"title": _("新建人员"), "place": "people", "form": form}
    )


def _shown_once(request: HttpRequest, made: acts.Made) -> HttpResponse:
    context = {"title": _("一次性密码"), "place": "people", "made": made, "hours": acts.ONE_TIME_HOURS}
    return render(request, "account/one_time_password.html", context)


@require_GET
@own("security_admin")
def person(request: HttpRequest, person: UUID, *, actor: Actor) -> HttpResponse:
    """Show one person's state, roles and sign-in."""
    return _person(request, person, actor)


def _person(request: HttpRequest, key: UUID, actor: Actor, form: GrantForm | None = None) -> HttpResponse:
    with scoped(actor):
        try:
            other = sessions.person_of(actor, key)
        except Refused:
            raise Http404 from None
        grants = [
            {"row": row, "role": _(ROLE_WORDS.get(row.role, row.role))}
            for row in acts.grants_of(actor, other)
        ]
        context = {
            "title": other.display_name, "place": "people", "person": other, "grants": grants,
            "factors": acts.factors_of(actor, other), "live": acts.live_sessions(actor, other),
            "form": form or GrantForm(initial={"since": business_date(actor.at)}), "me": actor.person_id,
        }  # fmt: skip
    return render(request, "account/person.html", context, status=422 if form else 200)


@require_POST
@own("security_admin")
def switch(request: HttpRequest, person: UUID, what: str, *, actor: Actor) -> HttpResponse:
    """Do one of the acts about a person; the delicate ones want him who asks to have proved himself lately."""
    if what not in _DOES:
        raise Http404
    if what in DELICATE:
        with scoped(actor):
            _known(actor, person)
        if ask := stepup.require(request, back=reverse("person", kwargs={"person": person})):
            return ask
    try:
        return _DOES[what](request, person, actor)
    except Refused as refusal:
        if isinstance(refusal, ScopeDenied) or refusal.code in _ABSENT:
            raise Http404 from None
        messages.error(request, str(refusal))
    return redirect(_back(request, person))


def _known(actor: Actor, person: UUID) -> Person:
    try:
        return sessions.person_of(actor, person)
    except Refused:
        raise Http404 from None


def _back(request: HttpRequest, person: UUID) -> str:
    return (
        reverse("person", kwargs={"person": person})
        if request.POST.get("from") == "person"
        else reverse("people")
    )


def _end(request: HttpRequest, person: UUID, actor: Actor) -> HttpResponse:
    count = sessions.end_sessions_of(actor=actor, person=person)
    messages.success(request, _("已结束该人员的 %(n)s 个会话。") % {"n": count})
    return redirect(_back(request, person))


def _disable(request: HttpRequest, person: UUID, actor: Actor) -> HttpResponse:
    count = sessions.switch_person(actor=actor, person=person, active=False)
    messages.success(request, _("账号已停用，%(n)s 个会话已结束。") % {"n": count})
    return redirect(_back(request, person))


def _enable(request: HttpRequest, person: UUID, actor: Actor) -> HttpResponse:
    sessions.switch_person(actor=actor, person=person, active=True)
    messages.success(request, _("账号已启用。"))
    return redirect(_back(request, person))


def _renew(request: HttpRequest, person: UUID, actor: Actor) -> HttpResponse:
    return _shown_once(request, acts.renew_password(actor=actor, person=person))


def _forget(request: HttpRequest, person: UUID, actor: Actor) -> HttpResponse:
    acts.forget_second_factor(actor=actor, person=person)
    messages.success(request, _("两步验证已移除，该人员的会话已结束。"))
    return redirect("person", person=person)


def _grant(request: HttpRequest, person: UUID, actor: Actor) -> HttpResponse:
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _person(request, person, actor, form)
    try:
        acts.grant_role(actor=actor, person=person, **form.cleaned_data)
    except Refused as refusal:
        if isinstance(refusal, ScopeDenied) or refusal.code in _ABSENT:
            raise
        form.add_error(None, str(refusal))
        return _person(request, person, actor, form)
    messages.success(request, _("角色已授予，从下一次请求起有效。"))
    return redirect("person", person=person)


def _end_role(request: HttpRequest, person: UUID, actor: Actor) -> HttpResponse:
    key = request.POST.get("grant", "")
    if not (key.isascii() and key.isdigit() and len(key) < 18):
        raise Http404
    last: date = acts.end_role(actor=actor, person=person, grant=int(key))
    messages.success(request, _("角色已结束（%(day)s 起无效）。") % {"day": last.isoformat()})
    return redirect("person", person=person)


_DOES: dict[str, Callable[[HttpRequest, UUID, Actor], HttpResponse]] = {
    "end": _end, "disable": _disable, "enable": _enable, "renew": _renew, "forget": _forget, "grant": _grant, "end-role": _end_role,
}  # fmt: skip
