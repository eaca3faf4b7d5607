"""The bank's virus scanner, where there is one: clamd's INSTREAM over TCP or a Unix socket. Named and silent, nothing comes in."""

from __future__ import annotations

import socket
import struct
from contextlib import closing

from django.conf import settings

from jinlan.basics.errors import Refused

WAIT = 30.0  # seconds for each step of the talk
PIECE = 64 * 1024
_CLEAN = b"stream: OK"


def refuse_infected(content: bytes) -> None:
    """Ask the scanner of `JINLAN_SCANNER` about a file; without one configured, nothing.

    Raises:
        Refused: FILE_MALWARE; FILE_SCANNER when it cannot be asked or gives any answer but yes and no.
    """
    if not settings.JINLAN_SCANNER:
        return
    try:
        answer = _asked(settings.JINLAN_SCANNER, content)
    except OSError:
        answer = b""
    if answer.endswith(b"FOUND"):
        raise Refused(
            "FILE_MALWARE",
            "杀毒检查发现恶意内容，没有保存。",
            "请不要再打开这个文件，并告知信息安全部门。",
            field="files",
        )
    if answer != _CLEAN:
        raise Refused(
            "FILE_SCANNER",
            "杀毒服务暂时不可用，文件没有保存。",
            "请稍后再传；反复出现请联系系统管理员。",
            field="files",
        )


def _asked(place: str, content: bytes) -> bytes:
    with closing(_connected(place)) as line:
        line.settimeout(WAIT)
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < PIECE and (more := line.recv(PIECE)):
            answer += more
    return answer.partition(b"\0")[0].strip()


def _connected(place: str) -> socket.socket:
    if place.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(WAIT)
        line.connect(place.removeprefix("unix:"))
        return line
    host, _, port = place.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=WAIT)
