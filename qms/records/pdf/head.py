"""The head of an ISO document: who issues it, what it is, by which code and number."""

from dataclasses import dataclass
from functools import cached_property

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from qms.records.pdf.text import BOLD, CELL, WIDTH, balance, bold, line_count, lines_of, markup

_LEFT, _RIGHT = 55 * mm, 50 * mm  # what the title leaves to both sides
_SIDE, _ABOVE, _BELOW = 2 * mm, 2 * mm, 3 * mm
_HIGHEST = 80 * mm  # of the title on the first page: a longer one is set smaller
_TITLE_SIZES = (14, 13, 12, 11)
_SMALLER_SIZES = (10, 9, 8, 7)
_FEW_LINES = 4  # a title is set as large as gives it no more lines than that
_OFFICE_SIZES = (11.5, 11, 10.5, 10, 9.5, 9)
_LINES = 3  # of a title or an office on the later pages


def _style(
    size: float, *, is_bold: bool = False, is_centered: bool = True, space: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        f"head-{size}",
        CELL,
        fontSize=size,
        leading=round(size * 1.22, 1),
        fontName=BOLD if is_bold else CELL.fontName,
        alignment=TA_CENTER if is_centered else CELL.alignment,
        spaceAfter=space,
    )


@dataclass(frozen=True)
class Head:
    """Who issues (`superior` above `office`), what (`kind`, `title`), and its facts with labels.

    The first page shows all of it in full; on the others a long title ends in an ellipsis and
    only the first `brief` facts stand. `width` is that of the text.
    """

    superior: str
    office: str
    kind: str
    title: str
    facts: tuple[tuple[str, str], ...]
    brief: int = 3
    width: float = WIDTH

    @property
    def _widths(self) -> tuple[float, float, float]:
        return _LEFT, self.width - _LEFT - _RIGHT, _RIGHT

    @property
    def first_height(self) -> float:
        return max(map(_height, [*self._first, self._facts(11, len(self.facts), "1/1")]))

    @property
    def later_height(self) -> float:
        return max(map(_height, self._later))

    def draw(self, canvas: Canvas, left: float, top: float, *, page: int, number: str) -> None:
        """Draw it with its upper left corner there; `number` is what the first page is told."""
        if page == 1:
            height = self.first_height
            cells = [*self._first, self._facts(11, len(self.facts), number)]
        else:
            height, cells = self.later_height, list(self._later)
        canvas.setLineWidth(0.7)
        canvas.rect(left, top - height, self.width, height)
        for width, cell in zip(self._widths, cells, strict=True):
            at = top - (height - _height(cell)) / 2 - _ABOVE
            for part in cell:
                at -= part.height
                part.drawOn(canvas, left + _SIDE, at)
                at -= part.getSpaceAfter()
            left += width
            if cell is not cells[-1]:
                canvas.line(left, top, left, top - height)

    @cached_property
    def _first(self) -> tuple[list[Paragraph], list[Paragraph]]:
        for size in _OFFICE_SIZES:
            superior = self._paragraphs([markup(self.superior)], _style(size), 0)
            office = self._paragraphs([bold(self.office)], _style(size), 0)
            if not superior or line_count(superior[0]) == 1:
                break
        kind = self._paragraphs([bold(self.kind)], _style(13, space=3), 1)
        return [*superior, *office], [*kind, *self._title()]

    def _title(self) -> list[Paragraph]:
        """Return the title as large as leaves it few lines, or at least not too high."""
        for size in (*_TITLE_SIZES, *_SMALLER_SIZES):
            title = self._paragraphs([bold(self.title)], _style(size), 1)
            lines = line_count(title[0]) if title else 0
            if lines <= _FEW_LINES or (size <= _TITLE_SIZES[-1] and _height(title) <= _HIGHEST):
                break
        return title

    @cached_property
    def _later(self) -> tuple[list[Paragraph], list[Paragraph], list[Paragraph]]:
        office = [
            *self._clipped(self.superior, _style(8.5), 0),
            *self._clipped(self.office, _style(8.5, is_bold=True), 0),
        ]
        title = self._clipped(self.title, _style(10, is_bold=True), 1)
        return office, title, self._facts(9.5, self.brief, "")

    def _facts(self, size: float, count: int, number: str) -> list[Paragraph]:
        lines = [f"{markup(label)}: {bold(value)}" for label, value in self.facts[:count]]
        return self._paragraphs(
            [*lines, *([markup(f"Trang: {number}")] if number else [])],
            _style(size, is_centered=False),
            2,
        )

    def _paragraphs(self, texts: list[str], style: ParagraphStyle, column: int) -> list[Paragraph]:
        made = [Paragraph(text, style) for text in texts if text]
        for part in made:
            balance(part, self._widths[column] - 2 * _SIDE)
        return made

    def _clipped(self, text: str, style: ParagraphStyle, column: int) -> list[Paragraph]:
        """Return the text as one paragraph, ended by an ellipsis where it is too long."""
        made = self._paragraphs([markup(text)], style, column)
        if not made or line_count(made[0]) <= _LINES:
            return made
        kept = " ".join(lines_of(made[0])[:_LINES])
        return self._paragraphs([markup(kept[:-2].rstrip() + "…")], style, column)


def _height(cell: list[Paragraph]) -> float:
    return sum(part.height + part.getSpaceAfter() for part in cell) + _ABOVE + _BELOW
