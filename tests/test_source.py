"""What the source may not contain, read from the source itself: each rule is tried on a planted line as well."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jinlan.site.home import ROOT

SRC = ROOT / "src" / "jinlan"
DEPLOY = (ROOT / "docs" / "deploy.md").read_text("utf-8")
NOT_SERVED = {
    "tests",
    "trust",
    "demobank",
    "berka",
    "bench",
    "migrations",
}  # proofs, made-up data, measurements
BANNED_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pty.spawn",
    "mark_safe",
    "SafeString",
    "RawSQL",
    "Template",
    "from_string",
    "Engine",
}
BANNED_MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "yaml",
    "xml",
    "lxml",
    "xmlrpc",
    "random",
    "ldap3",
    "ldap",
    "smtplib",
    "imaplib",
    "ftplib",
    "telnetlib",
    "memcache",
    "pymemcache",
    "jinja2",
    "requests",
    "httpx",
    "aiohttp",
    "zipfile",
    "tarfile",
    "gzip",
}
INTAKE = {
    "kernel/intake/office.py": {"imports xml.parsers", "imports zipfile"}
}  # looks into documents that come in, below limits
RENDERED = {"SafeString(content.strip())"}  # what stands inside a block tag of a template was escaped already
CRYPTO = {"hashlib", "hmac", "secrets", "cryptography", "jwt", "webauthn", "ssl", "argon2"}
OUTGOING = {"urllib.request", "http.client", "socket", "asyncio"}


def served() -> dict[str, ast.Module]:
    """Return the modules of the product that serve, by path."""
    return {
        path.relative_to(SRC).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(SRC.rglob("*.py"))
        if not NOT_SERVED & set(path.relative_to(SRC).parts)
    }


SERVED = served()


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every import; name is "" for a whole module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", one.name) for one in node.names)


def called(node: ast.Call) -> str:
    """Return what a call calls, as it is written, without arguments."""
    return ast.unparse(node.func)


def faults(tree: ast.AST) -> list[str]:
    """Return what a module does that no module may do."""
    found = [f"imports {module}" for module, _ in imports(tree) if module.partition(".")[0] in BANNED_MODULES]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        if ast.unparse(node) in RENDERED or (name == "SafeString" and isinstance(node.args[0], ast.Constant)):
            continue
        if name in BANNED_CALLS or name.rpartition(".")[2] in BANNED_CALLS - {"compile", "eval", "exec"}:
            found.append(f"calls {name}")
        if any(
            one.arg == "shell" and not (isinstance(one.value, ast.Constant) and one.value.value is False)
            for one in node.keywords
        ):
            found.append(f"runs a shell: {name}")
        if name.startswith("subprocess.") and node.args and not isinstance(node.args[0], ast.List | ast.Name):
            found.append(f"runs a text: {name}")
    return found


@pytest.mark.parametrize("path", SERVED)
def test_no_module_runs_text_as_code_or_reads_what_can_run(path: str) -> None:
    assert set(faults(SERVED[path])) - INTAKE.get(path, set()) == set()


def test_what_unpacks_and_reads_markup_stands_in_one_module() -> None:
    using = {
        path
        for path, tree in SERVED.items()
        if {"imports zipfile", "imports xml.parsers"} & set(faults(tree))
    }

    assert using == set(INTAKE)
    text = ast.unparse(SERVED["kernel/intake/office.py"])
    assert (
        "parser.StartDoctypeDeclHandler = doctype" in text
    )  # whatever declares a type is refused: no entity is resolved
    assert [word for word in ("extract", "ElementTree", "ExternalEntity") if word in text] == []


@pytest.mark.parametrize(
    "line",
    ["eval(x)", "exec(x)", "__import__(x)", "import pickle", "from yaml import load", "from xml.etree import ElementTree", "os.system(x)",
     "subprocess.run(x, shell=True)", "subprocess.run(f'ls {x}')", "mark_safe(x)", "SafeString(x)", "import random", "engines['django'].from_string(x)", "Template(x)",
     "RawSQL(x, [])", "import smtplib", "import tarfile"],
)  # fmt: skip
def test_a_planted_line_is_found(line: str) -> None:
    assert faults(ast.parse(line)) != []


def test_the_cryptography_is_that_of_the_inventory() -> None:
    named = set(
        re.findall(
            r"`([a-z_]+/[a-z_/]+\.py)`", DEPLOY.split("compute something cryptographic")[1].split("\n## ")[0]
        )
    )
    using = {
        path
        for path, tree in SERVED.items()
        if any(module.partition(".")[0] in CRYPTO for module, _ in imports(tree))
    }
    parts = {
        name
        for tree in SERVED.values()
        for module, name in imports(tree)
        if module.startswith("cryptography")
    }
    text = "\n".join(ast.unparse(tree) for tree in SERVED.values())

    assert using == named
    assert parts == {
        "AESGCM",
        "Cipher",
        "GCM",
        "SM4",
        "InvalidTag",
        "SHA1",
        "SHA256",
        "TOTP",
        "HKDF",
        "Scrypt",
        "AEAD",
        "KDF",
        "KEM",
        "Suite",
        "SECP256R1",
        "EllipticCurvePrivateKey",
        "derive_private_key",
        "Encoding",
        "PublicFormat",
    }
    assert [
        path
        for path, tree in SERVED.items()
        if ("cryptography.hazmat.primitives.hashes", "SHA1") in imports(tree)
    ] == ["kernel/otp.py"]
    assert set(re.findall(r"hashlib\.(\w+)", text)) == {"sha256", "file_digest"}
    assert set(re.findall(r"file_digest\([^,]+, '(\w+)'\)", text)) == {"sha256"}
    assert set(re.findall(r"hmac\.(?:new|digest)\(.*?(sha\w+|md5)", text)) == {"sha256"}
    assert set(re.findall(r"algorithm='(\w+)'", text)) == {"sha256"}


def test_connections_are_opened_by_the_modules_of_the_documents_only() -> None:
    using = {
        path
        for path, tree in SERVED.items()
        if any(module in OUTGOING or f"{module}.{name}" in OUTGOING for module, name in imports(tree))
    }
    reader = {"lake/reader/client.py", "lake/reader/server.py", "lake/reader/__main__.py"}  # a Unix socket

    assert using == {"kernel/outgoing.py", "kernel/intake/scanner.py", "site/commands/start.py"} | reader
    assert all(f"`{path}`" in DEPLOY for path in using - reader)
    text = "".join(ast.unparse(SERVED[path]) for path in reader)
    assert set(re.findall(r"AF_\w+", text)) == {"AF_UNIX"}
    assert "open_connection" not in text


def test_only_the_apis_answer_for_nothing_needs_no_token() -> None:
    exempt = {
        path for path, tree in SERVED.items() if any(name == "csrf_exempt" for _, name in imports(tree))
    }

    assert exempt == {"api/root.py"}
    assert ast.unparse(SERVED["api/root.py"]).count("@csrf_exempt") == 1


def doubled(pattern: str) -> bool:
    """Tell whether a pattern repeats without end what repeats without end inside: the shape that takes exponential time."""
    return bool(re.search(r"(?<!\\)\((?:\\.|[^()\\])*(?<!\\)[+*](?:\\.|[^()\\])*\)[+*]", pattern))


def test_no_pattern_takes_exponential_time() -> None:
    patterns = [
        node.args[0].value.decode() if isinstance(node.args[0].value, bytes) else node.args[0].value
        for tree in SERVED.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and called(node).startswith("re.")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]

    assert len(patterns) > 10
    assert [pattern for pattern in patterns if doubled(pattern)] == []
    assert [
        doubled(one) for one in (r"(a+)+$", r"([a-z]*)*x", r"(a|b+)*", r"(ab)+", r"\(a+\)+", r"a+b+")
    ] == [True, True, True, False, False, False]


def test_patterns_are_never_made_of_what_somebody_typed() -> None:
    made = {
        (path, ast.unparse(node.args[0]))
        for path, tree in SERVED.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in {f"re.{name}" for name in ("compile", "match", "search", "fullmatch", "sub", "findall", "split")}
        and not isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    }  # fmt: skip

    terms = "domains/engagement/rules/screening.py"
    assert made == {
        ("kernel/passwords.py", "kind"), ("lake/loading/deliveries.py", "''.join(groups)"), (terms, "'|'.join(map(_term, row['terms']))")
    }  # fmt: skip
    assert "re.escape(word)" in ast.unparse(SERVED["lake/loading/deliveries.py"])
    assert "re.escape(word)" in ast.unparse(SERVED[terms])


TEMPLATES = sorted(SRC.rglob("*.html"))
BANNED_IN_TEMPLATES = (
    r"\|\s*safe\b", r"\|\s*safeseq\b", r"autoescape\s+off", r"<(object|embed|iframe|frame|applet|base|portal)\b", r"\son[a-z]+\s*=", r"javascript:",
    r"<script(?![^>]*\ssrc=)", r"(src|href|action)=[\"'](https?:)?//", r"<style\b", r"\sstyle\s*=", r"hx-on", r"\s[a-z-]+=\{",
)  # fmt: skip


def in_template(source: str) -> list[str]:
    return [pattern for pattern in BANNED_IN_TEMPLATES if re.search(pattern, source, re.IGNORECASE)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: Path(path).name)
def test_no_template_lets_text_become_markup_or_loads_from_elsewhere(path: Path) -> None:
    assert in_template(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "{{ name|safe }}",
        "{% autoescape off %}",
        "<iframe src='x'>",
        "<b onmouseover=x>",
        "<b title={{ name }}>",
        "<script>x</script>",
        '<img src="https://cdn.test/x">',
        '<a href="//x">',
    ],
)
def test_a_planted_template_is_found(line: str) -> None:
    assert in_template(line) != []


SCRIPTS = sorted((ROOT / "assets" / "src" / "js").rglob("*.js"))
BANNED_IN_SCRIPTS = (
    r"\.(inner|outer)HTML\b", r"insertAdjacentHTML", r"document\.write", r"\beval\s*\(", r"new Function", r"localStorage", r"sessionStorage", r"indexedDB",
    r"document\.cookie", r"postMessage", r"[\"']message[\"']", r"[\"']paste[\"']", r"__proto__", r"https?://",
    r"\bcaches\b",
)  # fmt: skip
# Sealed logs and the public key (decision 0030) have one door, the app's shell another.
MAY_KEEP = {"store.js": "indexedDB", "worker.js": r"\bcaches\b"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: Path(path).name)
def test_no_script_of_ours_writes_markup_or_keeps_data(path: Path) -> None:
    source = path.read_text("utf-8")

    assert len(SCRIPTS) >= 5
    found = [pattern for pattern in BANNED_IN_SCRIPTS if re.search(pattern, source)]
    assert found == ([MAY_KEEP[path.name]] if path.name in MAY_KEEP else [])
    assert "renderMode" in (ROOT / "assets/src/js/charts.js").read_text(
        "utf-8"
    )  # tooltips as text, not as HTML
