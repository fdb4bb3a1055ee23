"""Rows and columns: repeated heads, rows that break over pages, cells that hold what is in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from reportlab.lib.colors import Color, black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import LongTable, Paragraph, Table

from qms.records.pdf.text import (
    CELL,
    CELL_CENTERED,
    CELL_HEAD,
    REGULAR,
    WIDTH,
    markup,
)
from qms.records.pdf.text import cell as in_cell

_LINE = 0.5
_HEAD_GREY = Color(0.93, 0.93, 0.93)
_SIDE, _ABOVE, _BELOW = 1.8 * mm, 0.8 * mm, 1.3 * mm
_WHOLE = 60 * mm  # a row up to this height moves to the next page whole
_BITE = 30 * mm  # a taller one is cut into pieces no higher than this
_REPEATED = 50 * mm  # a higher head is printed once
_BEGINNING = 40 * mm  # of two rows that begin a table together; else one does
_TOGETHER = 45 * mm  # a table up to this height never breaks


@dataclass(frozen=True)
class Column:
    """A column: its head as people write it, and its share of the page's width."""

    head: str
    share: float
    is_centered: bool = False


@dataclass(frozen=True)
class Span:
    """One cell over several columns."""

    cell: "str | Paragraph | Sequence[Paragraph]"
    columns: int


Cell = str | Paragraph | Sequence[Paragraph] | Span  # a str is text, not markup
Row = Sequence[Cell]


class Grid(LongTable):
    """A table; `start` is the height without which it should not begin on a page."""

    start: float = 0

    def onSplit(self, T: Table, byRow: int = 1) -> None:  # noqa: N802, N803
        """Close the frame of each part, also where a row goes on overleaf."""
        T.setStyle([("BOX", (0, 0), (-1, -1), _LINE, black)])


@dataclass
class _Line:
    """One line of the grid: what is in each cell, how many columns it spans, how high it is."""

    cells: list[list[Paragraph]]
    spans: list[int]
    joined: set[int]  # columns with no rule below
    goes_on: bool = False  # the next line is the rest of the same row
    is_rest: bool = False
    height: float = 0

    def measure(self, widths: list[float]) -> None:
        places = _places(self.spans, widths)
        inner = max((_height(c, w) for c, w in zip(self.cells, places, strict=True)), default=0)
        self.height = inner + self.above + self.below

    @property
    def above(self) -> float:
        return 0 if self.is_rest else _ABOVE

    @property
    def below(self) -> float:
        return 0 if self.goes_on else _BELOW


def table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    head: Sequence[Row] = (),
    joined: frozenset[tuple[int, int]] = frozenset(),
    last: int = 1,
) -> Grid:
    """Return the table of `rows` as wide as the text, its head repeated on every page.

    `head` stands in the place of the heads of the columns. Between a cell of `joined` (line, heads
    counted, and column) and the one below it there is no rule. Text is wrapped within its cell, in
    the middle of a word where one is too long; a row too high for a page breaks over pages. The
    `last` rows, sums for instance, stay on one page.
    """
    whole = sum(column.share for column in columns)
    widths = [column.share * WIDTH / whole for column in columns]
    named = any(column.head for column in columns)
    heads = head or ([[column.head for column in columns]] if named else [])
    open_below: dict[int, set[int]] = {}
    for at, column in joined:
        open_below.setdefault(at, set()).add(column)
    lines = [
        _line(row, [CELL_HEAD] * len(columns), open_below.get(at, set()))
        for at, row in enumerate(heads)
    ]
    styles = [CELL_CENTERED if column.is_centered else CELL for column in columns]
    for line in lines:
        line.measure(widths)
    repeated = len(lines)
    if sum(line.height for line in lines) > _REPEATED:
        lines = [piece for line in lines for piece in _pieces(line, widths)]
        repeated = 0
    grey = len(lines)
    for at, row in enumerate(rows, len(heads)):
        lines += _pieces(_line(row, styles, open_below.get(at, set())), widths)
    grid = _drawn(lines, widths, grey, repeated)
    if last > 1:
        grid.setStyle([("NOSPLIT", (0, -min(last, len(rows))), (-1, -1))])
    return grid


def _line(row: Row, styles: Sequence[ParagraphStyle], joined: set[int]) -> _Line:
    cells: list[list[Paragraph]] = []
    spans: list[int] = []
    for given in row:
        style = styles[sum(spans)]
        cell, span = (given.cell, given.columns) if isinstance(given, Span) else (given, 1)
        cells.append(_paragraphs(cell, style))
        spans.append(span)
    return _Line(cells, spans, joined)


def _paragraphs(
    cell: str | Paragraph | Sequence[Paragraph], style: ParagraphStyle
) -> list[Paragraph]:
    if isinstance(cell, str):
        return in_cell(markup(cell), style) if cell else []
    return [cell] if isinstance(cell, Paragraph) else list(cell)


