"""The cast, gifts, and programs with keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.clients.testing import Cast
from jinlan.domains.tests.conftest import cast, gifts, sign_in  # noqa: F401  fixtures
from jinlan.kernel import tokens


class Program(Client):
    """A client that sends and reads JSON with a key."""

    def __init__(self, text: str) -> None:
        super().__init__(headers={"authorization": f"Bearer {text}"} if text else {})

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else _json(body),
            "application/json",
            headers=headers,
        )


def _json(body: Any) -> str:
    import json

    return body if isinstance(body, str) else json.dumps(body)


@pytest.fixture
def program(cast: Cast) -> Callable[..., Program]:
    def made(username: str, *, reads_only: bool = False) -> Program:
        person = cast.people[username]
        at = now_utc() - timedelta(minutes=1)
        return Program(tokens.make(person, name="测试", days=1, reads_only=reads_only, at=at).text)

    return made
