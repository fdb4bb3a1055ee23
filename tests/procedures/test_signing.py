"""The page on which a leader signs: what it shows, one password for all, and what is refused."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import Decision, ProcedureVersion
from procedures.workflow import DecisionStatus, VersionStatus
from qms.records.models import Signature
from tests.factories import (
    BY_PASSWORD,
    PASSWORD,
    Office,
    make_decision,
    make_draft,
    make_tthc,
    make_version,
    sign_in,
)

pytestmark = pytest.mark.django_db


def _post(client: Client, name: str, decision: Decision, data: Any = None, *more: int) -> Any:
    address = reverse(f"procedures:{name}", args=[decision.pk, *more])
    return client.post(address, data or {}, follow=True)


def _sign(client: Client, decision: Decision, **changes: str) -> Any:
    data = {"seen": decision.sha256(), "password": PASSWORD} | changes
    return _post(client, "decision-approve", decision, data)


def _status(decision: Decision) -> str:
    return Decision.objects.values_list("status", flat=True).get(pk=decision.pk)


def _next_of(first: ProcedureVersion, office: Office, **changes: Any) -> ProcedureVersion:
    version = actions.start_version(
        first.procedure,
        by=office.staff,
        content=first.document.revised(**changes),
        change_type="revision",
        base=first,
    )
    version.submit(by=office.staff, answers={})
    version.review(by=office.reviewer, seen=version.content_sha256)
    return version


# --- what it shows ---


def test_the_clerk_is_led_to_drafts_only_once_they_are_approved(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)
    link = f'href="{version.get_absolute_url()}"'

    def page() -> str:
        return sign_in(client, office.clerk).get(decision.get_absolute_url()).content.decode()

    assert link not in page()
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    assert link in page()
    assert client.get(version.get_absolute_url()).status_code == 200


def test_signing_page_tells_each_change_and_the_time_check(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    version = _next_of(first, office, title="Tên mới", change_summary="Đổi tên cho đúng")
    decision = make_decision(office, version)

    page = sign_in(client, office.leader).get(decision.get_absolute_url())

    (line,) = page.context["lines"]
    assert line.sentence == "Đổi tên cho đúng"
    assert [change.label for change in line.changes] == ["Tên quy trình", "Tóm tắt thay đổi"]
    assert [(time.total, time.limit) for time in line.times] == [(2400, 2400)]
    assert "Phê duyệt 01 quy trình" in page.content.decode()


def test_signing_page_tells_what_was_answered_for(client: Client) -> None:
    office = Office()
    version = make_draft(office, make_tthc(office.agency, decision_no=""))
    name = f"decision_unknown:{version.document.tthc[0].code}"
    version.submit(by=office.staff, answers={name: "Tỉnh chưa ký"})
    version.review(by=office.reviewer, seen=version.content_sha256)
    decision = make_decision(office, version)

    page = sign_in(client, office.leader).get(decision.get_absolute_url())

    assert "Giải trình: Tỉnh chưa ký" in page.content.decode()


def test_signing_page_tells_coverage_before_and_after(client: Client) -> None:
    office = Office()
    make_tthc(office.agency)
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    outlook = sign_in(client, office.leader).get(decision.get_absolute_url()).context["outlook"]

    assert (outlook.before.covered_ratio, outlook.after.covered_ratio) == ("0/2", "1/2")


# --- signing ---


def test_one_password_approves_all_and_freezes_them(client: Client) -> None:
    office = Office()
    versions = [make_version(VersionStatus.REVIEWED, office) for _ in range(3)]
    decision = make_decision(office, *versions)

    _sign(sign_in(client, office.leader), decision)

    assert _status(decision) == DecisionStatus.APPROVED
    for version in versions:
        version.refresh_from_db()
        signature = Signature.objects.on(version).get(act="approved")
        assert (version.status, version.is_frozen) == (VersionStatus.APPROVED, True)
        assert (signature.method, signature.sha256) == ("password", version.content_sha256)
    assert Signature.objects.on(decision).get().person == office.leader


@pytest.mark.parametrize(
    ("password", "message"),
    [("sai", "Mật khẩu không đúng."), ("", "Hãy nhập mật khẩu để xác nhận.")],
)
def test_wrong_password_is_told_at_its_field_and_signs_nothing(
    client: Client, password: str, message: str
) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    answer = _sign(sign_in(client, office.leader), decision, password=password)

    assert answer.status_code == 422
    assert answer.context["approve_form"].errors == {"password": [message]}
    assert 'id="id_password_error"' in answer.content.decode()
    assert _status(decision) == DecisionStatus.SUBMITTED
    assert not Signature.objects.filter(act="approved").exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("secretary", 403), ("reviewer", 403), ("clerk", 403), ("staff", 404), ("admin", 404)],
)
def test_signing_is_refused_to_all_but_another_leader(
    client: Client, who: str, status: int
) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    answer = _sign(sign_in(client, getattr(office, who)), decision)

    assert answer.status_code == status
    assert _status(decision) == DecisionStatus.SUBMITTED


def test_leader_who_reviewed_one_is_told_why_there_is_no_button(client: Client) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    html = sign_in(client, office.reviewer).get(decision.get_absolute_url()).content.decode()

    assert "Bạn đã soạn hoặc xem xét một quy trình trong quyết định này" in html
    assert "Mật khẩu của bạn" not in html


def test_leader_who_changed_the_text_may_not_sign_it(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    version.save_content(
        version.document.revised(title="Sửa bởi lãnh đạo"),
        by=office.leader,
        seen=version.content_sha256,
        reason="Sửa",
    )
    version.submit(by=office.staff, answers={})
    version.review(by=office.reviewer, seen=version.content_sha256)
    decision = make_decision(office, version)

    answer = _sign(sign_in(client, office.leader), decision)

    assert "Người soạn thảo không được tự phê duyệt." in answer.content.decode()
    assert _status(decision) == DecisionStatus.SUBMITTED


def test_what_was_not_seen_is_not_approved(client: Client) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    answer = _sign(sign_in(client, office.leader), decision, seen="0" * 64)

    assert "Nội dung đã thay đổi sau khi bạn mở trang" in answer.content.decode()
    assert _status(decision) == DecisionStatus.SUBMITTED


def test_abolition_added_while_the_page_stood_open_is_not_approved(client: Client) -> None:
    office = Office()
    in_force = make_version(VersionStatus.ISSUED, office)
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))
    seen = decision.sha256()
    decision.send_back(by=office.leader, comment="Thêm phần bãi bỏ")
    actions.add_items(decision, by=office.secretary, abolish=[in_force.procedure])
    decision.submit(by=office.secretary)

    answer = _sign(sign_in(client, office.leader), decision, seen=seen)

    assert "Nội dung đã thay đổi sau khi bạn mở trang" in answer.content.decode()
    assert _status(decision) == DecisionStatus.SUBMITTED


def test_signing_pressed_twice_signs_once(client: Client) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))
    seen = decision.sha256()
    sign_in(client, office.leader)

    _sign(client, decision, seen=seen)
    again = _sign(client, decision, seen=seen)

    assert "Trong lúc đó quyết định đã ở trạng thái “Chờ vào số”" in again.content.decode()
    assert Signature.objects.on(decision).count() == 1


# --- returning ---


def test_one_procedure_is_returned_and_the_rest_stays(client: Client) -> None:
    office = Office()
    first, second = (make_version(VersionStatus.REVIEWED, office) for _ in range(2))
    decision = make_decision(office, first, second)
    item = decision.items.get(version=first)
    comment = {f"item{item.pk}-comment": "Thiếu căn cứ"}
    sign_in(client, office.leader)

    silent = _post(client, "decision-item-return", decision, {}, item.pk)
    _post(client, "decision-item-return", decision, comment, item.pk)
    again = _post(client, "decision-item-return", decision, comment, item.pk)

    assert silent.status_code == 422
    assert "Hãy ghi lý do." in silent.content.decode()
    first.refresh_from_db()
    assert (first.status, first.round) == (VersionStatus.DRAFT, 2)
    assert _status(decision) == DecisionStatus.SUBMITTED
    assert [i.version for i in decision.standing_items()] == [second]
    assert "đã được đưa ra khỏi quyết định này" in again.content.decode()


def test_last_procedure_returned_sends_the_decision_back(client: Client) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))
    item = decision.items.get()

    _post(
        sign_in(client, office.leader),
        "decision-item-return",
        decision,
        {f"item{item.pk}-comment": "Sai"},
        item.pk,
    )

    assert _status(decision) == DecisionStatus.COMPOSING


def test_whole_decision_is_returned_with_a_reason(client: Client) -> None:
    office = Office()
    decision = make_decision(office, version := make_version(VersionStatus.REVIEWED, office))
    sign_in(client, office.leader)

    silent = _post(client, "decision-return", decision)
    _post(client, "decision-return", decision, {"return-comment": "Sai trích yếu"})
    again = _post(client, "decision-return", decision, {"return-comment": "Nữa"})

    assert silent.context["return_form"].errors == {"comment": ["Hãy ghi lý do."]}
    assert _status(decision) == DecisionStatus.COMPOSING
    version.refresh_from_db()
    assert version.status == VersionStatus.REVIEWED
    assert "Trong lúc đó quyết định đã ở trạng thái “Dự thảo”" in again.content.decode()


@pytest.mark.parametrize(("who", "status"), [("secretary", 403), ("clerk", 403), ("staff", 404)])
def test_returning_is_for_leaders(client: Client, who: str, status: int) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    answer = _post(
        sign_in(client, getattr(office, who)), "decision-return", decision, {"return-comment": "a"}
    )

    assert answer.status_code == status
    assert _status(decision) == DecisionStatus.SUBMITTED


@pytest.mark.parametrize("count", [1, 3])
def test_signing_page_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    versions = [
        _next_of(make_version(VersionStatus.ISSUED, office), office, title=f"Tên {number}")
        for number in range(count)
    ]
    decision = make_decision(office, *versions)
    sign_in(client, office.leader)

    with django_assert_num_queries(34):
        page = client.get(decision.get_absolute_url())

    assert len(page.context["lines"]) == count
