"""Requests as the product reads them: always UTF-8."""

from __future__ import annotations

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class Utf8Request(WSGIRequest):
    """Reads parameters as UTF-8, whatever a request says of itself.

    Nothing of ours is sent otherwise. Other names open doors (UTF-7), and some that Python knows ("hex", "rot13") are no
    encodings of text: Django fails on them while it makes the request, where no handler of errors stands yet.
    """

    @property
    def encoding(self) -> None:
        """Return the encoding that was asked for: none."""
        return

    @encoding.setter
    def encoding(self, name: str) -> None:
        """Forget the name of another encoding."""


class Handler(WSGIHandler):
    """Django's handler, with our requests."""

    request_class = Utf8Request
