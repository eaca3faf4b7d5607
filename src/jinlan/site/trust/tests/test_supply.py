"""P22 itself: locks are read line by line, secrets are seen and never told, the bill of materials says what the locks say."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from jinlan.site import sbom
from jinlan.site.cli import main
from jinlan.site.trust import supply
from jinlan.site.trust.supply import Found, Part

GOOD = "--hash=sha256:" + "0f" * 32


def test_a_lock_is_versions_with_hashes_and_nothing_else() -> None:
    parts, wrong = sbom.lock(
        f"# made\nDj_ango[x]==5.2 ; python_version < '4' \\\n    {GOOD}\n    # via jinlan\n"
    )

    assert wrong == []
    assert [(one.purl, one.hashes) for one in parts] == [("pkg:pypi/dj-ango@5.2", {("SHA-256", "0f" * 32)})]
    for line in (
        "django==5.2",
        "django>=5.2",
        "-e .",
        "--index-url x",
        "--trusted-host x",
        "git+ssh://x",
        f"a==1 {GOOD}",
    ):
        assert sbom.lock(line)[1] != [], line


def test_a_part_of_the_browser_has_a_hash() -> None:
    text = json.dumps({"packages": {
        "": {}, "node_modules/@a/b": {"version": "1", "integrity": "sha512-/w==", "license": "MIT"}, "node_modules/c": {"version": "2", "dev": True},
    }})  # fmt: skip
    parts, wrong = sbom.browser_lock(text)

    assert [(one.purl, one.sets) for one in parts] == [
        ("pkg:npm/%40a/b@1", {"run"}),
        ("pkg:npm/c@2", {"test"}),
    ]
    assert parts[0].hashes == {("SHA-512", "ff")}
    assert wrong == ["c 2: no hash"]


def test_the_bill_of_materials_holds_every_part_once_and_is_the_same_each_time(tmp_path: Path) -> None:
    assert main(["sbom", str(tmp_path / "bill.json")]) == 0
    made = json.loads((tmp_path / "bill.json").read_text("utf-8"))
    named = {one["purl"]: one for one in made["components"]}

    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert len(named) == len(made["components"]) == len(sbom.parts()[0])
    django = next(one for purl, one in named.items() if purl.startswith("pkg:pypi/django@"))
    assert (django["scope"], django["licenses"]) == ("required", [{"license": {"id": "BSD-3-Clause"}}])
    assert all(len(one["content"]) == 64 for one in django["hashes"])
    assert next(one for purl, one in named.items() if "djlint" in purl)["scope"] == "excluded"
    assert (tmp_path / "bill.json").read_text("utf-8") == sbom.text()


def test_secrets_are_seen_and_not_told(tmp_path: Path) -> None:
    lines = {
        "private key": "-----BEGIN RSA " + "PRIVATE KEY-----", "key of a cloud": "AKIA" + "IOSFODNN7EXAMPLE", "token of a forge": "ghp_" + "a1B2" * 9,
        "password in an address": "postgresql://app:" + "correct-horse@db.bank", "looks like a key": "k = " + "q7Zx0Lr2Vb9N" + "y4Tm6Ws1Kd8Pf3Hg5Jc",
    }  # fmt: skip
    path = tmp_path / "notes.md"
    path.write_text("\n".join(lines.values()), "utf-8")

    found = supply.secrets_in("notes.md", path)

    assert found == [f"notes.md:{number}: {what}" for number, what in enumerate(lines, 1)]


def test_words_paths_and_hashes_of_locks_are_no_secrets(tmp_path: Path) -> None:
    path = tmp_path / "plain.py"
    path.write_text(
        "test_a_name_that_is_very_long_indeed_and_says_so(JLB/results/run=7/as_of=2026-01-31)\n    url = f'postgresql://{user}:{word}@{host}'",
        "utf-8",
    )

    assert supply.secrets_in("src/plain.py", path) == []
    path.write_text("--hash=sha256:" + hashlib.sha256(b"x").hexdigest(), "utf-8")
    assert supply.secrets_in("requirements/run.txt", path) == []
    assert supply.secrets_in("src/plain.py", path) == ["src/plain.py:1: looks like a key"]


def test_licences_and_versions_that_nobody_agreed_to_are_found() -> None:
    special = Part("pypi", "djlint", "1", {"test"}, licence="GPL-3.0-or-later")
    free = Part("npm", "x", "1", {"run"}, licence="MIT OR Apache-2.0")
    odd = [Part("npm", "y", "1", {"run"}, licence="AGPL-3.0"), Part("npm", "z", "1", {"run"})]
    two = [Part("pypi", "a", "1", {"run"}), Part("pypi", "a", "2", {"test"})]

    assert supply.licences([special, free], Found()) == []
    assert len(supply.licences(odd, Found())) == 2
    assert supply.disagreements(two) == ["a is locked as ['1'] and ['2']"]
    assert any("nothing is locked" in one for one in supply.differences([]))
