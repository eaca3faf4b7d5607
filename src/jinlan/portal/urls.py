"""All addresses of the portal's host."""

from __future__ import annotations

from django.urls import path

from jinlan.kernel.views import preferences
from jinlan.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("signin", views.sign_in, name="signin"),
    path("signout", views.sign_out, name="signout"),
    path("password", views.password, name="password"),
    path("preferences", preferences, name="preferences"),
]

handler400 = "jinlan.kernel.views.bad_request"
handler403 = "jinlan.kernel.views.denied"
handler404 = "jinlan.kernel.views.not_found"
handler500 = "jinlan.kernel.views.failed"
