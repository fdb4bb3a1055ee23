"""A version to print, made of plain values, and what its pages say."""

import datetime as dt
from typing import Any

from procedures.content import Content, CoveredTTHC, Step, StepTime
from procedures.models import Procedure
from procedures.pdf import (
    PrintedColumn,
    PrintedRevision,
    PrintedSign,
    PrintedVersion,
    version_pdf,
)
from tests.pdfs import pages

DAY = 480
CHUYEN_TRUONG = CoveredTTHC(
    code="1.005099", name="Chuyển trường tiểu học", decision="2108/QĐ-BGDĐT ngày 24/6/2021"
)


def make_sign(name: str, position: str = "Chuyên viên") -> PrintedSign:
    return PrintedSign(name, position, "", "Đã xác nhận trên hệ thống lúc 09:15 ngày 02/03/2022")


def make_printed(content: Content, **values: Any) -> PrintedVersion:
    usual: dict[str, Any] = {
        "kind": Procedure.Kind.TTHC,
        "agency_parent": "UBND THÀNH PHỐ BẮC GIANG",
        "agency_name": "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
        "standard": "TCVN ISO 9001:2015",
        "code": "QT-05/GDĐT",
        "issue_no": 2,
        "revision_no": 1,
        "issued_on": dt.date(2022, 3, 10),
        "effective_on": dt.date(2022, 3, 15),
        "decision": "Quyết định số 15/QĐ-PGDĐT ngày 10/03/2022",
        "signs": (
            PrintedColumn("Soạn thảo", (make_sign("Lê Văn Soạn"),)),
            PrintedColumn("Xem xét", (make_sign("Trần Thị Phó", "Phó Trưởng phòng"),)),
            PrintedColumn("Phê duyệt", (make_sign("Nguyễn Văn Trưởng", "Trưởng phòng"),)),
        ),
        "revisions": (
            PrintedRevision("Ban hành lần đầu", "Quyết định số 1", 1, 0, dt.date(2020, 1, 2)),
            PrintedRevision("Bớt bước 3", "Quyết định số 15", 2, 1, dt.date(2022, 3, 10)),
        ),
        "content": content,
    }
    return PrintedVersion(**(usual | values))


def make_written(**values: Any) -> Content:
    return Content(**({"title": "Chuyển trường", "tthc": (CHUYEN_TRUONG,)} | values))


def make_step(work: str, *times: StepTime, **values: Any) -> Step:
    return Step(work=work, **({"position": "Chuyên viên", "times": times} | values))


def working(minutes: int, case: str = "c1") -> StepTime:
    return StepTime(case=case, kind="working", minutes=minutes)


def said(content: Content, **values: Any) -> str:
    """The text of all pages, runs of white space as one space."""
    return " ".join(" ".join(pages(version_pdf(make_printed(content, **values)))).split())


def section(text: str, begin: str, end: str) -> str:
    """What stands between two headings, behind the table of contents."""
    body = text[text.rindex("TRANG THEO DÕI") :]
    return body[body.index(begin) + len(begin) : body.index(end)].strip()
