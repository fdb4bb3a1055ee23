"""The PDF of a version: what is printed, and its pages."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from procedures.content import Content


@dataclass(frozen=True)
class PrintedSign:
    label: str
    name: str
    position: str
    capacity: str
    method: str


@dataclass(frozen=True)
class PrintedRevision:
    seq: int
    summary: str
    reason: str
    issue_no: int | None
    revision_no: int | None
    date: dt.date | None


@dataclass(frozen=True)
class PrintedVersion:
    agency_parent: str
    agency_name: str
    standard: str
    code: str
    issue_no: int | None
    revision_no: int | None
    issued_on: dt.date | None
    effective_on: dt.date | None
    decision: str
    signs: tuple[PrintedSign, ...]
    revisions: tuple[PrintedRevision, ...]
    content: Content
    mark: Literal["", "draft", "ended"] = ""
    ended_on: dt.date | None = None
    wet_ink: bool = False


def version_pdf(printed: PrintedVersion) -> bytes:
    return b"%PDF-1.4\n" + printed.code.encode()
