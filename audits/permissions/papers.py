"""Who prints what of an audit: whoever sees its page, and of findings those that they see."""

from typing import Any

from audits.models import Audit
from audits.permissions.audits import visible_findings
from audits.permissions.checklist import can_see_checklist

_OF_THE_TEAM = frozenset({"checklist", "blank"})


def can_print(user: Any, audit: Audit, kind: str) -> bool:
    """Tell whether `user`, who sees the audit, prints the paper of `kind`.

    The checklist: who sees it. The report: who sees all findings, and once it is approved people
    of a unit that has some, who print an extract.
    """
    if kind in _OF_THE_TEAM:
        return can_see_checklist(user, audit)
    if kind != "report" or can_see_checklist(user, audit):
        return True
    return audit.is_reported and visible_findings(user, audit).exists()
