"""Replacing days that were loaded: a delivery is accepted by its digest, by two people; another content is another request."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.kernel.acts import Matter, act
from jinlan.kernel.audit import audit


def about_correction(*, actor: Actor, delivery: str, digest: str) -> Matter:  # noqa: ARG001
    """Return what would be replaced, for whom is to check it."""
    return Matter(delivery, {"delivery": "已装载"}, {"delivery": delivery, "digest": digest}, version=digest)


@act(
    "serving.accept_correction", title=_("更正已装载的日期"), roles=("system_admin",),
    stages=(("dept_head", "risk", "compliance"),), matter=about_correction,
)  # fmt: skip
def accept_correction(*, actor: Actor, delivery: str, digest: str) -> None:
    """Accept that a delivery of this digest replaces loaded days; the next load takes it."""
    audit(actor, "serving.correction_accepted", "delivery", delivery, after={"digest": digest})
