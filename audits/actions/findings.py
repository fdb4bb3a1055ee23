"""Recording what an audit found."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from audits.actions.team import must_be_answerable
from audits.models import Audit, ChecklistItem, Finding, SampledDossier
from audits.proposals import is_plannable
from procedures.models import ProcedureVersion
from qms.foundation.text import clean_lines
from qms.organisation.models import Unit, User
from qms.records.workflow import TransitionNotAllowed


@dataclass(frozen=True)
class FindingGiven:
    """What an auditor states; what is left out is taken from the question, where there is one."""

    client_id: uuid.UUID
    grade: str
    found_on: dt.date
    item: ChecklistItem | None = None
    dossier: SampledDossier | None = None
    unit: Unit | None = None
    version: ProcedureVersion | None = None
    step_key: str = ""
    step_text: str = ""
    clause: str = ""
    requirement: str = ""
    evidence_text: str = ""
    gap: str = ""


@transaction.atomic
def add_finding(audit: Audit, given: FindingGiven, *, by: User) -> Finding:
    """Record a finding under the next number of the audit; numbers have no gap.

    Sent twice (`client_id`) it is the one that was stored the first time. Raises
    TransitionNotAllowed when `by` does not audit here, the audit is not under way or a doubt about
    its team stands, and ValidationError at the field that is wrong.
    """
    stored = audit.locked()
    known = Finding.objects.filter(client_id=given.client_id).select_related("audit", "unit")
    if (finding := known.first()) is not None:
        if finding.audit_id != stored.pk or finding.found_by_id != by.pk:
            raise TransitionNotAllowed("Mã gửi này thuộc về một phát hiện khác.")
        return finding
    must_be_answerable(stored, by=by)
    finding = _finding(stored, given, by)
    finding.check_stated()
    finding.record(by=by, reason="Ghi phát hiện")
    return finding


def _finding(audit: Audit, given: FindingGiven, by: User) -> Finding:
    """Return the finding, not stored yet, under its number."""
    if given.grade not in Finding.RECORDED:
        raise ValidationError({"grade": "Hãy chọn không phù hợp hoặc lưu ý."})
    item = given.item
    if (item and item.audit_id != audit.pk) or (
        given.dossier and given.dossier.audit_id != audit.pk
    ):
        raise ValidationError("Câu hỏi hoặc hồ sơ không thuộc cuộc đánh giá này.")
    unit = given.unit or (item.unit if item else None)
    if unit is None or not is_plannable(audit.agency, unit):
        raise ValidationError({"unit": "Hãy chọn đơn vị của phát hiện."})
    step = item if item and item.kind == ChecklistItem.Kind.STEP else None
    last = audit.findings.aggregate(last=Max("seq"))["last"] or 0
    return Finding(
        audit=audit,
        seq=last + 1,
        item=item,
        dossier=given.dossier,
        client_id=given.client_id,
        unit=unit,
        version=given.version or _version(given),
        step_key=given.step_key or (step.row_key if step else ""),
        step_text=given.step_text or (step.row_text if step else ""),
        clause=given.clause or (item.clause if item else ""),
        grade=given.grade,
        requirement=clean_lines(given.requirement),
        evidence_text=clean_lines(given.evidence_text),
        gap=clean_lines(given.gap),
        found_on=given.found_on,
        found_by=by,
    )


def _version(given: FindingGiven) -> ProcedureVersion | None:
    """Return what the dossier is judged by, or what the question was asked from."""
    if given.item and given.item.version:
        return given.item.version
    return given.dossier.version if given.dossier else None
