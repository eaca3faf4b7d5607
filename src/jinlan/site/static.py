"""Static files for service: collected with hashed names, again only when a source changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

from jinlan.basics.errors import Refused
from jinlan.site.home import ROOT, Home


def collect(place: Home) -> None:
    """Collect and hash the static files into ``home/static``; skipped while nothing changed."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src" / "jinlan").glob("**/static/**/*")):
        if path.is_file():
            digest.update(f"{path}:{path.stat().st_mtime_ns}:{path.stat().st_size}\n".encode())
    stamp = place.path / "static.stamp"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    env = os.environ | {"JINLAN_STATIC": "manifest"}
    command = [
        sys.executable,
        "-m",
        "django",
        "collectstatic",
        "--no-input",
        "--clear",
        "-v",
        "0",
        "--settings",
        "jinlan.site.settings",
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(
            "STATIC",
            "静态文件没有就绪:%(said)s",
            "请删除 var/static 后再启动。",
            said=done.stderr.strip()[-400:],
        )
    stamp.write_text(digest.hexdigest())
