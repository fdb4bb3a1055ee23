"""What people wrote as HTML, as flowables: one walk over the few tags that are kept of it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph

from qms.foundation.text import clean
from qms.records.pdf.tables import Column, Row, Span, table
from qms.records.pdf.text import BODY, CELL, CELL_HEAD, heading, item, markup, paragraph

_MARKS = {"strong": "b", "em": "i", "u": "u", "s": "strike", "sub": "sub", "sup": "super"}
_BULLETS = ("–", "+", "·")
_DEEPEST = 4  # deeper lists are indented no further
_MOST_COLUMNS = 11  # as many as leave room for a word; a wider table is printed line by line


def narrative(html: str, *, level: int | None = None) -> list[Flowable]:
    """Return the flowables of sanitised HTML; nothing that is written in it is left out.

    Its headings (h3, h4) stand in outline and contents from `level` on; None: they are only text.
    """
    reader = _Reader(level)
    reader.feed(html)
    reader.close()
    reader.finish()
    return reader.blocks


@dataclass
class _Cell:
    parts: list[Paragraph] = field(default_factory=list)
    columns: int = 1
    rows: int = 1
    is_head: bool = False

    @property
    def length(self) -> int:
        return max((len(part.getPlainText()) for part in self.parts), default=0)


class _Reader(HTMLParser):
    """Gathers text until a block ends, then makes it a flowable of the kind it stands in."""

    def __init__(self, level: int | None) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Flowable] = []
        self._level = level
        self._text: list[str] = []  # markup of the open block
        self._plain: list[str] = []
        self._marks: list[str] = []  # inline tags that are open
        self._links: list[tuple[str, int]] = []  # address, and where its text begins
        self._lists: list[int | None] = []  # the number of the last item; None: no numbers
        self._bullet: str | None = None
        self._heading = ""
        self._tables = 0  # how deep in tables; what is nested is text of the outer cell
        self._rows: list[list[_Cell]] = []
        self._heads = 0  # rows in a thead

    # --- what the parser calls ---

    def handle_data(self, data: str) -> None:
        words = clean(data)
        before = " " if data[:1].isspace() else ""
        after = " " if words and data[-1:].isspace() else ""
        self._text.append(before + markup(words) + after)
        self._plain.append(before + words + after)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _MARKS:
            self._marks.append(tag)
            self._text.append(f"<{_MARKS[tag]}>")
        elif tag == "br" and self._tables:
            self._flush()
        elif tag == "br":
            self._text.append("<br/>")
            self._plain.append(" ")
        elif tag == "a":
            self._links.append((given.get("href", ""), len(self._plain)))
        else:
            self._flush()
            self._open_block(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in _MARKS:
            self._close_mark(tag)
        elif tag == "a":
            self._close_link()
        elif tag != "br":
            self._flush()
            self._close_block(tag)

    def finish(self) -> None:
        """Take what the HTML left open."""
        self._flush()
        if self._rows:
            self._close_table()

    # --- inline ---

    def _close_mark(self, tag: str) -> None:
        """Close the mark and open again those that were opened after it."""
        if tag not in self._marks:
            return
        at = len(self._marks) - 1 - self._marks[::-1].index(tag)
        after = self._marks[at + 1 :]
        self._text += [f"</{_MARKS[each]}>" for each in reversed(self._marks[at:])]
        self._marks[at:] = after
        self._text += [f"<{_MARKS[each]}>" for each in after]

    def _close_link(self) -> None:
        """Print the address behind its words, for paper cannot be clicked."""
        if not self._links:
            return
        href, start = self._links.pop()
        address = clean(href).removeprefix("mailto:")
        shown = clean("".join(self._plain[start:]))
        if address and address.rstrip("/") not in shown:
            self._text.append(f" ({markup(address)})")
            self._plain.append(f" ({address})")

    # --- blocks ---

    def _open_block(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("h3", "h4"):
            self._heading = tag
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li" and self._lists:
            number = self._lists[-1]
            if number is not None:
                self._lists[-1] = number = number + 1
            depth = min(len(self._lists), len(_BULLETS))
            self._bullet = f"{number}." if number is not None else _BULLETS[depth - 1]
        elif tag == "table":
            self._tables += 1
        elif tag == "tr" and self._tables == 1:
            self._rows.append([])
        elif tag in ("td", "th") and self._tables == 1 and self._rows:
            cell = _Cell(
                columns=_count(given.get("colspan", "")),
                rows=_count(given.get("rowspan", "")),
                is_head=tag == "th",
            )
            self._rows[-1].append(cell)

    def _close_block(self, tag: str) -> None:
        if tag in ("h3", "h4"):
            self._heading = ""
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._bullet = "" if self._lists else None
        elif tag == "li":
            self._bullet = None
        elif tag == "thead" and self._tables == 1:
            self._heads = len(self._rows)
        elif tag == "table" and self._tables:
            self._tables -= 1
            if not self._tables:
                self._close_table()

    def _flush(self) -> None:
        """End the open block, and begin the next with the marks that are open."""
        made = "".join(self._text) + "".join(f"</{_MARKS[m]}>" for m in reversed(self._marks))
        said = clean("".join(self._plain))
        self._text = [f"<{_MARKS[mark]}>" for mark in self._marks]
        self._plain = []
        self._links = [(href, 0) for href, _ in self._links]
        if not said:
            return
        if self._tables and self._rows and self._rows[-1]:
            cell = self._rows[-1][-1]
            style = CELL_HEAD if cell.is_head else CELL
            cell.parts.append(self._paragraph(made, style))
        elif self._heading and not self._lists:
            deeper = 1 if self._heading == "h4" else 0
            level = (self._level or 0) + deeper
            self.blocks.append(heading(said, level, is_listed=self._level is not None))
        else:
            self.blocks.append(self._paragraph(made, BODY))

    def _paragraph(self, made: str, style: ParagraphStyle) -> Paragraph:
        if self._heading:
            made = f"<b>{made}</b>"
        if not self._lists:
            return paragraph(made, style)
        bullet, self._bullet = self._bullet or "", ""
        depth = min(len(self._lists), _DEEPEST) if style is BODY else 1
        return item(made, bullet, depth=depth, style=style)

    # --- tables ---

    def _close_table(self) -> None:
        rows = [row for row in self._rows if row]
        heads = self._heads or _leading_heads(rows)
        self._rows, self._heads = [], 0
        if rows:
            self.blocks += _table(rows, min(heads, len(rows)))


def _count(text: str) -> int:
    return max(int(text), 1) if text.isdecimal() and len(text) < 4 else 1


def _leading_heads(rows: list[list[_Cell]]) -> int:
    heads = 0
    while heads < len(rows) - 1 and all(cell.is_head for cell in rows[heads]):
        heads += 1
    return heads


def _table(rows: list[list[_Cell]], heads: int) -> list[Flowable]:
    """Return the table, or its rows one below the other where it has too many columns."""
    placed = _placed(rows)
    columns = max(sum(cell.columns for cell in row) for row in placed)
    if columns > _MOST_COLUMNS:
        return [part for row in rows for cell in row for part in cell.parts]
    weights = [6.0] * columns
    for row in placed:
        at = 0
        for cell in row:
            if cell.columns == 1:
                weights[at] = max(weights[at], min(cell.length, 50))
            at += cell.columns
    least = sum(weights) / _MOST_COLUMNS
    given = [Column("", max(weight, least)) for weight in weights]
    lines: list[Row] = [_row(row, columns) for row in placed]
    joined = frozenset(
        (at, column) for at, row in enumerate(placed) for column in _open_columns(row)
    )
    return [table(given, lines[heads:], head=lines[:heads], joined=joined)]


def _row(row: list[_Cell], columns: int) -> Row:
    cells = [Span(cell.parts, cell.columns) for cell in row]
    missing = columns - sum(cell.columns for cell in row)
    return [*cells, Span("", missing)] if missing else cells


def _open_columns(row: list[_Cell]) -> list[int]:
    columns: list[int] = []
    at = 0
    for cell in row:
        if cell.rows > 1:
            columns += range(at, at + cell.columns)
        at += cell.columns
    return columns


def _placed(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """Return the rows with an empty cell wherever one from above reaches down.

    A cell over several rows stands in its first row, and no line is drawn below it: like this the
    table may break over pages anywhere.
    """
    placed: list[list[_Cell]] = []
    reaching: dict[int, tuple[int, int]] = {}  # column → rows still to go, columns
    for number, row in enumerate(rows):
        cells: list[_Cell] = []
        left = list(row)
        at = 0
        following: dict[int, tuple[int, int]] = {}
        while left or any(column >= at for column in reaching):
            if at in reaching:
                rows_left, width = reaching[at]
                cell = _Cell(columns=width, rows=rows_left)
            else:
                cell = left.pop(0) if left else _Cell()
                cell.rows = min(cell.rows, len(rows) - number)
            if cell.rows > 1:
                following[at] = (cell.rows - 1, cell.columns)
            cells.append(cell)
            at += cell.columns
        reaching = following
        placed.append(cells)
    return placed
