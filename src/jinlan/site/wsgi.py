"""The web process. It refuses to serve with a database role that could see around row-level security."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinlan.site.settings")
django.setup(set_prefix=False)

from jinlan.kernel.scope import refuse_unsafe_database  # noqa: E402
from jinlan.site.request import Handler  # noqa: E402

application = Handler()

refuse_unsafe_database()
