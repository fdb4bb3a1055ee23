"""Single sign-on against a real OpenID provider on this machine's loopback."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from qms.organisation.models import User
from tests.factories import PASSWORD, Office, make_user

pytestmark = pytest.mark.django_db
BUTTON = "/tai-khoan/mot-lan/don-vi/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider, in a process of its own: its warnings are not ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    environment = os.environ | {"PYTHONWARNINGS": "ignore", "WEB_CONCURRENCY": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, **quiet) as process:  # type: ignore[call-overload]
        address = f"http://localhost:{port}"
        _wait_for(address)
        yield address
        process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            requests.get(f"{address}/.well-known/openid-configuration", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the provider did not start")


@pytest.fixture
def provider(issuer: str, settings: Any) -> str:
    settings.OIDC_NAME = "Cổng đăng nhập tỉnh"
    app = {
        "provider_id": "don-vi",
        "name": settings.OIDC_NAME,
        "client_id": "iso",
        "secret": "bi-mat",
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    return issuer


def _known_there(issuer: str, sub: str, **claims: Any) -> str:
    requests.put(f"{issuer}/users/{sub}", json={"sub": sub, **claims}, timeout=5).raise_for_status()
    return sub


def _sign_in(client: Client, sub: str, **given: str) -> Any:
    """Press the button, sign in at the provider, come back."""
    sent = client.post(BUTTON, given)
    assert "code_challenge_method=S256" in sent["Location"]
    there = requests.post(sent["Location"], data={"sub": sub}, allow_redirects=False, timeout=5)
    back = urlsplit(there.headers["Location"])
    assert back.path == f"{BUTTON}ve/"
    return client.get(f"{back.path}?{back.query}")


def _signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_without_the_settings_there_is_no_such_door(client: Client) -> None:
    assert client.post(BUTTON).status_code == 404
    assert client.get(f"{BUTTON}ve/?code=a&state=b").status_code == 404
    assert BUTTON not in client.get(reverse("account_login")).content.decode()


def test_a_person_with_an_account_comes_in(client: Client, provider: str) -> None:
    user = make_user(username="tran.binh")
    sub = _known_there(provider, "s-1", preferred_username="Tran.Binh")

    page = client.get(reverse("account_login") + "?next=/quy-trinh/").content.decode()
    done = _sign_in(client, sub, next="/quy-trinh/")

    assert "Đăng nhập bằng Cổng đăng nhập tỉnh" in page
    assert done["Location"] == "/quy-trinh/"
    assert _signed_in(client) == str(user.pk)
    assert client.get("/").status_code == 200
    assert not SocialAccount.objects.exists()


def test_a_stranger_is_told_whom_to_ask_and_nothing_is_made(client: Client, provider: str) -> None:
    make_user(username="tran.binh", is_active=False)
    before = User.objects.count()

    for claims in ({}, {"preferred_username": "la"}, {"preferred_username": "tran.binh"}):
        answer = _sign_in(client, _known_there(provider, "s-2", **claims))
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "chưa có tài khoản đang dùng nào ứng với bạn" in page
        assert "nhờ người quản trị hệ thống" in page
    assert _signed_in(client) is None
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("verified", [True, False, None, "true"])
def test_a_mail_address_counts_only_when_it_is_verified(
    client: Client, provider: str, settings: Any, verified: Any
) -> None:
    settings.OIDC_CLAIM = "email"
    make_user(username="s-3", email="binh@coquan.example")
    claims = {"email": "Binh@coquan.example", "preferred_username": "s-3"}
    claims |= {} if verified is None else {"email_verified": verified}

    _sign_in(client, _known_there(provider, "s-3", **claims))

    assert (_signed_in(client) is not None) == (verified is True)


def test_an_address_that_two_people_share_lets_neither_in(
    client: Client, provider: str, settings: Any
) -> None:
    settings.OIDC_CLAIM = "email"
    for _ in range(2):
        make_user(email="phong@coquan.example")
    claims = {"email": "phong@coquan.example", "email_verified": True}

    assert _sign_in(client, _known_there(provider, "s-4", **claims)).status_code == 403


def test_an_answer_nobody_asked_for_is_refused(client: Client, provider: str) -> None:
    make_user(username="tran.binh")
    answer = client.get(f"{BUTTON}ve/?code=abc&state=bia")
    linked = _sign_in(client, _known_there(provider, "s-5", preferred_username="tran.binh"))
    client.logout()
    connecting = _sign_in(client, "s-5", process="connect")
    denied = client.get(f"{BUTTON}ve/?error=access_denied&state=bia")

    assert "Không hoàn tất được việc đăng nhập" in answer.content.decode()
    assert linked.status_code == 302
    assert (answer.status_code, connecting.status_code, denied.status_code) == (403, 403, 403)
    assert _signed_in(client) is None


def test_it_leads_to_no_other_host_afterwards(client: Client, provider: str) -> None:
    make_user(username="tran.binh")
    sub = _known_there(provider, "s-6", preferred_username="tran.binh")

    assert _sign_in(client, sub, next="https://ke-xau.example/")["Location"] == "/"


def test_a_provider_that_does_not_answer_is_said_in_words(client: Client, settings: Any) -> None:
    app = {"provider_id": "don-vi", "name": "Cổng", "client_id": "iso", "secret": "x"}
    app_settings = {"server_url": "http://localhost:9", "oauth_pkce_enabled": True}
    apps = [app | {"settings": app_settings}]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}

    answer = client.post(BUTTON)

    assert answer.status_code == 403
    assert "Không hoàn tất được việc đăng nhập" in answer.content.decode()


@pytest.mark.parametrize("trusted", [True, False])
def test_the_second_factor_is_the_providers_only_where_it_is_trusted(
    client: Client, provider: str, settings: Any, *, trusted: bool
) -> None:
    settings.SECOND_FACTOR, settings.OIDC_TRUSTS_SECOND_FACTOR = "approvers", trusted
    leader = Office().leader
    sub = _known_there(provider, "s-7", preferred_username=leader.username)

    _sign_in(client, sub)

    assert (client.get("/quyet-dinh/").status_code == 200) == trusted


def test_who_has_no_password_sets_one_to_sign_with(client: Client, provider: str) -> None:
    user = make_user(username="tran.binh")
    user.set_unusable_password()
    user.record(by=user, reason="Chỉ đăng nhập một lần")
    address = reverse("account_set_password")
    new = "bon-con-trau-xanh-dong"
    client.force_login(user)

    stale = client.post(address, {"password1": new, "password2": new}).content.decode()
    _sign_in(client, _known_there(provider, "s-8", preferred_username="tran.binh"))
    fresh = client.post(address, {"password1": new, "password2": new})

    user.refresh_from_db()
    assert "Đăng nhập lại qua Cổng đăng nhập tỉnh" in stale
    assert re.search(r"auth_params=prompt%3Dlogin", stale)
    assert fresh.status_code == 302
    assert user.check_password(new)
    assert not user.check_password(PASSWORD)
    assert client.get("/").status_code == 200  # the own session stands
