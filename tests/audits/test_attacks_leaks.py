"""Somebody of another unit reads what is not theirs: evidence, hidden titles, draft findings."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.timetable import add_session
from audits.forms.audit_timetable import SessionForm
from audits.models import AuditSession
from audits.workflow import AuditStatus
from procedures.workflow import VersionStatus
from qms.organisation.roles import Role
from tests.audits.making import make_audit, make_auditor
from tests.audits.making_findings import Field, make_finding
from tests.audits.making_nc import make_action, make_nonconformity
from tests.audits.making_papers import close_and_contest, evidence_of, make_told
from tests.factories import Office, make_unit, make_user, make_version, restrict, sign_in
from tests.papers import word_texts

pytestmark = pytest.mark.django_db

SECRET = "Quy trình xử lý đơn tố cáo"
_HIDDEN = "Tài liệu hạn chế người đọc"


def test_evidence_of_a_sheet_is_for_those_who_read_the_sheet(client: Client) -> None:
    office = Office()
    unit, other = make_unit(office.agency), make_unit(office.agency)
    worker = make_user(Role.STAFF, unit=unit)
    stranger = make_user(Role.STAFF, unit=other)
    nc = make_nonconformity(office, unit=unit)
    seen = evidence_of(nc, office.secretary, "Ảnh sổ")
    done = evidence_of(make_action(office, nc, person=worker), worker, "Ảnh đã sửa")
    for evidence in (seen, done):
        address = reverse("audits:evidence-file", args=[evidence.pk])
        shown = sign_in(client, worker).get(address)
        assert shown["Content-Type"] == "image/jpeg"
        assert shown.getvalue()
        assert sign_in(client, stranger).get(address).status_code == 404
        original = reverse("audits:evidence-original", args=[evidence.pk])
        assert client.get(original).status_code == 404
        assert client.head(address).status_code == 404


def test_the_title_of_a_restricted_procedure_in_scope_is_not_told(client: Client) -> None:
    office = Office()
    procedure = make_version(VersionStatus.ISSUED, office, title=SECRET).procedure
    restrict(procedure)
    lead = make_auditor(office)
    audit = make_audit(office, procedure, lead=lead)
    member = audit.members.get()
    subject = audit.subjects.get()
    typed = {
        "kind": AuditSession.Kind.WORK,
        "on": f"{audit.starts_on:%d/%m/%Y}",
        "begins": "14:00",
        "ends": "15:00",
        "subject": subject.pk,
        "auditors": [member.pk],
    }
    form = SessionForm(typed, audit=audit)
    assert form.is_valid(), form.errors
    add_session(audit, form.session(), by=office.secretary)
    audit.mark_notified(by=office.secretary)
    pages = [
        reverse(f"audits:{name}", args=[audit.slug])
        for name in ("audit-detail", "audit-scope", "audit-timetable", "audit-ics", "audit-team")
    ]
    pages += [reverse("audits:audit-calendar"), reverse("audits:audit-list")]
    sign_in(client, office.staff)
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert SECRET not in answer.content.decode(), page
    assert _HIDDEN in client.get(pages[1]).content.decode()
    assert SECRET in sign_in(client, office.secretary).get(pages[1]).content.decode()
    assert SECRET in sign_in(client, lead).get(pages[1]).content.decode()


def test_the_secretary_reads_no_draft_of_a_finding(client: Client) -> None:
    field = Field()
    field.audit.sessions.model(
        audit=field.audit,
        kind=AuditSession.Kind.CLOSING,
        on=field.audit.starts_on,
        begins=dt.time(16),
        ends=dt.time(17),
    ).record(by=field.office.secretary, reason="Lập")
    finding = make_finding(field)
    sign_in(client, field.office.secretary)
    for name in ("audit-closing-meeting", "audit-report", "audit-detail", "finding-list"):
        address = reverse(f"audits:{name}", args=[field.audit.slug])
        answer = client.get(address)
        assert answer.status_code in (200, 403), name
        said = answer.content.decode()
        assert finding.gap not in said, name
        assert "Kết quả phiếu đánh giá" not in said, name
    meeting = reverse("audits:audit-closing-meeting", args=[field.audit.slug])
    assert finding.gap in sign_in(client, field.lead).get(meeting).content.decode()
    assert field.audit.status == AuditStatus.UNDER_WAY


@pytest.mark.parametrize("role", [Role.EXTERNAL_CHECKER, Role.INTERNAL_AUDITOR])
def test_what_was_found_in_a_restricted_procedure_is_for_those_who_read_it(
    client: Client, role: Role
) -> None:
    told = make_told(title=SECRET)
    close_and_contest(told)
    audit, procedure = told.audit, told.filled.version.procedure
    restrict(procedure)
    watcher = make_user(role, unit=audit.agency)
    lists = [
        *(reverse(f"audits:{n}", args=[audit.slug]) for n in ("checklist", "sampling")),
        reverse("audits:finding-list", args=[audit.slug]),
        reverse("audits:summary-findings"),
    ]
    paper = reverse("audits:paper", args=[audit.slug, "checklist", "docx"])
    evidence = told.filled.item().evidence.get()
    hidden = [
        reverse("audits:item-detail", args=[audit.slug, told.filled.item().pk]),
        reverse("audits:finding-detail", args=[audit.slug, told.major.seq]),
        reverse("audits:evidence-file", args=[evidence.pk]),
    ]
    secrets = (SECRET, procedure.code, told.major.requirement)

    def shown(page: str) -> list[str]:
        answer = client.get(page)
        assert answer.status_code == 200, page
        text = " ".join(word_texts(answer.content)) if page == paper else answer.content.decode()
        return [secret for secret in secrets if secret in text]

    def asked(page: str) -> int:
        answer = client.get(page)
        assert answer.getvalue()  # a file is read to its end, and so closed
        return answer.status_code

    sign_in(client, watcher)
    assert [shown(page) for page in [*lists, paper]] == [[]] * 5
    assert [asked(page) for page in hidden] == [404] * 3
    general = reverse("audits:finding-detail", args=[audit.slug, told.improvement.seq])
    assert client.get(general).status_code == 200
    for reader in (told.filled.lead, told.filled.office.leader):
        sign_in(client, reader)
        assert all(shown(page) for page in [*lists, paper])
        assert [asked(page) for page in hidden] == [200] * 3
