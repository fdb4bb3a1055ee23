"""Auditors of an agency and the certificates that make them so."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.forms.auditors import CertificateForm
from audits.models import AuditorCertificate
from audits.permissions import programmes as may
from procedures.answers import explain
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile, Unit, User, holders_of, people_of
from qms.organisation.roles import Role
from qms.records import files


@dataclass(frozen=True)
class Auditor:
    """Somebody who audits, or could: with the certificates entered and what they amount to."""

    person: User
    is_appointed: bool
    certificates: Sequence[AuditorCertificate]
    state: str

    STATES = {
        "valid": "Còn hạn",
        "expired": "Hết hạn",
        "other": "Tiêu chuẩn khác",
        "none": "Chưa có chứng chỉ",
    }

    @property
    def label(self) -> str:
        return self.STATES[self.state]


@require_safe
def auditor_list(request: UserRequest) -> HttpResponse:
    agency = may.first_agency(request.user, Role.ISO_SECRETARY, Role.LEADER, Role.INTERNAL_AUDITOR)
    if agency is None:
        raise PermissionDenied
    standard = AgencyProfile.objects.filter(unit=agency).values_list("standard", flat=True).first()
    context = {
        "auditors": _auditors(agency, standard or ""),
        "standard": standard,
        "may_keep": may.can_keep_certificates(request.user, agency),
    }
    return render(request, "audits/auditor_list.html", context)


@require_http_methods(["GET", "POST"])
def certificate_new(request: UserRequest) -> HttpResponse:
    agency = may.first_agency(request.user, Role.ISO_SECRETARY)
    if agency is None:
        raise PermissionDenied
    form = CertificateForm(
        request.POST or None,
        request.FILES or None,
        agency=agency,
        initial={"person": request.GET.get("nguoi")},
    )
    if form.is_valid():
        certificate = form.certificate(by=request.user)
        certificate.record(by=request.user, reason="Ghi chứng chỉ")
        return explain(request, redirect("audits:auditor-list"), f"Đã ghi {certificate}.")
    status = 422 if form.errors else 200
    return render(request, "audits/auditor_certificate.html", {"form": form}, status=status)


@require_POST
def certificate_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """Take a certificate back that was entered by mistake."""
    certificate, agency = _certificate(request, pk)
    if not may.can_keep_certificates(request.user, agency):
        raise PermissionDenied
    answer = redirect("audits:auditor-list")
    try:
        certificate.withdraw(by=request.user, reason=request.POST.get("ly-do", ""))
    except ValidationError as refusal:
        return explain(request, answer, refusal)
    return explain(request, answer, f"Đã bỏ “{certificate.name}”; lịch sử vẫn lưu.")


@require_safe
def certificate_file(request: UserRequest, pk: int) -> FileResponse:
    certificate, _ = _certificate(request, pk)
    if certificate.file is None:
        raise Http404
    return files.response(certificate.file, inline=True)


def _certificate(request: HttpRequest, pk: int) -> tuple[AuditorCertificate, Unit]:
    """Return a certificate with the agency whose auditors this person may see, or answer 404."""
    agency = may.first_agency(request.user, Role.ISO_SECRETARY, Role.LEADER, Role.INTERNAL_AUDITOR)
    if agency is None:
        raise Http404
    people = people_of(agency, on=today())
    certificates = AuditorCertificate.objects.select_related("person", "file")
    return get_object_or_404(certificates.filter(person__in=people), pk=pk), agency


def _auditors(agency: Unit, standard: str) -> list[Auditor]:
    """Return the auditors of today, then others who bear a certificate."""
    day = today()
    appointed = {
        person
        for path, person in holders_of(Role.INTERNAL_AUDITOR, on=day)
        if path.startswith(agency.path or "") or (agency.path or "").startswith(path)
    }
    kept: dict[int, list[AuditorCertificate]] = defaultdict(list)
    for certificate in AuditorCertificate.objects.filter(withdrawn_at=None).select_related("file"):
        kept[certificate.person_id].append(certificate)
    people = User.objects.filter(pk__in=appointed) | people_of(agency, on=day).filter(
        pk__in=list(kept)
    )
    found = [
        Auditor(person, person.pk in appointed, kept[person.pk], _state(kept[person.pk], standard))
        for person in people.distinct().order_by("sort_key")
    ]
    return sorted(found, key=lambda auditor: not auditor.is_appointed)


def _state(certificates: Sequence[AuditorCertificate], standard: str) -> str:
    """Return what the certificates amount to today for audits against `standard`."""
    valid = [certificate for certificate in certificates if certificate.is_valid(on=today())]
    if any(certificate.edition == standard for certificate in valid):
        return "valid"
    if valid:
        return "other"
    return "expired" if certificates else "none"
