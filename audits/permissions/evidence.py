"""Who sees a piece of evidence, and who its original."""

from typing import Any

from audits.models import Audit, Evidence, Nonconformity
from audits.permissions.audits import can_read_original, visible_findings
from audits.permissions.checklist import can_see_checklist
from audits.permissions.nonconformities import visible_nonconformities


def can_see_evidence(user: Any, evidence: Evidence) -> bool:
    """Tell whether `user` sees what the evidence belongs to."""
    if evidence.item is not None:
        if can_see_checklist(user, evidence.item.audit):
            return True
        return _sees_a_finding(user, evidence.item.audit, item=evidence.item)
    if evidence.finding is not None:
        return _sees_a_finding(user, evidence.finding.audit, pk=evidence.finding_id)
    sheet = sheet_of(evidence)
    return sheet is not None and visible_nonconformities(user).filter(pk=sheet.pk).exists()


def can_see_original(user: Any, evidence: Evidence) -> bool:
    """Tell whether `user` has the bytes as they came, with place and device: the team."""
    audit = audit_of(evidence)
    return audit is not None and can_read_original(user, audit)


def audit_of(evidence: Evidence) -> Audit | None:
    """Return the audit of the evidence, None where a nonconformity has another source."""
    if evidence.item is not None:
        return evidence.item.audit
    if evidence.finding is not None:
        return evidence.finding.audit
    sheet = sheet_of(evidence)
    return sheet.finding.audit if sheet is not None and sheet.finding else None


def sheet_of(evidence: Evidence) -> Nonconformity | None:
    if evidence.action is not None:
        return evidence.action.nonconformity
    return evidence.nonconformity


def _sees_a_finding(user: Any, audit: Audit, **which: Any) -> bool:
    return visible_findings(user, audit).filter(**which).exists()
