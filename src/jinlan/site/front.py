"""What stands before Django: whom a request really comes from when the bank's proxy brings it, and how large it may be.

Headers that say so are believed from the proxies of `JINLAN_PROXIES` only, and are thrown away from everybody else: a caller
who could write his own address would choose whose sign-ins are counted, and one who could write ``https`` would be believed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

LARGEST_BODY = 10 * 2**20  # no page takes a file; the largest form is a bulk action's
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
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            start(
                "413 Content Too Large",
                [
                    ("Content-Type", "text/plain; charset=utf-8"),
                    ("Content-Length", "0"),
                    ("Connection", "close"),
                ],
            )
            return [b""]
        return self.inner(environ, start)

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
