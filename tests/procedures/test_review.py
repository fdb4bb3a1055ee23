"""A version in review: what the reviewer reads, who reviews, who returns, and who is refused."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import ProcedureVersion
from procedures.workflow import DecisionStatus, VersionStatus
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    Office,
    make_decision,
    make_draft,
    make_tthc,
    make_unit,
    make_user,
    make_version,
    sign_in,
)

pytestmark = pytest.mark.django_db


def _send(client: Client, name: str, version: ProcedureVersion, **data: str) -> Any:
    return client.post(reverse(f"procedures:{name}", args=[version.pk]), data, follow=True)


def _review(client: Client, version: ProcedureVersion, **data: str) -> Any:
    return _send(client, "draft-review", version, seen=version.content_sha256, **data)


def _stored(version: ProcedureVersion) -> ProcedureVersion:
    return ProcedureVersion.objects.get(pk=version.pk)


def test_review_is_signed_by_who_read_it(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    _review(sign_in(client, office.reviewer), version, comment="Đầy đủ")

    stored = _stored(version)
    assert (stored.status, stored.reviewed_by) == (VersionStatus.REVIEWED, office.reviewer)
    signature = Signature.objects.on(version).get(act="reviewed")
    assert (signature.person, signature.sha256) == (office.reviewer, version.content_sha256)
    assert version.history.latest("history_id").history_change_reason == "Đầy đủ"


def test_review_shows_what_a_judgement_stands_on(client: Client) -> None:
    office = Office()
    version = make_draft(office, make_tthc(office.agency, decision_no=""))
    name = f"decision_unknown:{version.document.tthc[0].code}"
    version.submit(by=office.staff, answers={name: "Tỉnh chưa công bố TTHC"})

    page = sign_in(client, office.reviewer).get(version.get_absolute_url())

    html = page.content.decode()
    assert "Giải trình: Tỉnh chưa công bố TTHC" in html
    assert "tổng thời gian các bước 5 / 5 ngày làm việc" in html
    assert [(t.total, t.limit) for t in page.context["times"]] == [(2400, 2400)]


def test_review_shows_each_change_from_the_version_before(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    version = actions.start_version(
        first.procedure,
        by=office.staff,
        content=first.document.revised(title="Tên mới", change_summary="Đổi tên"),
        change_type="revision",
        base=first,
    )
    version.submit(by=office.staff, answers={})

    page = sign_in(client, office.reviewer).get(version.get_absolute_url())

    assert [change.label for change in page.context["changes"]] == [
        "Tên quy trình",
        "Tóm tắt thay đổi",
    ]


def test_review_of_another_content_than_was_read_is_refused(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    answer = _send(sign_in(client, office.reviewer), "draft-review", version, seen="0" * 64)

    assert "Nội dung đã thay đổi sau khi bạn mở trang" in answer.content.decode()
    assert _stored(version).status == VersionStatus.IN_REVIEW


@pytest.mark.parametrize(
    ("who", "status"), [("staff", 403), ("secretary", 403), ("clerk", 404), ("admin", 404)]
)
def test_review_is_refused_to_who_wrote_it_and_to_who_is_no_leader(
    client: Client, who: str, status: int
) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    answer = _review(sign_in(client, getattr(office, who)), version)

    assert answer.status_code == status
    assert _stored(version).status == VersionStatus.IN_REVIEW
    assert not Signature.objects.on(version).filter(act="reviewed").exists()


def test_where_a_unit_has_a_head_that_head_reviews_and_leaders_do_not(client: Client) -> None:
    office = Office()
    head = make_user(Role.UNIT_HEAD, unit=office.agency)
    version = make_version(VersionStatus.IN_REVIEW, office)

    by_leader = _review(sign_in(client, office.reviewer), version)
    _review(sign_in(client, head), version)

    assert by_leader.status_code == 403
    assert _stored(version).reviewed_by == head


def test_head_of_another_unit_does_not_see_it(client: Client) -> None:
    office = Office()
    stranger = make_user(Role.UNIT_HEAD, unit=make_unit(office.agency))
    version = make_version(VersionStatus.IN_REVIEW, office)

    assert _review(sign_in(client, stranger), version).status_code == 404


def test_who_changed_the_text_without_being_named_may_not_review() -> None:
    office = Office()
    version = make_draft(office)
    version.save_content(
        version.document.revised(title="Sửa bởi lãnh đạo"),
        by=office.reviewer,
        seen=version.content_sha256,
        reason="Sửa",
    )
    version.submit(by=office.staff, answers={})

    with pytest.raises(TransitionNotAllowed, match="không được tự xem xét"):
        version.review(by=office.reviewer, seen=version.content_sha256)


def test_review_pressed_twice_says_what_happened_meanwhile(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)
    sign_in(client, office.reviewer)

    _review(client, version)
    again = _review(client, version)

    assert "Đang ở trạng thái “Chờ phê duyệt”" in again.content.decode()
    assert Signature.objects.on(version).filter(act="reviewed").count() == 1


# --- returning ---


def test_return_needs_a_comment_at_its_field(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    answer = _send(
        sign_in(client, office.reviewer), "draft-return", version, **{"return-comment": "  "}
    )

    assert answer.status_code == 422
    assert answer.context["return_form"].errors == {"comment": ["Hãy ghi lý do."]}
    assert _stored(version).status == VersionStatus.IN_REVIEW


def test_return_gives_it_back_to_the_authors_with_the_reason(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    _send(
        sign_in(client, office.reviewer),
        "draft-return",
        version,
        **{"return-comment": "Thiếu căn cứ"},
    )

    stored = _stored(version)
    assert (stored.status, stored.round) == (VersionStatus.DRAFT, 2)
    assert (stored.submitted_by, stored.reviewed_by) == (None, None)
    last = version.history.latest("history_id")
    assert last.history_change_reason == "Trả lại: Thiếu căn cứ"
    assert client.get(version.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("who", ["staff", "secretary"])
def test_return_in_review_is_refused_to_who_may_not_review(client: Client, who: str) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    answer = _send(
        sign_in(client, getattr(office, who)), "draft-return", version, **{"return-comment": "Sai"}
    )

    assert answer.status_code == 403
    assert _stored(version).status == VersionStatus.IN_REVIEW


def test_return_takes_a_reviewed_version_out_of_its_decision(client: Client) -> None:
    office = Office()
    first, second = (make_version(VersionStatus.REVIEWED, office) for _ in range(2))
    decision = make_decision(office, first, second)

    _send(
        sign_in(client, office.leader), "draft-return", first, **{"return-comment": "Sai thời hạn"}
    )

    decision.refresh_from_db()
    assert _stored(first).status == VersionStatus.DRAFT
    assert [item.version for item in decision.standing_items()] == [second]
    assert decision.status == DecisionStatus.SUBMITTED


def test_return_after_approval_says_what_happened_meanwhile(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.APPROVED, office)

    answer = _send(
        sign_in(client, office.leader), "draft-return", version, **{"return-comment": "Muộn"}
    )

    assert "Đang ở trạng thái “Chờ vào số”" in answer.content.decode()
    assert _stored(version).status == VersionStatus.APPROVED


def test_reviewed_version_leads_the_secretary_to_a_decision(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    link = f'href="{reverse("procedures:decision-new")}?ban={version.pk}"'

    before = sign_in(client, office.secretary).get(version.get_absolute_url()).content.decode()
    make_decision(office, version)
    after = client.get(version.get_absolute_url()).content.decode()

    assert link in before
    assert link not in after


@pytest.mark.parametrize("count", [1, 3])
def test_review_page_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    tthc = [make_tthc(office.agency) for _ in range(count)]
    version = make_draft(office, *tthc)
    version.submit(by=office.staff, answers={})
    sign_in(client, office.reviewer)

    with django_assert_num_queries(18):
        page = client.get(version.get_absolute_url())

    assert len(page.context["times"]) == count
