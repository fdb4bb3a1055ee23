"""Who has which printed record, and as what it comes."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.keeping import keep_report
from audits.models import AuditPaper
from audits.pages.prints import NAMES
from audits.workflow import AuditStatus, ProgrammeStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from qms.records import files
from tests.audits import making_papers
from tests.audits.making import audited_unit, lead_of, make_audit, make_programme
from tests.audits.making_nc import make_nonconformity
from tests.audits.making_papers import DAY, close_and_contest, make_told
from tests.factories import Office, make_agency, make_user, make_version, restrict
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = {"pdf": "application/pdf", "docx": WORD}
OF_THE_TEAM = {"blank", "checklist", "report"}


@pytest.fixture
def office() -> Office:
    return Office()


def url(audit: Any, kind: str, ending: str = "pdf") -> str:
    return reverse("audits:paper", args=[audit.slug, kind, ending])


def got(client: Client, user: Any, address: str) -> int:
    client.force_login(user)
    return client.get(address).status_code


def test_papers_have_vietnamese_addresses(office: Office) -> None:
    audit = make_audit(office)

    assert url(audit, "report") == f"/danh-gia/{audit.slug}/in/bao-cao.pdf/"
    assert url(audit, "blank", "docx") == f"/danh-gia/{audit.slug}/in/phieu-trong.docx/"


@pytest.mark.parametrize("ending", TYPES)
def test_team_prints_every_paper(client: Client, office: Office, ending: str) -> None:
    audit = make_audit(office)
    client.force_login(lead_of(audit))

    answers = {kind: client.get(url(audit, kind, ending)) for kind in NAMES}

    assert {answer.headers["Content-Type"] for answer in answers.values()} == {TYPES[ending]}
    starts = b"%PDF" if ending == "pdf" else b"PK"
    assert [k for k, answer in answers.items() if not answer.content.startswith(starts)] == []
    shown = {answer.headers["Content-Disposition"].split(";")[0] for answer in answers.values()}
    assert shown == {"inline" if ending == "pdf" else "attachment"}


def test_strangers_have_no_paper_of_an_audit(client: Client, office: Office) -> None:
    audit = make_audit(office, status=AuditStatus.NOTIFIED)
    stranger = make_user(Role.STAFF, unit=make_agency())

    assert {got(client, stranger, url(audit, kind)) for kind in NAMES} == {404}
    assert {got(client, office.admin, url(audit, kind)) for kind in NAMES} == {404}


def test_readers_print_what_was_told_to_all_and_not_what_is_the_teams(
    client: Client, office: Office
) -> None:
    audit = make_audit(office, status=AuditStatus.NOTIFIED)

    answers = {kind: got(client, office.staff, url(audit, kind)) for kind in NAMES}

    assert {kind for kind, status in answers.items() if status == 403} == OF_THE_TEAM
    assert {status for kind, status in answers.items() if kind not in OF_THE_TEAM} == {200}


def test_secretary_prints_checklist_and_report_after_the_closing_meeting(client: Client) -> None:
    told = make_told()
    audit, secretary = told.audit, told.filled.office.secretary
    before = [got(client, secretary, url(audit, kind)) for kind in sorted(OF_THE_TEAM)]

    close_and_contest(told)

    after = [got(client, secretary, url(audit, kind)) for kind in sorted(OF_THE_TEAM)]
    assert (before, after) == ([403] * 3, [200] * 3)


def test_no_other_kind_or_ending_has_an_address(client: Client, office: Office) -> None:
    audit = make_audit(office)
    client.force_login(lead_of(audit))

    for path in ("in/bao-cao.xlsx/", "in/khac.pdf/", "in/report.pdf/"):
        assert client.get(f"/danh-gia/{audit.slug}/{path}").status_code == 404


def test_approved_report_is_served_byte_for_byte(client: Client) -> None:
    told = make_told()
    close_and_contest(told)
    making_papers.report(told)
    kept = keep_report(told.audit, told.filled.office.leader)
    client.force_login(told.filled.office.leader)

    answer = client.get(url(told.audit, "report"))

    assert b"".join(answer.streaming_content) == files.read(kept.file)  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_reading_a_report_that_was_not_kept_keeps_nothing(client: Client) -> None:
    told = make_told()
    close_and_contest(told)
    making_papers.report(told)
    client.force_login(told.filled.office.leader)

    answer = client.get(url(told.audit, "report"))

    assert "DỰTHẢO" not in whole(answer.content)
    assert not AuditPaper.objects.exists()


def test_people_of_a_unit_have_an_extract_once_the_report_is_approved(client: Client) -> None:
    told = make_told()
    close_and_contest(told)
    head = make_user(Role.UNIT_HEAD, unit=audited_unit(told.audit))
    before = got(client, head, url(told.audit, "report"))
    making_papers.report(told)
    keep_report(told.audit, told.filled.office.leader)

    answer = client.get(url(told.audit, "report"))

    assert before == 403
    assert "TRÍCHBÁOCÁO" in whole(answer.content)
    assert got(client, told.filled.office.staff, url(told.audit, "report")) == 403


def test_a_kept_report_is_an_extract_for_who_may_not_read_a_procedure_in_it(client: Client) -> None:
    told = make_told(title="Quy trình xử lý đơn tố cáo")
    close_and_contest(told)
    making_papers.report(told)
    keep_report(told.audit, told.filled.office.leader)
    restrict(told.filled.version.procedure)
    checker = make_user(Role.EXTERNAL_CHECKER, unit=told.audit.agency)
    read = {}
    for user in (checker, told.filled.office.leader, told.filled.lead):
        client.force_login(user)
        read[user] = whole(client.get(url(told.audit, "report")).getvalue())

    assert "tốcáo" not in read[checker]
    assert "TRÍCHBÁOCÁO" in read[checker]
    for user in (told.filled.office.leader, told.filled.lead):
        assert "tốcáo" in read[user]
        assert "TRÍCHBÁOCÁO" not in read[user]


def test_audit_page_offers_what_the_person_may_print(client: Client, office: Office) -> None:
    audit = make_audit(office, status=AuditStatus.NOTIFIED)
    offered = {}
    for user in (lead_of(audit), office.staff):
        client.force_login(user)
        page = client.get(audit.get_absolute_url()).content.decode()
        offered[user] = {kind for kind in NAMES if url(audit, kind, "docx") in page}

    assert offered == {lead_of(audit): set(NAMES), office.staff: set(NAMES) - OF_THE_TEAM}


# --- the plan ---


def test_plan_is_printed_by_who_sees_it(client: Client, office: Office) -> None:
    draft = make_programme(office)
    address = reverse("audits:programme-paper", args=[draft.pk, "pdf"])

    assert got(client, office.staff, address) == 404
    assert got(client, office.secretary, address) == 200
    page = client.get(draft.get_absolute_url()).content.decode()
    assert address in page
    assert reverse("audits:programme-paper", args=[draft.pk, "docx"]) in page


def test_approved_plan_is_printed_by_readers(client: Client, office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.APPROVED)
    client.force_login(office.staff)

    answer = client.get(reverse("audits:programme-paper", args=[programme.pk, "docx"]))

    assert answer.headers["Content-Type"] == WORD


# --- the sheet and the register ---


def test_sheet_is_printed_by_who_sees_it(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    nc = make_nonconformity(office, procedure=version.procedure)
    address = reverse("audits:nonconformity-paper", args=[nc.slug, "pdf"])
    client.force_login(office.staff)

    answer = client.get(address)

    assert squeezed(nc.gap) in whole(answer.content)
    assert address in client.get(nc.get_absolute_url()).content.decode()
    assert got(client, make_user(Role.STAFF, unit=make_agency()), address) == 404
    restrict(version.procedure)
    assert got(client, make_user(Role.STAFF, unit=office.agency), address) == 404


def register(ending: str, query: str = "") -> str:
    return reverse("audits:register", args=[ending]) + query


def _numbers(data: bytes) -> list[Any]:
    sheet: Any = openpyxl.load_workbook(BytesIO(data)).active
    return [row[1] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]


def test_register_holds_what_the_list_shows(client: Client, office: Office) -> None:
    ours = make_nonconformity(office)
    late = make_nonconformity(office, found_on=today() - 9 * DAY, due_on=today() - DAY)
    make_nonconformity(Office())
    client.force_login(office.secretary)

    every = client.get(register("xlsx")).content
    overdue = client.get(register("xlsx", "?qua-han=1")).content
    before = client.get(register("xlsx", f"?ngay={format_date(today() - 3 * DAY)}")).content

    assert _numbers(every) == [ours.number, late.number]
    assert _numbers(overdue) == [late.number]
    assert _numbers(before) == [late.number]
    page = client.get(reverse("audits:nonconformity-list") + "?qua-han=1").content.decode()
    assert register("docx", "?qua-han=1") in page


def test_register_on_paper_says_what_it_was_limited_to(client: Client, office: Office) -> None:
    nc = make_nonconformity(office)
    client.force_login(office.secretary)

    text = whole(client.get(register("pdf", "?muc=minor&q=phiếu")).content)

    assert squeezed("Chỉ gồm: từ khóa “phiếu”; mức “Nhẹ”") in text
    assert squeezed(nc.number) in text


def test_register_leads_back_to_the_list_where_the_day_is_wrong(
    client: Client, office: Office
) -> None:
    client.force_login(office.secretary)

    answer = client.get(register("pdf", "?ngay=31/02/2022&muc=minor"))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("audits:nonconformity-list") + "?")
    assert "31%2F02%2F2022" in answer.headers["Location"]


def test_register_is_empty_for_who_sees_none(client: Client, office: Office) -> None:
    make_nonconformity(Office())
    client.force_login(office.staff)

    text = whole(client.get(register("pdf")).content)

    assert squeezed("Không có sự không phù hợp nào.") in text


def test_who_reads_nothing_has_no_register(client: Client, office: Office) -> None:
    assert got(client, make_user(), register("pdf")) == 404
