"""What a client's member says about being contacted, written down: agrees, takes it back, asks not to be contacted, or again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.ids import uuid7
from jinlan.domains.compliance import selectors as compliance
from jinlan.domains.compliance import services, words
from jinlan.kernel.acts import Act
from jinlan.kernel.forms import acted, dress
from jinlan.kernel.scope import scoped
from jinlan.workspace.access import doing
from jinlan.workspace.contact import WITHIN, member_in_sight

WAYS = list(words.WAYS.items())


class SayForm(forms.Form):
    """What every form of this kind asks for; `key` makes it done once."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, texts: Mapping[str, Any], initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={**initial, "key": str(uuid7())})
        self.texts = texts
        dress(self)

    def given(self) -> dict[str, Any]:
        """Return the arguments of the act."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class RecordForm(SayForm):
    """A consent: to which text, by which channels, how it was said and where it is proved."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("目的与文本"), help_text=gettext_lazy("只列出现在生效的文本")
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("联系渠道"), required=False, choices=list(words.CHANNELS.items()),
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("营销、关怀与调查按渠道分别取得，其他目的不选"),
    )  # fmt: skip
    recipient = forms.CharField(
        label=gettext_lazy("接收方"), required=False, max_length=200, help_text=gettext_lazy("只在提供给其他处理者时填写全称"),
    )  # fmt: skip
    way = forms.ChoiceField(label=gettext_lazy("客户怎样表示"), choices=WAYS)
    proof = forms.CharField(
        label=gettext_lazy("凭据"), max_length=200, help_text=gettext_lazy("签字件、录音或界面记录的编号")
    )
    given_at = forms.DateTimeField(
        label=gettext_lazy("同意时间"), required=False, help_text=gettext_lazy("不填即现在；较早时按当时生效的文本登记"), validators=WITHIN,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["purpose"]
        known = [code for code in (*words.CONTACT, *words.PROCESSING) if code in self.texts]
        chosen.choices = [
            (code, f"{words.PURPOSES[code]} · {_('文本')} {self.texts[code].version}") for code in known
        ]

    def given(self) -> dict[str, Any]:
        """Return the arguments of the act; a purpose without channels has the empty one."""
        found = super().given()
        plain = found["purpose"] in words.PROCESSING and not found["channels"]
        return found | {"channels": [""] if plain else found["channels"]}


class SuppressForm(SayForm):
    """Not to be contacted at all."""

    way = forms.ChoiceField(label=gettext_lazy("客户怎样表示"), choices=WAYS)
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("客户没有说明时可不填"),
    )  # fmt: skip


class WithdrawForm(SuppressForm):
    """Taking a consent back: as easy as giving it, so a reason is offered and not asked for."""

    purpose = forms.CharField(max_length=20, widget=forms.HiddenInput)
    channel = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    recipient = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def given(self) -> dict[str, Any]:
        """Return the arguments of the act."""
        found = super().given()
        return found | {"channels": [found.pop("channel")]}

    @property
    def about(self) -> str:
        """Return what would be taken back, in words."""
        purpose, channel, recipient = (
            str(self[name].value() or "") for name in ("purpose", "channel", "recipient")
        )
        parts = (words.word(words.PURPOSES, purpose), words.word(words.CHANNELS, channel), recipient)
        return " · ".join(part for part in parts if part)


class RestoreForm(SuppressForm):
    """To be contacted again."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("写明客户如何表示、凭据在哪里"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing that a member may say: its act, its form, the words of its button and what it brings about."""

    act: Act[..., Any]
    form: type[SayForm]
    button: Any
    effect: Any


SAYINGS: Mapping[str, Saying] = {
    "record": Saying(services.record_consent, RecordForm, gettext_lazy("登记授权"), ""),
    "withdraw": Saying(services.withdraw_consent, WithdrawForm, gettext_lazy("立即撤回"),
                       gettext_lazy("撤回立即生效：已经准备好的联系在执行前会被拦下。")),
    "suppress": Saying(services.suppress, SuppressForm, gettext_lazy("登记请勿联系"),
                       gettext_lazy("立即生效，所有目的与渠道都不再联系；已有的授权保留，但不起作用。")),
    "restore": Saying(services.unsuppress, RestoreForm, gettext_lazy("恢复联系"),
                      gettext_lazy("「请勿联系」解除后，原有的授权重新起作用。")),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@doing("clients")
def say(request: HttpRequest, public_id: UUID, party: UUID, *, actor: Actor, what: str) -> HttpResponse:
    """Ask what was said and write it down; what the rule refuses stands at its field."""
    saying = SAYINGS[what]
    with scoped(actor):
        unit, whom = member_in_sight(actor, public_id, party)
        if not actor.has(*saying.act.roles):
            raise Http404
        texts = compliance.texts_in_force(actor, on=business_date(actor.at))
    form = saying.form(request.POST or None, texts=texts, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid() and _said(saying, form, actor, whom.public_id):
        messages.success(request, _("已登记：%(what)s") % {"what": saying.act.title})
        return redirect("client-contact-member", public_id=public_id, party=party)
    status = 422 if request.method == "POST" else 200
    return render(request, "workspace/saying.html", {
        "title": saying.act.title, "place": "clients", "unit": unit, "party": whom, "form": form, "saying": saying, "what": what,
        "texts": [texts[code] for code in (*words.CONTACT, *words.PROCESSING) if code in texts],
    }, status=status)  # fmt: skip


def _said(saying: Saying, form: SayForm, actor: Actor, party: UUID) -> bool:
    """Write it down; False with the refusal in the form when the rule refuses it."""
    return acted(
        form, lambda: saying.act.once(form.cleaned_data["key"], actor=actor, party=party, **form.given())
    )
