"""The portal in Chromium: a principal's first day, on a telephone and on a desk, beside somebody of the bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from jinlan.basics.clock import now_utc
from jinlan.clients.testing import Cast
from jinlan.kernel.tests.browsers import ana  # noqa: F401
from jinlan.kernel.tests.sitters import (
    Sitter,
    chromium,  # noqa: F401
    hand,  # noqa: F401
    sit,  # noqa: F401
    url,  # noqa: F401
)
from jinlan.portal.testing import OWN, let_in

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.browser, pytest.mark.xdist_group("passkeys")]
EMAIL = "qian@jia.example"


def fits(sitter: Sitter) -> bool:
    """Tell whether nothing of the page lies beside it."""
    return sitter.does(lambda: sitter.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def signs_in(sitter: Sitter, password: str) -> str:
    sitter.does(
        lambda: (
            sitter.page.fill("input[name=email]", EMAIL),
            sitter.page.fill("input[name=password]", password),
        )
    )
    return sitter.presses("form.card button.btn-primary")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_a_principals_first_day(
    sit: Callable[[], Sitter], cast: Cast, ana, settings, width: int, height: int
) -> None:
    settings.JINLAN_PORTAL_HOST = "portal.localhost"
    settings.ALLOWED_HOSTS = ["localhost", "portal.localhost"]
    lead = replace(cast.actor("lihua"), at=now_utc())
    _key, given = let_in(lead, cast.parties["jia-2"].code, "钱宁", EMAIL)
    sitter = sit()
    sitter.does(lambda: sitter.page.set_viewport_size({"width": width, "height": height}))
    sitter.password("ana")  # the same browser is somebody's of the bank at the other host
    sitter.url = sitter.url.replace("localhost", "portal.localhost")

    assert sitter.goes("/") == "/signin"
    assert fits(sitter)
    assert signs_in(sitter, "wrong-wrong") == "/signin"
    assert "邮箱或密码不对" in sitter.body()
    assert fits(sitter)
    assert signs_in(sitter, given) == "/password"
    assert fits(sitter)
    typed = {"old": given, "new": OWN, "again": OWN}
    sitter.does(lambda: [sitter.page.fill(f"input[name={name}]", text) for name, text in typed.items()])
    assert sitter.presses("section.card button.btn-primary") == "/"
    words = sitter.body()
    assert "甲科技有限公司" in words
    assert "李华" in words
    assert fits(sitter)
    assert sitter.goes("/clients") == "/clients"
    assert "没有这个页面" in sitter.body()
    cookies = {(one["domain"], one["name"]) for one in sitter.does(sitter.context.cookies)}
    assert {
        ("localhost", "jl_session"),
        ("portal.localhost", "jl_portal"),
        ("portal.localhost", "jl_portal_csrf"),
    } <= cookies
    assert {name for domain, name in cookies if domain == "portal.localhost"} == {
        "jl_portal",
        "jl_portal_csrf",
    }
    sitter.goes("/")
    sitter.does(lambda: sitter.page.click("details.menu:last-of-type summary"))
    assert sitter.presses("form[action='/signout'] button") == "/signin?why=signed_out"
    assert sitter.goes("/") == "/signin"
