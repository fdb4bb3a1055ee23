"""The findings of an audit, and one of them: what it states and what this person may do."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from audits.forms.evidence import EvidenceForm
from audits.forms.findings import GradeForm, ResponseForm, WithdrawForm
from audits.forms.places import places_of, versions_on
from audits.models import Audit, ChecklistItem, Evidence, Finding, SampledDossier
from audits.pages.audits import recorded_on
from audits.permissions import audits as may
from audits.permissions.findings import can_change_finding
from audits.workflow import AuditStatus
from procedures.models import ProcedureVersion
from qms.http import UserRequest


@dataclass(frozen=True)
class Group:
    """Findings of one grade, for the list."""

    grade: str
    label: str
    findings: list[Finding]


def find_audit(request: HttpRequest, slug: str) -> Audit:
    """Return an audit that this person may see, or answer 404."""
    audits = may.visible_audits(request.user).select_related("agency")
    return get_object_or_404(audits, slug=slug)


def find_finding(request: UserRequest, slug: str, seq: int) -> Finding:
    """Return a finding that this person may see, or answer 404."""
    audit = find_audit(request, slug)
    findings = may.visible_findings(request.user, audit).select_related(
        "unit", "version__procedure", "item", "dossier", "found_by", "graded_by", "answered_by"
    )
    finding = get_object_or_404(findings.select_related("nonconformity"), seq=seq)
    finding.audit = audit
    return finding


def can_add(request: UserRequest, audit: Audit) -> bool:
    """Whether this person may record a finding now."""
    return audit.status == AuditStatus.UNDER_WAY and may.can_answer(request.user, audit)


def scope_versions(
    audit: Audit, item: ChecklistItem | None, dossier: SampledDossier | None
) -> list[ProcedureVersion]:
    """Return the versions that the audit judges by: of its day, of the question, of the dossier."""
    subjects = audit.subjects.filter(removed_at=None, procedure__isnull=False)
    versions = list(versions_on(subjects.values_list("procedure", flat=True), audit.day))
    asked = [item.version if item else None, dossier.version if dossier else None]
    for version in asked:
        if version is not None and version not in versions:
            versions.insert(0, version)
    return versions


def prefilled(
    item: ChecklistItem | None, dossier: SampledDossier | None, grade: str
) -> dict[str, Any]:
    """Return what the form of a new finding shows: grade as answered, place of the question."""
    initial: dict[str, Any] = {"grade": grade if grade in Finding.RECORDED else ""}
    if item is None:
        return initial
    version = item.version or (dossier.version if dossier else None)
    if version is not None:
        is_step = item.kind == ChecklistItem.Kind.STEP
        initial["place"] = f"{version.pk}:{item.row_key if is_step else ''}"
        place = places_of([version]).get(initial["place"])
        initial["requirement"] = place.requirement if place else ""
    if item.row_text and item.kind != ChecklistItem.Kind.STEP:
        initial["requirement"] = f"{initial.get('requirement', '')}: {item.row_text}".lstrip(": ")
    return initial | {"unit": item.unit_id, "clause": item.clause}


def asked_of(audit: Audit, item: str, dossier: str) -> tuple[ChecklistItem | None, Any]:
    """Return the question and the dossier that the address names, where they are of the audit."""
    items = audit.items.filter(removed_at=None).select_related("unit", "version__procedure")
    dossiers = audit.dossiers.filter(removed_at=None).select_related("version__procedure")
    return (
        items.filter(pk=item).first() if item.isdecimal() else None,
        dossiers.filter(pk=dossier).first() if dossier.isdecimal() else None,
    )


def shown_by(finding: Finding) -> Q:
    """Return the condition that evidence is of the finding, or of the question it came from."""
    own = Q(finding=finding)
    if finding.item_id is None:
        return own
    return own | Q(item=finding.item_id) & (Q(dossier=None) | Q(dossier=finding.dossier_id))


def groups_of(findings: list[Finding]) -> list[Group]:
    """Return the findings that stand by grade, the gravest first; then those taken back."""
    standing = [each for each in findings if not each.withdrawn_at]
    groups = [
        Group(grade, label, [each for each in standing if each.grade == grade])
        for grade, label in Finding.Grade.choices
    ]
    groups.append(Group("withdrawn", "Đã rút", [each for each in findings if each.withdrawn_at]))
    return [group for group in groups if group.findings]


def finding_page(
    request: UserRequest, finding: Finding, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    """Render the finding with the forms that this person may use now, or those `given` back."""
    user, audit = request.user, finding.audit
    is_team = may.membership(user, audit) is not None
    may_change = can_change_finding(user, finding)
    stands = finding.withdrawn_at is None
    shown = Evidence.objects.standing().filter(shown_by(finding))
    context: dict[str, Any] = {
        "finding": finding,
        "audit": audit,
        "is_team": is_team,
        "may_change": may_change,
        "may_grade": stands and may.can_grade(user, audit),
        "may_respond": stands and may.can_respond(user, finding),
        "evidence": shown.select_related("original", "added_by"),
        "graded_on": recorded_on(
            finding.graded_at, before=audit.report_signed_on or audit.closing_held_on
        ),
    }
    if is_team:
        rows = finding.history.select_related("history_user").order_by("-history_id")
        context["history"] = rows[:30]
    if may_change:
        context["withdraw_form"] = WithdrawForm()
    if stands and can_add(request, audit):
        context["evidence_form"] = EvidenceForm(initial={"client_id": uuid.uuid4()})
    if context["may_grade"]:
        context["grade_form"] = GradeForm(finding=finding)
    if context["may_respond"]:
        initial = {"answer": finding.answer, "comment": finding.answer_comment}
        context["response_form"] = ResponseForm(initial=initial | {"seen": finding.sha256()})
    return render(request, "audits/finding_detail.html", context | given, status=status)
