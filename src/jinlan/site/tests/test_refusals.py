"""One refusal, one language: in English to who reads English, on a page, in the API and on the command line alike."""

from __future__ import annotations

import re

import pytest

from jinlan.api.tests.conftest import program  # noqa: F401  fixture
from jinlan.basics.errors import Refused
from jinlan.basics.terminal import printed
from jinlan.domains.tests.conftest import cast, gifts, sign_in  # noqa: F401  fixtures
from jinlan.site import jobs

LANGUAGES = {
    "zh-hans": ("C.UTF-8", "理由至少 5 个字。", "请写明原因,复核人与审计会看到。"),
    "en": ("en_US.UTF-8", "The reason needs at least 5 characters.",
           "Give the reason; those who check and the auditor will see it."),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_refusal_on_a_page_in_the_api_and_on_the_command_line(
    cast, gifts, sign_in, program, settings, monkeypatch, language
) -> None:  # fmt: skip
    locale, message, way_out = LANGUAGES[language]
    settings.JINLAN_ENTITY = cast.group.entity
    monkeypatch.setenv("LC_ALL", locale)
    address = f"/gifts/{gifts['tea'].public_id}/waive"
    manager, headers = sign_in("lihua"), {"accept-language": language}
    hidden = dict(
        re.findall(
            r'<input type="hidden" name="(key|seen)" value="([^"]*)"', manager.get(address).content.decode()
        )
    )

    page = manager.post(address, hidden | {"reason": "样品"}, headers=headers)
    answer = program("lihua").call("POST", address.strip("/"), {"reason": "样品"}, **headers)
    with pytest.raises(Refused) as caught:
        jobs.ask_to_correct("hejun", [("JLB 2026-10-31 #2", "a" * 64)], "样品")

    assert page.status_code == 422
    assert f"{message} {way_out}" in page.content.decode()
    assert (answer.status_code, answer.json()["code"]) == (422, "REASON_SHORT")
    assert (answer.json()["detail"], answer.json()["way_out"]) == (message, way_out)
    assert printed(caught.value) == f"{message} {way_out}"


def test_the_language_that_a_person_set_counts_before_the_browsers(cast, gifts, sign_in) -> None:
    manager = sign_in("lihua")
    manager.cookies["jl_lang"] = "en"
    address = f"/gifts/{gifts['tea'].public_id}/waive"
    hidden = dict(
        re.findall(
            r'<input type="hidden" name="(key|seen)" value="([^"]*)"', manager.get(address).content.decode()
        )
    )

    page = manager.post(address, hidden | {"reason": "样品"}, headers={"accept-language": "zh-hans"})

    assert LANGUAGES["en"][1] in page.content.decode()
