"""A stand-in for the scan of a paper original, plainly marked as no real document."""

import io
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import qms.records

_FONT = "IllustrativeScan"
_FILE = Path(qms.records.__file__).parent / "fonts" / "LiberationSerif-Regular.ttf"
_MARK = "BẢN QUÉT MINH HỌA – KHÔNG PHẢI VĂN BẢN CÓ THẬT"


def illustrative_scan(lines: list[str]) -> bytes:
    """Return a PDF of one page with `lines` and the mark; the same bytes each time."""
    pdfmetrics.registerFont(TTFont(_FONT, str(_FILE)))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, lang="vi-VN")
    canvas.setTitle(_MARK)
    width, height = A4
    canvas.setFont(_FONT, 15)
    canvas.drawCentredString(width / 2, height - 30 * mm, _MARK)
    canvas.setFont(_FONT, 12)
    for number, line in enumerate(lines):
        canvas.drawString(25 * mm, height - (50 + 8 * number) * mm, line)
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(45)
    canvas.setFillGray(0.85)
    canvas.setFont(_FONT, 60)
    canvas.drawCentredString(0, 0, "MINH HỌA")
    canvas.restoreState()
    canvas.save()
    return buffer.getvalue()
