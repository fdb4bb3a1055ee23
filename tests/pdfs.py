"""What a PDF holds, as its reader sees it."""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

VOWELS = ("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y")
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LETTERS = "".join(
    dict.fromkeys(
        [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES]
        + list("bcdđghklmnpqrstvxfjwz")
    )
)
ALPHABET = LETTERS + LETTERS.upper() + "0123456789"


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """The text of each page, line by line."""
    return [page.extract_text() for page in reader(pdf).pages]


def squeezed(text: str) -> str:
    """The text without white space, which a page breaks as it must."""
    return "".join(text.split())


def whole(pdf: bytes) -> str:
    return squeezed("".join(pages(pdf)))


@dataclass(frozen=True)
class Printed:
    """A run of text: where it begins, where it ends, in points from the lower left corner."""

    text: str
    left: float
    right: float
    bottom: float


def printed(pdf: bytes, page: int = 0) -> list[Printed]:
    """Every run of text of a page, in the order in which it is drawn."""
    runs: list[Printed] = []

    def visit(text: str, ctm: list[float], matrix: list[float], font: Any, size: float) -> None:
        if text.strip():
            face = str(font["/BaseFont"]).split("+")[-1] if font else "LiberationSerif"
            left = matrix[4] * ctm[0] + ctm[4]
            width = stringWidth(text.rstrip("\n"), face, size)
            runs.append(Printed(text.strip(), left, left + width, matrix[5] * ctm[3] + ctm[5]))

    reader(pdf).pages[page].extract_text(visitor_text=visit)
    return runs


def fonts(pdf: bytes) -> Iterator[tuple[str, bool]]:
    """Each face that a page refers to, and whether it is embedded."""
    for page in reader(pdf).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            descriptor = font.get_object().get("/FontDescriptor", {})
            yield str(font.get_object()["/BaseFont"]), "/FontFile2" in descriptor
