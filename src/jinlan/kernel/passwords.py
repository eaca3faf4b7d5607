"""Passwords that people choose: the rules of the bank's profile, what is too common, and changing one.

Two profiles, since the standards disagree: ASVS 5.0 (V6.2) wants length and forbids composition rules and periodic
change, GB/T 22239 (等保) is read as wanting both. The bank chooses by `JINLAN_PASSWORD_POLICY`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.kernel import tokens
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.models import PasswordRecord, Person, StaffSession
from jinlan.kernel.sessions import ROW, where

DUE = "password_due"  # in the session's data: nothing else opens before the password is changed
LONGEST = 128
KEPT = 5
DISTINCT = 5  # fewer different characters than this are no password


@dataclass(frozen=True, slots=True)
class Profile:
    """What a password must be: `kinds` of characters of four, `days` until it must change, `remembered` ones refused."""

    least: int
    kinds: int = 0
    days: int | None = None
    remembered: int = 1


PROFILES = {"ASVS": Profile(12), "GB": Profile(8, kinds=3, days=90, remembered=5)}
KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
# Made for this product: what people type when they are asked for a password, in English and in pinyin.
_WORDS = (
    "password passwd pass word admin administrator root user guest test demo login welcome hello secret letmein changeme default "
    "qwerty qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qaz wsx edc abc abcd abcde abcdef abcdefg iloveyou "
    "love lucky master monkey dragon sunshine computer internet windows system super spring summer autumn winter "
    "woaini woai zhongguo beijing shanghai guangzhou shenzhen hangzhou chengdu mima denglu yonghu guanli nihao xiexie jintian "
    "mingtian laopo laogong baobao baobei xingfu kuaile facai gongxi xinnian shengri jiankang pingan fuqiang zhanglei wangwei "
    "bank banker yinhang kehu jingli jinrong zhanghu licai daikuan cunkuan jinlan jin lan orchid yinghang qianbao"
)
WORDS = frozenset(_WORDS.split())
_ROWS = ("1234567890", "0987654321", "qwertyuiop", "poiuytrewq", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv", "abcdefghijklmnop",
         "147258369", "112233445566", "123123123123", "520520520520", "5201314520")  # fmt: skip
_ENDS = ("", "1", "12", "123", "1234", "12345", "123456", "666", "888", "168", "520", "1314", "!", "@123", "2024", "2025", "2026",
         "2027", "2028")  # fmt: skip


def _runs(row: str) -> Iterable[str]:
    """Return the beginnings of a keyboard row written once, twice and three times."""
    return (text[:length] for text in (row, row * 2, row * 3) for length in range(6, min(len(text), 24) + 1))


COMMON = frozenset(itertools.chain.from_iterable(_runs(row) for row in _ROWS)) | {
    word + end for word in WORDS for end in _ENDS
}


def profile() -> Profile:
    """Return the rules that the bank chose."""
    return PROFILES[settings.JINLAN_PASSWORD_POLICY]


def context_words(*told: str) -> set[str]:
    """Return what anybody who knows a person would try: what he is called and where he works, bank, product."""
    return {_letters(word) for word in (*told, settings.JINLAN_BANK_NAME, "金兰", "金澜")} - {""}


def _letters(text: str) -> str:
    """Return the letters of a text, small, the ones that look like letters too."""
    return "".join(filter(str.isalpha, text.lower().translate(str.maketrans("@013$57", "aoiesst"))))


def _made_of(text: str, words: Iterable[str]) -> bool:
    """Tell whether a text is nothing but words one after the other; linear in the text, whatever the words."""
    known, reached = tuple(words), {0}
    for place in range(len(text)):
        if place in reached:
            reached |= {place + len(word) for word in known if text.startswith(word, place)}
    return bool(text) and len(text) in reached


def is_common(password: str, context: set[str]) -> bool:
    """Tell whether a password is on our list, or made of nothing but its words, the person's own, digits and marks."""
    small = password.lower()
    words = WORDS | context
    plain = "".join(filter(str.isalpha, small))
    return (
        small in COMMON
        or "".join(filter(str.isalnum, small)) in COMMON
        or _made_of(plain, words)
        or _made_of(_letters(small), words)
    )


