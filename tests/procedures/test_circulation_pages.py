"""The pages of reading: what is asked of me, how far others are, meetings, distribution."""

import datetime as dt
from io import BytesIO
from typing import Any

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procedures import actions
from procedures.circulation import standing_of
from procedures.models import (
    Acknowledgement,
    Dissemination,
    PrintedCopy,
    ProcedureVersion,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from tests.factories import (
    BY_PASSWORD,
    Office,
    issue,
    make_decision,
    make_draft,
    make_next_version,
    make_unit,
    make_user,
    make_version,
    restrict,
    sign_in,
)
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}
READING = reverse("procedures:reading-list")
NEW = reverse("procedures:dissemination-new")
SHEET = reverse("procedures:reading-overdue-sheet")


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def issued_together(office: Office, count: int) -> list[ProcedureVersion]:
    """Versions that one decision issues."""
    drafts = [make_draft(office) for _ in range(count)]
    for draft in drafts:
        draft.submit(by=office.staff, answers={})
        draft.review(by=office.reviewer, seen=draft.content_sha256)
    decision = make_decision(office, *drafts)
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    issue(decision, office)
    return list(ProcedureVersion.objects.filter(pk__in=[draft.pk for draft in drafts]))


def task_of(version: ProcedureVersion) -> str:
    decision = version.periods.get().begun_by.decision
    return reverse("procedures:reading-task", args=[decision.pk])


# --- what is asked of me ---


def test_my_work_asks_once_a_decision_and_one_button_settles_it(client: Client) -> None:
    office = Office()
    one, two = issued_together(office, 2)
    page = task_of(one)
    sign_in(client, office.staff)

    work = text(client.get(reverse("home:my-work")))
    assert "Tài liệu mới cần đọc <span" in work
    assert work.count(f'href="{page}"') == 1
    shown = text(client.get(page))
    assert one.procedure.code in shown
    assert "Thẩm định" in shown
    assert "Tiếp nhận hồ sơ" not in shown
    assert "Đây là lần ban hành đầu tiên" in shown
    assert "Xác nhận đã đọc 02 tài liệu" in shown
    assert not Acknowledgement.objects.exists()

    answer = client.post(page, {"ban": [one.pk, two.pk]}, follow=True)
    assert "Đã xác nhận đọc 02 tài liệu." in text(answer)
    assert set(Acknowledgement.objects.values_list("person", "version")) == {
        (office.staff.pk, one.pk),
        (office.staff.pk, two.pk),
    }
    again = client.post(page, {"ban": [one.pk, two.pk]}, follow=True)
    assert "Bạn đã xác nhận trước đó." in text(again)
    assert Acknowledgement.objects.count() == 2
    assert "Tài liệu mới cần đọc" not in text(client.get(reverse("home:my-work")))
    assert client.get(page).status_code == 302


def test_the_button_acknowledges_only_what_its_page_showed(client: Client) -> None:
    office = Office()
    one, two = issued_together(office, 2)

    sign_in(client, office.staff).post(task_of(one), {"ban": [one.pk, 999999, "x"]})

    assert list(Acknowledgement.objects.values_list("version", flat=True)) == [one.pk]
    assert two.pk != one.pk


