"""What the report of an audit says, as one canonical text: that is hashed, signed, approved."""

import hashlib
import json
from typing import Any

from audits.models.audits import Audit
from audits.models.checklist import ItemAnswer, SampledDossier
from audits.models.evidence import Evidence
from audits.models.timetable import Attendance


def report_sha256(audit: Audit) -> str:
    """Return the hash of exactly what is reported: texts, team, meetings, findings, answers."""
    said = json.dumps(_said(audit), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def _said(audit: Audit) -> dict[str, Any]:
    names = (
        "number title edition purpose scope criteria starts_on ends_on team_number team_decided_on"
        " team_signer opened_on closing_held_on strengths conclusion recommendations"
    )
    return {name: getattr(audit, name) for name in names.split()} | {
        "members": _members(audit),
        "subjects": _subjects(audit),
        "attendance": _attendance(audit),
        "findings": _findings(audit),
        "dossiers": _dossiers(audit),
        "answers": _answers(audit),
        "evidence": _evidence(audit),
    }


def _members(audit: Audit) -> list[Any]:
    rows = audit.members.filter(removed_at=None).order_by("pk")
    return list(rows.values_list("person_id", "role", "reason", "conflicts", "countersigned_by_id"))


def _subjects(audit: Audit) -> list[Any]:
    rows = audit.subjects.filter(removed_at=None).order_by("pk")
    return list(rows.values_list("unit_id", "procedure_id", "clauses"))


def _attendance(audit: Audit) -> list[Any]:
    rows = Attendance.objects.filter(
        session__audit=audit, session__removed_at=None, removed_at=None
    ).order_by("pk")
    return list(rows.values_list("session__kind", "session__minutes", "name", "position"))


def _findings(audit: Audit) -> list[Any]:
    names = (
        "seq unit_id version_id step_key step_text clause grade requirement evidence_text gap"
        " found_on answer answer_comment answered_on"
    )
    return list(audit.findings.standing().order_by("seq").values_list(*names.split()))


def _dossiers(audit: Audit) -> list[Any]:
    rows = SampledDossier.objects.filter(audit=audit, removed_at=None).order_by("pk")
    names = "version_id code received_on due_on returned_on is_sheet_complete"
    return list(rows.values_list(*names.split()))


def _answers(audit: Audit) -> list[Any]:
    rows = ItemAnswer.objects.standing().filter(item__audit=audit, item__removed_at=None)
    names = "item_id dossier_id item__question result note is_verbal seen_on"
    return list(rows.order_by("pk").values_list(*names.split()))


def _evidence(audit: Audit) -> list[Any]:
    rows = Evidence.objects.standing()
    own = rows.filter(item__audit=audit) | rows.filter(finding__audit=audit)
    return list(own.order_by("pk").values_list("original__sha256", "caption", "evidence_on"))
