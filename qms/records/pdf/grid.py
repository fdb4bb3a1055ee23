"""A table that is laid out: its lines, where it may break, how it is drawn."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import ceil
from typing import Any

from reportlab.lib.colors import Color, black
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph

from qms.records.pdf.text import CELL

_RULE = 0.5
_HEAD_GREY = Color(0.93, 0.93, 0.93)
_SIDE, _ABOVE, _BELOW = 1.8 * mm, 0.8 * mm, 1.3 * mm
_WHOLE = 60 * mm  # a row up to this height moves to the next page whole
_BITE = 30 * mm  # a higher one is cut into pieces no higher than this
_BEGINNING = 40 * mm  # of two rows that begin a table together; else one does
_TOGETHER = 45 * mm  # a table up to this height never breaks


@dataclass(frozen=True)
class Look:
    """How a table looks: with rules or bare, how far text keeps from the rules at its sides."""

    is_ruled: bool = True
    side: float = _SIDE


RULED, DENSE, BARE = Look(), Look(side=0.7 * mm), Look(is_ruled=False, side=0.7 * mm)


@dataclass
class Line:
    """One line: what is in each cell, over how many columns, how high it is."""

    cells: list[list[Paragraph]]
    spans: list[int]
    joined: frozenset[int] = frozenset()  # columns with no rule below
    is_head: bool = False
    stays: bool = False  # on the page of the next line
    goes_on: bool = False  # the next line is the rest of the same row
    is_rest: bool = False
    height: float = 0
    look: Look = RULED

    @property
    def above(self) -> float:
        return 0 if self.is_rest else _ABOVE

    @property
    def below(self) -> float:
        return 0 if self.goes_on else _BELOW

    def measure(self, widths: list[float]) -> None:
        """Wrap each cell to its width, and take the height of the highest."""
        inner = [_height(cell, width) for cell, _, width in self.placed(widths)]
        self.height = max(inner, default=0) + self.above + self.below

    def placed(self, widths: list[float]) -> Iterator[tuple[list[Paragraph], float, float]]:
        """Yield each cell with where its text begins, and the width of its text."""
        column, left = 0, 0.0
        for cell, span in zip(self.cells, self.spans, strict=True):
            width = sum(widths[column : column + span])
            yield cell, left + self.look.side, width - 2 * self.look.side
            column, left = column + span, left + width

    def pieces(self, widths: list[float], most: float = _WHOLE) -> Iterator["Line"]:
        """Yield the line, measured, or what a too high one is cut into: halves of halves."""
        self.measure(widths)
        if self.height <= most:
            yield self
            return
        room = ceil(self.height / 2 / CELL.leading) * CELL.leading  # so that all are cut alike
        cuts = [_cut(cell, width, room) for cell, _, width in self.placed(widths)]
        if not any(rest for _, rest in cuts):
            yield self
            return
        upper = Line(
            [cut[0] for cut in cuts],
            self.spans,
            frozenset(range(len(widths))),
            is_head=self.is_head,
            goes_on=True,
            is_rest=self.is_rest,
            look=self.look,
        )
        lower = Line(
            [cut[1] for cut in cuts],
            self.spans,
            self.joined,
            is_head=self.is_head,
            stays=self.stays,
            goes_on=self.goes_on,
            is_rest=True,
            look=self.look,
        )
        yield from upper.pieces(widths, _BITE)
        yield from lower.pieces(widths, _BITE)


def _height(cell: list[Paragraph], width: float) -> float:
    if not cell:
        return 0
    whole = sum(
        part.getSpaceBefore() + part.wrap(width, 10**6)[1] + part.getSpaceAfter() for part in cell
    )
    return float(whole - cell[0].getSpaceBefore() - cell[-1].getSpaceAfter())


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
            taken = max(number, 1)
            return cell[:taken], cell[taken:]
        room -= needed + part.getSpaceAfter()
    return cell, []


class Grid(Flowable):
    """A table; its first `repeated` lines stand on every page that it goes over.

    `start` is the height without which it should not begin on a page. `told` are the rows as they
    were given, before any was cut to fit a page: another printer reads them.
    """

    told: tuple[Line, ...] = ()
    spaceBefore = 2  # noqa: N815
    spaceAfter = 9  # noqa: N815

    def __init__(self, lines: list[Line], widths: list[float], *, repeated: int) -> None:
        super().__init__()
        self._lines, self._repeated = lines, repeated
        self.widths = widths
        self._ends = list(accumulate(line.height for line in lines))
        self.width, self.height = sum(widths), self._ends[-1] if lines else 0
        body = [line.height for line in lines[repeated : repeated + 2]]
        begins = sum(body) if sum(body) <= _BEGINNING else sum(body[:1])
        head = sum(line.height for line in lines[:repeated])
        self.start = self.height if self.height <= _TOGETHER else head + begins

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        return self.width, self.height

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803
        """Return the lines that fit, and the rest below the repeated head; none if none does."""
        last = bisect_right(self._ends, availHeight)
        least = self._repeated + 1
        free = (n for n in range(last, least - 1, -1) if not self._lines[n - 1].stays)
        at = next(free, last if hasattr(self, "_postponed") else 0)  # a new page is no better then
        if at < least:
            return []
        head = self._lines[: self._repeated]
        first = Grid(self._lines[:at], self.widths, repeated=self._repeated)
        rest = Grid([*head, *self._lines[at:]], self.widths, repeated=self._repeated)
        return [first, rest]

    def draw(self) -> None:
        canvas, top = self.canv, self.height
        heads = sum(line.height for line in self._lines if line.is_head)
        if heads:  # first of all, so that it covers no rule
            canvas.setFillColor(_HEAD_GREY)
            canvas.rect(0, top - heads, self.width, heads, stroke=0, fill=1)
        canvas.setLineWidth(_RULE)
        canvas.setStrokeColor(black)
        for line in self._lines:
            for cell, left, width in line.placed(self.widths):
                self._draw_cell(line, cell, left, width, top)
                right = left + width + line.look.side
                if line.look.is_ruled:
                    canvas.line(right, top, right, top - line.height)
            top -= line.height
            self._draw_rule(line, top)
        if all(line.look.is_ruled for line in self._lines):
            canvas.rect(0, 0, self.width, self.height)

    def _draw_cell(
        self, line: Line, cell: list[Paragraph], left: float, width: float, top: float
    ) -> None:
        free = line.height - line.above - line.below - _height(cell, width)
        at = top - line.above - (free / 2 if line.is_head else 0)
        for number, part in enumerate(cell):
            at -= (part.getSpaceBefore() if number else 0) + part.height
            part.drawOn(self.canv, left, at)
            at -= part.getSpaceAfter()

    def _draw_rule(self, line: Line, bottom: float) -> None:
        if not line.look.is_ruled:
            return
        left = 0.0
        columns = enumerate(self.widths)
        for is_open, group in groupby(columns, key=lambda column: column[0] in line.joined):
            width = sum(each for _, each in group)
            if not is_open:
                self.canv.line(left, bottom, left + width, bottom)
            left += width
