"""Who may change what an audit found."""

from audits.models import AuditMember, Finding
from audits.permissions.audits import can_answer, membership
from qms.organisation.models import User


def can_change_finding(user: User, finding: Finding) -> bool:
    """Rewords it or takes it back: who found it, and the lead, until the report is signed."""
    if finding.withdrawn_at or not can_answer(user, finding.audit):
        return False
    if finding.found_by_id == user.pk:
        return True
    member = membership(user, finding.audit)
    return member is not None and member.role == AuditMember.Role.LEAD
