"""Signing in and the own account: the pages, and who is turned away."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_agency, make_user

pytestmark = pytest.mark.django_db
ENGLISH = re.compile(
    r"\b(?:password|sign in|username|email address|forgot|submit)\b", re.IGNORECASE
)


def visible(html: str) -> str:
    """The text between the tags of the page's main part."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def page(client: Client, name: str) -> str:
    response = client.get(reverse(name))
    return response.content.decode()


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_login", "Đăng nhập"),
        ("account_reset_password", "Quên mật khẩu"),
        ("account_reset_password_done", "Hãy xem hộp thư"),
        ("account_reset_password_from_key_done", "Đã đổi mật khẩu"),
        ("account_inactive", "Tài khoản đã ngừng dùng"),
        ("account_signup", "Không tự đăng ký được"),
    ],
)
def test_page_for_visitors_is_vietnamese(client: Client, name: str, heading: str) -> None:
    text = visible(page(client, name))

    assert text.startswith(heading)
    assert ENGLISH.findall(text) == []


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_change_password", "Đổi mật khẩu"),
        ("account_email", "Địa chỉ thư điện tử"),
        ("account_logout", "Đăng xuất"),
        ("account_reauthenticate", "Nhập lại mật khẩu"),
    ],
)
def test_page_of_the_own_account_is_vietnamese(client: Client, name: str, heading: str) -> None:
    client.force_login(make_user())

    text = visible(page(client, name))

    assert text.startswith(heading)
    assert ENGLISH.findall(text) == []


@pytest.mark.parametrize("name", ["account_change_password", "account_email"])
def test_own_account_sends_a_visitor_to_sign_in(client: Client, name: str) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_masthead_names_the_agency_and_the_person(client: Client) -> None:
    make_agency(name="Phòng Nội vụ")
    client.force_login(make_user(name="Trần Thị Bình"))

    html = page(client, "account_email")

    assert '<span class="masthead-agency">PHÒNG NỘI VỤ</span>' in html
    assert '<span class="person-name">Trần Thị Bình</span>' in html


def test_wrong_password_says_what_to_look_at(client: Client) -> None:
    user = make_user()

    response = client.post(reverse("account_login"), {"login": user.username, "password": "sai"})

    assert "Tên đăng nhập hoặc mật khẩu không đúng." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_right_password_signs_in(client: Client) -> None:
    user = make_user()

    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(user.pk)


def test_too_many_wrong_passwords_lock_and_say_so(client: Client, settings: object) -> None:
    user = make_user()
    settings.AXES_FAILURE_LIMIT = 2  # type: ignore[attr-defined]
    values = {"login": user.username, "password": "sai"}
    client.post(reverse("account_login"), values)
    client.post(reverse("account_login"), values)

    response = client.post(reverse("account_login"), values | {"password": PASSWORD})

    assert response.status_code == 429
    assert visible(response.content.decode()).startswith("Tạm khóa đăng nhập")
    assert "_auth_user_id" not in client.session


def test_lock_of_one_person_leaves_the_office_alone(client: Client, settings: object) -> None:
    locked, other = make_user(), make_user()
    settings.AXES_FAILURE_LIMIT = 1  # type: ignore[attr-defined]
    client.post(reverse("account_login"), {"login": locked.username, "password": "sai"})

    client.post(reverse("account_login"), {"login": other.username, "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(other.pk)


def test_forgotten_password_is_set_anew_by_letter(client: Client) -> None:
    user = make_user(email="binh@coquan.example")
    client.post(reverse("account_reset_password"), {"email": user.email})
    letter = mail.outbox[0]
    link = re.search(r"https?://[^/]+(/\S+)", str(letter.body))
    assert link is not None
    form = client.get(link.group(1), follow=True)
    new = {"password1": "mot-mat-khau-khac-2026", "password2": "mot-mat-khau-khac-2026"}

    done = client.post(form.request["PATH_INFO"], new, follow=True)

    user.refresh_from_db()
    assert "Đặt lại mật khẩu" in letter.subject
    assert str(letter.body).startswith("Kính gửi ông/bà,")
    assert user.check_password("mot-mat-khau-khac-2026")
    assert visible(done.content.decode()).startswith("Đã đổi mật khẩu")


def test_used_link_offers_another(client: Client) -> None:
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "a-b"})

    text = visible(client.get(address, follow=True).content.decode())

    assert text.startswith("Đường dẫn không còn dùng được")
    assert "Gửi lại đường dẫn khác" in text


def test_new_address_is_confirmed_by_letter(client: Client) -> None:
    client.force_login(make_user())

    client.post(reverse("account_email"), {"email": "moi@coquan.example", "action_add": ""})

    link = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert link is not None
    text = visible(client.get(link.group(1)).content.decode())
    assert "Xác nhận địa chỉ thư Địa chỉ moi@coquan.example là của" in text


def test_unknown_address_is_a_page_of_ours(client: Client) -> None:
    client.force_login(make_user())

    response = client.get("/khong-co-trang-nay/")

    assert response.status_code == 404
    assert visible(response.content.decode()).startswith("Không tìm thấy trang này")
