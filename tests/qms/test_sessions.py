"""How long a session lasts, and what the person is told when it ended."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qms.foundation.dates import today
from qms.organisation.models import UnitGrant, grant_role
from qms.organisation.roles import Role
from tests.factories import PASSWORD, Office, make_user, system

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 27, 8, 0, tzinfo=dt.UTC)
PAGE = "/du-thao/?don-vi=1"
HTML = {"Accept": "text/html"}
FIELD_DATA = "/danh-gia/x-1/hien-truong/du-lieu/"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def _why(client: Client, address: str = PAGE, **headers: str) -> str:
    """Sign-in's sentence about the session that ended; nothing if it stands."""
    answer = client.get(address, headers=headers)
    if answer.status_code != 302:
        return ""
    assert answer["Location"].startswith(reverse("account_login"))
    html = client.get(answer["Location"]).content.decode()
    found = re.search(r"data-session-ended>.*?<div>(.*?)</div>", html, re.DOTALL)
    return found.group(1) if found else "no word"


def test_an_idle_session_ends_and_sign_in_leads_back(client: Client, clock: Any) -> None:
    office = Office()
    client.force_login(office.staff)
    clock.shift(dt.timedelta(minutes=29))
    assert _why(client) == ""
    clock.shift(dt.timedelta(minutes=31))

    sent = client.get(PAGE)
    back = client.post(
        sent["Location"],
        {"login": office.staff.username, "password": PASSWORD, "next": PAGE},
    )

    assert "vi-sao=nghi" in sent["Location"]
    assert "next=%2Fdu-thao%2F%3Fdon-vi%3D1" in sent["Location"]
    assert back["Location"] == PAGE


def test_a_session_left_over_night_is_told_alike(client: Client, clock: Any) -> None:
    client.force_login(Office().staff)

    clock.shift(dt.timedelta(hours=16))

    assert "không có thao tác nào" in _why(client)
    assert _why(Client()) == "no word"


def test_a_session_in_use_lasts_a_working_day_and_no_longer(client: Client, clock: Any) -> None:
    client.force_login(Office().staff)
    for _ in range(28):
        clock.shift(dt.timedelta(minutes=25))
        assert _why(client) == ""

    clock.shift(dt.timedelta(minutes=25))

    assert "hết thời gian cho phép" in _why(client)


def test_use_is_written_every_five_minutes_at_most(client: Client, clock: Any) -> None:
    client.force_login(Office().staff)

    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        return sum("django_session" in q["sql"] and "UPDATE" in q["sql"] for q in queries)

    at_once = writes()
    clock.shift(dt.timedelta(minutes=6))
    later, right_after = writes(), writes()

    assert (at_once, later, right_after) == (0, 1, 0)


def test_a_page_is_shown_though_its_use_cannot_be_written(
    client: Client, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise UpdateError

    client.force_login(Office().staff)
    clock.shift(dt.timedelta(minutes=6))
    monkeypatch.setattr(SessionStore, "save", full)

    assert client.get("/").status_code == 200


def _closed(office: Office) -> None:
    office.staff.is_active = False
    office.staff.record(by=office.admin, reason="Nghỉ việc")


def _other_password(office: Office) -> None:
    office.staff.set_password("bon-con-trau-xanh-dong")
    office.staff.record(by=office.admin, reason="Đặt lại mật khẩu")


def _grant_added(office: Office) -> None:
    grant_role(office.staff, Role.CLERK, office.agency, by=office.admin)


def _grant_ended(office: Office) -> None:
    UnitGrant.objects.get(user=office.staff).end(by=office.admin, on=today())


@pytest.mark.parametrize("change", [_closed, _other_password, _grant_added, _grant_ended])
def test_a_session_ends_at_once_when_what_it_stands_on_changes(client: Client, change: Any) -> None:
    office = Office()
    client.force_login(office.staff)
    assert _why(client) == ""

    change(office)

    assert "vừa thay đổi" in _why(client)
    assert "_auth_user_id" not in client.session


def test_a_grant_that_begins_today_ends_the_session_of_yesterday(
    client: Client, clock: Any
) -> None:
    office = Office()
    tomorrow = today() + dt.timedelta(days=1)
    grant_role(office.staff, Role.CLERK, office.agency, by=system(), valid_from=tomorrow)
    clock.move_to(dt.datetime(2026, 11, 27, 16, 50, tzinfo=dt.UTC))  # ten to midnight in Hà Nội
    client.force_login(office.staff)
    assert _why(client) == ""

    clock.shift(dt.timedelta(minutes=15))

    assert "vừa thay đổi" in _why(client)


def test_own_change_of_password_keeps_the_own_session_and_ends_the_others(client: Client) -> None:
    user = make_user()
    other = Client()
    client.force_login(user)
    other.force_login(user)

    new = "bon-con-trau-xanh-dong"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), given)

    assert _why(client, "/") == ""
    assert "vừa thay đổi" in _why(other, "/")


def test_a_boosted_deed_leads_the_whole_page_to_sign_in(client: Client, clock: Any) -> None:
    client.force_login(Office().staff)
    clock.shift(dt.timedelta(hours=1))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/quy-trinh/?q=a"}

    answer = client.post(PAGE, headers=headers)

    assert answer.status_code == 200
    assert answer["HX-Redirect"].endswith("?next=%2Fquy-trinh%2F%3Fq%3Da&vi-sao=nghi")


def test_a_deed_leads_back_to_its_page_but_to_no_other_host(client: Client, clock: Any) -> None:
    client.force_login(Office().staff)
    clock.shift(dt.timedelta(hours=1))

    answer = client.post(PAGE, headers={"Referer": "https://ke-xau.example/"})

    assert answer["Location"].endswith("?next=%2F&vi-sao=nghi")


def test_a_page_that_is_public_says_that_the_session_ended(client: Client, clock: Any) -> None:
    client.force_login(Office().staff)
    clock.shift(dt.timedelta(hours=1))

    page = client.get(reverse("procedures:list"), headers=HTML).content.decode()

    assert "Phiên làm việc đã tự kết thúc" in page
    assert "person-name" not in page


def test_the_field_page_is_told_in_its_own_words(client: Client, clock: Any) -> None:
    client.force_login(Office().staff)
    clock.shift(dt.timedelta(hours=1))

    answer = client.get(FIELD_DATA, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["why"]) == (403, "signed_out")