def test_the_task_tells_what_changed_in_my_steps(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    receive, check, hand = first.document.steps
    later = make_next_version(
        office,
        first,
        steps=(
            receive.model_copy(update={"work": "Tiếp nhận, quét hồ sơ"}),
            check.model_copy(update={"work": "Thẩm định kỹ"}),
            hand,
        ),
    )
    page = task_of(later)

    assert "Bước 2, công việc: Thẩm định → Thẩm định kỹ" in text(
        sign_in(client, office.staff).get(page)
    )
    assert "quét hồ sơ" not in text(client.get(page))


def test_who_is_not_of_the_agency_finds_no_task(client: Client) -> None:
    office, other = Office(), Office()
    (version,) = issued_together(office, 1)
    page = task_of(version)

    for person, status in ((other.staff, 404), (office.admin, 404), (office.leader, 302)):
        assert sign_in(client, person).get(page).status_code == status
        client.post(page, {"ban": [version.pk]})
    assert not Acknowledgement.objects.exists()


def test_the_reading_page_counts_and_has_the_button_for_who_is_asked(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    page = version.procedure.get_absolute_url()
    deed = reverse("procedures:reading-acknowledge", args=[version.pk])

    mine = text(sign_in(client, office.staff).get(page))
    assert "Đã đọc: 0/2" in mine
    assert deed in mine
    assert "Ai chưa đọc" not in mine
    assert "Đã xác nhận bạn đã đọc" in text(client.post(deed, follow=True))
    assert deed not in text(client.get(page))

    led = text(sign_in(client, office.leader).get(page))
    assert "Đã đọc: 1/2" in led
    assert "Ai chưa đọc (1)" in led
    assert "Đỗ Thị Văn" in led
    assert deed not in led
    client.post(deed)
    assert Acknowledgement.objects.count() == 1
    client.logout()
    assert "Đã đọc:" not in text(client.get(page))


# --- how far others are ---


def test_the_list_shows_each_what_they_follow(client: Client) -> None:
    office = Office()
    section = make_unit(office.agency, name="Tổ Tiểu học")
    head = make_user(Role.UNIT_HEAD, unit=section, name="Trưởng Tổ", position="Tổ trưởng")
    make_user(Role.STAFF, unit=section, name="Mai Trong Tổ", position="Chuyên viên")
    version = make_version(VersionStatus.ISSUED, office)
    detail = reverse("procedures:reading-detail", args=[version.pk])

    def seen(person: Any) -> tuple[str, str]:
        sign_in(client, person)
        return text(client.get(READING)), text(client.get(detail))

    listed, people = seen(office.secretary)
    assert "0/3" in listed
    assert "Mai Trong Tổ" in people
    assert "Lê Văn Chuyên" in people
    assert "0/1" in text(client.get(READING, {"don-vi": section.pk}))
    listed, people = seen(head)
    assert "0/1" in listed
    assert "Mai Trong Tổ" in people
    assert "Lê Văn Chuyên" not in people
    listed, people = seen(office.staff)
    assert "Tình hình đọc" not in listed
    assert "Tài liệu bạn cần đọc" in listed
    assert "Lê Văn Chuyên" in people
    assert "Mai Trong Tổ" not in people
    restrict(version.procedure)
    assert client.get(detail).status_code == 404
    assert sign_in(client, Office().secretary).get(detail).status_code == 404


def test_the_list_costs_the_same_for_one_version_and_for_four(client: Client) -> None:
    office = Office()
    make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.secretary)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(READING).status_code == 200
        return len(queries)

    cost()
    one = cost()
    for _ in range(3):
        make_version(VersionStatus.ISSUED, office)

    assert cost() == one


def test_the_overdue_list_is_a_workbook_of_typed_cells(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office, title="=1+1 chuyển trường")
    actions.acknowledge([version], by=office.clerk)
    later = today() + 10 * DAY
    monkeypatch.setattr("procedures.views.circulation.today", lambda: later)

    answer = sign_in(client, office.leader).get(SHEET)

    sheet: Any = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[-2][:2] == ("TT", "Họ và tên")
    number, name, position, _, code, title, _, due_on, days = rows[-1]
    assert (number, name, position) == (1, "Lê Văn Chuyên", "Chuyên viên")
    assert (code, title) == (version.procedure.code, "=1+1 chuyển trường")
    assert (due_on.date(), days) == (today() + 7 * DAY, 3)
    assert sign_in(client, office.staff).get(SHEET).status_code == 403


# --- meetings ---


def test_the_secretary_ticks_who_has_not_read_and_records_the_meeting(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    actions.acknowledge([version], by=office.staff)
    decision = version.periods.get().begun_by.decision
    sign_in(client, office.secretary)

    page = text(client.get(NEW, {"quyet-dinh": decision.pk}))
    assert "Đỗ Thị Văn – Văn thư, Phòng Giáo dục và Đào tạo · chưa đọc 01 tài liệu" in page
    assert page.count(" checked") == 1

    typed = {"held_on": format_date(today()), "content": "Điểm mới", "versions": version.pk}
    ticked = client.post(NEW, typed | {"chon": "chua-doc"})
    assert ticked.status_code == 200
    assert ticked.context["form"]["people"].value() == [office.clerk.pk]
    assert "Điểm mới</textarea>" in text(ticked)
    assert not Dissemination.objects.exists()

    scan = SimpleUploadedFile("ds.pdf", b"%PDF-1.4 danh sach %%EOF")
    answer = client.post(NEW, typed | {"people": [office.clerk.pk], "file": scan})
    meeting = Dissemination.objects.get()
    assert answer["Location"] == meeting.get_absolute_url()
    (standing,) = standing_of(ProcedureVersion.objects.filter(pk=version.pk), on=today())
    assert standing.waiting == []
    assert Acknowledgement.objects.get(person=office.clerk).dissemination == meeting
    kept = client.get(reverse("procedures:dissemination-file", args=[meeting.pk]))
    assert b"".join(kept.streaming_content) == b"%PDF-1.4 danh sach %%EOF"  # type: ignore[attr-defined]


def test_a_meeting_refused_keeps_what_was_typed_and_writes_nothing(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.secretary)
    typed = {
        "held_on": format_date(today() + DAY),
        "content": "Điểm mới",
        "versions": version.pk,
        "people": office.clerk.pk,
    }

    answer = client.post(NEW, typed)
    assert answer.status_code == 422
    assert "Ngày phổ biến không được ở tương lai." in text(answer)
    assert "Điểm mới</textarea>" in text(answer)
    bad = SimpleUploadedFile("ds.pdf", b"khong phai pdf")
    answer = client.post(NEW, typed | {"held_on": format_date(today()), "file": bad})
    assert answer.status_code == 422
    assert "Nội dung tệp không đúng" in text(answer)
    assert not Dissemination.objects.exists()
    for person in (office.leader, office.clerk, office.staff):
        assert sign_in(client, person).post(NEW, typed).status_code == 403


def test_a_meeting_is_seen_by_those_present_and_those_who_answer(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    meeting = actions.record_dissemination(
        office.agency,
        by=office.secretary,
        held_on=today(),
        content="Điểm mới",
        versions=[version],
        people=[office.staff],
    )
    page = meeting.get_absolute_url()
    upload = reverse("procedures:dissemination-file", args=[meeting.pk])
    absent = make_user(Role.STAFF, unit=office.agency)

    for person in (office.secretary, office.leader, office.clerk, office.staff):
        assert version.title in text(sign_in(client, person).get(page))
    for person in (absent, Office().secretary):
        assert sign_in(client, person).get(page).status_code == 404
    scan = SimpleUploadedFile("ds.pdf", b"%PDF-1.4 ky ten %%EOF")
    assert sign_in(client, office.leader).post(upload, {"file": scan}).status_code == 403
    restrict(version.procedure)
    assert version.title not in text(sign_in(client, office.staff).get(page))
    assert "01 tài liệu hạn chế người đọc" in text(client.get(page))

    sign_in(client, office.secretary)
    assert client.post(upload, {}).status_code == 422
    scan.seek(0)
    assert "Đã đính danh sách ký tên." in text(client.post(upload, {"file": scan}, follow=True))
    assert "ds.pdf" in text(client.get(page))


def test_the_minutes_name_who_was_there_on_both_kinds_of_paper(client: Client) -> None:
    office = Office(place="Bắc Giang")
    version = make_version(VersionStatus.ISSUED, office)
    meeting = actions.record_dissemination(
        office.agency,
        by=office.secretary,
        held_on=today(),
        content="Quét hồ sơ khi tiếp nhận",
        versions=[version],
        people=[office.staff, office.clerk],
        led_by="Hoàng Văn Trưởng",
    )
    sign_in(client, office.staff)

    def paper(ending: str) -> bytes:
        return client.get(
            reverse("procedures:dissemination-paper", args=[meeting.pk, ending])
        ).content

    printed = whole(paper("pdf"))
    word = docx.Document(BytesIO(paper("docx")))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    for said in ("BIÊN BẢN PHỔ BIẾN TÀI LIỆU", version.procedure.code, "Quét hồ sơ khi tiếp nhận"):
        assert squeezed(said) in printed
    assert squeezed("Lê Văn Chuyên") in printed
    assert "Lê Văn Chuyên" in cells
    assert "Chuyên viên, Phòng Giáo dục và Đào tạo" in cells
    wrong = reverse("procedures:dissemination-paper", args=[meeting.pk, "exe"])
    assert client.get(wrong).status_code == 404


# --- distribution ---


def test_the_distribution_list_has_readers_and_copies_and_its_own_readers(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    actions.acknowledge([version], by=office.staff)
    PrintedCopy(
        version=version,
        number=1,
        token="t1",
        holder="Bộ phận Một cửa",
        handed_on=today(),
        made_by=office.clerk,
    ).record(by=office.clerk, reason="Cấp bản kiểm soát")
    where = [version.procedure.slug, version.number_slug]
    page = reverse("procedures:version-distribution", args=where)
    checker = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    auditor = make_user(Role.INTERNAL_AUDITOR, unit=office.agency)

    for person in (office.secretary, office.leader, office.clerk, checker, auditor):
        shown = text(sign_in(client, person).get(page))
        assert "Lê Văn Chuyên" in shown
        assert "Bộ phận Một cửa" in shown
    assert sign_in(client, office.staff).get(page).status_code == 403
    assert sign_in(client, Office().clerk).get(page).status_code in (403, 404)

    sign_in(client, checker)

    def paper(ending: str) -> bytes:
        return client.get(
            reverse("procedures:version-distribution-paper", args=[*where, ending])
        ).content

    printed = whole(paper("pdf"))
    assert squeezed("BM-01-05") in printed
    assert squeezed("Bản kiểm soát số 01") in printed
    sheet: Any = openpyxl.load_workbook(BytesIO(paper("xlsx"))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[-2][1:4] == (
        "Lê Văn Chuyên",
        "Chuyên viên, Phòng Giáo dục và Đào tạo",
        "Bản điện tử",
    )
    assert rows[-1][1] == "Bộ phận Một cửa"
    assert rows[-1][4].date() == today()
    assert sheet.freeze_panes
    assert sheet.auto_filter.ref
