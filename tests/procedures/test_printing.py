"""What is gathered for print: signatures, editions, numbers and names as they were."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from procedures import actions
from procedures.content import TakenUp
from procedures.models import Procedure, ProcedureVersion, Rendition
from procedures.pdf import Mark, PrintedVersion
from procedures.printing import copy_pdf, printed_version
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import AgencyProfile
from qms.organisation.roles import Role
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing
from tests.factories import (
    BY_PASSWORD,
    Office,
    advance,
    assign,
    make_content,
    make_decision,
    make_draft,
    make_position,
    make_tthc,
    make_user,
    make_version,
    system,
)
from tests.pdfs import pages

pytestmark = pytest.mark.django_db

MARCH = dt.date(2022, 3, 10)


def names(printed: PrintedVersion) -> list[tuple[str, list[str]]]:
    return [(column.label, [sign.name for sign in column.signs]) for column in printed.signs]


def editions(printed: PrintedVersion) -> list[tuple[int | None, int | None, str]]:
    return [(row.issue_no, row.revision_no, row.summary) for row in printed.revisions]


def revise(office: Office, base: ProcedureVersion, summary: str = "Bớt một bước") -> Any:
    return actions.start_version(
        base.procedure,
        by=office.staff,
        content=base.document.revised(change_summary=summary),
        change_type=ProcedureVersion.Change.REVISION,
        base=base,
    )


def take_over(office: Office, version: ProcedureVersion, **paper: Any) -> ProcedureVersion:
    """Register an edition that was issued on paper, and have the leader accept it."""
    values: dict[str, Any] = {
        "issue_no": 1,
        "revision_no": 0,
        "decision_no": "05/QĐ-PGDĐT",
        "decided_on": dt.date(2020, 1, 6),
        "effective_on": dt.date(2020, 1, 10),
        "signers": (("approved", "Nguyễn Văn A", "Trưởng phòng"),),
    }
    taken = actions.register_paper(
        version.procedure,
        actions.PaperIssue(**(values | paper)),
        by=office.secretary,
        content=make_content(make_tthc(office.agency)),
    )
    actions.accept_paper(taken, by=office.leader, seen=taken.content_sha256, signing=BY_PASSWORD)
    return taken


# --- signatures ---


@time_machine.travel(dt.datetime(2026, 5, 4, 3, 20, tzinfo=dt.UTC), tick=False)
def test_signatures_are_as_they_were() -> None:
    printed = printed_version(make_version(VersionStatus.ISSUED))

    assert names(printed) == [
        ("Soạn thảo", ["Lê Văn Chuyên"]),
        ("Xem xét", ["Phạm Thị Phó"]),
        ("Phê duyệt", ["Hoàng Văn Trưởng"]),
    ]
    signs = [column.signs[0] for column in printed.signs]
    assert [sign.position for sign in signs] == ["Chuyên viên", "Phó Trưởng phòng", "Trưởng phòng"]
    assert [sign.method for sign in signs] == [
        "Đã xác nhận trên hệ thống lúc 10:20 ngày 04/05/2026",
        "Đã xác nhận trên hệ thống lúc 10:20 ngày 04/05/2026",
        "Đã xác nhận bằng mật khẩu trên hệ thống lúc 10:20 ngày 04/05/2026",
    ]
    assert "chữ ký số" not in "".join(sign.method for sign in signs)


def test_signature_on_paper_and_in_place_of_another_says_so() -> None:
    make_position("Trưởng phòng", rank=10)
    office = Office()
    deputy = make_user(Role.LEADER, unit=office.agency, position="Phó Trưởng phòng")
    assign(office.agency, deputy)
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)
    actions.approve_decision(
        decision,
        by=deputy,
        seen=decision.sha256(),
        signing=Signing(Signature.Method.PAPER, Signature.Capacity.KT, on=MARCH),
    )

    sign = printed_version(version).signs[2].signs[0]

    assert sign.method == "Đã ký trên bản giấy ngày 10/03/2022"
    assert sign.capacity == "KT. (ký thay)"


def test_only_the_signatures_of_this_round_are_printed() -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    version.send_back(by=office.leader, comment="Thiếu căn cứ")

    assert names(printed_version(version)) == [
        ("Soạn thảo", [""]),
        ("Xem xét", [""]),
        ("Phê duyệt", [""]),
    ]
    assert printed_version(version).sha256 == ""

    advance(version, VersionStatus.IN_REVIEW, office)

    printed = printed_version(version)
    assert names(printed)[:2] == [("Soạn thảo", ["Lê Văn Chuyên"]), ("Xem xét", [""])]
    assert printed.sha256 == version.content_sha256


def test_every_author_signs() -> None:
    office = Office()
    version = make_draft(office)
    helper = make_user(name="Trần Văn Hai", unit=office.agency)
    actions.set_authors(version, [office.staff, helper], by=office.secretary)
    advance(version, VersionStatus.IN_REVIEW, office)

    assert names(printed_version(version))[0] == ("Soạn thảo", ["Lê Văn Chuyên", "Trần Văn Hai"])


# --- numbers and editions ---


def test_draft_expects_the_number_that_approval_gives() -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office, paper_on=MARCH)
    draft = revise(office, first)

    printed = printed_version(draft)
    assert (printed.issue_no, printed.revision_no, printed.is_expected) == (1, 1, True)
    assert editions(printed) == [(1, 0, "Ban hành lần đầu"), (1, 1, "Bớt một bước")]
    assert [row.date for row in printed.revisions] == [MARCH, None]
    assert (printed.mark, printed.issued_on, printed.effective_on) == (Mark.DRAFT, None, None)

    advance(draft, VersionStatus.APPROVED, office)

    approved = printed_version(draft)
    assert (approved.issue_no, approved.revision_no, approved.is_expected) == (1, 1, False)
    assert approved.mark is Mark.DRAFT


def test_editions_stand_in_the_order_of_their_numbers() -> None:
    office = Office()
    draft = make_draft(office)
    draft.discard(by=office.secretary, reason="Có bản giấy")
    second = take_over(office, draft, issue_no=2, revision_no=0, decision_no="09/QĐ")
    first = take_over(
        office,
        draft,
        issue_no=1,
        revision_no=2,
        decided_on=dt.date(2018, 1, 5),
        effective_on=dt.date(2018, 1, 8),
    )

    later = editions(printed_version(second))
    earlier = editions(printed_version(first))

    assert [row[:2] for row in later] == [(1, 2), (2, 0)]
    assert [row[:2] for row in earlier] == [(1, 2)]
    assert (
        printed_version(second).revisions[0].reason == "Quyết định số 05/QĐ-PGDĐT ngày 05/01/2018"
    )


def test_discarded_draft_has_no_number_and_its_own_mark() -> None:
    version = make_version(VersionStatus.DISCARDED)

    printed = printed_version(version, is_copy=True)

    assert (printed.issue_no, printed.is_expected, printed.mark) == (None, False, Mark.DISCARDED)
    assert "Lần ban hành: chưa có" in " ".join(pages(copy_pdf(version))[0].split())


def test_agency_with_one_counter_prints_one_number() -> None:
    office = Office(numbering=AgencyProfile.Numbering.ONE_COUNTER)
    version = make_version(VersionStatus.ISSUED, office)

    printed = printed_version(version)

    assert (printed.issue_no, printed.revision_no) == (1, None)


# --- in force, ended, decided by whom ---


def test_dates_are_those_of_decision_and_period() -> None:
    version = make_version(VersionStatus.ISSUED, paper_on=MARCH, effective_on=dt.date(2022, 3, 15))

    printed = printed_version(version, is_copy=True)

    assert (printed.issued_on, printed.effective_on) == (MARCH, dt.date(2022, 3, 15))
    assert printed.decision == str(version.decision_items.get().decision)
    assert (printed.mark, printed.ended_on) == (Mark.NONE, None)


def test_copy_of_an_ended_version_is_marked_and_its_rendition_is_not() -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office, paper_on=MARCH, effective_on=MARCH)
    advance(revise(office, first), VersionStatus.ISSUED, office)

    copy, rendition = printed_version(first, is_copy=True), printed_version(first)

    assert (copy.mark, copy.ended_on) == (Mark.ENDED, today())
    assert (rendition.mark, rendition.ended_on) == (Mark.NONE, None)
    assert f"HẾT HIỆU LỰC TỪ NGÀY {format_date(today())}" in pages(copy_pdf(first))[-1]


def test_version_that_ends_later_is_not_marked_before() -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office, paper_on=MARCH, effective_on=MARCH)
    tomorrow = today() + dt.timedelta(days=1)
    second = advance(revise(office, first), VersionStatus.ISSUED, office, effective_on=tomorrow)

    assert printed_version(first, is_copy=True).mark is Mark.NONE
    assert printed_version(second, is_copy=True).mark is Mark.NONE
    assert printed_version(second).effective_on == tomorrow


def test_version_whose_period_was_voided_never_was_in_force() -> None:
    version = make_version(VersionStatus.ISSUED)
    period = version.periods.get()
    period.voided_at = version.issued_at
    period.record(by=system(), reason="Thu hồi quyết định")

    assert printed_version(version, is_copy=True).mark is Mark.NEVER


def test_names_are_those_of_the_day_of_issue() -> None:
    office = Office(parent_name="UBND THÀNH PHỐ", prepared_label="Biên soạn")
    version = make_version(VersionStatus.ISSUED, office)
    profile = AgencyProfile.objects.get(unit=office.agency)
    profile.display_name, profile.prepared_label = "PHÒNG KHÁC", "Người viết"
    profile.record(by=system(), reason="Đổi tên")

    printed = printed_version(version, is_copy=True)
    draft = printed_version(make_draft(office))

    assert (printed.agency_parent, printed.agency_name) == (
        "UBND THÀNH PHỐ",
        "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
    )
    assert printed.signs[0].label == "Biên soạn"
    assert (draft.agency_name, draft.signs[0].label) == ("PHÒNG KHÁC", "Người viết")


def test_upper_body_that_issues_stands_in_the_head() -> None:
    office = Office(parent_name="UBND THÀNH PHỐ")
    version = make_draft(office)
    version.procedure.issuer_name = "UBND THÀNH PHỐ BẮC GIANG"
    version.procedure.record(by=system(), reason="Cơ quan ban hành")

    printed = printed_version(version)

    assert (printed.agency_parent, printed.agency_name) == ("", "UBND THÀNH PHỐ BẮC GIANG")


# --- where it comes from ---


def test_version_from_paper_says_who_took_it_over() -> None:
    office = Office()
    draft = make_draft(office)
    draft.discard(by=office.secretary, reason="Có bản giấy")
    scan = files.store(b"%PDF-1.4 quet", "ban-quet.pdf", kind="pdf", by=office.secretary)
    version = take_over(office, draft, scan=scan)

    printed = printed_version(version)

    assert names(printed) == [
        ("Soạn thảo", [""]),
        ("Xem xét", [""]),
        ("Phê duyệt", ["Nguyễn Văn A"]),
    ]
    assert printed.notes == (
        "Tài liệu đã ban hành trên bản giấy, ghi nhận vào hệ thống để quản lý. "
        "Bản chụp của bản giấy được lưu trên hệ thống.",
        f"Người chấp nhận ghi nhận: Hoàng Văn Trưởng, Trưởng phòng, ngày {format_date(today())}.",
    )
    assert not printed.is_on_paper  # its steps are known


def test_decision_that_was_made_up_says_so() -> None:
    version = make_version(VersionStatus.ISSUED)
    decision = version.decision_items.get().decision
    decision.is_illustrative = True
    decision.record(by=system(), reason="Đánh dấu minh họa")

    printed = printed_version(version)

    assert printed.notes == ("Quyết định ban hành được lập để minh họa.",)
    assert printed.notes[0] in " ".join(pages(copy_pdf(version))[0].split())


def test_changes_taken_up_are_told_in_words() -> None:
    taken_up = (
        TakenUp(kind="legal", subject="46/2017/NĐ-CP", change="replaced", effective_on=MARCH),
        TakenUp(kind="tthc", subject="1.005099", change="amended", effective_on=MARCH),
        TakenUp(kind="tthc", subject="1.005099", change="khác", effective_on=MARCH),
    )
    version = make_draft(Office(), taken_up=taken_up)

    assert printed_version(version).taken_up == (
        "46/2017/NĐ-CP: bị thay thế, hiệu lực từ 10/03/2022",
        "TTHC 1.005099: sửa đổi, bổ sung, hiệu lực từ 10/03/2022",
        "TTHC 1.005099: khác, hiệu lực từ 10/03/2022",
    )


@pytest.mark.parametrize("kind", list(Procedure.Kind))
def test_every_kind_of_document_can_be_printed(kind: Procedure.Kind) -> None:
    version = make_draft(Office(), kind=kind, body="<p>Nội dung.</p>")

    assert printed_version(version).kind is kind
    assert version.procedure.code in pages(copy_pdf(version))[0]


@pytest.mark.parametrize("count", [1, 3])
def test_printing_asks_as_much_whatever_the_number_of_editions(
    count: int, django_assert_num_queries: Any
) -> None:
    office = Office()
    day = dt.date(2020, 1, 6)
    version = make_version(VersionStatus.ISSUED, office, paper_on=day, effective_on=day)
    for number in range(1, count):
        day += dt.timedelta(days=30)
        version = advance(
            revise(office, version, f"Lần {number}"),
            VersionStatus.ISSUED,
            office,
            paper_on=day,
            effective_on=day,
        )
    stored = ProcedureVersion.objects.select_related("procedure__agency").get(pk=version.pk)

    with django_assert_num_queries(8):
        printed = printed_version(stored, is_copy=True)

    assert len(printed.revisions) == count


# --- the rendition and its page ---


def address(version: ProcedureVersion) -> str:
    args = [version.procedure.slug, version.number_slug]
    return reverse("procedures:version-pdf", args=args)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def issued(django_capture_on_commit_callbacks: Any) -> tuple[Office, ProcedureVersion]:
    """An office and a version issued for good: what follows the transaction is done."""
    office = Office()
    with django_capture_on_commit_callbacks(execute=True):
        version = make_version(VersionStatus.ISSUED, office, paper_on=MARCH, effective_on=MARCH)
    return office, version


def test_issuing_keeps_the_pdf_and_the_page_prints_a_stamped_copy(
    issued: tuple[Office, ProcedureVersion], client: Any
) -> None:
    office, version = issued
    kept = Rendition.objects.get(version=version).file
    profile = AgencyProfile.objects.get(unit=office.agency)
    profile.display_name = "TÊN KHÁC"
    profile.record(by=system(), reason="Đổi tên")
    original = reverse("procedures:version-rendition", args=[version.procedure.slug, "01-00"])

    printed = pages(body(client.get(address(version))))
    client.force_login(office.staff)
    refused = client.get(original).status_code
    client.force_login(office.secretary)
    served = body(client.get(original))

    assert all("Bản in không kiểm soát – in lúc" in text for text in printed)
    assert all(f"/xac-thuc/{version.token}/" in text for text in printed)
    assert refused == 403
    assert served == files.read(kept)
    assert "không kiểm soát" not in "".join(pages(served))
    assert "DỰ THẢO" not in pages(served)[0]
    assert kept.label == f"{version.procedure.slug}-01-00.pdf"


def test_making_renditions_again_makes_none(issued: tuple[Office, ProcedureVersion]) -> None:
    _, version = issued
    kept = Rendition.objects.get(version=version)

    assert actions.make_renditions([version.pk], by=system()) == 0
    assert Rendition.objects.get(version=version) == kept


def test_rendition_made_late_is_that_of_the_day_of_issue() -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office, paper_on=MARCH, effective_on=MARCH)
    advance(revise(office, first), VersionStatus.ISSUED, office)

    actions.make_renditions([first.pk], by=system())

    text = "".join(pages(files.read(Rendition.objects.get(version=first).file)))
    assert "HẾT HIỆU LỰC" not in text
    assert "Lần ban hành: 01" in text


def test_page_of_an_ended_version_serves_a_marked_copy(
    issued: tuple[Office, ProcedureVersion], client: Any
) -> None:
    office, version = issued
    advance(revise(office, version), VersionStatus.ISSUED, office)

    data = body(client.get(address(version)))

    assert all("HẾT HIỆU LỰC" in text for text in pages(data))
    assert Rendition.objects.filter(version=version).count() == 1


def test_page_serves_a_copy_to_sign_in_ink(
    issued: tuple[Office, ProcedureVersion], client: Any
) -> None:
    office, version = issued
    client.force_login(office.staff)

    text = pages(body(client.get(address(version) + "?ky-tay=1")))[0]

    assert "Đã ký trên bản giấy" not in text
    assert "Hoàng Văn Trưởng" in text


def test_page_is_kept_from_strangers_where_reading_is_not_public(client: Any) -> None:
    version = make_version(VersionStatus.ISSUED, Office(public_reading=False))

    answer = client.get(address(version))

    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_draft_is_printed_for_its_author_and_no_one_else(client: Any) -> None:
    office = Office()
    version = make_draft(office, title="Chuyển trường <b>mới</b> & tạm")
    page = reverse("procedures:draft-pdf", args=[version.pk])
    client.force_login(office.clerk)
    assert client.get(page).status_code == 404
    client.force_login(office.staff)

    texts = pages(client.get(page).content)

    assert all("DỰ THẢO" in text for text in texts)
    assert "Chuyển trường <b>mới</b> & tạm" in " ".join(texts[0].split())
    assert not Rendition.objects.exists()
