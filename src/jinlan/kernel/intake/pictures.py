"""Pictures are drawn anew: what is kept holds the picture and nothing that was said, hidden or appended beside it."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from jinlan.basics.errors import Refused
from jinlan.kernel.intake.limits import MB, Limits

QUALITY = 85
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, AttributeError, MemoryError, OverflowError)  # fmt: skip


def redrawn(content: bytes, limits: Limits, form: str) -> bytes:
    """Return a picture of the same form (JPEG, PNG, WEBP) with the same pixels, upright, without any metadata.

    Raises:
        Refused: FILE_PIXELS (too large to open), FILE_BROKEN (cut off, or no picture).
    """
    try:
        return _redrawn(content, limits.pixels, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _large(limits.pixels) from None
    except _BROKEN:
        raise Refused("FILE_BROKEN", "图片不完整或已损坏。", "请在手机或电脑上打开确认后，重新拍照或另存一份再上传。", field="files") from None  # fmt: skip


def _redrawn(content: bytes, most: int, form: str) -> bytes:
    made = io.BytesIO()
    with Image.open(io.BytesIO(content), formats=[form]) as found:
        if found.width * found.height > most:  # before a pixel is unpacked
            raise _large(most)
        found.load()
        turned = ImageOps.exif_transpose(found)
        clear = form != "JPEG" and ("A" in turned.getbands() or "transparency" in turned.info)
        mode = "RGBA" if clear else "RGB"
        clean = Image.new(
            mode, turned.size
        )  # a new one has no info of its own: no comment, profile or text goes over
        clean.paste(turned.convert(mode))
    clean.save(made, form, **({"quality": QUALITY} if form != "PNG" else {}))
    return made.getvalue()


def _large(most: int) -> Refused:
    return Refused(
        "FILE_PIXELS",
        "图片超过 %(most)s 百万像素。",
        "请缩小图片后再上传。",
        most=most // MB,
        field="files",
    )
