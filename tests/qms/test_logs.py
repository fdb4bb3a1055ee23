"""What the log says of requests and sign-ins, and what it never says."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qms import logs
from qms.organisation.models import AgencyProfile
from tests.factories import PASSWORD, Office, make_user
from tests.qms.test_agency import given_settings

pytestmark = pytest.mark.django_db
SIGN_IN = reverse("account_login")


class Lines(io.StringIO):
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.told() if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    out = Lines()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    logging.getLogger().addHandler(handler)
    yield out
    logging.getLogger().removeHandler(handler)


def test_a_request_is_one_line_with_its_person_and_no_query(client: Client, lines: Lines) -> None:
    staff = Office().staff
    client.force_login(staff)

    answer = client.get(
        reverse("procedures:list") + "?q=mat-khau-bi-mat", headers={"X-Request-ID": "proxy-0001"}
    )

    (line,) = lines.of("qms.request")
    assert answer["X-Request-ID"] == line["request_id"] == "proxy-0001"
    assert (line["actor"], line["actor_id"]) == (staff.username, staff.pk)
    assert (line["level"], line["method"], line["status"]) == ("INFO", "GET", 200)
    assert line["path"] == reverse("procedures:list")
    assert line["ms"] >= 0
    assert "bi-mat" not in lines.getvalue()


@pytest.mark.parametrize("given", ["", "a b c d e f g", "x" * 65, "nhật-ký-0001", "{}{}{}{}{}"])
def test_a_number_that_is_not_sane_is_replaced(client: Client, given: str) -> None:
    answer = client.get(SIGN_IN, headers={"X-Request-ID": given.encode().decode("latin-1")})

    assert len(answer["X-Request-ID"]) == 16
    assert answer["X-Request-ID"] != given


def test_refusals_of_who_is_signed_in_are_warnings(client: Client, lines: Lines) -> None:
    office = Office()
    client.get("/khong-co/")
    client.force_login(office.staff)
    client.get("/khong-co/")
    client.get(reverse("procedures:legal-new"))
    client.force_login(office.secretary)
    client.post(reverse("organisation:agency"), given_settings(display_name=""))

    told = [(line["status"], line["level"]) for line in lines.of("qms.request")]
    assert told == [(404, "INFO"), (404, "WARNING"), (403, "WARNING"), (422, "INFO")]


def test_coming_and_going_is_told_without_a_password(client: Client, lines: Lines) -> None:
    user = make_user()
    for typed in ("sai mật khẩu nhé", PASSWORD):
        client.post(SIGN_IN, {"login": user.username, "password": typed})
    client.post(reverse("account_logout"))
    client.post(SIGN_IN, {"login": "mat khau go nham o", "password": "x"})

    told = [(line["message"], line["actor"]) for line in lines.of("qms.sign_in")]
    assert told == [
        ("Failed to sign in", user.username),
        ("Signed in", user.username),
        ("Signed out", user.username),
        ("Failed to sign in", ""),
    ]
    for secret in ("sai mật khẩu", PASSWORD, "go nham"):
        assert secret not in lines.getvalue()


def test_a_pause_is_told(client: Client, lines: Lines, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    user = make_user()

    for login in (user.username, "mat khau go nham o"):
        for _ in range(3):
            client.post(SIGN_IN, {"login": login, "password": "sai"})

    paused = [line for line in lines.of("qms.sign_in") if line["message"].startswith("Paused")]
    assert [(line["actor"], line["level"]) for line in paused][:1] == [(user.username, "WARNING")]
    assert "go nham" not in lines.getvalue()


def test_a_failure_has_its_traceback_on_one_line(
    client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    client.force_login(Office().secretary)
    client.raise_request_exception = False
    monkeypatch.setattr(AgencyProfile, "record", fail)

    client.post(reverse("organisation:agency"), given_settings(place="Hà Nội"))

    failed, request = lines.told()[-2:]
    assert (failed["level"], failed["logger"]) == ("ERROR", "django.request")
    assert "ZeroDivisionError" in failed["traceback"]
    assert failed["request_id"] == request["request_id"]
    assert (request["status"], request["level"]) == (500, "WARNING")
    assert "Hà Nội" not in lines.getvalue()


@pytest.mark.parametrize(
    "address",
    [
        "/xac-thuc/0123456789abcdef0123456789abcdef/",
        "/tai-khoan/quen-mat-khau/1a-c8xyz-0123456789abcdef/",
        "/tai-khoan/email/MQ:0123456789abcdef/",
    ],
)
def test_a_token_in_an_address_is_not_told(client: Client, lines: Lines, address: str) -> None:
    client.get(address)
    logging.getLogger("elsewhere").error("Internal Server Error: %s", address)

    assert "0123456789abcdef" not in lines.getvalue()
    assert lines.told()[-1]["message"].endswith("/…/")


def test_nobody_writes_lines_of_their_own_and_vietnamese_stays_readable() -> None:
    # Not logged: what stands here is more than the report of a test can carry.
    message = "Tên\n{}\u2028tệp\x1b[2J \ud800 lạ\r\n"
    record = logging.makeLogRecord({"msg": message, "name": "elsewhere"})

    line = logs.JsonLines().format(record)

    assert json.loads(line)["message"] == message
    assert json.loads(line)["actor"] == "he-thong"
    assert line.startswith("{")
    assert len(line.splitlines()) == 1
    assert "Tên" in line
    assert "\x1b" not in line
    assert len(logs.PlainLines().format(record).splitlines()) == 1


def test_a_command_logs_as_the_system(tmp_path: Any) -> None:
    code = (
        "import logging, logging.config; from qms import logs;"
        "logging.config.dictConfig(logs.configuration(kind='json', level='WARNING'));"
        "logging.getLogger('qms.x').info('Đã xong'); logging.getLogger('y').info('không')"
    )

    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True
    )

    line = json.loads(done.stderr)
    assert (line["message"], line["actor"], line["level"]) == ("Đã xong", "he-thong", "INFO")
    assert "request_id" not in line
