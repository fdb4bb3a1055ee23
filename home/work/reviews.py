"""What of impact sheets and periodic reviews waits for secretaries and leaders."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from home.work.tasks import Group, Task
from procedures.impact import with_progress
from procedures.models import ImpactSheet, InForcePeriod
from procedures.permissions.reviews import reviewing_agencies
from procedures.reviewing import overdue
from qms.foundation.dates import format_date, today


def review_work(user: Any) -> list[Group]:
    """Return the sheets with something to do, the most pressing first, and what is overdue."""
    agencies = [agency.pk for agency in reviewing_agencies(user)]
    if not agencies:
        return []
    return [
        Group("Phiếu đánh giá tác động chưa xong", tuple(_sheets(agencies))),
        Group("Quá hạn xem xét định kỳ", tuple(_reviews(agencies))),
    ]


def _sheets(agencies: list[int]) -> Iterator[Task]:
    sheets = with_progress(ImpactSheet.objects.filter(agency__in=agencies)).filter(is_open=True)
    read = sheets.select_related(
        "legal_change__document", "legal_change__by_document", "tthc_change__tthc"
    )
    for sheet in read.order_by("due_on", "pk"):
        is_late = sheet.due_on < today()
        yield Task(
            f"{sheet.number} – {_change(sheet)}",
            sheet.get_absolute_url(),
            "overdue" if is_late else "requested",
            None,
            f"hạn cập nhật {format_date(sheet.due_on)}; "
            f"đã kết luận {sheet.settled_count or 0}/{sheet.row_count or 0} quy trình",
            "" if is_late else "Chưa xong",
        )


def _change(sheet: ImpactSheet) -> str:
    if sheet.tthc_change is not None:
        return f"TTHC {sheet.tthc_change.tthc.code}: {sheet.tthc_change}"
    return str(sheet.legal_change)


def _reviews(agencies: list[int]) -> Iterator[Task]:
    """Yield one line for all: they are looked at together."""
    late = overdue(InForcePeriod.objects.valid(on=today()), on=today())
    number = late.filter(procedure__agency__in=agencies).count()
    if number:
        query = urlencode({"tinh-trang": "qua-han"})
        address = f"{reverse('procedures:review-list')}?{query}"
        yield Task(
            f"{number} tài liệu quá hạn xem xét định kỳ", address, "overdue", None, label="Quá hạn"
        )
