"""Clients of the demo bank that asked to be left alone: noted once, as its files tell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jinlan.domains.strategy.models import LeaveAlone
from jinlan.domains.strategy.tests.conftest import Bank, bank
from jinlan.kernel.testing import writing
from jinlan.site import demowishes
from jinlan.site.demobank.stories import Story, save_stories

__all__ = ["bank"]  # the fixture of a published half year


def noted() -> list[tuple[int, date, date, str]]:
    with writing():
        return list(LeaveAlone.objects.values_list("unit_id", "since", "until", "reason"))


def test_the_wishes_of_the_story_are_noted_once(bank: Bank, tmp_path: Path) -> None:
    story = Story(
        demowishes.STORY, "客户要求暂不联系", "Asked to be left alone", (bank.cast.group.code, "G99999"), expected={"not_before": "2026-12-10"}
    )  # fmt: skip
    save_stories(tmp_path, [story])
    head = bank.cast.actor("chenwei")
    assert demowishes.install(head, tmp_path) == 1
    assert demowishes.install(head, tmp_path) == 0
    assert noted() == [(bank.cast.group.pk, date(2026, 11, 10), date(2026, 12, 10), demowishes.REASON)]


def test_a_bank_without_the_story_has_no_wishes(bank: Bank, tmp_path: Path) -> None:
    save_stories(tmp_path, [Story("silence", "久未往来", "Silent", (bank.cast.group.code,))])
    assert demowishes.install(bank.cast.actor("chenwei"), tmp_path) == 0
    assert noted() == []
