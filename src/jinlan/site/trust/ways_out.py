"""Addresses that must lead nowhere, in every notation, and files that nobody wants: the material of P10.

What is forbidden is said here a second time, as a list of networks, and not taken from the product that is judged by it.
"""

from __future__ import annotations

import base64
import gzip
import io
import ipaddress
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

LISTED = (
    "hooks.bank.example"  # the one name that the deployer listed, where it stands for the bank's own network
)
ITS_ADDRESS = "10.2.0.7"
# This machine, "this network", link-local, groups, nobody, and what clouds answer their secrets at outside of link-local.
NETWORKS = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32",
            "192.0.0.192/32", "::/127", "fe80::/10", "ff00::/8", "fd00:ec2::254/128")  # fmt: skip
# Where an IPv4 address stands inside an IPv6 one: network, bits to its right.
WRAPPINGS = (
    ("::/96", 0),
    ("::ffff:0:0/96", 0),
    ("::ffff:0:0:0/96", 0),
    ("64:ff9b::/96", 0),
    ("64:ff9b:1::/48", 0),
    ("2002::/16", 80),
)
TEREDO = ipaddress.ip_network("2001::/32")
TARGETS = ("127.0.0.1", "127.8.8.8", "127.255.255.254", "0.0.0.0",  # noqa: S104  nothing is bound here
           "0.1.2.3", "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16",
           "192.0.0.192", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255")  # fmt: skip
PURE = ("::1", "::", "0:0:0:0:0:0:0:1", "0000::0001", "fe80::1", "fe80::1%25lo", "febf::1", "ff02::1", "ff05::2", "fd00:ec2::254", "fd00:0ec2::0254")  # fmt: skip
SCHEMES = ("ftp", "file", "gopher", "dict", "ldap", "tftp", "jar", "netdoc", "data", "javascript", "ws", "wss", "sftp", "smb", "unix", "HTTP", "http+unix", "")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """An address, and what its name stands for: one tuple of IPs for each time that somebody asks (the last one stays)."""

    url: str
    resolves: tuple[tuple[str, ...], ...] = ()


def forbidden(address: str) -> bool:
    """Tell whether nothing may be connected to at an IP."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inside = [ip, *_inside(ip)] if isinstance(ip, ipaddress.IPv6Address) else [ip]
    return any(one in network for one in inside for network in map(ipaddress.ip_network, NETWORKS) if one.version == network.version)  # fmt: skip


def _inside(ip: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    for network, shift in WRAPPINGS:
        if ip in ipaddress.ip_network(network):
            yield ipaddress.IPv4Address(int(ip) >> shift & 0xFFFFFFFF)
    if ip in TEREDO:
        yield ipaddress.IPv4Address(~int(ip) & 0xFFFFFFFF)


def notations(address: str) -> list[str]:
    """Return an IPv4 address in every way that a resolver reads."""
    a, b, c, d = (int(one) for one in address.split("."))
    whole = int(ipaddress.IPv4Address(address))
    return [
        address, f"{address}.", f"{whole}", f"0x{whole:x}", f"0x{whole:08X}", f"0{whole:o}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:#x}.{whole & 0xFFFFFF}", f"{a}.{whole & 0xFFFFFF}", f"{a}.{b}.{whole & 0xFFFF}", f"0{a:o}.{b:#x}.{whole & 0xFFFF}", f"00{a:o}.{b}.{c}.{d}",
    ]  # fmt: skip


def wrapped(address: str) -> list[str]:
    """Return an IPv4 address inside IPv6 addresses."""
    value = int(ipaddress.IPv4Address(address))
    high, low, turned = value >> 16, value & 0xFFFF, ~value & 0xFFFFFFFF
    return [
        f"::ffff:{address}", f"::ffff:{high:x}:{low:x}", f"0:0:0:0:0:ffff:{high:x}:{low:x}", f"::{address}", f"::ffff:0:{address}", f"64:ff9b::{address}",
        f"64:ff9b:1::{address}", f"2002:{high:x}:{low:x}::", f"2001:0:a02:7::{turned >> 16:x}:{turned & 0xFFFF:x}",
    ]  # fmt: skip


def _tricks(target: str) -> list[str]:
    """Return addresses that read one way here and another way there."""
    wide = target.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return [
        f"https://{LISTED}@{target}/", f"https://{LISTED}:443@{target}/", f"https://{LISTED}%40{target}/", f"https://{target}#@{LISTED}/", f"https://{target}?@{LISTED}/",
        f"https://{target}\\@{LISTED}/", f"https://{LISTED}\\@{target}/", f"https://{target}\t/", f"https://{target} .{LISTED}/", f"https://{LISTED}\r\nHost: {target}/",
        f"https://{LISTED}/\r\nX: 1", f"https://{LISTED}%00.{target}/", f"https://{wide}/", f"https://{target.replace('.', '。')}/", f"https://{target.replace('.', '%2e')}/",
        f"https://%3{target[0]}{target[1:]}/", f"https:{target}/", f"https:///{target}/", f"https:/\\{target}/", f"\x00https://{target}/", f"https://[{target}]/",
        f"https://{target}:0/", f"https://{target}:99999/", f"https://{target}:443:80/", f"http://{LISTED}@localhost/", f"http://localhost.{target}/", f"//{target}/",
        f"https://{target}.{LISTED}@{target}/", f"https://u:p@{target}:8443/", f"https://{target}/%0d%0aHost:%20{LISTED}",
    ]  # fmt: skip


def _names() -> Iterator[Way]:
    """Yield names that stand for what is forbidden: alone, beside a good address, and from the second question on."""
    bad = [
        *TARGETS,
        *(one for target in TARGETS[:6] for one in wrapped(target)),
        "::1",
        "fe80::1",
        "fd00:ec2::254",
    ]
    for number, one in enumerate(bad):
        yield Way(f"https://n{number}.bank.example/", ((one,),))
    for number, one in enumerate((*TARGETS, "::1", "fe80::1")):
        yield Way(f"https://a{number}.bank.example/", ((ITS_ADDRESS, one),))
        yield Way(f"https://b{number}.bank.example/", ((one, ITS_ADDRESS),))
        yield Way(f"https://r{number}.bank.example/", ((ITS_ADDRESS,), (one,)))


def ways() -> list[Way]:
    """Return every address that is tried."""
    literal = [f"https://{one}/" for target in TARGETS for one in notations(target)]
    literal += [f"https://[{one}]/" for target in TARGETS for one in wrapped(target)] + [
        f"https://[{one}]/" for one in PURE
    ]
    literal += [f"http://{one}/" for target in TARGETS[:6] for one in notations(target)[1:]]
    literal += [trick for target in TARGETS[:6] for trick in _tricks(target)]
    literal += [
        f"{scheme}://{host}/x"
        for scheme in SCHEMES
        for host in (LISTED, "169.254.169.254", "localhost")
        if (scheme, host) != ("HTTP", "localhost")
    ]
    return [Way(one) for one in dict.fromkeys(literal)] + list(_names())


NAMES = ("../../etc/passwd", "..\\..\\boot.ini", "/etc/cron.d/x", "a\x00.png", "\u202egpj.exe", "x" * 300 + ".txt", ".htaccess", "CON", "shell.php", "shell.php.jpg", "a.svg", "a.html",
         "a.docm", "bomb.zip", " ", ".", "..", "a;b.txt", 'a\\"b.txt', "%2e%2e%2fx", "报表.xlsx", "-rf", "~root", "a.txt:stream", "authorized_keys")  # fmt: skip
KINDS = (
    "image/png",
    "image/svg+xml",
    "text/html",
    "application/zip",
    "application/x-php",
    "application/pdf",
    "text/csv",
    "x/y",
    "",
)


def _packed(names: tuple[str, ...], content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name in names:
            book.writestr(name, content)
    return made.getvalue()


@cache
def bodies() -> tuple[bytes, ...]:
    """Return the contents; the one for scanners is put together here, so that no scanner takes this file for it."""
    signature = base64.b64decode(
        "WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJ" + "Q0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo="
    )
    script = b"<script>alert(1)</script>"
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    return (
        b"", b"x", script, b"GIF89a/*" + script + b"*/=1;", b"%PDF-1.7\n" + _packed(("a.js",), script), b"\x89PNG\r\n\x1a\n<?php system($_GET[0]); ?>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + script + b"</svg>", entities, _packed(("../../x", "/etc/x", "a\\..\\b"), b"x"),
        _packed(("zeros",), b"\0" * 10_000_000), gzip.compress(b"\0" * 10_000_000), _packed(("[Content_Types].xml", "word/vbaProject.bin"), b"x"),
        b"cos\nsystem\n(S'id'\ntR.", b"\x7fELF" + b"\0" * 60, signature, b"\0" * 3_000_000, b"\xff\xfe<\0", b"=cmd|'/C calc'!A0", b"--x--\r\n--x\r\n", b"#!/bin/sh\nid\n",
    )  # fmt: skip


def files() -> list[tuple[str, bytes, str]]:
    """Return (name, content, content type) of every file that is sent."""
    return [
        (name, body, KINDS[number % len(KINDS)])
        for number, (name, body) in enumerate(product(NAMES, bodies()))
    ]
