"""What a file that somebody hands in is called: a text that is shown and offered again, never a path."""

from __future__ import annotations

import re
import unicodedata

from jinlan.basics.errors import Refused

LONGEST = 120  # characters
_APART = re.compile(r'[<>:"|?*;%]')  # means something to a file system, a header or an address
_INNER = re.compile(r"\.(?=[A-Za-z][A-Za-z0-9]{1,4}(?:\.|$))")  # "shell.php" of "shell.php.jpg"
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{one}{number}" for one in ("com", "lpt") for number in range(1, 10)),
}


def clean_name(text: str) -> str:
    """Return a name without path, control and direction characters, of one ending, in lower case, and at most 120 characters.

    Raises:
        Refused: FILE_NAME when nothing is left that is a name with an ending.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    shown = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    stem, _, ending = " ".join(_APART.sub("_", shown).split()).strip(" .-~").rpartition(".")
    stem = _INNER.sub("_", stem).strip(" .")
    if not stem or not (ending.isascii() and ending.isalnum()):
        raise Refused(
            "FILE_NAME",
            "文件名没有可用的名称或后缀。",
            "请把文件改名，例如“会谈纪要.pdf”，再上传。",
            field="files",
        )
    stem = f"_{stem}" if stem.lower() in _DEVICES else stem
    return f"{stem[: LONGEST - len(ending) - 1].rstrip()}.{ending.lower()}"
