"""QR codes: an address that a phone reads off paper, drawn as one path in PDF and in SVG."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import segno

QUIET = 4  # modules of white that every reader needs around a code (ISO/IEC 18004)


@dataclass(frozen=True)
class Run:
    """Dark modules side by side: where the first one is, from the upper left, and how many."""

    column: int
    row: int
    length: int


@dataclass(frozen=True)
class QRCode:
    """A code of `size` modules each way, without the white around it."""

    size: int
    runs: tuple[Run, ...]

    @property
    def svg_path(self) -> str:
        """Return the `d` of one SVG path, one unit a module, within the quiet zone."""
        return "".join(
            f"M{run.column + QUIET} {run.row + QUIET}h{run.length}v1h-{run.length}z"
            for run in self.runs
        )

    @property
    def svg_size(self) -> int:
        """Return the width and height of the SVG in its own units, quiet zone and all."""
        return self.size + 2 * QUIET

    def draw(self, canvas: Any, left: float, bottom: float, side: float) -> None:
        """Draw it in black on a reportlab canvas; `side` is that of the code itself, in points."""
        module = side / self.size
        path = canvas.beginPath()
        for run in self.runs:
            below = bottom + side - (run.row + 1) * module
            path.rect(left + run.column * module, below, run.length * module, module)
        canvas.saveState()
        canvas.setFillGray(0)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()


@lru_cache(maxsize=256)
def qr_code(text: str) -> QRCode:
    """Return the code of `text`; up to 15 % of it may be spoilt (level M) and it is still read."""
    matrix = segno.make(text, error="m", boost_error=False, micro=False).matrix
    return QRCode(len(matrix), tuple(_runs(matrix)))


def _runs(matrix: Any) -> list[Run]:
    runs = []
    for row, modules in enumerate(matrix):
        for is_dark, group in groupby(enumerate(modules), key=lambda each: bool(each[1])):
            columns = [column for column, _ in group]
            if is_dark:
                runs.append(Run(columns[0], row, len(columns)))
    return runs
