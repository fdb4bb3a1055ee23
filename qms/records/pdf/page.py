"""The page itself: A4, what stands around the text, outline and contents, the same bytes always."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import atan2, degrees
from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    PageBreak,
    PageTemplate,
    Paragraph,
)

from qms.foundation.text import clean
from qms.records.pdf.grid import Grid
from qms.records.pdf.head import Head
from qms.records.pdf.text import (
    BOLD,
    LEFT_MARGIN,
    PLAIN,
    PORTRAIT,
    REGULAR,
    RIGHT_MARGIN,
    TITLE,
    Entry,
    Heading,
    Sheet,
    line_count,
    lines_of,
    markup,
)
from qms.records.qr import qr_code

NEW_PAGE = "new page"
CONTENTS = "contents"
Part = Flowable | str  # a str is NEW_PAGE or CONTENTS

_TOP, _BOTTOM = 20 * mm, 20 * mm
_HEAD_AT = 13 * mm  # below the upper edge, as the next two
_WARNING_AT = 10 * mm
_NUMBER_AT = 14 * mm
_FOOT_AT = 12 * mm
_AFTER_HEAD = 5 * mm
_MARK_GREY = Color(0.88, 0.88, 0.88)
_MOST_KEPT = 110 * mm  # what is kept with a heading is never more than this
_NUMBER_ROOM = 12 * mm
_FOOT_SIZE = 9.5
_STAMP_AT, _STAMP_STEP = 8.4 * mm, 3.1 * mm  # below the foot, as far as most printers print
_STAMP_SIZE = 7.5
_TRACE_AT, _TRACE_SIZE = 16.9 * mm, 6.5
_TRACE_GREY = Color(0.35, 0.35, 0.35)
_QR_SIDE = 17 * mm
_QR_LEFT, _QR_BOTTOM = 7.5 * mm, 9 * mm  # in the left margin, where no text stands
_LISTED = 2  # levels in the table of contents; the outline has all
_CONTENTS = tuple(
    ParagraphStyle(
        f"contents-{level}",
        PLAIN,
        fontName=BOLD if level == 0 else REGULAR,
        fontSize=12,
        leading=14.2,
        leftIndent=level * 6 * mm,
        rightIndent=_NUMBER_ROOM,
        spaceAfter=0.8,
    )
    for level in range(_LISTED)
)


@dataclass(frozen=True)
class Stamp:
    """What a print says of itself on every page: one or two lines, and an address as a QR code.

    It stands in the margins, so that a stamped print has the pages of the one without.
    """

    lines: tuple[str, ...]
    address: str


@dataclass(frozen=True)
class Furniture:
    """What is told of a document, and what stands around its text on every page.

    `foot` are its texts from left to right, the page number stands behind them. `mark` goes
    across every page, under the text; `warning` stands above the head. `is_numbered_above` is the
    manner of administrative documents: the bare number, from the second page on. `trace` stands
    small above the foot: how far the ledger went when this was printed. With several
    `stamps` the document follows as often one after the other, each time with one of them.
    """

    title: str
    author: str = ""
    subject: str = ""
    head: Head | None = None
    foot: tuple[str, ...] = ()
    mark: str = ""
    warning: str = ""
    sheet: Sheet = PORTRAIT
    is_numbered_above: bool = False
    stamps: tuple[Stamp, ...] = ()
    trace: str = ""


def build(story: Sequence[Part], furniture: Furniture) -> bytes:
    """Return the PDF of `story`: the same bytes each time for the same story and furniture.

    Every face is embedded; title, language and outline are set. No heading stays alone at the end
    of a page, no table begins there without a row.
    """
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=furniture.sheet.size,
        leftMargin=LEFT_MARGIN,
        rightMargin=RIGHT_MARGIN,
        title=clean(furniture.title),
        author=clean(furniture.author),
        subject=clean(furniture.subject),
        creator=clean(furniture.author),
        displayDocTitle=1,
        lang="vi-VN",
        invariant=1,
        initialFontName=REGULAR,
        pageTemplates=list(_templates(furniture)),
    )
    sheet = furniture.sheet
    flowables = list(_expanded(story, sheet))
    canvas = partial(_HeldCanvas, stamps=furniture.stamps, sheet=sheet)
    document.build(list(_kept(flowables, sheet)), canvasmaker=canvas)
    return buffer.getvalue()


def _templates(furniture: Furniture) -> Iterator[PageTemplate]:
    """Yield the first page, whose head shows all there is, and the others."""
    head, sheet = furniture.head, furniture.sheet
    for name, height in (
        ("first", head.first_height if head else 0),
        ("later", head.later_height if head else 0),
    ):
        top = sheet.size[1] - (_HEAD_AT + height + _AFTER_HEAD if head else _TOP)
        frame = Frame(LEFT_MARGIN, _BOTTOM, sheet.width, top - _BOTTOM, 0, 0, 0, 0, id=name)
        yield PageTemplate(
            id=name,
            frames=[frame],
            pagesize=sheet.size,
            onPage=partial(_begin_page, furniture),
            onPageEnd=partial(_end_page, furniture),
            autoNextPageTemplate="later",
        )


# --- a canvas that knows how many pages there are ---


@dataclass(frozen=True)
class _Late:
    """Something that is drawn when the number of pages is known, at its place among the rest."""

    draw: Callable[["_HeldCanvas", int], None]
    at: int


class _HeldCanvas(Canvas):
    """Holds every page back until the last is laid out; what needs their number is drawn late.

    It is drawn at the place that was kept for it, so that a page is read in its order. Laid out
    once, the pages are written once for each stamp; the outline leads into the first of them.
    """

    _code: list[str]

    def __init__(
        self, *args: Any, stamps: tuple[Stamp, ...] = (), sheet: Sheet = PORTRAIT, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._stamps, self._sheet, self.is_repeated = stamps, sheet, False
        self._held: list[dict[str, Any]] = []
        self._late: list[_Late] = []
        self.pages_of: dict[str, int] = {}

    def showPage(self) -> None:  # noqa: N802
        self._held.append(self.__dict__.copy())
        self._late = []
        begin: Any = self
        begin._startPage()

    def save(self) -> None:
        """Finish the pages one by one, now that their number is known, and write the file."""
        for number, stamp in enumerate(self._stamps or (None,)):
            for state in self._held:
                self.__dict__.update(state)
                self._code = list(self._code)  # the next stamp begins with the page as laid out
                self.is_repeated = number > 0
                self._finish_page(len(self._held))
                if stamp:
                    _draw_stamp(self, stamp, self._sheet)
                super().showPage()
        super().save()

    def _finish_page(self, pages: int) -> None:
        for late in self._late:
            end = len(self._code)
            late.draw(self, pages)
            self._code[late.at] = "\n".join(self._code[end:])
            del self._code[end:]

    def later(self, draw: Callable[["_HeldCanvas", int], None]) -> None:
        """Keep a place here; `draw` is given the canvas, as it is now, and the number of pages."""
        self._late.append(_Late(draw, len(self._code)))
        self._code.append("")

    def place(self, entry: Entry, flowable: Flowable) -> None:
        """Remember where a heading stands, for outline and contents."""
        _, top = self.absolutePosition(0, flowable.height)
        self.pages_of[entry.key] = self.getPageNumber()
        self.later(partial(_into_outline, entry, top))


def _into_outline(entry: Entry, top: float, canvas: _HeldCanvas, pages: int) -> None:
    if canvas.is_repeated:
        return
    canvas.bookmarkPage(entry.key, fit="XYZ", left=0, top=top + 4 * mm, zoom=0)
    canvas.addOutlineEntry(entry.text, entry.key, entry.level)


# --- head, foot, mark ---


def _begin_page(furniture: Furniture, canvas: _HeldCanvas, document: BaseDocTemplate) -> None:
    if furniture.mark:
        _draw_mark(canvas, furniture.mark, furniture.sheet)
    canvas.later(partial(_draw_head, furniture))


def _end_page(furniture: Furniture, canvas: _HeldCanvas, document: BaseDocTemplate) -> None:
    if furniture.foot:
        canvas.later(partial(_draw_foot, furniture.foot, furniture.sheet))
    if furniture.trace:
        _draw_trace(canvas, clean(furniture.trace), furniture.sheet)


def _draw_mark(canvas: Canvas, mark: str, sheet: Sheet) -> None:
    """Draw the mark from corner to corner, first of all, so that the text stands on it."""
    width, height = sheet.size
    size = min(105, 105 * 620 / stringWidth(mark, BOLD, 105))
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(int(degrees(atan2(height, width))))
    canvas.setFont(BOLD, size)
    canvas.setFillColor(_MARK_GREY)
    canvas.drawCentredString(0, -size / 3, mark)
    canvas.restoreState()


def _draw_head(furniture: Furniture, canvas: _HeldCanvas, pages: int) -> None:
    page, sheet = canvas.getPageNumber(), furniture.sheet
    middle, edge = LEFT_MARGIN + sheet.width / 2, sheet.size[1]
    if warning := clean(furniture.warning):
        canvas.setFont(BOLD, _fitting(warning, BOLD, 10, sheet.width))
        canvas.drawCentredString(middle, edge - _WARNING_AT, warning)
    if furniture.is_numbered_above and page > 1:
        canvas.setFont(REGULAR, PLAIN.fontSize)
        canvas.drawCentredString(middle, edge - _NUMBER_AT, str(page))
    if furniture.head:
        number = f"{page}/{pages}"
        furniture.head.draw(canvas, LEFT_MARGIN, edge - _HEAD_AT, page=page, number=number)


def _draw_foot(foot: tuple[str, ...], sheet: Sheet, canvas: _HeldCanvas, pages: int) -> None:
    """Draw the texts on one line, the first left, the number of the page last, on the right."""
    texts = [*map(clean, foot), f"Trang {canvas.getPageNumber()}/{pages}"]
    gap = 4 * mm
    size = _fitting("".join(texts), REGULAR, _FOOT_SIZE, sheet.width - gap * (len(texts) - 1))
    widths = [stringWidth(text, REGULAR, size) for text in texts]
    space = (sheet.width - sum(widths)) / max(len(texts) - 1, 1)
    canvas.setLineWidth(0.5)
    canvas.line(LEFT_MARGIN, _FOOT_AT + 4 * mm, LEFT_MARGIN + sheet.width, _FOOT_AT + 4 * mm)
    canvas.setFont(REGULAR, size)
    at = LEFT_MARGIN
    for text, width in zip(texts, widths, strict=True):
        canvas.drawString(at, _FOOT_AT, text)
        at += width + space


def _draw_trace(canvas: Canvas, trace: str, sheet: Sheet) -> None:
    """Draw it between text and foot, where neither of them comes."""
    canvas.saveState()
    canvas.setFont(REGULAR, _TRACE_SIZE)
    canvas.setFillColor(_TRACE_GREY)
    canvas.drawRightString(LEFT_MARGIN + sheet.width, _TRACE_AT, trace)
    canvas.restoreState()


def _draw_stamp(canvas: Canvas, stamp: Stamp, sheet: Sheet) -> None:
    """Draw the lines below the foot, the first in bold where there are two, the code beside."""
    at = _STAMP_AT
    for number, text in enumerate(map(clean, stamp.lines)):
        face = BOLD if number == 0 and len(stamp.lines) > 1 else REGULAR
        canvas.setFont(face, _fitting(text, face, _STAMP_SIZE, sheet.width))
        canvas.drawString(LEFT_MARGIN, at, text)
        at -= _STAMP_STEP
    qr_code(stamp.address).draw(canvas, _QR_LEFT, _QR_BOTTOM, _QR_SIDE)


def _fitting(text: str, face: str, size: float, width: float) -> float:
    """Return `size`, or the smaller one in which `text` is no wider than `width`."""
    needed = stringWidth(text, face, size)
    return size if needed <= width else size * width / needed


# --- contents, and what stays together ---


class _ContentsLine(Paragraph):
    """A heading in the table of contents: dots, the page, a link to it."""

    entry: Entry | None = None

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803
        parts: list[Flowable] = super().split(availWidth, availHeight)
        if parts and isinstance(parts[-1], _ContentsLine):
            parts[-1].entry = self.entry
        return parts

    def draw(self) -> None:
        super().draw()
        if self.entry is None:
            return
        canvas: Any = self.canv
        area = (0, 0, self.width, self.height)
        canvas.linkRect("", self.entry.key, area, relative=1, Border="[0 0 0]")
        last = lines_of(self)[-1]
        taken = stringWidth(last, self.style.fontName, self.style.fontSize)
        left = self.style.leftIndent + taken
        canvas.later(partial(self._draw_number, self.entry.key, left))

    def _draw_number(self, key: str, left: float, canvas: _HeldCanvas, pages: int) -> None:
        size = self.style.fontSize
        bottom = self.style.leading - size  # where the last line of a paragraph stands
        right = self.width - _NUMBER_ROOM / 2
        dot = stringWidth(".", REGULAR, size)
        canvas.setFont(REGULAR, size)
        canvas.drawRightString(right, bottom, "." * int((right - left - dot) / dot))
        canvas.drawRightString(self.width, bottom, str(canvas.pages_of[key]))


def _contents(listed: list[Entry], sheet: Sheet) -> list[Flowable]:
    """Return the table of contents, which begins a new page where it would be cut into two."""
    lines: list[Flowable] = [
        Paragraph("MỤC LỤC", TITLE),
        *(_contents_line(entry) for entry in listed if entry.level < _LISTED),
    ]
    heights = [line.wrap(sheet.width, 10**6)[1] + line.getSpaceAfter() for line in lines]
    return [CondPageBreak(min(sum(heights), sheet.size[1] / 2)), *lines] if listed else []


def _contents_line(entry: Entry) -> _ContentsLine:
    line = _ContentsLine(markup(entry.text), _CONTENTS[entry.level])
    line.entry = entry
    return line


def _expanded(story: Sequence[Part], sheet: Sheet) -> Iterator[Flowable]:
    """Yield the flowables, headings numbered through, contents and page breaks in their places."""
    listed = [part.entry for part in story if isinstance(part, Heading) and part.entry]
    level = -1
    for number, entry in enumerate(listed, 1):
        entry.key = f"h{number}"
        entry.level = level = min(entry.level, level + 1)  # an outline goes down step by step
    for part in story:
        if isinstance(part, Flowable):
            yield part
        elif part == NEW_PAGE:
            yield PageBreak()
        else:
            yield from _contents(listed, sheet)


def _kept(story: list[Flowable], sheet: Sheet) -> Iterator[Flowable]:
    """Yield the story with a break before what would not have its beginning on the page."""
    follows_heading = False
    story = [piece for part in story for piece in _pieces(part, sheet)]
    for at, part in enumerate(story):
        if not follows_heading and isinstance(part, Heading | Grid):
            yield CondPageBreak(min(_beginning(story, at, sheet), _MOST_KEPT))
        follows_heading = isinstance(part, Heading)
        yield part


def _pieces(part: Flowable, sheet: Sheet) -> Iterator[Flowable]:
    """Yield the flowable, or the halves of halves of a paragraph much longer than a page.

    To break off page by page would wrap all the rest again for each.
    """
    halves: list[Flowable] = []
    if isinstance(part, Paragraph) and part.wrap(sheet.width, 10**6)[1] > 2 * sheet.size[1]:
        halves = part.split(sheet.width, part.height // 2)
    if len(halves) < 2:
        yield part
        return
    for half in halves:
        if half is not halves[-1] and isinstance(half, Paragraph):
            half.style = ParagraphStyle(half.style.name, half.style, spaceAfter=0)
        yield from _pieces(half, sheet)


def _beginning(story: list[Flowable], at: int, sheet: Sheet) -> float:
    """Return the height of the headings from `at` on with the beginning of what they head.

    A short sentence between a heading and a table leads in the table, whose beginning counts too.
    """
    height = 0.0
    for part, after in zip(story[at:], [*story[at + 1 :], None], strict=True):
        height += part.getSpaceBefore()
        if isinstance(part, Grid):
            return height + part.start
        if isinstance(part, Image):
            return height + float(part.drawHeight)
        if not isinstance(part, Paragraph):
            return height
        part.wrap(sheet.width, 10**6)
        lines = line_count(part)
        leads_in = lines <= 3 and isinstance(after, Grid)
        if not isinstance(part, Heading) and not leads_in:
            return height + part.style.leading * (lines if lines <= 3 else 2)
        height += part.height + part.getSpaceAfter()
    return height
