"""What is printed of a version: plain values, so that the pages ask no database."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from procedures.content import Content
from procedures.models import Procedure


class Mark(StrEnum):
    """What goes across every page of a copy that is not to be worked by."""

    NONE = ""
    DRAFT = "DỰ THẢO"
    DISCARDED = "ĐÃ HỦY"
    ENDED = "HẾT HIỆU LỰC"
    NEVER = "KHÔNG CÓ HIỆU LỰC"


@dataclass(frozen=True)
class PrintedSign:
    """Who signed, and how, as they were on that day; all empty where nobody signed yet."""

    name: str = ""
    position: str = ""
    capacity: str = ""
    method: str = ""


@dataclass(frozen=True)
class PrintedColumn:
    """A column of the table of signatures: *Soạn thảo* may have been several people."""

    label: str
    signs: tuple[PrintedSign, ...]


@dataclass(frozen=True)
class PrintedRevision:
    """One edition in the table of revisions; without a day it is not issued yet."""

    summary: str
    reason: str
    issue_no: int | None
    revision_no: int | None
    date: dt.date | None


@dataclass(frozen=True)
class PrintedVersion:
    """All that the PDF of one version shows.

    `is_expected` says that the numbers are those which approval would give; `is_on_paper`, that
    what the document says is known from its paper alone. `notes` tell where the version comes
    from, where that is not the usual way, and what was mended.
    """

    kind: Procedure.Kind
    agency_parent: str
    agency_name: str
    standard: str
    code: str
    issue_no: int | None
    revision_no: int | None
    issued_on: dt.date | None
    effective_on: dt.date | None
    decision: str
    signs: tuple[PrintedColumn, ...]
    revisions: tuple[PrintedRevision, ...]
    content: Content
    sha256: str = ""
    is_expected: bool = False
    mark: Mark = Mark.NONE
    ended_on: dt.date | None = None
    wet_ink: bool = False
    is_on_paper: bool = False
    notes: tuple[str, ...] = ()
    taken_up: tuple[str, ...] = ()
    ledger: str = ""  # how far it went when this was gathered
    transition: str = ""  # by which an ended version serves what came in before
