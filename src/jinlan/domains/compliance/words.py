"""The words for codes of consent: purposes, channels, legal bases, ways of saying it (domain reference 04 §4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# Purposes for which a client is contacted, each by its channel; then purposes that have no channel.
CONTACT: Mapping[str, Any] = {"MARKETING": _("营销信息"), "CARE": _("客户关怀"), "SURVEY": _("满意度调查")}
PROCESSING: Mapping[str, Any] = {
    "PROFILING": _("个性化推荐"), "SHARING": _("提供给其他处理者"), "HOUSEHOLD": _("按家庭合并服务"),
}  # fmt: skip
SERVICE = "SERVICE"
PURPOSES: Mapping[str, Any] = {**CONTACT, **PROCESSING, SERVICE: _("服务通知")}
CHANNELS: Mapping[str, Any] = {
    "SMS": _("短信"), "CALL": _("电话"), "EMAIL": _("邮件"), "APP": _("手机银行"), "WECHAT": _("微信"),
}  # fmt: skip
BASES: Mapping[str, Any] = {
    "CONSENT": _("个人同意"), "CONTRACT": _("订立或履行合同"), "STATUTE": _("法定职责或义务"), "EMERGENCY": _("紧急情况"),
    "NEWS": _("新闻报道"), "DISCLOSED": _("已公开信息"), "OTHER": _("法律规定的其他情形"),
}  # fmt: skip
WAYS: Mapping[str, Any] = {
    "BRANCH": _("网点当面"), "PHONE": _("电话"), "LETTER": _("书面"), "EMAIL": _("邮件"), "APP": _("手机银行"), "WECHAT": _("微信"),
}  # fmt: skip
ACTS: Mapping[str, Any] = {
    "given": _("授权"), "withdrawn": _("撤回"), "suppressed": _("请勿联系"), "unsuppressed": _("恢复联系"),
}  # fmt: skip


def word(table: Mapping[str, Any], code: str) -> str:
    """Return the word of a code; an unknown code is its own word."""
    return str(table.get(code, code))
