"""A bank's own people sign in with `./jinlan staff FILE`."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.conftest import Product

pytestmark = pytest.mark.xdist_group("product")

LIST = """
[[staff]]
username = "newhead"
name = "新任总经理"
role = "dept_head"

[[staff]]
username = "lihua"
name = "李华"
role = "manager"
"""


def lands_on(product: Product, username: str, password: str) -> str:
    """Sign in over HTTP and return where the browser is in the end."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
    browser.open(f"{product.url}/signin").read()
    token = next(cookie.value for cookie in jar if "csrf" in cookie.name)
    form = {"username": username, "password": password, "csrfmiddlewaretoken": token}
    request = urllib.request.Request(f"{product.url}/signin", urllib.parse.urlencode(form).encode())
    request.add_header("Referer", f"{product.url}/signin")
    return str(browser.open(request).geturl())


def test_people_of_a_list_can_sign_in_and_those_who_could_keep_their_password(
    product: Product, tmp_path: Path
) -> None:
    file = tmp_path / "people.toml"
    file.write_text(LIST, encoding="utf-8")

    lines = dict(line.split("  ", 1) for line in product.run("staff", str(file)).stdout.splitlines())

    assert lands_on(product, "newhead", lines["newhead"]).endswith("/account/password")
    assert "已存在" in lines["lihua"]
    assert lands_on(product, "lihua", "jinlan-demo").endswith("/today")
    again = dict(line.split("  ", 1) for line in product.run("staff", str(file)).stdout.splitlines())
    assert "已存在" in again["newhead"]


def test_a_list_with_a_fault_makes_nobody(product: Product, tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text(
        LIST.replace('"newhead"', '"nobody1"')
        + '[[staff]]\nusername = "nobody2"\nname = "无"\nrole = "king"\n',
        encoding="utf-8",
    )

    done = product.run("staff", str(file), ok=False)

    english = product.run("staff", str(file), ok=False, LC_ALL="en_US.UTF-8")

    assert (done.returncode, "没有角色 king" in done.stderr) == (1, True)
    assert english.stderr.endswith(
        "There is no role king. The roles are listed in docs/decisions/0003-scope.md.  [ROLE_UNKNOWN]\n"
    )
    with pytest.raises(AssertionError, match="没有可用的登录名 nobody1"):
        product.run("list", "--as-of", "2026-10-31", "--as", "nobody1")
