"""Unpack a picture in a process of its own, with memory and time limits.

Run by path (`python -I picture_child.py jpg|png|webp`). The file comes on standard input; JSON
goes to standard output: `{}` for a whole picture of that kind, or `{"refused": reason}`.
"""

import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[2]))  # run by path, it knows no package
from qms.records.archives import Refused
from qms.records.confined import answer

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 30_000  # pixels; A1 at 600 dots per inch is shorter
_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_MARKUP = re.compile(
    rb"<!doctype\s+html|<html[\s>]|<script[\s>]|<svg[\s>]|<iframe[\s>]|<\?php", re.IGNORECASE
)


def parse(data: bytes, kind: str) -> dict[str, Any]:
    """Return nothing of a picture that may be kept. Raises Refused."""
    if _MARKUP.search(data) or _holds_archive(data):
        raise Refused("disguised")
    try:
        image = Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
        # Before unpacking: the head alone says how much memory it would take.
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise Refused("too_large")
        image.load()
    except (Refused, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_large") from error
    except Exception as error:  # a broken picture makes a decoder fail in any manner
        raise Refused("damaged") from error
    return {}


def _holds_archive(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(archive.namelist())
    except Exception:  # no archive at all, which is as it should be
        return False


if __name__ == "__main__":
    answer(parse)
