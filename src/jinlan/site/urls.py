"""All addresses of the product."""

from __future__ import annotations

from django.urls import include, path

from jinlan.api.root import api_urls
from jinlan.kernel.resource.urls import resource_urls

urlpatterns = [
    path("", include("jinlan.kernel.urls")),
    path("", include("jinlan.workspace.urls")),
    *resource_urls(),
    path("api/v1/", api_urls()),
]

handler400 = "jinlan.kernel.views.bad_request"
handler403 = "jinlan.kernel.views.denied"
handler404 = "jinlan.kernel.views.not_found"
handler500 = "jinlan.kernel.views.failed"
