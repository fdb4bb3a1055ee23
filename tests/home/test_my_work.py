"""The first page: each role sees what waits for it, computed, and nothing else."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures.workflow import VersionStatus
from tests.factories import Office, make_decision, make_version

pytestmark = pytest.mark.django_db


def _headings(client: Client, user: Any) -> list[str]:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return [group.heading for group in client.get(reverse("home:my-work")).context["groups"]]


@pytest.mark.parametrize(
    ("status", "who", "expected"),
    [
        (VersionStatus.DRAFT, "staff", ["Bản dự thảo của bạn"]),
        (VersionStatus.DRAFT, "reviewer", []),
        (VersionStatus.IN_REVIEW, "reviewer", ["Chờ bạn xem xét"]),
        (VersionStatus.IN_REVIEW, "staff", []),
        (VersionStatus.REVIEWED, "secretary", ["Đã xem xét, chờ đưa vào quyết định"]),
        (VersionStatus.APPROVED, "clerk", ["Chờ vào số"]),
        (VersionStatus.APPROVED, "leader", []),
        (VersionStatus.ISSUED, "clerk", []),
    ],
)
def test_my_work_follows_the_state(
    client: Client, status: VersionStatus, who: str, expected: list[str]
) -> None:
    office = Office()
    make_version(status, office)

    assert _headings(client, getattr(office, who)) == expected


def test_my_work_shows_a_submitted_decision_to_the_leader_who_may_sign(client: Client) -> None:
    office = Office()
    make_decision(office, make_version(VersionStatus.REVIEWED, office))

    assert _headings(client, office.leader) == ["Chờ bạn phê duyệt"]
    assert _headings(client, office.reviewer) == []


def test_my_work_asks_to_sign_in(client: Client) -> None:
    answer = client.get(reverse("home:my-work"))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("count", [1, 3])
def test_my_work_query_count_is_constant(
    client: Client, django_assert_max_num_queries: Any, count: int
) -> None:
    office = Office()
    for _ in range(count):
        make_version(VersionStatus.IN_REVIEW, office)
        make_decision(office, make_version(VersionStatus.REVIEWED, office))
    client.force_login(office.leader, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_max_num_queries(12):
        client.get(reverse("home:my-work"))
