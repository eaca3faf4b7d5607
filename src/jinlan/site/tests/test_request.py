"""What a request says of itself, at the door where no error page stands yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from jinlan.site.request import Handler

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-7", "utf-16", "nothing"])
def test_what_is_sent_is_read_as_utf_8_whatever_it_calls_itself(charset: str) -> None:
    form = f"application/x-www-form-urlencoded; charset={charset}"
    environ = RequestFactory().generic("POST", "/signin", b"username=%E4%B8%AD&password=", form).environ
    environ |= {
        "QUERY_STRING": "why=idle",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": f"jl_csrf={'a' * 32}",
        "HTTP_X_CSRFTOKEN": "a" * 32,
    }
    said: list[Any] = []

    body = b"".join(Handler()(environ, lambda *given: said.append(given))).decode()

    assert said[0][0] == "200 OK"
    assert 'value="中"' in body
    assert "较长时间没有操作" in body
