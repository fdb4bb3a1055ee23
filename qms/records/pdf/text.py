"""Faces and styles, and the one way in which text becomes something that flows over pages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph

from qms.foundation.text import clean, clean_lines

REGULAR = "LiberationSerif"
BOLD = f"{REGULAR}-Bold"
ITALIC = f"{REGULAR}-Italic"
BOLD_ITALIC = f"{REGULAR}-BoldItalic"

LEFT_MARGIN = 30 * mm  # Nghị định 30/2020/NĐ-CP, Phụ lục I: 30-35 mm
RIGHT_MARGIN = 15 * mm  # the same: 15-20 mm
WIDTH = A4[0] - LEFT_MARGIN - RIGHT_MARGIN


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper: its size, and what the margins leave for text between left and right."""

    size: tuple[float, float] = A4

    @property
    def width(self) -> float:
        return self.size[0] - LEFT_MARGIN - RIGHT_MARGIN


PORTRAIT, LANDSCAPE = Sheet(), Sheet(landscape(A4))


def _register() -> None:
    """Make the four faces known by name; as wide as Times New Roman, with all of Vietnamese."""
    folder = Path(__file__).resolve().parent.parent / "fonts"
    files = {REGULAR: "Regular", BOLD: "Bold", ITALIC: "Italic", BOLD_ITALIC: "BoldItalic"}
    for name, style in files.items():
        registerFont(TTFont(name, str(folder / f"LiberationSerif-{style}.ttf")))
    registerFontFamily(REGULAR, REGULAR, BOLD, ITALIC, BOLD_ITALIC)
    registerFontFamily(BOLD, BOLD, BOLD, BOLD_ITALIC, BOLD_ITALIC)


_register()  # once, before the first paragraph: its <b> and <i> are looked up there


def _style(name: str, **values: Any) -> ParagraphStyle:
    """Return a style in which no face of the reader's machine is ever asked for."""
    face = values.setdefault("fontName", REGULAR)
    size = values.setdefault("fontSize", 13)
    values.setdefault("leading", round(size * 1.25, 1))
    return ParagraphStyle(name, bulletFontName=face, bulletFontSize=size, **values)


# Nghị định 30/2020/NĐ-CP, Phụ lục I: size 13-14, justified, first line indented 1 cm, 6 pt between.
BODY = _style(
    "body",
    leading=17,
    alignment=TA_JUSTIFY,
    firstLineIndent=10 * mm,
    spaceAfter=6,
    allowWidows=0,
    allowOrphans=0,
)
PLAIN = _style("plain", leading=17, spaceAfter=6, allowWidows=0, allowOrphans=0)
CENTERED = _style("centered", leading=17, alignment=TA_CENTER, spaceAfter=6)
RIGHT = _style("right", leading=17, alignment=TA_RIGHT, spaceAfter=6)
TITLE = _style("title", fontName=BOLD, fontSize=14, alignment=TA_CENTER, spaceAfter=10)
_IN_CELL: Any = {"fontSize": 12, "leading": 14.5, "allowOrphans": 1, "allowWidows": 1}
CELL = _style("cell", alignment=TA_LEFT, **_IN_CELL)
CELL_CENTERED = _style("cell-centered", alignment=TA_CENTER, **_IN_CELL)
CELL_RIGHT = _style("cell-right", alignment=TA_RIGHT, **_IN_CELL)
CELL_SMALL = _style("cell-small", fontSize=10.5, leading=12.5, alignment=TA_CENTER)
CELL_HEAD = _style("cell-head", fontName=BOLD, alignment=TA_CENTER, **_IN_CELL)
SMALL = _style("small", fontSize=10.5, leading=13, spaceAfter=6)
HEADINGS = (
    _style("heading-1", fontName=BOLD, leading=17, spaceBefore=10, spaceAfter=6),
    _style("heading-2", fontName=BOLD, leading=17, spaceBefore=6, spaceAfter=4),
    _style("heading-3", fontName=BOLD_ITALIC, leading=17, spaceBefore=4, spaceAfter=4),
)


_BREAK = "<br/>"


def markup(text: str) -> str:
    """Return `text` as markup that prints it to the letter, line by line.

    NFC, without control characters, escaped: what looks like a tag is printed, not obeyed. The
    only way by which text that somebody wrote gets into a document.
    """
    return escape(clean_lines(text)).replace("\n", _BREAK)


def bold(text: str) -> str:
    """Return the markup of `text` in bold, each line for itself."""
    return _BREAK.join(f"<b>{line}</b>" for line in markup(text).split(_BREAK))


def italic(text: str) -> str:
    """Return the markup of `text` in italics, each line for itself."""
    return _BREAK.join(f"<i>{line}</i>" for line in markup(text).split(_BREAK))


