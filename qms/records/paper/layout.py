"""What both printers do alike: the words around a record, its signatures, its pictures."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from PIL import Image

from qms.foundation.text import clean, clean_lines
from qms.records.paper.blocks import Block, Grid, Paper, Picture, Signer, Signers, Text
from qms.records.pictures import published_copy

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
RECIPIENTS = "Nơi nhận:"
NO_PICTURE = "[Không đọc được ảnh]"
HEAD_SHARES = (42.0, 58.0)  # of the issuer and of the country in the head
DENSE_FROM = 11  # columns
_BY_HAND, _AFTER_NOTE = 20, 2  # mm left for a signature in ink, and below what tells of one
_NARROWEST = 6.0  # mm of a column
_PRINTED = 1200  # pixels of the longer side: about 200 dots per inch at the size below
_MOST_WIDE, _MOST_HIGH = 130.0, 90.0  # mm of a picture
_DOTS = 96 / 25.4  # of a picture per mm, where it is small


@dataclass(frozen=True)
class Line:
    """One line of a signature or of recipients."""

    text: str
    bold: bool = False
    italic: bool = False
    is_small: bool = False
    room: int = 0  # mm that stay free, in the place of text


SignRow = Sequence[Sequence[Line]]  # the same part of each signature, from left to right


def labelled(label: str) -> str:
    """Return the label with the colon behind it, which `Điều 1.` or a question needs not."""
    text = clean(label)
    return text if text.endswith((":", "?", ".")) else f"{text}:"


def paragraphs(text: Text, paper: Paper) -> list[str]:
    """Return the paragraphs of which the text is made; none if it says nothing."""
    whole = clean_lines(text.text)
    if paper.is_administrative and text.align == "left":
        return [line for line in whole.split("\n") if line]
    return [whole] if whole else []


def numbered(paper: Paper) -> str:
    """Return the line of the number; dots in an administrative document that has none yet."""
    number = clean(paper.number)
    if not number and not paper.is_administrative:
        return ""
    return f"Số: {number or '……………'}"


def dated(paper: Paper) -> str:
    unknown = "……, ngày … tháng … năm …" if paper.is_administrative else ""
    return clean(paper.place_and_date) or unknown


def head_and_body(grid: Grid) -> tuple[list[tuple[str, ...]], list[tuple[tuple[str, ...], bool]]]:
    """Return the rows of the head, and those of the body with whether each is a group."""
    told = grid.told()
    in_head = max(grid.header_rows - 1, 0)
    head = [row for row, _ in told[:in_head]]
    if grid.header_rows:
        head.insert(0, tuple(column.title for column in grid.columns))
    body = [(row, kind == "group") for row, kind in told[in_head:]]
    return head, body or [((grid.nothing,), True)]


def widths(grid: Grid, whole: float) -> list[float]:
    """Return the width of each column by its share of `whole`, none too narrow for letters."""
    shares = sum(column.width_share for column in grid.columns)
    least = min(_NARROWEST, whole / len(grid.columns))
    wanted = [max(column.width_share * whole / shares, least) for column in grid.columns]
    over = sum(wanted) - whole
    free = sum(width - least for width in wanted)
    return [width - over * (width - least) / free if free else width for width in wanted]


# --- signatures ---


def last_signers(paper: Paper) -> Block | None:
    """Return the block beside which the recipients stand, if one person signs there."""
    found = [block for block in paper.blocks if isinstance(block, Signers)]
    return found[-1] if found and len(found[-1].signers) == 1 else None


def sign_rows(block: Signers, paper: Paper) -> list[SignRow]:
    """Return the rows of the signatures; one alone is in one row, to the right of recipients."""
    parts = [_parts(signer, is_administrative=paper.is_administrative) for signer in block.signers]
    if len(parts) > 1:
        return [row for row in zip(*parts, strict=True) if any(row)]
    beside = recipients(paper) if block is last_signers(paper) else []
    return [[beside, [line for part in parts[0] for line in part]]]


def recipients(paper: Paper) -> list[Line]:
    if not paper.recipients:
        return []
    head = Line(RECIPIENTS, bold=True, italic=True, is_small=True)
    return [head, *(Line(f"- {clean(text)}", is_small=True) for text in paper.recipients)]


def _parts(
    signer: Signer, *, is_administrative: bool
) -> tuple[list[Line], list[Line], list[Line], list[Line]]:
    """Return what stands above the signature, how it was made, the name, what is below it."""
    how = _lines(signer.note, signer.when, italic=True, is_small=True)
    how = [*how, Line("", room=_AFTER_NOTE)] if how else [Line("", room=_BY_HAND)]
    name = _lines(signer.name, bold=True)
    if not is_administrative:
        head = _lines(signer.label, bold=True)
        return head, how, name, _lines(signer.position, signer.capacity)
    first = clean(f"{signer.capacity} {signer.label}").upper()
    second = clean(signer.position).upper()
    return _lines(first, second if second != first else "", bold=True), how, name, []


def _lines(
    *texts: str, bold: bool = False, italic: bool = False, is_small: bool = False
) -> list[Line]:
    return [Line(clean(text), bold, italic, is_small) for text in texts if clean(text)]


# --- pictures ---


@dataclass(frozen=True)
class Fitted:
    """A picture for print: its bytes, JPEG or PNG, and the size in mm at which it fits a page."""

    data: bytes

    @cached_property
    def size(self) -> tuple[float, float]:
        with Image.open(io.BytesIO(self.data)) as image:
            width, height = image.width / _DOTS, image.height / _DOTS
        scale = min(1, _MOST_WIDE / width, _MOST_HIGH / height)
        return width * scale, height * scale


def fitted(picture: Picture) -> Fitted | None:
    """Return the picture as it is printed; None for what is no picture."""
    try:
        return Fitted(published_copy(picture.data, longest=_PRINTED))
    except ValidationError:
        return None
