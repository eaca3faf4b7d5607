"""The one way out: HTTP to addresses that the deployer named, at the very IP that was checked, without redirects.

Whoever can name an address for us to ask must not make us ask the machine's own services, the cloud's metadata or another host of
the network than the one that was looked at. So a host must stand in the deployer's list; it is resolved once, every answer
is judged, and the connection goes to that answer.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from jinlan.basics.errors import Refused

TIMEOUT = 5.0  # seconds, of every step
LONGEST = 10.0  # seconds, of the whole: somebody who sends a byte now and then holds nobody
LARGEST = 500_000  # bytes of an answer
HERE = frozenset(("localhost", "127.0.0.1"))
# "This network", and where clouds answer a machine's own secrets outside of the link-local network.
NEVER = tuple(
    ipaddress.ip_network(one)
    for one in ("0.0.0.0/8", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)
TRANSLATED = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48"))  # NAT64


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def request(method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None,
            hosts: frozenset[str] | None = None, patience: float | None = None) -> Answer:  # fmt: skip
    """Ask one address once.

    Args:
        method: GET or POST.
        url: https, or http to this machine where a list names it.
        body: what is sent.
        headers: beside Host.
        hosts: who may be asked: ``host`` or ``host:port``; `JINLAN_OUTGOING_HOSTS` by default.
        patience: seconds for an answer, of every step and the whole, where it takes longer than usual.

    Raises:
        Refused: OUT_ADDRESS (no address that may be asked), OUT_HOST (not in the list), OUT_AWAY (no answer), OUT_LARGE.
    """
    parts = checked(url, hosts)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolved(str(parts.hostname), port)
    connection = _Pinned(
        str(parts.hostname), port, address, secure=parts.scheme == "https", wait=patience or TIMEOUT
    )
    cut = threading.Timer(patience or LONGEST, connection.cut)
    cut.daemon = True
    cut.start()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            method,
            target,
            body=body,
            headers={"Accept-Encoding": "identity", "Connection": "close", **(headers or {})},
        )
        answer = connection.getresponse()
        read = answer.read(LARGEST + 1)
        if connection.was_cut or (answer.length and len(read) <= LARGEST):
            raise http.client.IncompleteRead(read)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(
            "OUT_AWAY",
            "%(host)s 没有应答。",
            "请检查地址、网络与证书。",
            host=parts.hostname,
            why=type(error).__name__,
        ) from None
    finally:
        cut.cancel()
        connection.close()
    if len(read) > LARGEST:
        raise Refused("OUT_LARGE", "%(host)s 的应答过大。", "请联系对方。", host=parts.hostname)
    return Answer(answer.status, read)


def checked(url: str, hosts: frozenset[str] | None = None) -> SplitResult:
    """Return the parts of an address that may be asked; raise `Refused` as `request`. Nothing is looked up."""
    allowed = settings.JINLAN_OUTGOING_HOSTS if hosts is None else hosts
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        _wrong()
    host = parts.hostname or ""
    named = f"{host}:{port}" if port else host
    if (
        parts.username
        or parts.password
        or parts.fragment
        or not host
        or any(ord(one) <= 32 or ord(one) > 126 for one in url)
    ):
        _wrong()
    if host not in allowed and named not in allowed:
        raise Refused(
            "OUT_HOST",
            "%(host)s 不在可以访问的地址之列。",
            "请让系统管理员在 JINLAN_OUTGOING_HOSTS 中登记这台主机。",
            host=host,
            field="url",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in HERE):
        _wrong()
    return parts


def _wrong() -> NoReturn:
    raise Refused(
        "OUT_ADDRESS", "这不是可以访问的地址。", "请写完整的 https 地址，不带用户名与片段。", field="url"
    )


def _resolved(host: str, port: int) -> str:
    """Return the one IP that is connected to.

    It may be of the bank's own network, but never this machine, a link-local service or nobody, unless the list names this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Refused("OUT_AWAY", "找不到 %(host)s。", "请检查地址。", host=host) from None
    address = str(found[0][4][0])
    for one in found:
        if forbidden(str(one[4][0])) and host not in HERE:
            _wrong()
    return address


def forbidden(address: str) -> bool:
    """Tell whether an IP stands for this machine, a link-local or a cloud's service, a group or nobody; also inside IPv6 wrappings."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner: Any = (
        getattr(ip, "ipv4_mapped", None)
        or getattr(ip, "sixtofour", None)
        or (getattr(ip, "teredo", None) or (None, None))[1]
    )
    if inner is None and any(ip in one for one in TRANSLATED):
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    ip = inner or ip
    if any(ip in one for one in NEVER):
        return True
    return ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved


class _Pinned(http.client.HTTPConnection):
    """A connection to one IP in the name of a host: certificate and Host header are the name's."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool, wait: float = TIMEOUT) -> None:
        super().__init__(host, port, timeout=wait)
        self._wait = wait
        self.default_port = 443 if secure else 80
        self._address, self._secure = address, secure
        self._wire: socket.socket | None = (
            None  # `sock` is forgotten as soon as the head of the answer is there
        )
        self.was_cut = False

    def connect(self) -> None:
        """Connect to the IP that was checked."""
        plain = socket.create_connection((self._address, self.port), self._wait)
        self.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
            if self._secure
            else plain
        )
        self._wire = self.sock

    def cut(self) -> None:
        """End it from another thread; whoever reads finds its end."""
        self.was_cut = True
        if self._wire is not None:
            with suppress(OSError):
                socket.socket.shutdown(
                    self._wire, socket.SHUT_RDWR
                )  # TLS has a farewell of its own, which would wait