class _Text(Paragraph):
    """A paragraph that is wrapped once for a width, however often it is asked.

    `depth` is how deep it stands in lists, 0 outside of any; `told` are the pieces of its text
    with their marks, which wrapping would take apart.
    """

    wrapped_to: float = -1
    depth: int = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told = tuple(self.frags)

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        if self.wrapped_to != availWidth or not hasattr(self, "blPara"):
            super().wrap(availWidth, availHeight)
            self.wrapped_to = availWidth
        return availWidth, self.height


def paragraph(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Return a paragraph of `text`, which is markup: pass it through `markup()` first."""
    return _Text(text, style)


class Ruled(Paragraph):
    """A paragraph with a line below, `rule` points long, in its middle."""

    rule: float = 0

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803
        parts: list[Flowable] = super().split(availWidth, availHeight)
        if parts and isinstance(parts[-1], Ruled):
            parts[-1].rule = self.rule
        return parts

    def draw(self) -> None:
        super().draw()
        if self.rule:
            left, below = (self.width - self.rule) / 2, -4
            self.canv.setLineWidth(0.7)
            self.canv.line(left, below, left + self.rule, below)


def ruled(text: str, style: ParagraphStyle, *, share: float, width: float) -> Ruled:
    """Return the markup `text`, centred in `width`, above a line of that share of its longest."""
    made = Ruled(text, style)
    balance(made, width)
    laid_out: Any = made
    widths = laid_out.getActualLineWidths0()
    made.rule = share * max(widths, default=0)
    return made


def cell(text: str, style: ParagraphStyle = CELL) -> list[Paragraph]:
    """Return what stands in a cell: each line of `text`, markup, as a paragraph of its own.

    A cell that breaks over pages may then break between any two of its lines.
    """
    return [paragraph(line, style) for line in text.split(_BREAK)]


def lead(text: str) -> "Heading":
    """Return the sentence `text` that leads in what follows, and stays with it."""
    return heading(text, style=BODY, is_listed=False)


def item(text: str, mark: str, *, depth: int = 1, style: ParagraphStyle = BODY) -> Paragraph:
    """Return the markup `text` as an item of a list, behind `mark`; `depth` counts from 1."""
    step = style.fontSize * 0.45 * mm / 1.1
    start = style.leftIndent + style.firstLineIndent + step * (depth - 1)
    own = ParagraphStyle(
        f"{style.name}-item",
        style,
        leftIndent=start + step,
        bulletIndent=start,
        firstLineIndent=0,
        alignment=TA_LEFT,
        spaceAfter=min(style.spaceAfter, 3),
    )
    made = _Text(text, own, bulletText=mark or None)
    made.depth = depth
    return made


def line_count(part: Paragraph) -> int:
    """Return into how many lines the paragraph was wrapped."""
    return round(part.height / part.style.leading)


def balance(part: Paragraph, width: float) -> None:
    """Wrap to the fewest lines and, if they are centred, to lines of about equal length."""
    part.wrap(width, 10**6)
    lines = line_count(part)
    if lines == 1 or part.style.alignment != TA_CENTER:
        return
    narrow, wide, style = width / 2, width, part.style
    while wide - narrow > 4:
        tried = (narrow + wide) / 2
        part.wrap(tried, 10**6)
        narrow, wide = (narrow, tried) if line_count(part) == lines else (tried, wide)
    side = max(width - wide * 1.1, 0) / 2  # a little more, so that the upper lines are longer
    part.style = ParagraphStyle(style.name, style, leftIndent=side, rightIndent=side)
    part.wrap(width, 10**6)


def lines_of(part: Paragraph) -> list[str]:
    """Return the lines into which the paragraph, of one face, was wrapped."""
    laid_out: Any = part
    return [" ".join(words) for _, words in laid_out.blPara.lines]


@dataclass
class Entry:
    """A heading in outline and contents; its `key` is given by the page it is laid out on."""

    text: str
    level: int
    key: str = ""


class Heading(_Text):
    """A heading; the page sees to it that it never stands alone at the end of a page."""

    entry: Entry | None = None

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803
        parts: list[Flowable] = super().split(availWidth, availHeight)
        if parts and isinstance(parts[0], Heading):
            parts[0].entry = self.entry
        return parts

    def draw(self) -> None:
        if self.entry is not None:
            canvas: Any = self.canv  # of the page: it knows outline and contents
            canvas.place(self.entry, self)
        super().draw()


def heading(
    text: str,
    level: int = 0,
    *,
    style: ParagraphStyle | None = None,
    is_listed: bool = True,
    is_capital: bool = False,
) -> Heading:
    """Return the heading `text` (as people write it), in outline and contents if `is_listed`.

    `level` counts from 0; what is deeper than three levels looks like the third.
    """
    shown = text.upper() if is_capital else text
    made = Heading(markup(shown), style or HEADINGS[min(level, len(HEADINGS) - 1)])
    if is_listed:
        made.entry = Entry(clean(text), level)
    return made
