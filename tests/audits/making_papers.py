"""An audit with everything that its papers can tell, made by the real verbs."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from audits.actions.answering import record_answer
from audits.actions.evidence import ConfirmationGiven, add_evidence, confirm_on_site
from audits.actions.findings import FindingGiven, add_finding
from audits.actions.meetings import Attendant, hold_closing
from audits.actions.sampling import DossierGiven, add_dossier
from audits.actions.verifying import check_effect
from audits.models import (
    Audit,
    ChecklistItem,
    Evidence,
    Finding,
    Nonconformity,
    SampledDossier,
)
from qms.foundation.dates import today
from qms.organisation.models import Unit
from qms.records import files
from tests.audits.filling import Filled, answer, given, make_filled
from tests.audits.making import (
    approve,
    audited_unit,
    lead_of,
    make_audit,
    make_auditor,
    sign_as_lead,
)
from tests.audits.making_nc import make_bare_finding
from tests.factories import Office, make_unit, make_user
from tests.pictures import encoded, exif, halves

DAY = dt.timedelta(days=1)


def photo(name: str = "anh.jpg") -> SimpleUploadedFile:
    """A photo as a phone takes it."""
    return SimpleUploadedFile(name, encoded(halves(480, 320), exif=exif()), "image/jpeg")


def evidence_of(owner: Any, by: Any, caption: str, **fields: Any) -> Any:
    return add_evidence(
        owner,
        photo(),
        caption=caption,
        evidence_on=today(),
        client_id=uuid.uuid4(),
        by=by,
        **fields,
    )


@dataclass
class Told:
    """A filled audit under way, its dossier and its findings."""

    filled: Filled
    dossier: SampledDossier
    major: Finding
    improvement: Finding

    @property
    def audit(self) -> Audit:
        return Audit.objects.get(pk=self.filled.audit.pk)


def make_told(**fields: Any) -> Told:
    """Everything that may stand in the papers of an audit under way."""
    filled = make_filled(**fields)
    audit, lead, auditor = filled.audit, filled.lead, filled.auditor
    step, clause = filled.item(), filled.item(ChecklistItem.Kind.CLAUSE)
    dossier = add_dossier(
        audit,
        DossierGiven(
            procedure=filled.version.procedure,
            code="H20.12-0007",
            received_on=today(),
            due_on=today(),
            returned_on=today(),
            is_sheet_complete=False,
            names=("Dương Thị Thụ Lý",),
        ),
        by=lead,
    )
    answer(step, auditor, "observation", note="Giờ giao nhận viết tay", dossier=dossier.pk)
    _dispute(clause, filled)
    evidence_of(step, auditor, "Ảnh sổ giao nhận", dossier=dossier.pk)
    confirm_on_site(
        clause,
        ConfirmationGiven(uuid.uuid4(), "Quách Văn Nhận", "Chuyên viên một cửa", today()),
        photo(),
        by=auditor,
    )
    major = _find(
        filled,
        item=step,
        dossier=dossier,
        grade=Finding.Grade.NONCONFORM,
        requirement="Bước 2 phải thẩm định trong 04 ngày",
        gap="Thẩm định trễ 02 ngày",
    )
    evidence_of(major, auditor, "Ảnh phiếu kiểm soát quá trình")
    major.grade_as(Finding.Grade.MAJOR, by=lead)
    improvement = _find(filled, grade=Finding.Grade.OBSERVATION, clause="7.5")
    improvement.grade_as(Finding.Grade.IMPROVEMENT, by=lead)
    return Told(filled, dossier, major, improvement)


def _dispute(item: ChecklistItem, filled: Filled) -> None:
    """Two people answer beside each other, and one of the answers is chosen."""
    first = answer(item, filled.lead, note="Tủ hồ sơ có khóa", is_verbal=True).answer
    other = record_answer(
        item, given("nonconform", note="Tủ hồ sơ không khóa"), by=filled.auditor
    ).answer
    chosen = given("conform", note="Tủ có khóa, đã thử", is_verbal=True)
    settled = {"base": first.pk, "settles": other.pk}
    record_answer(item, type(chosen)(**(_fields(chosen) | settled)), by=filled.lead)


def _fields(chosen: Any) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in type(chosen).__dataclass_fields__}


def _find(filled: Filled, **fields: Any) -> Finding:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "found_on": today(),
        "unit": audited_unit(filled.audit),
        "evidence_text": "Phiếu của hồ sơ H20.12-0007 ghi 06 ngày",
    } | fields
    return add_finding(filled.audit, FindingGiven(**values), by=filled.auditor)


def close_and_contest(told: Told) -> None:
    """Hold the closing meeting; the unit contests the major finding."""
    audit = told.audit
    hold_closing(
        audit,
        by=lead_of(audit),
        attendance=[Attendant("Tạ Thị Dự Họp", "Trưởng bộ phận một cửa")],
        minutes="Bộ phận một cửa đề nghị xem lại thời gian tạm dừng.",
    )
    finding = Finding.objects.get(pk=told.major.pk)
    head = make_user(name="Ông Ích Ý Kiến")
    finding.respond(
        "contested", by=head, seen=finding.sha256(), comment="Hồ sơ bị tạm dừng chờ bổ sung."
    )


def report(told: Told) -> Nonconformity:
    """Sign and approve the report; return the nonconformity of the major finding."""
    audit = sign_as_lead(told.audit)
    approve(audit, told.filled.office)
    return Nonconformity.objects.get(finding=told.major)


def fail_effect(nc: Nonconformity, office: Office) -> None:
    """Find, some time later, that the cause did not go away."""
    check_effect(nc, by=office.secretary, is_effective=False, comment="Tái diễn tại hồ sơ khác")


def units_of(office: Office, count: int) -> list[Unit]:
    return [make_unit(office.agency) for _ in range(count)]


def make_wide(office: Office, units: list[Unit]) -> Audit:
    """An audit of several units with a finding and a photo of it in each, and as many members."""
    auditors = tuple(make_auditor(office) for _ in units)
    audit = make_audit(office, unit=units[0], auditors=auditors)
    for unit in units:
        finding = make_bare_finding(office, audit, unit=unit)
        stored = files.store(encoded(halves()), "anh.jpg", kind="jpg", by=office.secretary)
        Evidence(
            finding=finding,
            client_id=uuid.uuid4(),
            evidence_on=today(),
            original=stored,
            shown=stored,
            is_picture=True,
            added_by=office.secretary,
        ).record(by=office.secretary, reason="Thêm bằng chứng")
    return audit
