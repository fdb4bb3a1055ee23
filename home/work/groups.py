"""All groups of work together."""

from typing import Any

from home.work.audits import audit_work
from home.work.copies import copy_work
from home.work.documents import document_notices, document_work
from home.work.nonconformities import nonconformity_work
from home.work.reading import reading_work
from home.work.tasks import Group


def work_of(user: Any) -> list[Group]:
    """Return what waits for `user`, group by group, the most pressing first; no empty ones.

    What is late stands before the rest, what one should only know behind it.
    """
    pressing, treating = nonconformity_work(user)
    groups = [
        *pressing,
        *document_work(user),
        reading_work(user),
        *copy_work(user),
        *audit_work(user),
        *treating,
        *document_notices(user),
    ]
    return [group for group in groups if group.tasks]
