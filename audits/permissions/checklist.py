"""Who sees and prepares a checklist; who answers is asked of `audits.permissions.audits`."""

from typing import Any

from audits.models import Audit
from audits.permissions.audits import auditor_agencies, membership
from audits.workflow import OPEN_AUDIT
from qms.organisation.models import has_role
from qms.organisation.roles import Role

_AFTER_CLOSING = (Role.ISO_SECRETARY, Role.LEADER, Role.EXTERNAL_CHECKER)


def can_see_checklist(user: Any, audit: Audit) -> bool:
    """Tell whether `user` reads questions and answers: the team, after the closing meeting others.

    What an auditor writes down before it is the team's own (ISO 19011:2018, 6.4.9).
    """
    if membership(user, audit) is not None:
        return True
    if audit.closing_held_on is None:
        return False
    if has_role(user, *_AFTER_CLOSING, unit=audit.agency):
        return True
    return auditor_agencies(user).filter(pk=audit.agency_id).exists()


def can_prepare(user: Any, audit: Audit) -> bool:
    """Tell whether `user` writes questions: who audits in the team, until the report is signed."""
    if audit.status not in OPEN_AUDIT or audit.report_signed_at is not None:
        return False
    member = membership(user, audit)
    return member is not None and member.is_auditing
