"""What protects the browser stands on every kind of answer; the settings of a server are sound."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from tests.factories import PASSWORD, Office, make_blank, make_blank_issue, make_user, make_version

ROOT = Path(__file__).resolve().parent.parent.parent
POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def _unprotected(answer: Any) -> list[str]:
    """What of the protection is missing from an answer."""
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    nonce_free = {part.partition(" 'nonce-")[0] for part in policy}
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    wrong = [name for name, value in wanted.items() if answer.headers.get(name) != value]
    wrong += sorted(nonce_free ^ POLICY)
    if "camera=(self), geolocation=()" not in answer.headers.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    return wrong


def _too_often(client: Client) -> Any:
    cache.clear()
    address = reverse("procedures:copy-verify", args=["x" * 22])
    answers = [client.get(address) for _ in range(61)]
    cache.clear()
    return answers[-1]


@pytest.mark.django_db
def test_every_kind_of_answer_protects_the_browser(client: Client) -> None:
    static = Path(django_settings.STATIC_ROOT) / "thu.svg"
    static.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    strict = Client(enforce_csrf_checks=True)

    answers = {
        "sign-in": client.get(reverse("account_login")),
        "led away": client.get("/"),
        "not found": client.get("/khong-co/"),
        "without token": strict.post(reverse("account_login")),
        "wrong method": client.get(reverse("procedures:job-restart", args=[1])),
        "too often": _too_often(client),
        "static": client.get("/static/thu.svg"),
    }

    answers["static"].close()
    codes = {name: answer.status_code for name, answer in answers.items()}
    assert codes == {
        "sign-in": 200,
        "led away": 302,
        "not found": 404,
        "without token": 403,
        "wrong method": codes["wrong method"],
        "too often": 429,
        "static": 200,
    }
    assert {name: _unprotected(answer) for name, answer in answers.items()} == {
        name: [] for name in answers
    }


@pytest.mark.django_db
def test_what_the_signed_in_get_stays_in_no_cache(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    blank = make_blank_issue(make_blank(office), valid_from=today())
    client.force_login(office.staff)

    answers = {
        "page": client.get("/"),
        "PDF": client.get(version.get_absolute_url() + "pdf/"),
        "file": client.get(reverse("procedures:blank-file", args=[blank.pk])),
        "refused": client.get(reverse("procedures:draft-new")),
        "not found": client.get("/khong-co/"),
        "own account": client.get(reverse("mfa_index")),
    }

    for answer in answers.values():
        answer.close()
    assert {name: answer["Cache-Control"] for name, answer in answers.items()} == dict.fromkeys(
        answers, "private, no-store"
    )
    assert {name: _unprotected(answer) for name, answer in answers.items()} == {
        name: [] for name in answers
    }
    assert answers["PDF"]["Content-Type"] == "application/pdf"
    assert answers["refused"].status_code == 403


@pytest.mark.django_db
def test_cookies_are_not_for_scripts_or_other_sites(client: Client) -> None:
    user = make_user()

    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})

    session = client.cookies["sessionid"]
    assert session["httponly"] is True
    assert session["samesite"] == "Lax"
    assert session["max-age"] == ""  # gone with the browser


@pytest.mark.django_db
@pytest.mark.parametrize(
    "next_", ["https://ke-xau.example/", "//ke-xau.example/", "javascript:alert(1)", "/\\ke-xau"]
)
def test_signing_in_and_out_lead_to_no_other_host(client: Client, next_: str) -> None:
    user = make_user()
    given = {"login": user.username, "password": PASSWORD, "next": next_}

    signed_in = client.post(reverse("account_login"), given)
    again = client.get(reverse("account_login"), {"next": next_})
    signed_out = client.post(reverse("account_logout"), {"next": next_})

    assert signed_in["Location"] == again["Location"] == "/"
    assert signed_out["Location"] == reverse("account_login")


DEPLOYED = """
import django
from django.conf import settings
from django.core.management import call_command
django.setup()
call_command("check", deploy=True, fail_level="WARNING")
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
print(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"])
"""


def _alone(code: str, **chosen: str) -> "subprocess.CompletedProcess[str]":
    """Run `code` in a process of its own that knows the settings `chosen`."""
    environment = os.environ | chosen
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the tests' own
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_server_on_https_passes_every_check(tmp_path: Path) -> None:
    chosen = {
        "DJANGO_SETTINGS_MODULE": "qms.settings",
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": "Aa1!-" + "khong-ai-doan-duoc-" * 4,
        "PUBLIC_URL": "https://iso.coquan.example",
        "SECOND_FACTOR": "approvers",
        "OIDC_ISSUER": "https://dang-nhap.tinh.example/realms/tinh",
        "OIDC_CLIENT_ID": "iso",
        "OIDC_CLIENT_SECRET": "bi-mat",
    }
    (tmp_path / "static").mkdir()

    done = _alone(DEPLOYED, **chosen)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "True True",
        "[\"'self'\", 'https://dang-nhap.tinh.example']",
    ]


def test_a_setting_that_nobody_knows_stops_the_start(tmp_path: Path) -> None:
    chosen = {"VAR_DIR": str(tmp_path), "SECRET_KEY": "x", "SECOND_FACTOR": "sometimes"}

    done = _alone("import qms.settings", **chosen)

    assert done.returncode != 0
    assert "SECOND_FACTOR is off, approvers or all" in done.stderr
