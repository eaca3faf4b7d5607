"""The portal switched on, and people of two clients."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from jinlan.basics.clock import now_utc
from jinlan.clients.testing import Cast, the_cast
from jinlan.kernel.testing_database import Remembered
from jinlan.portal.models import PortalPrincipal
from jinlan.portal.testing import HOST, let_in, settle


@dataclass(frozen=True)
class Door:
    cast: Cast
    qian: PortalPrincipal  # of 甲科技有限公司, a member of 甲集团, led by 李华
    sun: PortalPrincipal  # of 张三, led by 赵岩


@pytest.fixture
def host(settings) -> str:
    settings.JINLAN_PORTAL_HOST = HOST
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, HOST]
    return HOST


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


@pytest.fixture
def door(cast: Cast, host: str) -> Door:
    people = {}
    for user, party, name, email in (
        ("lihua", "jia-2", "钱宁", "qian@jia.example"),
        ("zhaoyan", "zhang", "孙静", "sun@zhang.example"),
    ):
        lead = replace(cast.actor(user), at=now_utc())
        key, _password = let_in(lead, cast.parties[party].code, name, email)
        people[user] = settle(key)
    return Door(cast, people["lihua"], people["zhaoyan"])
