"""The pages of decisions: who composes, what goes in and out, who numbers, and who is refused."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import Decision, InForcePeriod, ProcedureVersion
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import format_date, today
from qms.records.models import StoredFile
from tests.factories import (
    BY_PASSWORD,
    Office,
    make_decision,
    make_draft,
    make_user,
    make_version,
    sign_in,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"


def _post(client: Client, name: str, decision: Decision, data: Any = None, *more: int) -> Any:
    address = reverse(f"procedures:{name}", args=[decision.pk, *more])
    return client.post(address, data or {}, follow=True)


def _status(decision: Decision) -> str:
    return Decision.objects.values_list("status", flat=True).get(pk=decision.pk)


def _composing(office: Office, *versions: ProcedureVersion) -> Decision:
    return actions.compose_decision(
        office.agency, by=office.secretary, subject="Ban hành", versions=versions
    )


# --- composing ---


def test_decision_new_composes_reviewed_versions(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    make_version(VersionStatus.IN_REVIEW, office)
    make_version(VersionStatus.REVIEWED, Office())
    address = reverse("procedures:decision-new")

    form = sign_in(client, office.secretary).get(f"{address}?ban={version.pk}").context["form"]
    offered, shown = list(form.fields["versions"].queryset), str(form["versions"])
    client.post(address, {"subject": "Ban hành", "versions": [version.pk]})

    assert offered == [version]
    assert "checked" in shown
    decision = Decision.objects.get()
    assert [item.version for item in decision.items.all()] == [version]
    assert decision.history.get().history_user == office.secretary


def test_decision_new_asks_for_something_to_decide(client: Client) -> None:
    office = Office()

    answer = sign_in(client, office.secretary).post(
        reverse("procedures:decision-new"), {"subject": "Trích yếu đã gõ"}
    )

    assert answer.status_code == 422
    assert "Hãy chọn ít nhất một quy trình" in answer.content.decode()
    assert "Trích yếu đã gõ" in answer.content.decode()
    assert not Decision.objects.exists()


def test_decision_new_sent_twice_makes_one_decision(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    data = {"subject": "Ban hành", "versions": [version.pk]}
    sign_in(client, office.secretary)

    for _ in range(2):
        client.post(reverse("procedures:decision-new"), data)

    assert Decision.objects.count() == 1


@pytest.mark.parametrize("who", ["staff", "leader", "clerk", "admin"])
def test_decision_new_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    address = reverse("procedures:decision-new")
    sign_in(client, getattr(office, who))

    assert client.get(address).status_code == 403
    assert client.post(address, {"subject": "a", "versions": [version.pk]}).status_code == 403
    assert not Decision.objects.exists()


def test_what_is_drafted_or_held_already_is_not_offered_for_abolition(client: Client) -> None:
    office = Office()
    free, drafted, held = (make_version(VersionStatus.ISSUED, office) for _ in range(3))
    actions.start_version(
        drafted.procedure, by=office.staff, content=drafted.document, change_type="revision"
    )
    actions.compose_decision(
        office.agency, by=office.secretary, subject="Bãi bỏ", abolish=[held.procedure]
    )

    page = sign_in(client, office.secretary).get(reverse("procedures:decision-new"))

    assert list(page.context["form"].fields["abolish"].queryset) == [free.procedure]


def test_version_returned_and_reviewed_again_may_go_into_a_decision_again(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    make_decision(office, version)
    actions.return_version(version, by=office.leader, comment="Sai")
    version.submit(by=office.staff, answers={})
    version.review(by=office.reviewer, seen=version.content_sha256)

    page = sign_in(client, office.secretary).get(reverse("procedures:decision-new"))

    assert list(page.context["form"].fields["versions"].queryset) == [version]


def test_decision_add_puts_all_in_or_none(client: Client) -> None:
    office = Office()
    first, second = (make_version(VersionStatus.REVIEWED, office) for _ in range(2))
    decision = _composing(office, first)

    _post(sign_in(client, office.secretary), "decision-add", decision, {"versions": [second.pk]})
    refused = _post(client, "decision-add", decision, {"versions": [second.pk]})

    assert [item.version for item in decision.standing_items()] == [first, second]
    assert refused.status_code == 422


def test_decision_remove_leaves_the_version_reviewed(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = _composing(office, version)
    item = decision.items.get()
    sign_in(client, office.secretary)

    _post(client, "decision-remove", decision, None, item.pk)
    again = _post(client, "decision-remove", decision, None, item.pk)

    version.refresh_from_db()
    assert not decision.standing_items().exists()
    assert version.status == VersionStatus.REVIEWED
    assert "đã được bỏ khỏi quyết định" in again.content.decode()


def test_empty_decision_is_not_submitted(client: Client) -> None:
    office = Office()
    decision = _composing(office)

    answer = _post(sign_in(client, office.secretary), "decision-submit", decision)

    assert "Quyết định chưa có quy trình nào." in answer.content.decode()
    assert _status(decision) == DecisionStatus.COMPOSING


@pytest.mark.parametrize("who", ["leader", "clerk"])
@pytest.mark.parametrize("name", ["decision-add", "decision-submit", "decision-remove"])
def test_composing_is_refused_to_who_is_no_secretary(client: Client, who: str, name: str) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = _composing(office, version)
    more = [decision.items.get().pk] if name == "decision-remove" else []

    answer = _post(sign_in(client, getattr(office, who)), name, decision, None, *more)

    assert answer.status_code == 403
    assert _status(decision) == DecisionStatus.COMPOSING
    assert decision.standing_items().count() == 1


def test_stale_page_of_a_submitted_decision_changes_nothing(client: Client) -> None:
    office = Office()
    version, other = (make_version(VersionStatus.REVIEWED, office) for _ in range(2))
    decision = make_decision(office, version)
    item = decision.items.get()
    sign_in(client, office.secretary)

    added = _post(client, "decision-add", decision, {"versions": [other.pk]})
    removed = _post(client, "decision-remove", decision, None, item.pk)
    submitted = _post(client, "decision-submit", decision)

    for answer in (added, removed):
        assert "Quyết định không còn ở bước soạn" in answer.content.decode()
    assert "không thể chuyển sang" in submitted.content.decode()
    assert [i.version for i in decision.standing_items()] == [version]


# --- numbering ---


def _approved(office: Office, **fields: Any) -> Decision:
    version = make_version(VersionStatus.APPROVED, office, **fields)
    decision: Decision = version.decision_items.get().decision
    return decision


def test_decision_issue_puts_in_force_with_the_signed_original(client: Client) -> None:
    office = Office()
    decision = _approved(office)
    scan = SimpleUploadedFile("ban-ky.pdf", PDF)
    data = {"number": " 12/QĐ-PGDĐT", "signed_on": format_date(today()), "signed_file": scan}

    _post(sign_in(client, office.clerk), "decision-issue", decision, data)

    decision.refresh_from_db()
    assert (decision.status, decision.number) == (DecisionStatus.ISSUED, "12/QĐ-PGDĐT")
    period = InForcePeriod.objects.get()
    assert (period.valid_from, period.valid_to) == (today(), None)
    kept = client.get(reverse("procedures:decision-file", args=[decision.pk]))
    assert b"".join(kept.streaming_content) == PDF  # type: ignore[attr-defined]


def test_decision_issue_may_take_effect_later(client: Client) -> None:
    office = Office()
    decision = _approved(office)
    later = today() + dt.timedelta(days=10)
    data = {
        "number": "12/QĐ",
        "signed_on": format_date(today()),
        "effective_on": format_date(later),
    }

    _post(sign_in(client, office.clerk), "decision-issue", decision, data)

    assert InForcePeriod.objects.get().valid_from == later


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("number", "", "Chưa điền mục này"),
        ("number", "\u200b", "Chưa điền mục này"),
        ("signed_on", "31/02/2026", "Ngày phải ghi theo dạng"),
        ("signed_on", format_date(today() + dt.timedelta(days=1)), "không được ở tương lai"),
        ("signed_on", "01/01/2020", "không được trước ngày phê duyệt"),
        ("effective_on", "01/01/2020", "không được trước ngày quyết định"),
    ],
)
def test_decision_issue_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, field: str, value: str, message: str
) -> None:
    office = Office()
    decision = _approved(office)
    data = {"number": "12/QĐ", "signed_on": format_date(today()), field: value}

    answer = _post(sign_in(client, office.clerk), "decision-issue", decision, data)

    assert answer.status_code == 422
    form = answer.context["numbering_form"]
    assert message in " ".join(form.errors[field])
    assert f'value="{data["number"]}"' in answer.content.decode() or field == "number"
    assert _status(decision) == DecisionStatus.APPROVED
    assert not InForcePeriod.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("ban-ky.docx", PDF, "Chỉ nhận tệp jpg, pdf, png"),
        ("ban-ky.pdf", b"<html></html>", "Nội dung tệp không đúng"),
    ],
)
def test_decision_issue_checks_the_signed_original(
    client: Client, name: str, data: bytes, message: str
) -> None:
    office = Office()
    decision = _approved(office)
    typed = {
        "number": "12/QĐ",
        "signed_on": format_date(today()),
        "signed_file": SimpleUploadedFile(name, data),
    }

    answer = _post(sign_in(client, office.clerk), "decision-issue", decision, typed)

    assert message in " ".join(answer.context["numbering_form"].errors["signed_file"])
    assert _status(decision) == DecisionStatus.APPROVED
    assert not StoredFile.objects.exists()


def test_number_is_not_given_twice_on_a_day(client: Client) -> None:
    office = Office()
    data = {"number": "12/QĐ", "signed_on": format_date(today())}
    sign_in(client, office.clerk)
    _post(client, "decision-issue", _approved(office), data)

    answer = _post(client, "decision-issue", second := _approved(office), data)

    assert answer.context["numbering_form"].errors["number"] == [
        "Số này cùng ngày đã có ở một quyết định khác."
    ]
    assert _status(second) == DecisionStatus.APPROVED


def test_decision_issue_pressed_twice_issues_once(client: Client) -> None:
    office = Office()
    decision = _approved(office)
    data = {"number": "12/QĐ", "signed_on": format_date(today())}
    sign_in(client, office.clerk)

    _post(client, "decision-issue", decision, data)
    again = _post(client, "decision-issue", decision, data | {"number": "13/QĐ"})

    assert "Trong lúc đó quyết định đã ở trạng thái “Đã ban hành”" in again.content.decode()
    decision.refresh_from_db()
    assert decision.number == "12/QĐ"
    assert InForcePeriod.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("staff", 404), ("leader", 403), ("admin", 404)])
def test_decision_issue_is_for_the_clerk_or_the_secretary(
    client: Client, who: str, status: int
) -> None:
    office = Office()
    decision = _approved(office)
    data = {"number": "12/QĐ", "signed_on": format_date(today())}

    answer = _post(sign_in(client, getattr(office, who)), "decision-issue", decision, data)

    assert answer.status_code == status
    assert _status(decision) == DecisionStatus.APPROVED


def test_abolition_ends_what_is_in_force(client: Client) -> None:
    office = Office()
    version = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    decision = actions.compose_decision(
        office.agency, by=office.secretary, subject="Bãi bỏ", abolish=[version.procedure]
    )
    decision.submit(by=office.secretary)
    _approve(decision, office)
    data = {"number": "20/QĐ", "signed_on": format_date(today())}

    _post(sign_in(client, office.clerk), "decision-issue", decision, data)

    assert InForcePeriod.objects.get().valid_to == today()


def _approve(decision: Decision, office: Office) -> None:
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )


# --- cancelling ---


def test_cancelled_approval_gives_each_version_back_as_a_draft(client: Client) -> None:
    office = Office()
    decision = _approved(office)
    version = decision.items.get().version
    assert version is not None

    _post(
        sign_in(client, office.leader),
        "decision-cancel",
        decision,
        {"cancel-comment": "Sai căn cứ"},
    )

    assert _status(decision) == DecisionStatus.CANCELLED
    draft = version.procedure.versions.open().get()
    assert (draft.status, draft.content_sha256) == ("draft", version.content_sha256)
    assert draft.author_ids() == {office.staff.pk}


def test_decision_cancel_asks_for_a_reason_and_is_refused_to_the_clerk(client: Client) -> None:
    office = Office()
    decision = _approved(office)

    silent = _post(sign_in(client, office.secretary), "decision-cancel", decision)
    foreign = _post(
        sign_in(client, office.clerk), "decision-cancel", decision, {"cancel-comment": "Thôi"}
    )

    assert silent.context["cancel_form"].errors == {"comment": ["Hãy ghi lý do."]}
    assert foreign.status_code == 403
    assert _status(decision) == DecisionStatus.APPROVED


def test_issued_decision_is_not_cancelled(client: Client) -> None:
    office = Office()
    decision = make_version(VersionStatus.ISSUED, office).decision_items.get().decision

    answer = _post(
        sign_in(client, office.secretary), "decision-cancel", decision, {"cancel-comment": "Thôi"}
    )

    assert "đã ở trạng thái “Đã ban hành”" in answer.content.decode()
    assert _status(decision) == DecisionStatus.ISSUED


# --- lists, who sees ---


def test_clerk_finds_what_waits_for_its_number(client: Client) -> None:
    office = Office()
    waiting = _approved(office)
    make_version(VersionStatus.ISSUED, office)
    make_decision(office, make_version(VersionStatus.REVIEWED, office))
    address = reverse("procedures:decision-list")

    everything = sign_in(client, office.clerk).get(address)
    page = client.get(address, {"trang-thai": "approved"})

    assert ("approved", "Chờ vào số", 1) in everything.context["statuses"]
    assert everything.context["total"] == 3
    assert list(page.context["page"]) == [waiting]


def test_decision_is_hidden_from_staff_until_issued(client: Client) -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))
    issued = make_version(VersionStatus.ISSUED, office).decision_items.get().decision
    sign_in(client, office.staff)

    assert client.get(decision.get_absolute_url()).status_code == 404
    assert client.get(issued.get_absolute_url()).status_code == 200
    page = client.get(reverse("procedures:decision-list")).context["page"]
    assert list(page) == [issued]


def test_decision_of_another_agency_is_absent(client: Client) -> None:
    office, other = Office(), Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    for person in (other.leader, other.secretary, other.clerk, make_user()):
        sign_in(client, person)
        assert client.get(decision.get_absolute_url()).status_code == 404
        assert _post(client, "decision-cancel", decision).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_decision_list_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for _ in range(count):
        make_decision(office, make_version(VersionStatus.REVIEWED, office))
    sign_in(client, office.leader)

    with django_assert_num_queries(7):
        page = client.get(reverse("procedures:decision-list"))

    assert len(page.context["page"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_decision_new_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for _ in range(count):
        make_version(VersionStatus.REVIEWED, office)
        make_version(VersionStatus.ISSUED, office)
        make_draft(office)
    sign_in(client, office.secretary)

    with django_assert_num_queries(9):
        client.get(reverse("procedures:decision-new"))
