"""Addresses of the kernel: home, sign-in, sign-out, preferences, one's own account, people and their sessions."""

from __future__ import annotations

from django.urls import path

from jinlan.kernel import (
    account_views,
    calendar_views,
    notice_views,
    oidc_views,
    people_views,
    token_views,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("signin", views.SignIn.as_view(), name="signin"),
    path("signin/code", account_views.signin_code, name="signin-code"),
    path("signin/oidc", oidc_views.start, name="signin-oidc"),
    path("signin/oidc/back", oidc_views.back, name="signin-oidc-back"),
    path("signout", views.SignOut.as_view(), name="signout"),
    path("preferences", views.preferences, name="preferences"),
    path("account", account_views.account, name="account"),
    path("account/confirm", account_views.confirm, name="account-confirm"),
    path("account/password", account_views.password, name="account-password"),
    path("account/second-factor", account_views.second_factor, name="account-second-factor"),
    path("account/passkeys", account_views.own_passkeys, name="account-passkeys"),
    path("account/tokens", token_views.own_tokens, name="account-tokens"),
    path("account/calendars", calendar_views.own_calendars, name="account-calendars"),
    path("account/email", notice_views.own_address, name="account-email"),
    path("account/sessions", account_views.sessions, name="account-sessions"),
    path("account/sessions/end-others", account_views.end_others, name="account-end-others"),
    path("account/sessions/<uuid:session>/end", account_views.end_one, name="account-end-session"),
    path("notices", notice_views.inbox, name="notices"),
    path("notices/count", notice_views.count, name="notices-count"),
    path("notices/read", notice_views.all_read, name="notices-read"),
    path("notices/<uuid:notice>/open", notice_views.opened, name="notices-open"),
    path("admin/people", people_views.people, name="people"),
    path("admin/people/new", people_views.new_person, name="person-new"),
    path("admin/people/<uuid:person>", people_views.person, name="person"),
    path("admin/people/<uuid:person>/<slug:what>", people_views.switch, name="people-switch"),
]
