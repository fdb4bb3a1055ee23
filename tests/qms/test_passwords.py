"""Which passwords are refused, and that one who guesses learns nothing."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, Office, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password",
    [
        "MatKhau@123456",
        "Phonggiaoduc2026",
        "UBND-BacGiang-2025",
        "Lê Văn Chuyên 1985",
        "lechuyen12345678",
        "iso9001:2015 ubnd",
        "m@tkh@u-quantri-99",
        "aaaaaaaaaaaaaaa",
        "ngan-gon-1",
        "password12345",
    ],
)
def test_what_anybody_would_guess_is_refused(password: str) -> None:
    user = Office().staff

    with pytest.raises(ValidationError) as refusal:
        validate_password(password, user)

    assert all("Mật khẩu" in sentence for sentence in refusal.value.messages)


@pytest.mark.parametrize(
    "password", ["bon-con-trau-xanh-dong", "Chiếc ghế màu tím biết bơi", "r7Kp-w2Qz-9mXt"]
)
def test_words_that_have_nothing_to_do_with_work_are_taken(password: str) -> None:
    validate_password(password, Office().staff)


def test_the_page_says_at_the_field_what_is_wrong(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    bad = "matkhau-ubnd-2026"

    page = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": bad, "password2": bad},
    ).content.decode()

    user.refresh_from_db()
    assert "Mật khẩu này dễ đoán" in page
    assert user.check_password(PASSWORD)


def _refused(client: Client, username: str, monkeypatch: Any) -> tuple[str, int]:
    """What is shown for a wrong password, and how often it was hashed."""
    hashed = []
    real = MD5PasswordHasher.encode

    def encode(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return str(real(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    given = {"login": username, "password": "khong-phai-mat-khau"}
    page = client.post(reverse("account_login"), given).content.decode()
    monkeypatch.undo()
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in page
    return page.replace(username, "…").split("<main")[1], len(hashed)


def test_unknown_and_closed_accounts_are_refused_alike(client: Client, monkeypatch: Any) -> None:
    known, closed = make_user(), make_user(is_active=False)
    elsewhere = make_user()
    elsewhere.set_unusable_password()
    elsewhere.record(by=known, reason="Đăng nhập một lần")

    names = [known.username, closed.username, elsewhere.username, "khong-co"]
    answers = [_refused(client, name, monkeypatch) for name in names]

    pages, counts = {page for page, _ in answers}, [count for _, count in answers]
    assert counts == [1, 1, 1, 1]
    assert len({page.count("\n") for page in pages}) == 1


def test_a_closed_account_neither_signs_in_nor_gets_a_letter(client: Client) -> None:
    closed = make_user(is_active=False, email="nghi@coquan.example")

    given = {"login": closed.username, "password": PASSWORD}
    page = client.post(reverse("account_login"), given).content.decode()
    asked = client.post(reverse("account_reset_password"), {"email": closed.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "la@khac.example"})

    assert "Tên đăng nhập hoặc mật khẩu không đúng." in page
    assert "_auth_user_id" not in client.session
    assert asked["Location"] == unknown["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_guesses_from_elsewhere_shut_nobody_out(client: Client) -> None:
    leader = Office().leader
    wrong = {"login": leader.username, "password": "sai"}
    for _ in range(50):
        last = client.post(reverse("account_login"), wrong, REMOTE_ADDR="203.0.113.9")
    own = {"login": leader.username, "password": PASSWORD}

    still = client.post(reverse("account_login"), own, REMOTE_ADDR="203.0.113.9")
    client.post(reverse("account_login"), own, REMOTE_ADDR="10.0.0.7")

    assert (last.status_code, still.status_code) == (429, 429)
    assert client.session["_auth_user_id"] == str(leader.pk)


def test_whoever_is_tried_from_everywhere_gets_few_tries_from_each(client: Client) -> None:
    leader = Office().leader

    def tries(address: str) -> int:
        wrong = {"login": leader.username, "password": "sai"}
        for count in range(1, 20):
            answer = client.post(reverse("account_login"), wrong, REMOTE_ADDR=address)
            if answer.status_code == 429:
                return count
        return 20

    counts = [tries(f"203.0.113.{number}") for number in range(1, 5)]

    assert counts == [8, 8, 4, 3]


@pytest.mark.parametrize(
    ("count", "written", "seen"),
    [
        (0, "198.51.100.1", "10.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        (2, "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1"),
        (1, "', DROP TABLE", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_wrote(
    client: Client, settings: Any, count: int, written: str, seen: str
) -> None:
    settings.PROXY_COUNT, settings.AXES_FAILURE_LIMIT = count, 1
    user = make_user()
    headers = {"X-Forwarded-For": written}
    wrong = {"login": user.username, "password": "sai"}

    client.post(reverse("account_login"), wrong, headers=headers, REMOTE_ADDR="10.0.0.1")

    right = {"login": user.username, "password": PASSWORD}
    settings.PROXY_COUNT = 0
    locked = client.post(reverse("account_login"), right, REMOTE_ADDR=seen)
    assert locked.status_code == 429
    assert get_user_model().objects.get(pk=user.pk).last_login is None
