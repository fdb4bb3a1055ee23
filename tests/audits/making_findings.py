"""An audit under way and findings of it, by the real verbs where they are the thing itself."""

import datetime as dt
import uuid
from typing import Any

from audits.actions.findings import FindingGiven, add_finding
from audits.models import Audit, AuditMember, Finding
from audits.workflow import AuditStatus
from qms.foundation.dates import today
from qms.organisation.models import Unit, User
from qms.organisation.roles import Role
from tests.factories import Office, make_unit, make_user, system


class Field:
    """An office with a unit that is audited by a lead and an auditor; under way since today."""

    def __init__(self, office: Office | None = None) -> None:
        self.office = office or Office()
        self.unit = make_unit(self.office.agency, name="Bộ phận Một cửa")
        self.head = make_user(
            Role.UNIT_HEAD, unit=self.unit, name="Ngô Thị Đầu", position="Trưởng bộ phận"
        )
        self.worker = make_user(
            Role.STAFF, unit=self.unit, name="Bùi Văn Làm", position="Chuyên viên"
        )
        self.other = make_unit(self.office.agency, name="Bộ phận Tài vụ")
        self.stranger = make_user(Role.STAFF, unit=self.other, name="Mai Người Khác")
        agency = self.office.agency
        self.lead = make_user(Role.INTERNAL_AUDITOR, unit=agency, name="Lý Thị Trưởng Đoàn")
        self.auditor = make_user(Role.INTERNAL_AUDITOR, unit=agency, name="Tô Văn Đánh Giá")
        self.observer = make_user(Role.STAFF, unit=agency, name="Hồ Thị Quan Sát")
        self.audit = self._audit()
        for person, role in (
            (self.lead, AuditMember.Role.LEAD),
            (self.auditor, AuditMember.Role.AUDITOR),
            (self.observer, AuditMember.Role.OBSERVER),
        ):
            member = AuditMember(audit=self.audit, person=person, role=role)
            member.record(by=system(), reason="Phân công")

    def _audit(self) -> Audit:
        audit = Audit(
            agency=self.office.agency,
            number="ĐGNB-01",
            title="Đánh giá nội bộ năm",
            edition="TCVN ISO 9001:2015",
            starts_on=today(),
            ends_on=today() + dt.timedelta(days=2),
            status=AuditStatus.UNDER_WAY,
            notified_on=today(),
            opened_on=today(),
            planned_by=self.office.secretary,
        )
        audit.record(by=self.office.secretary, reason="Lập")
        return audit

    def put(self, **stamps: Any) -> None:
        """Have the audit stand as it would after later moves."""
        for name, value in stamps.items():
            setattr(self.audit, name, value)
        self.audit.record(by=system(), reason="Chuyển")

    def close_meeting(self) -> None:
        self.put(closing_held_on=today())

    def sign(self) -> None:
        """Have the report signed by the lead."""
        self.put(
            report_signed_by=self.lead,
            report_signed_at=dt.datetime.now(tz=dt.UTC),
            report_signed_on=today(),
        )


def given(unit: Unit, **fields: Any) -> FindingGiven:
    """A nonconformity with all three parts."""
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "grade": Finding.Grade.NONCONFORM,
        "unit": unit,
        "requirement": "QT-05, bước 2: thẩm định trong 03 ngày",
        "evidence_text": "Hồ sơ 05/2022 thẩm định 05 ngày",
        "gap": "Quá thời gian quy định 02 ngày",
        "found_on": today(),
    } | fields
    return FindingGiven(**values)


def make_finding(field: Field, *, by: User | None = None, **fields: Any) -> Finding:
    return add_finding(
        field.audit, given(fields.pop("unit", field.unit), **fields), by=by or field.auditor
    )