def problems(password: str, person: Person, rules: Profile | None = None) -> list[str]:
    """Return what is wrong with a new password of one of the bank's people; see `problems_of`."""
    old = PasswordRecord.door.filter(person=person).order_by("-set_at", "-pk")
    used = (person.password, old.values_list("password", flat=True))
    return problems_of(password, own_words(person), *used, rules=rules)


def own_words(person: Person) -> set[str]:
    """Return the context of one of the bank's people."""
    return context_words(person.username, person.display_name, person.employee_code)


def problems_of(
    password: str, context: set[str], present: str, used: Iterable[str], *, rules: Profile | None = None
) -> list[str]:
    """Return what is wrong with a new password, each with the way out; empty when it may be used.

    Args:
        password: the new one.
        context: `context_words` of who chooses it.
        present: the hash of the one that it replaces.
        used: hashes of earlier ones, the newest first; looked at only when nothing else is wrong.
        rules: the bank's profile by default.
    """
    rules = rules or profile()
    found = []
    if len(password) < rules.least:
        found.append(_("至少 %(n)s 个字符。") % {"n": rules.least})
    if len(password) > LONGEST:
        found.append(_("最多 %(n)s 个字符。") % {"n": LONGEST})
    if sum(bool(re.search(kind, password)) for kind in KINDS) < rules.kinds:
        found.append(_("须含大写字母、小写字母、数字、符号四类中的三类。"))
    if len(set(password)) < DISTINCT or is_common(password, context):
        found.append(_("太常见，容易被猜到。可用几个互不相关的词，避开姓名、用户名与行名。"))
    if not found and any(
        check_password(password, one) for one in {present, *itertools.islice(used, rules.remembered)}
    ):
        found.append(_("这是最近用过的密码，请换一个。"))
    return found


def due(person: Person, at: datetime) -> bool:
    """Tell whether a person must choose a new password now: it was given for one time, is too old, or was never his own choice."""
    if person.one_time_until is not None:
        return True
    days = profile().days
    if days is None:
        return False
    return not PasswordRecord.door.filter(person=person, set_at__gt=at - timedelta(days=days)).exists()


def change(request: HttpRequest, person: Person, password: str, at: datetime) -> None:
    """Set a person's own password, remember its hash, end all his other sessions and his programs' keys, and record it, all or nothing."""
    with transaction.atomic():
        person.password = make_password(password)
        person.one_time_until = None
        person.save(update_fields=["password", "one_time_until"])
        PasswordRecord.door.create(person=person, password=person.password, set_at=at)
        kept = PasswordRecord.door.filter(person=person).order_by("-set_at", "-pk")[:KEPT]
        PasswordRecord.door.filter(person=person).exclude(
            pk__in=list(kept.values_list("pk", flat=True))
        ).delete()
        others = StaffSession.door.filter(person=person, ended_at=None).exclude(pk=request.session.get(ROW))
        others.update(ended_at=at, ended_why="password")
        tokens.end_all(person, at)
        update_session_auth_hash(request, person)  # and a new key for this session
        request.session.pop(DUE, None)
        audit_signin(
            person.entity, person.username, "password_changed", at, person_id=person.pk, where=where(request)
        )


def _input(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"class": "form-control", "autocomplete": autocomplete})


class PasswordForm(forms.Form):
    """The old password once, the new one twice; `sure` tells whether the old one is right."""

    old = forms.CharField(label=gettext_lazy("现在的密码"), strip=False, widget=_input("current-password"))
    new = forms.CharField(label=gettext_lazy("新密码"), strip=False, widget=_input("new-password"))
    again = forms.CharField(
        label=gettext_lazy("再输入一次新密码"), strip=False, widget=_input("new-password")
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        for name, field in self.fields.items():
            field.error_messages["required"] = _("请填写。")
            field.widget.attrs["aria-describedby"] = f"id_{name}_error"

    def problems(self, new: str) -> list[str]:
        """Return what is wrong with the new password."""
        return problems(new, self.person)

    def clean(self) -> dict[str, Any]:
        """Look at the new password."""
        cleaned = super().clean() or {}
        new = cleaned.get("new", "")
        for problem in self.problems(new) if new else ():
            self.add_error("new", problem)
        if new and "again" in cleaned and cleaned["again"] != new:
            self.add_error("again", _("两次输入不一致。"))
        return cleaned
