"""Who sees a piece of evidence, who its original, and who takes it back."""

from typing import Any

from django.db.models import Q

from audits.models import Audit, ChecklistItem, Evidence, Nonconformity
from audits.permissions.audits import (
    can_answer,
    can_read_original,
    unread_procedures,
    visible_findings,
)
from audits.permissions.checklist import can_see_checklist
from audits.permissions.nonconformities import is_secretary_of, visible_nonconformities


def can_see_evidence(user: Any, evidence: Evidence) -> bool:
    """Tell whether `user` sees what the evidence belongs to, or a sheet that shows it."""
    if evidence.item is not None:
        if can_see_checklist(user, evidence.item.audit) and _reads_subject(user, evidence.item):
            return True
        if _sees_a_finding(user, evidence.item.audit, item=evidence.item):
            return True
        shown = Q() if evidence.dossier_id is None else Q(finding__dossier=evidence.dossier_id)
        return _sees_a_sheet(user, shown, finding__item=evidence.item)
    if evidence.finding is not None:
        return _sees_a_finding(
            user, evidence.finding.audit, pk=evidence.finding_id
        ) or _sees_a_sheet(user, finding=evidence.finding)
    sheet = sheet_of(evidence)
    return sheet is not None and _sees_a_sheet(user, pk=sheet.pk)


def _reads_subject(user: Any, item: ChecklistItem) -> bool:
    """Tell whether the question is about no procedure that is hidden from `user`."""
    named = {
        item.version.procedure_id if item.version else None,
        item.subject.procedure_id if item.subject else None,
    }
    return not named & unread_procedures(user, item.audit)


def can_withdraw(user: Any, evidence: Evidence) -> bool:
    """Takes it back: in an audit who answers there, of a sheet who added it and the secretary."""
    sheet = sheet_of(evidence)
    if sheet is not None:
        is_whose = evidence.added_by_id == user.pk or is_secretary_of(user, sheet)
        return is_whose and evidence.is_withdrawable
    audit = audit_of(evidence)
    return audit is not None and can_answer(user, audit)


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


def _sees_a_sheet(user: Any, *which: Q, **named: Any) -> bool:
    return visible_nonconformities(user).filter(*which, **named).exists()
