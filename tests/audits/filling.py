"""An audit under way with its checklist, for the tests of answers; made by the real verbs."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from audits.actions.answering import AnswerGiven, Outcome, record_answer
from audits.actions.checklist import generate_checklist
from audits.models import Audit, ChecklistItem
from audits.workflow import AuditStatus
from procedures.models import ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from tests.audits.making import advance_audit, make_audit, make_auditor, make_clause
from tests.factories import Office, make_unit, make_version


@dataclass
class Filled:
    """An audit with its office, its lead, a second auditor and the version it audits."""

    office: Office
    audit: Audit
    lead: User
    auditor: User
    version: ProcedureVersion

    def item(self, kind: str = ChecklistItem.Kind.STEP) -> ChecklistItem:
        """The first question of the kind, read anew."""
        found = ChecklistItem.objects.select_related("audit", "version__procedure")
        first = found.filter(audit=self.audit, kind=kind, removed_at=None).first()
        assert first is not None
        return first


def make_filled(
    office: Office | None = None,
    *,
    clauses: int = 1,
    status: AuditStatus = AuditStatus.UNDER_WAY,
    **content: Any,
) -> Filled:
    """An audit over one procedure and clauses in a unit, its checklist generated."""
    office = office or Office()
    version = make_version(VersionStatus.ISSUED, office, **content)
    lead, auditor = make_auditor(office), make_auditor(office)
    numbers = tuple(make_clause(f"7.{5 + n}").number for n in range(clauses))
    audit = make_audit(
        office,
        version.procedure,
        lead=lead,
        auditors=(auditor,),
        unit=make_unit(office.agency) if numbers else None,
        clauses=numbers,
    )
    generate_checklist(audit, by=lead)
    advance_audit(audit, status, office)
    return Filled(office, Audit.objects.get(pk=audit.pk), lead, auditor, version)


def given(result: str = "conform", **fields: Any) -> AnswerGiven:
    """An answer of now that saw none before."""
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "base": None,
        "result": result,
        "note": "",
        "is_verbal": False,
        "seen_on": today(),
        "answered_at": timezone.now(),
    } | fields
    return AnswerGiven(**values)


def answer(item: ChecklistItem, by: User, result: str = "conform", **fields: Any) -> Outcome:
    """Answer a question upon the answer that stands."""
    standing = item.answers.standing().filter(dossier=fields.get("dossier")).first()
    fields.setdefault("base", standing.pk if standing else None)
    return record_answer(item, given(result, **fields), by=by)
