"""The pages of decisions: who composes, approves, numbers, and who is refused."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from procedures.models import Decision, InForcePeriod
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import format_date, today
from tests.factories import PASSWORD, Office, make_decision, make_user, make_version

pytestmark = pytest.mark.django_db


def _as(client: Client, user: Any) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _post(client: Client, name: str, decision: Decision, data: dict[str, Any], *more: int) -> Any:
    return client.post(reverse(f"procedures:{name}", args=[decision.pk, *more]), data)


def test_decision_new_composes_reviewed_versions(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    make_version(VersionStatus.IN_REVIEW, office)

    page = _as(client, office.secretary).get(reverse("procedures:decision-new"))
    client.post(
        reverse("procedures:decision-new"), {"subject": "Ban hành", "versions": [version.pk]}
    )

    assert list(page.context["form"].fields["versions"].queryset) == [version]
    decision = Decision.objects.get()
    assert [item.version for item in decision.items.all()] == [version]
    assert decision.history.get().history_user == office.secretary


def test_decision_new_asks_for_something_to_decide(client: Client) -> None:
    office = Office()

    answer = _as(client, office.secretary).post(
        reverse("procedures:decision-new"), {"subject": "Trích yếu đã gõ"}
    )

    assert "Hãy chọn ít nhất một quy trình" in answer.content.decode()
    assert "Trích yếu đã gõ" in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["staff", "leader", "clerk", "admin"])
def test_decision_new_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()

    answer = _as(client, getattr(office, who)).get(reverse("procedures:decision-new"))

    assert answer.status_code == 403


def test_decision_approve_asks_the_password_once_for_all(client: Client) -> None:
    office = Office()
    versions = [make_version(VersionStatus.REVIEWED, office) for _ in range(2)]
    decision = make_decision(office, *versions)
    seen = {f"seen_{v.pk}": v.content_sha256 for v in versions}

    wrong = _post(
        _as(client, office.leader), "decision-approve", decision, seen | {"password": "sai"}
    )
    decision.refresh_from_db()
    status_after_wrong = decision.status
    _post(client, "decision-approve", decision, seen | {"password": PASSWORD})

    assert "Mật khẩu không đúng." in wrong.content.decode()
    assert status_after_wrong == DecisionStatus.SUBMITTED
    decision.refresh_from_db()
    assert decision.status == DecisionStatus.APPROVED
    assert {v.procedure.versions.get().status for v in versions} == {VersionStatus.APPROVED}


@pytest.mark.parametrize("who", ["secretary", "reviewer", "staff", "clerk"])
def test_decision_approve_is_refused_to_all_but_another_leader(client: Client, who: str) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)
    data = {"password": PASSWORD, f"seen_{version.pk}": version.content_sha256}

    answer = _post(_as(client, getattr(office, who)), "decision-approve", decision, data)

    assert answer.status_code in (403, 404)
    decision.refresh_from_db()
    assert decision.status == DecisionStatus.SUBMITTED


def test_decision_approve_refuses_what_was_not_seen(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)
    data = {"password": PASSWORD, f"seen_{version.pk}": "0" * 64}

    answer = _as(client, office.leader).post(
        reverse("procedures:decision-approve", args=[decision.pk]), data, follow=True
    )

    assert "Nội dung đã thay đổi sau khi bạn mở trang" in answer.content.decode()
    decision.refresh_from_db()
    assert decision.status == DecisionStatus.SUBMITTED


def test_decision_item_return_sends_one_version_back(client: Client) -> None:
    office = Office()
    first, second = (make_version(VersionStatus.REVIEWED, office) for _ in range(2))
    decision = make_decision(office, first, second)
    item = decision.items.get(version=first)
    _as(client, office.leader)

    silent = _post(client, "decision-item-return", decision, {}, item.pk)
    _post(
        client,
        "decision-item-return",
        decision,
        {f"item{item.pk}-comment": "Thiếu căn cứ"},
        item.pk,
    )

    assert "Hãy ghi lý do." in silent.content.decode()
    first.refresh_from_db()
    decision.refresh_from_db()
    assert (first.status, first.round) == (VersionStatus.DRAFT, 2)
    assert decision.status == DecisionStatus.SUBMITTED
    assert [i.version for i in decision.standing_items()] == [second]


def test_decision_issue_puts_in_force_with_the_signed_original(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.APPROVED, office)
    decision = version.decision_items.get().decision
    scan = SimpleUploadedFile("ban-ky.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF")
    day = format_date(today())

    _as(client, office.clerk).post(
        reverse("procedures:decision-issue", args=[decision.pk]),
        {"number": "12/QĐ-PGDĐT", "signed_on": day, "signed_file": scan},
    )

    decision.refresh_from_db()
    assert (decision.status, decision.number) == (DecisionStatus.ISSUED, "12/QĐ-PGDĐT")
    period = InForcePeriod.objects.get()
    assert (period.version, period.valid_from, period.valid_to) == (version, today(), None)
    kept = client.get(reverse("procedures:decision-file", args=[decision.pk]))
    assert b"".join(kept.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("number", "", "Chưa điền mục này"),
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
    version = make_version(VersionStatus.APPROVED, office)
    decision = version.decision_items.get().decision
    data = {"number": "77/QĐ-PGDĐT", "signed_on": format_date(today()), field: value}

    answer = _post(_as(client, office.clerk), "decision-issue", decision, data)

    form = answer.context["numbering_form"]
    assert message in " ".join(form.errors[field])
    assert f'value="{data["number"]}"' in answer.content.decode() or field == "number"
    decision.refresh_from_db()
    assert decision.status == DecisionStatus.APPROVED
    assert not InForcePeriod.objects.exists()


def test_decision_is_hidden_from_staff_until_issued(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)
    _as(client, office.staff)

    assert client.get(decision.get_absolute_url()).status_code == 404
    assert list(client.get(reverse("procedures:decision-list")).context["page"]) == []


def test_decision_of_another_agency_is_absent(client: Client) -> None:
    office, other = Office(), Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    for person in (other.leader, other.secretary, make_user()):
        assert _as(client, person).get(decision.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_decision_pages_query_counts_are_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    versions = [make_version(VersionStatus.REVIEWED, office) for _ in range(count)]
    decision = make_decision(office, *versions)
    _as(client, office.leader)

    with django_assert_num_queries(12):
        client.get(decision.get_absolute_url())
    with django_assert_num_queries(6):
        client.get(reverse("procedures:decision-list"))
