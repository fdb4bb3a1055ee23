"""Rows and columns: repeated heads, rows that break over pages, cells that hold what is in them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph

from qms.records.pdf.grid import RULED, Grid, Line, Look
from qms.records.pdf.text import CELL, CELL_CENTERED, CELL_HEAD, WIDTH, markup
from qms.records.pdf.text import cell as in_cell

_REPEATED = 50 * mm  # a higher head is printed once


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


def table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    head: Sequence[Row] = (),
    joined: frozenset[tuple[int, int]] = frozenset(),
    last: int = 1,
    width: float = WIDTH,
    look: Look = RULED,
) -> Grid:
    """Return the table of `rows`, `width` wide, its head repeated on every page.

    `head` stands in the place of the heads of the columns. Between a cell of `joined` (line, heads
    counted, and column) and the one below it there is no rule. Text is wrapped within its cell, in
    the middle of a word where one is too long; a row too high for a page breaks over pages. The
    `last` rows, sums for instance, stay on one page.
    """
    whole = sum(column.share for column in columns)
    widths = [column.share * width / whole for column in columns]
    if not head and any(column.head for column in columns):
        head = [[column.head for column in columns]]
    no_rule: defaultdict[int, set[int]] = defaultdict(set)
    for at, column in joined:
        no_rule[at].add(column)
    lines: list[Line] = []
    told: list[Line] = []
    for at, row in enumerate(head):
        line = Line(*_cells(row, [CELL_HEAD] * len(columns)), frozenset(no_rule[at]), is_head=True)
        line.look = look
        told.append(line)
        lines += line.pieces(widths)
    repeated = len(lines) if sum(line.height for line in lines) <= _REPEATED else 0
    for at, line in enumerate(_body(columns, rows, last), len(head)):
        line.joined, line.look = frozenset(no_rule[at]), look
        told.append(line)
        lines += line.pieces(widths)
    made = Grid(lines, widths, repeated=repeated)
    made.told = tuple(told)
    return made


def _body(columns: Sequence[Column], rows: Sequence[Row], last: int) -> Iterator[Line]:
    """Yield the lines of the body; one that heads a group stays with the line after it."""
    styles = [CELL_CENTERED if column.is_centered else CELL for column in columns]
    lines = [Line(*_cells(row, styles)) for row in rows]
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else line
        heads_group = len(line.spans) == 1 < len(following.spans)
        line.stays = heads_group or len(lines) - last <= at < len(lines) - 1
        yield line


def _cells(row: Row, styles: Sequence[ParagraphStyle]) -> tuple[list[list[Paragraph]], list[int]]:
    cells: list[list[Paragraph]] = []
    spans: list[int] = []
    for given in row:
        style = styles[sum(spans)]
        cell, span = (given.cell, given.columns) if isinstance(given, Span) else (given, 1)
        cells.append(_paragraphs(cell, style))
        spans.append(span)
    return cells, spans


def _paragraphs(
    cell: str | Paragraph | Sequence[Paragraph], style: ParagraphStyle
) -> list[Paragraph]:
    if isinstance(cell, str):
        return in_cell(markup(cell), style) if cell else []
    return [cell] if isinstance(cell, Paragraph) else list(cell)
