"""What stands before Django: whom a request really comes from when the bank's proxy brings it, and how large it may be.

Headers that say so are believed from the proxies of `JINLAN_PROXIES` only, and are thrown away from everybody else: a caller
who could write his own address would choose whose sign-ins are counted, and one who could write ``https`` would be believed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

LARGEST_BODY = 10 * 2**20  # the largest form without files is a bulk action's
LARGEST_INTAKE = (
    25 * 2**20
)  # of the one address that takes files: FILE.FORM of the register and what stands around it
INTAKE = re.compile(r"/interactions/[0-9a-f-]{36}/attachments")
DRAINED = (
    200 * 2**20
)  # what is read and thrown away, so that a browser shows the answer and no broken connection
TOO_LARGE = "提交的文件合计过大（一次最多 24 MB），没有保存。请返回上一页，分几次上传。\nThe files are too large together (24 MB at a time); nothing was kept. Go back and upload fewer at once.\n".encode()
SAID = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)
Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Return addresses and networks as networks; raise ValueError for what is none."""
    return tuple(ipaddress.ip_network(one) for one in names)


class Front:
    """A WSGI application around another."""

    def __init__(self, inner: Application, proxies: Sequence[Network]) -> None:
        self.inner, self.proxies = inner, proxies

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request."""
        said = {name: environ.pop(name) for name in SAID if name in environ}
        if self.trusts(str(environ.get("REMOTE_ADDR", ""))):
            environ["REMOTE_ADDR"] = self._caller(
                said.get("HTTP_X_FORWARDED_FOR", ""), environ["REMOTE_ADDR"]
            )
            if said.get("HTTP_X_FORWARDED_PROTO", "").strip().lower() == "https":
                environ["wsgi.url_scheme"] = "https"
        length = str(environ.get("CONTENT_LENGTH") or "0")
        intake = bool(INTAKE.fullmatch(str(environ.get("PATH_INFO", ""))))
        if not length.isdecimal() or int(length) > (LARGEST_INTAKE if intake else LARGEST_BODY):
            return self._too_large(environ, start, length, said=intake)
        return self.inner(environ, start)

    @staticmethod
    def _too_large(environ: dict[str, Any], start: Start, length: str, *, said: bool) -> Iterable[bytes]:
        """Refuse a body; where files come in, in words that a person sees."""
        answer = TOO_LARGE if said else b""
        if said and length.isdecimal() and int(length) <= DRAINED:
            left = int(length)
            while left > 0 and (piece := environ["wsgi.input"].read(min(left, 2**16))):
                left -= len(piece)
        start(
            "413 Content Too Large",
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Length", str(len(answer))),
                ("Connection", "close"),
            ],
        )
        return [answer]

    def trusts(self, address: str) -> bool:
        """Tell whether an address is one of the bank's proxies."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in one for one in self.proxies)

    def _caller(self, chain: str, proxy: str) -> str:
        """Return the last address of the chain that is no proxy of ours: what stands before it anybody may have written."""
        for one in reversed([part.strip() for part in chain.split(",")]):
            try:
                ipaddress.ip_address(one)
            except ValueError:
                break
            if not self.trusts(one):
                return one
        return proxy
