"""What waits for who keeps the copies on paper."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from home.work.tasks import Group, Task
from procedures.models import PrintedCopy
from procedures.permissions import copies as may
from qms.foundation.dates import today


def copy_work(user: Any) -> list[Group]:
    """Return the copies that are still held of what is no longer in force, a line a version."""
    if not may.keeps_copies(user):
        return []
    copies = list(
        may.kept_copies(user)
        .to_collect(on=today())
        .select_related("version__procedure", "unit")
        .defer("version__content", "version__search_key")
        .order_by("version__procedure__sort_key", "version", "number")
    )
    return [
        Group(
            "Bản giấy phải thu hồi",
            tuple(_tasks(copies)),
            "Lập biên bản",
            f"{reverse('procedures:recall-new')}?nhom=phai-thu-hoi",
        )
    ]


def _tasks(copies: list[PrintedCopy]) -> Iterator[Task]:
    for _, group in groupby(copies, key=lambda copy: copy.version_id):
        held = list(group)
        version = held[0].version
        chosen = urlencode([("ban", copy.pk) for copy in held])
        numbers = ", ".join(f"{copy.number:02d} ({copy.held_by})" for copy in held)
        yield Task(
            f"{version.procedure.code} – {version.number_text}",
            f"{reverse('procedures:recall-new')}?{chosen}",
            "",
            None,
            f"Bản số {numbers}",
        )
