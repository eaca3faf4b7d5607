"""The door for files: a form's file is kept in memory where its address says so and somebody is known who may; else it is refused.

Nothing goes to a disk on the way: what comes in lies in the vault, and a folder of temporary files would be a second, open copy.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.kernel.intake.limits import Limits, limits_on
from jinlan.kernel.intake.take import large
from jinlan.kernel.pages import signed_in

V = TypeVar("V", bound=Callable[..., Any])
MARK = "takes_files"
FIELD = "files"


class HandedIn(InMemoryUploadedFile):
    """A file in memory as it came; `refused` says why it was not kept, and then it holds nothing. `called` is its name untouched."""

    refused: Refused | None = None
    called: str = ""

    def content(self) -> bytes:
        """Return its bytes.

        Raises:
            Refused: FILE_LARGE, FILE_TOGETHER.
        """
        if self.refused is not None:
            raise self.refused
        return self.read()


def takes_files(*roles: str) -> Callable[[V], V]:
    """Let a view take files, of people with these roles, in the field `files`; the outermost decorator."""

    def mark(view: V) -> V:
        setattr(view, MARK, roles)
        return view

    return mark


class Door(FileUploadHandler):
    """Django's one handler of files. A file that nobody asked for is refused at its first byte, whoever sends it.

    What is too large is read to its end and not kept, so that the page can say so instead of a broken connection.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._limits: Limits | None = None
        self._kept, self._refused = io.BytesIO(), cast("Refused | None", None)
        self._form = 0  # bytes kept of the files before this one

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Look whether anybody is asked for a file here."""
        super().new_file(*args, **kwargs)
        self._limits = self._limits or self._allowed()
        if self._limits is None or self.field_name != FIELD:
            raise RequestDataTooBig("no form takes this file")
        self._kept, self._refused = io.BytesIO(), None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what there is room for."""
        limits = self._limits
        if limits is None or self._refused is not None:
            return
        if start + len(raw_data) > limits.file:
            self._drop(large(limits))
        elif self._form + start + len(raw_data) > limits.form:
            self._drop(together(limits))
        else:
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> HandedIn:
        """Return the file, or the reason why there is none."""
        self._form += self._kept.tell()
        self._kept.seek(0)
        found = HandedIn(
            self._kept, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
        found.refused, found.called = self._refused, str(self.file_name)
        return found

    def _drop(self, why: Refused) -> None:
        self._kept, self._refused = io.BytesIO(), why

    def _allowed(self) -> Limits | None:
        request = self.request
        match = getattr(request, "resolver_match", None)
        actor = signed_in(request) if request is not None else None
        roles = getattr(match.func, MARK, ()) if match is not None else ()
        return (
            limits_on(business_date(actor.at)) if actor is not None and roles and actor.has(*roles) else None
        )


def together(limits: Limits) -> Refused:
    """Return the refusal of more than one form may bring."""
    return Refused(
        "FILE_TOGETHER",
        "一次上传的文件合计超过 %(most)s MB。",
        "请分几次上传。",
        most=limits.form_mb,
        field=FIELD,
    )
