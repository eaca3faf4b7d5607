"""Who may open which page; one table for the rail, the views and the tests. Rows are decided by the database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from jinlan.basics.actor import Actor
from jinlan.kernel.duties import ADMINISTRATORS, BUSINESS
from jinlan.kernel.figures import speak_in
from jinlan.kernel.scope import ScopeDenied, scoped

EVERYBODY = BUSINESS
HEADS = ("branch_head", "dept_head", "risk", "compliance", "auditor")
WHOLE_BANK = ("dept_head", "risk", "compliance", "auditor")
OPERATIONS = (*WHOLE_BANK, "system_admin")
ANYBODY = (*EVERYBODY, *ADMINISTRATORS)
PAGES: dict[str, tuple[str, ...]] = {
    "today": ("manager", "private_banker"),
    "department": HEADS,
    "clients": EVERYBODY,  # pages of one client; the list asks its resource
    "engagement-log": ("manager", "private_banker", "branch_head", "dept_head"),
    "charter": EVERYBODY,
    "balance": HEADS,
    "rotation": HEADS,
    "pipeline": EVERYBODY,
    "pipeline-do": ("manager", "private_banker", "branch_head", "dept_head"),
    "hand-over-book": ("branch_head", "dept_head"),
    "indicators": WHOLE_BANK,
    "targets": EVERYBODY,
    "targets-set": ("dept_head",),
    "targets-split": ("dept_head", "branch_head"),
    "quality": OPERATIONS,
    "quarantine": WHOLE_BANK,
    "runs": OPERATIONS,
    "record": ("auditor", "compliance", "audit_admin"),
    "approvals": (*EVERYBODY, "system_admin"),
    "definitions": EVERYBODY,
    "trials": WHOLE_BANK,
    "drafts": ("dept_head",),
    "version-steps": ("dept_head", "risk"),
    "committee": WHOLE_BANK,
    "design": ANYBODY,
}
View = Callable[..., HttpResponse]


def may_open(actor: Actor | None, page: str) -> bool:
    """Tell whether a person's roles open a page."""
    return actor is not None and actor.has(*PAGES[page])


def page(name: str) -> Callable[[View], View]:
    """Guard a view: sign in first, then the role (404 otherwise), then the whole view inside the actor's scope."""
    return _guard(name, reads=True)


def doing(name: str) -> Callable[[View], View]:
    """Guard a view that acts: as `page`, but the service that it calls opens the scope to write in."""
    return _guard(name, reads=False)


def _guard(name: str, *, reads: bool) -> Callable[[View], View]:
    def guarded(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor: Actor | None = getattr(request, "actor", None)
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if not may_open(actor, name):
                raise Http404
            speak_in("")  # until the date shown says otherwise
            try:
                with scoped(actor) if reads else nullcontext():
                    return view(request, *args, actor=actor, **kwargs)
            except ScopeDenied:
                raise Http404 from None

        return inner

    return guarded
