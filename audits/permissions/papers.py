"""Who prints what of an audit: whoever sees its page, and of findings those that they see."""

from typing import Any

from audits.models import Audit
from audits.permissions.audits import visible_findings
from audits.permissions.checklist import can_see_checklist

_OF_ALL = ("team", "timetable", "notification", "opening", "closing")


def printable(user: Any, audit: Audit) -> tuple[str, ...]:
    """Return the kinds of papers that `user`, who sees the audit, prints.

    The checklist: who sees it. The report: who sees all findings, and once it is approved people
    of a unit that has some, who print an extract.
    """
    if can_see_checklist(user, audit):
        return (*_OF_ALL, "blank", "checklist", "report")
    if audit.is_reported and visible_findings(user, audit).exists():
        return (*_OF_ALL, "report")
    return _OF_ALL


def can_print(user: Any, audit: Audit, kind: str) -> bool:
    return kind in printable(user, audit)
