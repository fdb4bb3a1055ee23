"""Handing a draft on: submitting, whose it is, giving it up, what it was made from, its PDF."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import ProcedureVersion
from procedures.workflow import VersionStatus
from qms.organisation.roles import Role
from qms.records.models import Signature
from tests.factories import (
    Office,
    advance,
    make_draft,
    make_tthc,
    make_user,
    make_version,
    sign_in,
)
from tests.procedures.test_drafting import page_data, read, send, stored

pytestmark = pytest.mark.django_db


# --- submitting ---


def test_submit_refuses_what_blocks_and_keeps_it(client: Client) -> None:
    office = Office()
    version = make_draft(office, make_tthc(office.agency, code="1.005099"))
    key = version.document.steps[1].key
    data = page_data(version, action="submit")
    data[f"steps-{key}-times-c1-value"] = "4,5"

    answer = send(sign_in(client, office.staff), version, data)

    assert answer.status_code == 422
    assert (
        "Tổng thời gian các bước là 5½ ngày, vượt hạn 5 ngày của TTHC 1.005099. "
        "Giảm bớt ½ ngày ở một bước." in answer.content.decode()
    )
    assert stored(version).status == VersionStatus.DRAFT
    assert stored(version).document.steps[1].times[0].minutes == 2160


def test_submit_needs_a_reason_for_each_warning(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency, decision_no="")
    version = make_draft(office, tthc)
    name = f"answer-decision_unknown:{tthc.code}"
    sign_in(client, office.staff)

    silent = send(client, version, page_data(version, action="submit", **{name: "  "}))
    send(client, version, page_data(version, action="submit", **{name: "Đang chờ tỉnh công bố"}))

    assert "Cần giải trình: Chưa rõ quyết định công bố" in silent.content.decode()
    assert stored(version).status == VersionStatus.IN_REVIEW
    assert stored(version).answers == {f"decision_unknown:{tthc.code}": "Đang chờ tỉnh công bố"}


def test_submit_pressed_twice_submits_once(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    data = page_data(version, action="submit")
    sign_in(client, office.staff)

    send(client, version, data)
    again = send(client, version, data, follow=True)

    assert "đang ở trạng thái “Đang xem xét”" in again.content.decode()
    assert version.history.filter(status="in_review").count() == 1
    assert Signature.objects.on(version).count() == 1


def test_returned_draft_says_why_and_by_whom(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)
    version.send_back(by=office.reviewer, comment="Thiếu nơi lưu hồ sơ")

    html = read(sign_in(client, office.staff), version).content.decode()

    assert "Bản này đã bị trả lại." in html
    assert "Thiếu nơi lưu hồ sơ" in html
    assert str(office.reviewer) in html


# --- who ---


@pytest.mark.parametrize("who", ["reviewer", "leader", "clerk", "admin"])
def test_draft_is_absent_for_who_may_not_see_it(client: Client, who: str) -> None:
    office = Office()
    version = make_draft(office)
    sign_in(client, getattr(office, who))

    written = send(client, version, page_data(version, title="Lén sửa"))

    assert (read(client, version).status_code, written.status_code) == (404, 404)
    assert version.history.count() == 1


def test_other_staff_and_other_agencies_do_not_see_a_draft(client: Client) -> None:
    office, other = Office(), Office()
    version = make_draft(office)
    colleague = make_user(unit=office.agency)

    for person in (colleague, other.secretary, other.leader):
        sign_in(client, person)
        assert read(client, version).status_code == 404
        assert list(client.get(reverse("procedures:draft-list")).context["versions"]) == []


def test_who_started_a_draft_and_handed_it_over_reads_it_only(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    other = make_user(unit=office.agency)
    actions.set_authors(version, [other], by=office.secretary)
    sign_in(client, office.staff)

    answer = send(client, version, page_data(version, title="Vẫn sửa"))

    assert read(client, version).templates[0].name == "procedures/draft_detail.html"
    assert answer.status_code == 403
    assert version.history.count() == 1


def test_authors_named_by_the_secretary_may_edit(client: Client) -> None:
    office = Office()
    version = make_draft(office, by=office.secretary)
    address = reverse("procedures:draft-authors", args=[version.pk])

    sign_in(client, office.secretary).post(address, {"people": [office.staff.pk]})

    assert version.author_ids() == {office.staff.pk}
    sign_in(client, office.staff)
    send(client, version, page_data(version, title="Của chuyên viên"))
    assert stored(version).title == "Của chuyên viên"


@pytest.mark.parametrize("who", ["staff", "reviewer"])
def test_naming_authors_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()
    version = make_draft(office)
    address = reverse("procedures:draft-authors", args=[version.pk])

    answer = sign_in(client, getattr(office, who)).post(address, {"people": [office.leader.pk]})

    assert answer.status_code in (403, 404)
    assert version.author_ids() == {office.staff.pk}


def test_authors_cannot_be_nobody_nor_outsiders(client: Client) -> None:
    office, other = Office(), Office()
    checker = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    version = make_draft(office)
    address = reverse("procedures:draft-authors", args=[version.pk])
    sign_in(client, office.secretary)

    nobody = client.post(address, {}, follow=True)
    for person in (other.staff, office.admin, checker):
        client.post(address, {"people": [person.pk]})

    assert "Hãy chọn ít nhất một người soạn thảo." in nobody.content.decode()
    assert version.author_ids() == {office.staff.pk}


# --- giving up, base, print ---


def test_discard_asks_for_a_reason(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    address = reverse("procedures:draft-discard", args=[version.pk])
    sign_in(client, office.secretary)

    client.post(address, {"discard-comment": " "})
    status_without = stored(version).status
    client.post(address, {"discard-comment": "Gộp vào QT-02"})

    assert status_without == VersionStatus.DRAFT
    assert stored(version).status == VersionStatus.DISCARDED
    last = version.history.latest("history_id")
    assert last.history_change_reason == "Hủy: Gộp vào QT-02"


def test_discard_is_for_the_secretary(client: Client) -> None:
    office = Office()
    version = make_draft(office)

    answer = sign_in(client, office.staff).post(
        reverse("procedures:draft-discard", args=[version.pk]), {"discard-comment": "Thôi"}
    )

    assert answer.status_code == 403
    assert stored(version).status == VersionStatus.DRAFT


def test_an_approved_version_is_given_up_with_its_decision_alone(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.APPROVED, office)

    answer = sign_in(client, office.secretary).post(
        reverse("procedures:draft-discard", args=[version.pk]),
        {"discard-comment": "Thôi"},
        follow=True,
    )

    assert answer.status_code == 200
    assert "hãy hủy quyết định đó" in answer.content.decode()
    assert stored(version).status == VersionStatus.APPROVED
    assert version.decision_items.get().removed_at is None


def test_draft_whose_base_was_superseded_says_so_and_what_is_new(client: Client) -> None:
    office = Office()
    first = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    _issue_next(first, office, title="Tên mới hơn")
    draft = actions.start_version(
        first.procedure, by=office.staff, content=first.document, change_type="revision", base=first
    )

    page = read(sign_in(client, office.staff), draft)

    assert "Bản làm gốc không còn là bản có hiệu lực" in page.content.decode()
    assert [str(change) for change in page.context["newer"].changes] == [
        f"Tên quy trình: {first.title} → Tên mới hơn"
    ]


def test_draft_from_the_version_in_force_says_nothing_of_it(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    draft = actions.start_version(
        first.procedure, by=office.staff, content=first.document, change_type="revision", base=first
    )

    assert read(sign_in(client, office.staff), draft).context["newer"] is None


def _issue_next(first: ProcedureVersion, office: Office, *, title: str) -> ProcedureVersion:
    second = actions.start_version(
        first.procedure,
        by=office.staff,
        content=first.document.revised(title=title),
        change_type="revision",
        base=first,
    )
    return advance(second, VersionStatus.ISSUED, office)


def test_draft_pdf_is_for_who_may_see_the_draft(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    address = reverse("procedures:draft-pdf", args=[version.pk])

    mine = sign_in(client, office.staff).get(address)
    theirs = sign_in(client, office.clerk).get(address)

    assert mine.content.startswith(b"%PDF")
    assert theirs.status_code == 404