def _places(spans: list[int], widths: list[float]) -> list[float]:
    """Return the width for text in each cell of a line."""
    places, at = [], 0
    for span in spans:
        places.append(sum(widths[at : at + span]) - 2 * _SIDE)
        at += span
    return places


def _height(cell: list[Paragraph], width: float) -> float:
    if not cell:
        return 0
    whole = sum(
        part.getSpaceBefore() + part.wrap(width, 10**6)[1] + part.getSpaceAfter() for part in cell
    )
    return float(whole - cell[0].getSpaceBefore() - cell[-1].getSpaceAfter())


def _pieces(line: _Line, widths: list[float], most: float = _WHOLE) -> Iterator[_Line]:
    """Yield the line itself, or what a too high one is cut into: halves of halves."""
    line.measure(widths)
    if line.height <= most:
        yield line
        return
    places = _places(line.spans, widths)
    room = ceil(line.height / 2 / CELL.leading) * CELL.leading  # so that all cells are cut alike
    cuts = [_cut(cell, w, room) for cell, w in zip(line.cells, places, strict=True)]
    if not any(rest for _, rest in cuts):
        yield line
        return
    whole = set(range(len(widths)))
    first = _Line([c[0] for c in cuts], line.spans, whole, goes_on=True, is_rest=line.is_rest)
    rest = _Line([c[1] for c in cuts], line.spans, line.joined, line.goes_on, is_rest=True)
    yield from _pieces(first, widths, _BITE)
    yield from _pieces(rest, widths, _BITE)


def _cut(
    cell: list[Paragraph], width: float, room: float
) -> tuple[list[Paragraph], list[Paragraph]]:
    """Return what of the cell fits into the room, or what cannot be cut, and the rest."""
    for number, part in enumerate(cell):
        needed = part.wrap(width, 10**6)[1]
        if needed > room:
            halves: list[Any] = part.split(width, room)
            if len(halves) == 2:
                return [*cell[:number], halves[0]], [halves[1], *cell[number + 1 :]]
            number = max(number, 1)
            return cell[:number], cell[number:]
        room -= needed + part.getSpaceAfter()
    return cell, []


def _drawn(lines: list[_Line], widths: list[float], heads: int, repeated: int) -> Grid:
    data: list[list[Any]] = []
    for line in lines:
        row: list[Any] = []
        for cell, span in zip(line.cells, line.spans, strict=True):
            row += [cell or "", *[""] * (span - 1)]
        data.append(row + [""] * (len(widths) - len(row)))
    grid = Grid(
        data,
        colWidths=widths,
        rowHeights=[line.height for line in lines],
        repeatRows=repeated,
        style=list(_commands(lines, len(widths), heads)),
        hAlign="LEFT",
        spaceBefore=2,
        spaceAfter=9,
    )
    body = [line.height for line in lines[repeated:]]
    whole = sum(line.height for line in lines)
    first = sum(line.height for line in lines[:repeated]) + (
        sum(body[:2]) if sum(body[:2]) <= _BEGINNING else sum(body[:1])
    )
    grid.start = whole if whole <= _TOGETHER else first
    return grid


def _commands(lines: list[_Line], columns: int, heads: int) -> Iterator[tuple[Any, ...]]:
    whole = ((0, 0), (-1, -1))
    yield ("FONT", *whole, REGULAR, CELL.fontSize, CELL.leading)
    yield ("VALIGN", *whole, "TOP")
    for name, space in (("LEFT", _SIDE), ("RIGHT", _SIDE), ("TOP", _ABOVE), ("BOTTOM", _BELOW)):
        yield (f"{name}PADDING", *whole, space)
    if heads:
        yield ("BACKGROUND", (0, 0), (-1, heads - 1), _HEAD_GREY)
        yield ("VALIGN", (0, 0), (-1, heads - 1), "MIDDLE")
    for at, line in enumerate(lines):
        column = 0
        for span in line.spans:
            if span > 1:
                yield ("SPAN", (column, at), (column + span - 1, at))
            column += span
        if line.is_rest:
            yield ("TOPPADDING", (0, at), (-1, at), 0)
        if line.goes_on:
            yield ("BOTTOMPADDING", (0, at), (-1, at), 0)
    yield from _rules(lines, columns)


def _rules(lines: list[_Line], columns: int) -> Iterator[tuple[Any, ...]]:
    whole = ((0, 0), (-1, -1))
    if not any(line.joined for line in lines):
        yield ("GRID", *whole, _LINE, black)
        return
    yield ("BOX", *whole, _LINE, black)
    yield ("LINEAFTER", *whole, _LINE, black)
    for is_open, group in groupby(enumerate(lines), key=lambda each: bool(each[1].joined)):
        run = list(group)
        if not is_open:
            yield ("LINEBELOW", (0, run[0][0]), (-1, run[-1][0]), _LINE, black)
            continue
        for at, line in run:
            for column in set(range(columns)) - line.joined:
                yield ("LINEBELOW", (column, at), (column, at), _LINE, black)
