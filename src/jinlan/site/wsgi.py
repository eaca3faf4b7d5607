"""The web process. It refuses to serve with a database role that could see around row-level security."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinlan.site.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402

from jinlan.kernel.scope import refuse_unsafe_database  # noqa: E402
from jinlan.site.front import Front  # noqa: E402
from jinlan.site.request import Handler  # noqa: E402

refuse_unsafe_database()
application = Front(Handler(), settings.JINLAN_PROXIES)
