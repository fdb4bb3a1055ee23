"""The public page behind the code of a print: every answer, and nothing that is not for all."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.records.qr import qr_code
from tests.factories import (
    BY_PASSWORD,
    Office,
    abolish,
    make_next_version,
    make_version,
    restrict,
    sign_in,
)

pytestmark = pytest.mark.django_db

MARCH = dt.date(2022, 3, 10)


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


def ask(client: Client, token: str | None) -> Any:
    return client.get(reverse("procedures:copy-verify", args=[token]))


def text_of(client: Client, token: str | None) -> str:
    return " ".join(ask(client, token).content.decode().split())


def issued(office: Office, **fields: Any) -> ProcedureVersion:
    return make_version(VersionStatus.ISSUED, office, paper_on=MARCH, effective_on=MARCH, **fields)


def test_what_is_in_force_then_superseded_then_abolished(client: Client) -> None:
    office = Office()
    version = issued(office)
    day = format_date(today())

    valid = text_of(client, version.token)
    following = make_next_version(office, version)
    ended = text_of(client, version.token)
    other = issued(office)
    abolish(other.procedure, office, on=today())

    assert "<h1>Còn hiệu lực</h1>" in valid
    for shown in (version.procedure.code, version.title, "Lần ban hành 01", "10/03/2022"):
        assert shown in valid
    assert "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO" in valid
    assert f"<h1>Hết hiệu lực từ {day}</h1>" in ended
    assert f"Được thay bằng {following.number_text}" in ended
    assert f'href="{version.procedure.get_absolute_url()}"' in ended
    assert f"<h1>Bị bãi bỏ từ {day}</h1>" in text_of(client, other.token)


def test_what_is_not_in_force_yet_or_was_withdrawn(client: Client) -> None:
    office = Office()
    later = today() + dt.timedelta(days=5)
    version = make_version(VersionStatus.ISSUED, office, effective_on=later)
    coming = text_of(client, version.token)
    decision = version.periods.get().begun_by.decision

    actions.withdraw_decision(
        decision, by=office.leader, reason="Ban hành nhầm", signing=BY_PASSWORD
    )

    assert f"<h1>Chưa có hiệu lực (từ {format_date(later)})</h1>" in coming
    assert "<h1>Quyết định ban hành bản này đã bị thu hồi</h1>" in text_of(client, version.token)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("returned", "Bản in này đã được thu hồi ngày"),
        ("destroyed", "Bản in này đã được hủy ngày"),
        ("lost", "Bản in này đã báo thất lạc ngày"),
    ],
)
def test_copy_that_ended_says_so_though_its_version_holds(
    client: Client, kind: str, word: str
) -> None:
    office = Office()
    version = issued(office)
    holder = actions.Holder(name="Nguyễn Thị Giữ")
    (copy,) = actions.hand_out_copies(version, [holder], by=office.clerk)
    held = text_of(client, copy.token)
    done = actions.Recall(kind, today(), "Thu về", "Văn", way="Cắt nhỏ", witnessed_by="Thư")

    actions.recall_copies([copy], done, by=office.clerk)

    assert "<h1>Còn hiệu lực</h1>" in held
    assert "bản kiểm soát số 01" in held
    assert "Nguyễn Thị Giữ" not in held
    assert f"<h1>{word} {format_date(today())}</h1>" in text_of(client, copy.token)


def test_nothing_confidential_and_no_person_is_told(client: Client) -> None:
    office = Office()
    version = issued(office, kind=Procedure.Kind.SYSTEM)
    for_members = text_of(client, version.token)
    restrict(version.procedure)

    restricted = text_of(client, version.token)

    assert version.title in for_members
    assert version.procedure.get_absolute_url() not in for_members
    assert version.procedure.code in restricted
    assert "<h1>Còn hiệu lực</h1>" in restricted
    for hidden in (version.title, "Lần ban hành", "10/03/2022"):
        assert hidden not in restricted
    for person in (office.leader, office.staff, office.reviewer):
        assert str(person) not in for_members


@pytest.mark.parametrize("token", ["0" * 32, "x", "A" * 32, "../../etc", "0" * 500, "%00"])
def test_unknown_and_malformed_tokens_are_answered_alike(client: Client, token: str) -> None:
    answer = client.get(f"/xac-thuc/{token.replace('/', '-')}/")

    assert answer.status_code == 404
    assert "<h1>Không tìm thấy</h1>" in answer.content.decode()


def test_page_sets_no_cookie_asks_no_session_and_is_kept_nowhere(
    client: Client, django_assert_num_queries: Any
) -> None:
    office = Office()
    version = issued(office)

    with django_assert_num_queries(5):
        answer = ask(client, version.token)
    signed_in = ask(sign_in(Client(), office.staff), version.token)

    for each in (answer, signed_in, ask(client, "x")):
        assert not each.cookies
        assert each["Cache-Control"] == "no-store"
        assert each["X-Robots-Tag"].startswith("noindex")
        assert "<script" not in each.content.decode()
        assert "csrf" not in each.content.decode()
    assert ask(client, version.token).content == signed_in.content


def test_page_answers_thirty_times_a_minute_and_then_says_so(
    client: Client, time_machine: Any
) -> None:
    time_machine.move_to(dt.datetime(2026, 5, 4, 3, 0, 10, tzinfo=dt.UTC), tick=False)

    codes = [ask(client, "x").status_code for _ in range(30)]
    refused = ask(client, "x")
    elsewhere = client.get(reverse("procedures:copy-verify", args=["x"]), REMOTE_ADDR="203.0.113.9")
    time_machine.shift(50)

    assert codes == [404] * 30
    assert (refused.status_code, refused["Retry-After"]) == (429, "50")
    assert "Hỏi quá nhiều lần" in refused.content.decode()
    assert elsewhere.status_code == 404
    assert ask(client, "x").status_code == 404


def test_reading_page_prints_the_line_and_the_code(client: Client) -> None:
    version = issued(Office())

    text = client.get(version.procedure.get_absolute_url()).content.decode()

    address = f"{settings.PUBLIC_URL}/xac-thuc/{version.token}/"
    assert "Bản in không kiểm soát – in lúc" in text
    assert f"kiểm tra bản hiện hành tại {address}" in text
    assert f'd="{qr_code(address).svg_path}"' in text
