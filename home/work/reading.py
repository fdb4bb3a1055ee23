"""What a person is asked to read, one entry a decision."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from home.work.tasks import Group, Task
from procedures.pages.circulation import asked_by_decision
from qms.foundation.dates import format_date, today


def reading_work(user: Any) -> Group:
    """Return the new documents that `user` has still to read; it may be empty."""
    return Group("Tài liệu mới cần đọc", tuple(_tasks(user)))


def _tasks(user: Any) -> Iterator[Task]:
    for decision, rows in asked_by_decision(user, on=today()):
        first = rows[0].version
        title = f"{first.procedure.code} – {first.title}"
        if len(rows) > 1:
            codes = ", ".join(row.version.procedure.code for row in rows[:5])
            more = ", …" if len(rows) > 5 else ""
            title = f"{len(rows):02d} tài liệu theo {decision}: {codes}{more}"
        due_on = min(row.reader.due_on for row in rows)
        is_late = any(row.reader.is_overdue for row in rows)
        yield Task(
            title,
            reverse("procedures:reading-task", args=[decision.pk]),
            "overdue" if is_late else "",
            None,
            f"hạn đọc {format_date(due_on)}",
            "Quá hạn đọc" if is_late else "",
        )
