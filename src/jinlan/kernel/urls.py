"""Addresses of the kernel: home, sign-in, sign-out, preferences."""

from __future__ import annotations

from django.urls import path

from jinlan.kernel import views

urlpatterns = [
    path("", views.home, name="home"),
    path("signin", views.SignIn.as_view(), name="signin"),
    path("signout", views.SignOut.as_view(), name="signout"),
    path("preferences", views.preferences, name="preferences"),
]
