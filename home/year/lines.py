"""The ISO file of a year as one reader sees it: rows, and lines with number, date and file."""

import datetime as dt
from dataclasses import dataclass

from procedures.models import YearPaper
from qms.organisation.models import Unit
from qms.records.models import StoredFile


@dataclass(frozen=True)
class Line:
    """One paper of a row. `url` leads to where it stands; `file_url` to its file, if it has one.

    `is_sufficient` is False for what belongs to the row but does not fill it: an audit without a
    report. `paper` is what was typed here; None for what the system knew by itself.
    """

    title: str
    number: str = ""
    day: dt.date | None = None
    url: str = ""
    file: StoredFile | None = None
    file_url: str = ""
    note: str = ""
    is_sufficient: bool = True
    paper: YearPaper | None = None
    edit_url: str = ""
    attach_url: str = ""


@dataclass(frozen=True)
class Row:
    """One kind of paper; `add_url` is for who may add one."""

    key: str
    label: str
    lines: tuple[Line, ...]
    add_url: str = ""

    @property
    def is_present(self) -> bool:
        return any(line.is_sufficient for line in self.lines)


@dataclass(frozen=True)
class YearFile:
    """All rows of the year, in the order in which inspectors ask; `mistakes` for who keeps it."""

    agency: Unit
    year: int
    rows: tuple[Row, ...]
    mistakes: tuple[YearPaper, ...] = ()

    @property
    def present(self) -> int:
        return sum(row.is_present for row in self.rows)

    @property
    def ratio(self) -> str:
        return f"{self.present:02d}/{len(self.rows):02d}"

    @property
    def files(self) -> int:
        """Return how many files there are to take along."""
        return sum(line.file is not None for row in self.rows for line in row.lines)
