"""Addresses of the workspace. Clients are named by public id only."""

from __future__ import annotations

from django.urls import path

from jinlan.workspace import client, cockpit, design, figure, filling, lists

urlpatterns = [
    path("clients", lists.client_list, name="clients"),
    path("clients/filters", lists.client_filters, name="client-filters"),
    path("clients/<uuid:public_id>", client.client, name="client"),
    path("clients/<uuid:public_id>/peek", client.client_peek, name="client-peek"),
    path("clients/<uuid:public_id>/members", client.client_members, name="client-members"),
    path("clients/<uuid:public_id>/accounts", figure.accounts, name="client-accounts"),
    path("clients/<uuid:public_id>/trend/<slug:code>", client.client_trend, name="client-trend"),
    path("clients/<uuid:public_id>/figure/<slug:code>", figure.figure, name="figure"),
    path("clients/<uuid:public_id>/figure/<slug:code>/rows", figure.figure_rows, name="figure-rows"),
    path("find", lists.find, name="find"),
    path("department", cockpit.department, name="department"),
    path("quality", cockpit.quality, name="quality"),
    path("runs", cockpit.runs, name="runs"),
    path("design", design.design, name="design"),
    path("filling", filling.filling, name="filling"),
]
