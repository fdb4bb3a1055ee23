"""What a page offers to print, by its name and its addresses."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from audits.models import Audit
from audits.permissions.papers import printable

NAMES = {
    "team": "Quyết định thành lập đoàn",
    "timetable": "Chương trình đánh giá",
    "notification": "Thông báo đánh giá",
    "opening": "Biên bản họp khai mạc",
    "closing": "Biên bản họp kết thúc",
    "blank": "Phiếu hỏi để trống",
    "checklist": "Phiếu hỏi đã ghi",
    "report": "Báo cáo đánh giá",
}


@dataclass(frozen=True)
class Print:
    """A paper with the addresses of its PDF and its Word file."""

    name: str
    pdf: str
    docx: str


def prints_of(user: Any, audit: Audit) -> list[Print]:
    """Return the papers of the audit that `user` may print."""
    return [
        Print(
            NAMES[kind],
            *(
                reverse("audits:paper", args=[audit.slug, kind, ending])
                for ending in ("pdf", "docx")
            ),
        )
        for kind in printable(user, audit)
    ]
