"""The second factor: setting it up, signing in with it, who must have it, losing the phone."""

import datetime as dt
import re
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from qms.organisation.models import User
from qms.organisation.second_factor import OfficeMFAAdapter
from tests.factories import PASSWORD, Office, make_user

pytestmark = pytest.mark.django_db
SET_UP = "/tai-khoan/hai-lop/bat/"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(dt.datetime(2026, 11, 27, 8, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


def _code(secret: str, *, later: int = 0) -> str:
    """What the phone shows, `later` half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def _give_password(client: Client, user: User, **more: str) -> Any:
    given = {"login": user.username, "password": PASSWORD} | more
    return client.post(reverse("account_login"), given)


def _set_up(client: Client, address: str = SET_UP) -> tuple[str, list[str]]:
    """Set the factor up as a person does: password again, secret, first code, spare codes."""
    asked = client.get(address)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get(address).content.decode()
    secret = re.search(r'entrance-key">([A-Z2-7 ]+)<', page)
    assert secret is not None
    assert "<svg" in page
    assert "data:image" not in page
    plain = secret.group(1).replace(" ", "")
    shown = client.post(address, {"code": _code(plain)}).content.decode()
    codes = re.findall(r"<li><code>(\d{8})</code>", shown)
    assert len(codes) == 10
    return plain, codes


def _is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_whoever_set_it_up_signs_in_with_password_and_code(client: Client, clock: Any) -> None:
    user = make_user()
    client.force_login(user)
    secret, _ = _set_up(client)
    client.logout()
    clock.shift(dt.timedelta(minutes=1))

    step = _give_password(client, user, next="/quy-trinh/")
    assert step["Location"].startswith(reverse("mfa_authenticate"))
    assert not _is_signed_in(client)
    wrong = client.post(step["Location"], {"code": "000000"}).content.decode()
    assert "Mã không đúng hoặc đã dùng rồi." in wrong
    done = client.post(step["Location"], {"code": _code(secret)})

    assert _is_signed_in(client)
    assert done["Location"] == "/quy-trinh/"
    assert user.history.first().history_change_reason == "Bật xác thực hai lớp"


def test_a_code_is_taken_once_by_all_processes(client: Client, clock: Any) -> None:
    user = make_user()
    client.force_login(user)
    secret, _ = _set_up(client)  # uses its first code up
    first = _code(secret)
    clock.shift(dt.timedelta(seconds=20))  # the phone's clock may be wrong: it would still count

    def tried(code: str) -> bool:
        other = Client()
        _give_password(other, user)
        other.post(reverse("mfa_authenticate"), {"code": code})
        return _is_signed_in(other)

    second = _code(secret, later=1)
    assert [tried(first), tried(second), tried(second), tried(first)] == [False, True, False, False]


def test_spare_codes_stand_in_for_the_phone_once_each(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    _, codes = _set_up(client)

    def tried(code: str) -> bool:
        other = Client()
        _give_password(other, user)
        other.post(reverse("mfa_authenticate"), {"code": code})
        return _is_signed_in(other)

    assert [tried(codes[0]), tried(codes[0]), tried(codes[7])] == [True, False, True]
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Còn <strong>8</strong> mã dự phòng" in page
    assert codes[3] not in page


def test_guessing_codes_is_stopped_whatever_address_it_comes_from(
    client: Client, clock: Any
) -> None:
    user = make_user()
    client.force_login(user)
    secret, _ = _set_up(client)
    clock.shift(dt.timedelta(minutes=1))

    def tried(code: str, address: str) -> str:
        other = Client(REMOTE_ADDR=address)
        _give_password(other, user)
        return other.post(reverse("mfa_authenticate"), {"code": code}).content.decode()

    for number in range(5):
        assert "Mã không đúng" in tried("000000", f"203.0.113.{number}")
    assert "Hãy chờ 5 phút" in tried(_code(secret), "203.0.113.77")
    clock.shift(dt.timedelta(minutes=6))
    assert tried(_code(secret), "10.0.0.7") == ""  # signed in, and led on


def test_secrets_are_not_readable_in_the_database(client: Client) -> None:
    client.force_login(make_user())
    secret, codes = _set_up(client)

    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in stored
    assert codes[0] not in stored
    assert OfficeMFAAdapter().encrypt(secret) != OfficeMFAAdapter().encrypt(secret)


@pytest.mark.parametrize(
    ("setting", "led"),
    [
        ("off", set()),
        ("approvers", {"leader", "reviewer", "admin"}),
        ("all", {"leader", "reviewer", "admin", "secretary", "staff", "clerk"}),
    ],
)
def test_who_must_have_one_is_led_to_it_first(settings: Any, setting: str, led: set[str]) -> None:
    settings.SECOND_FACTOR = setting
    office, found = Office(), set()
    for name in ("leader", "reviewer", "admin", "secretary", "staff", "clerk"):
        client = Client()
        client.force_login(getattr(office, name))
        if client.get("/quy-trinh/?q=a").headers.get("Location", "").startswith(SET_UP):
            found.add(name)

    assert found == led


def test_the_leader_sets_it_up_and_goes_on_where_he_was(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR = "approvers"
    office = Office()
    _give_password(client, office.leader)

    sent = client.get("/quyet-dinh/?trang=2")
    refused = client.post("/co-quan/", {"place": "Nơi khác"})
    json = client.get("/danh-gia/x/hien-truong/du-lieu/", headers={"Accept": "application/json"})
    asked = client.get(sent["Location"])
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get(sent["Location"]).content.decode()
    secret = re.search(r'entrance-key">([A-Z2-7 ]+)<', page)
    assert secret is not None
    given = {"code": _code(secret.group(1).replace(" ", "")), "next": "/quyet-dinh/?trang=2"}
    codes = client.post(SET_UP, given).content.decode()

    assert sent["Location"] == f"{SET_UP}?next=%2Fquyet-dinh%2F%3Ftrang%3D2"
    assert refused["Location"].startswith(SET_UP)
    assert (json.status_code, json.json()["why"]) == (403, "signed_out")
    assert "Vai trò của bạn cần có xác thực hai lớp" in page
    assert 'href="/quyet-dinh/?trang=2"' in codes
    assert client.get("/quyet-dinh/").status_code == 200


def test_a_session_from_before_the_factor_ends(client: Client, settings: Any) -> None:
    office = Office()
    client.force_login(office.leader)
    thief = Client()
    thief.force_login(office.leader)
    settings.SECOND_FACTOR = "approvers"
    _set_up(client)

    answer = thief.get("/quyet-dinh/")

    assert "vi-sao=ma" in answer["Location"]
    assert not _is_signed_in(thief)
    assert client.get("/quyet-dinh/").status_code == 200


def test_switching_off_asks_the_password_again(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    secret, _ = _set_up(client)
    other = Client()
    _give_password(other, user)
    other.post(reverse("mfa_authenticate"), {"code": _code(secret, later=1)})
    off = reverse("mfa_deactivate_totp")

    refused = other.post(off)
    assert refused["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=user).count() == 2
    other.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    other.post(off)

    assert not Authenticator.objects.filter(user=user).exists()
    assert user.history.first().history_change_reason == "Tự tắt xác thực hai lớp"


def test_the_administrator_removes_a_lost_factor_with_a_reason(client: Client) -> None:
    office = Office()
    phone = Client()
    phone.force_login(office.leader)
    secret, codes = _set_up(phone)
    chief = make_user(is_staff=True, is_superuser=True)
    client.force_login(chief)
    address = reverse("admin:organisation_user_change", args=[office.leader.pk])
    given = {"username": office.leader.username, "full_name": office.leader.full_name}

    page = client.get(address).content.decode()
    client.post(address, given | {"is_active": "on", "second_factor_lost": "Mất điện thoại"})

    row = office.leader.history.first()
    assert [each for each in (secret, *codes) if each in page] == []
    assert not Authenticator.objects.exists()
    assert row.history_change_reason == "Gỡ xác thực hai lớp: Mất điện thoại"
    assert row.history_user == chief


def test_the_admin_pages_have_no_door_of_their_own(client: Client) -> None:
    answer = client.post("/quan-tri/login/", {"username": "a", "password": "b"})

    assert answer["Location"].startswith(reverse("account_login"))
    names = client.get("/quan-tri/mfa/authenticator/").status_code
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert names == 302
    assert client.get("/quan-tri/mfa/authenticator/").status_code == 404
    assert client.get("/quan-tri/socialaccount/socialapp/").status_code == 404
