"""The words for the rhythm of clients: states of silence, why none is raised, channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.domains.engagement.rules.rhythm import ALL as BOTH
from jinlan.domains.engagement.rules.rhythm import (
    CALL,
    FACE,
    HOLIDAY,
    LEAVE,
    NOT_BEFORE,
    SILENT,
    STEADY,
    UNKNOWN,
)
from jinlan.kernel.looks import Look

STATES: Mapping[str, Look] = {
    SILENT: Look(_("沉默"), "amber", "alert-triangle"), STEADY: Look(_("如常"), "green", "circle-check"),
    UNKNOWN: Look(_("节奏未知"), "plain", "circle-dashed", _("往来的间隔太少，还看不出自己的节奏")),
    NOT_BEFORE: Look(_("客户要求暂不联系"), "blue", "clock"), LEAVE: Look(_("主办离岗"), "blue", "clock"),
    HOLIDAY: Look(_("节假日"), "blue", "clock"),
}  # fmt: skip
REASONS: Mapping[str, Any] = {
    NOT_BEFORE: STATES[NOT_BEFORE].word, LEAVE: STATES[LEAVE].word, HOLIDAY: STATES[HOLIDAY].word,
}  # fmt: skip
CHANNELS: Mapping[str, Any] = {
    BOTH: pgettext_lazy("channel", "全部往来"),
    FACE: _("面访"),
    CALL: _("电话或视频"),
}
