"""Taking a TTHC out of the count: proposed by the secretary, accepted by another's password."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from procedures.coverage import coverage_on
from procedures.exclusions import propose_exclusion
from procedures.models import TTHC, Exclusion, Responsibility
from qms.foundation.dates import today
from qms.organisation.models import Unit, grant_role
from qms.organisation.roles import Role
from qms.records.models import Signature
from tests.factories import (
    BY_PASSWORD,
    PASSWORD,
    Office,
    make_tthc,
    make_unit,
    make_user,
    system,
)
from tests.procedures.coverage.builders import day

pytestmark = pytest.mark.django_db
DAY = day("2022-06-30")


def _as(client: Client, user: Any) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _main(answer: Any) -> str:
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def _new(client: Client, user: Any, tthc: TTHC, **data: Any) -> Any:
    values = {"responsibility": tthc.responsibilities.get().pk, "reason": "only_assists"} | data
    return _as(client, user).post(reverse("procedures:exclusion-new", args=[tthc.code]), values)


def _accept(client: Client, user: Any, exclusion: Exclusion, password: str = PASSWORD) -> Any:
    url = reverse("procedures:exclusion-accept", args=[exclusion.pk])
    return _as(client, user).post(url, {f"x{exclusion.pk}-password": password})


def _refuse(client: Client, user: Any, exclusion: Exclusion, reason: str) -> Any:
    url = reverse("procedures:exclusion-refuse", args=[exclusion.pk])
    return _as(client, user).post(url, {f"r{exclusion.pk}-reason": reason})


def _proposed(office: Office, tthc: TTHC | None = None, **fields: Any) -> Exclusion:
    tthc = tthc or make_tthc(office.agency)
    return propose_exclusion(
        tthc.responsibilities.get(), by=office.secretary, reason="only_assists", **fields
    )


def _excluded(unit: Unit) -> int:
    return coverage_on(today(), unit).excluded


# --- proposing ------------------------------------------------------------------------------------


def test_exclusion_new_proposes_and_counts_nothing_yet(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)

    answer = _new(
        client, office.secretary, tthc, note="Chỉ tiếp nhận\nhộ Sở", valid_from="30/06/2022"
    )

    assert answer["Location"] == tthc.get_absolute_url()
    exclusion = Exclusion.objects.get()
    assert (exclusion.note, exclusion.valid_from) == ("Chỉ tiếp nhận\nhộ Sở", DAY)
    assert exclusion.history.get().history_user == office.secretary
    text = _main(client.get(tthc.get_absolute_url()))
    assert "Đã gửi đề nghị. Lãnh đạo chấp nhận thì mới có tác dụng." in text
    assert "chỉ tiếp nhận hoặc phối hợp Chờ lãnh đạo trả lời" in text
    assert "từ 30/06/2022 · Trần Thị Thư đề nghị" in text
    assert _excluded(office.agency) == 0


@pytest.mark.parametrize("who", ["staff", "leader", "clerk", "admin"])
def test_exclusion_new_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()
    tthc = make_tthc(office.agency)

    answer = _new(client, getattr(office, who), tthc)

    assert answer.status_code == 403
    assert not Exclusion.objects.exists()
    if who != "admin":
        assert "Đề nghị đưa ra khỏi phạm vi" not in _main(client.get(tthc.get_absolute_url()))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"reason": ""}, "Lý do : Hãy chọn một lý do trong danh sách."),
        ({"reason": "khac"}, "Lý do : Hãy chọn một lý do trong danh sách."),
        ({"valid_from": "31/06/2022"}, "Từ ngày : Ngày phải ghi theo dạng ngày/tháng/năm"),
        ({"responsibility": "9"}, "Trách nhiệm : Hãy chọn một trách nhiệm chưa có đề nghị."),
    ],
)
def test_exclusion_new_tells_what_is_wrong_and_keeps_what_was_typed(
    client: Client, data: dict[str, str], message: str
) -> None:
    office = Office()
    tthc = make_tthc(office.agency)

    answer = _new(client, office.secretary, tthc, **({"note": "Giải trình đã gõ"} | data))

    assert answer.status_code == 422
    assert message in _main(answer)
    assert "Giải trình đã gõ" in _main(answer)
    assert '<details class="fold" open>' in answer.content.decode()
    assert not Exclusion.objects.exists()


def test_exclusion_new_reads_iso_dates(client: Client) -> None:
    office = Office()

    _new(client, office.secretary, make_tthc(office.agency), valid_from="2022-06-30")

    assert Exclusion.objects.get().valid_from == DAY


def test_exclusion_new_is_made_once(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    _new(client, office.secretary, tthc)

    _new(client, office.secretary, tthc)

    text = _main(client.get(tthc.get_absolute_url()))
    assert "TTHC này đã có đề nghị đưa ra khỏi phạm vi." in text
    assert Exclusion.objects.count() == 1
    with pytest.raises(ValidationError, match="đã có đề nghị đưa ra khỏi phạm vi"):
        _proposed(office, tthc)


def test_exclusion_new_reaches_no_foreign_responsibility(client: Client) -> None:
    ours, theirs = Office(), Office()
    tthc = make_tthc(theirs.agency)

    answer = _new(client, ours.secretary, tthc)

    assert answer.status_code == 403
    assert not Exclusion.objects.exists()


def test_exclusion_of_a_section_is_not_for_the_secretary_of_another(client: Client) -> None:
    office = Office()
    one, two = make_unit(office.agency), make_unit(office.agency)
    tthc = make_tthc(one)
    secretary = make_user(Role.ISO_SECRETARY, unit=two)

    answer = _new(client, secretary, tthc)

    assert answer.status_code == 403
    assert not Exclusion.objects.exists()


# --- answering ------------------------------------------------------------------------------------


def test_exclusion_accept_signs_and_takes_the_tthc_out_of_the_count(client: Client) -> None:
    office = Office()
    exclusion = _proposed(office, note="Sở giải quyết")
    tthc = exclusion.responsibility.tthc

    answer = _accept(client, office.leader, exclusion)

    assert answer["Location"] == tthc.get_absolute_url()
    exclusion.refresh_from_db()
    assert exclusion.accepted_by == office.leader
    signature = Signature.objects.on(exclusion).get()
    assert (signature.person, signature.act, signature.method) == (
        office.leader,
        "accepted",
        "password",
    )
    assert exclusion.history.first().history_user == office.leader
    assert _excluded(office.agency) == 1
    text = _main(client.get(tthc.get_absolute_url()))
    assert f"Đã đưa TTHC {tthc.code} ra khỏi phạm vi." in text
    assert "Đã chấp nhận" in text
    assert "Chấp nhận: Hoàng Văn Trưởng , Trưởng phòng" in text
    assert "Không thuộc phạm vi" in text


@pytest.mark.parametrize(
    ("since", "said"), [(DAY, "từ ngày 30/06/2022."), (None, "cả thời gian đã qua.")]
)
def test_exclusion_tells_the_leader_what_is_signed(
    client: Client, since: dt.date | None, said: str
) -> None:
    office = Office()
    exclusion = _proposed(office, valid_from=since)

    answer = _as(client, office.leader).get(exclusion.responsibility.tthc.get_absolute_url())

    assert f"quy trình ISO của Phòng Giáo dục và Đào tạo, {said}" in _main(answer)


def test_exclusion_accept_counts_from_its_day_on(client: Client) -> None:
    office = Office()
    exclusion = _proposed(office, valid_from=DAY)
    _accept(client, office.leader, exclusion)

    days = [day("2022-06-29"), DAY]

    assert [coverage_on(on, office.agency).excluded for on in days] == [0, 1]


@pytest.mark.parametrize("password", ["", "sai-mat-khau"])
def test_exclusion_accept_asks_the_password(client: Client, password: str) -> None:
    office = Office()
    exclusion = _proposed(office)

    answer = _accept(client, office.leader, exclusion, password)

    assert answer.status_code == 422
    told = "Hãy nhập mật khẩu để xác nhận." if not password else "Mật khẩu không đúng."
    assert told in _main(answer)
    exclusion.refresh_from_db()
    assert exclusion.accepted_at is None
    assert not Signature.objects.exists()


@pytest.mark.parametrize("who", ["staff", "secretary", "clerk", "admin"])
def test_exclusion_is_answered_by_leaders_alone(client: Client, who: str) -> None:
    office = Office()
    exclusion = _proposed(office)

    person = getattr(office, who)
    expected = 404 if who == "admin" else 403

    assert _accept(client, person, exclusion).status_code == expected
    assert _refuse(client, person, exclusion, "Không").status_code == expected
    exclusion.refresh_from_db()
    assert (exclusion.accepted_at, exclusion.refused_at) == (None, None)


def test_exclusion_is_answered_by_another_person_than_proposed_it(client: Client) -> None:
    office = Office()
    grant_role(office.leader, Role.ISO_SECRETARY, office.agency, by=system())
    tthc = make_tthc(office.agency)
    exclusion = propose_exclusion(
        tthc.responsibilities.get(), by=office.leader, reason="not_competent"
    )

    assert _accept(client, office.leader, exclusion).status_code == 403
    assert f"x{exclusion.pk}-password" not in client.get(tthc.get_absolute_url()).content.decode()
    with pytest.raises(ValidationError, match="không được tự chấp nhận"):
        exclusion.accept(by=office.leader, signing=BY_PASSWORD)
    exclusion.accepted_by, exclusion.accepted_at = office.leader, exclusion.proposed_by.date_joined
    with pytest.raises(IntegrityError), transaction.atomic():
        exclusion.record(by=office.leader, reason="Chấp nhận")


def test_exclusion_of_another_agency_is_not_found(client: Client) -> None:
    ours, theirs = Office(), Office()
    exclusion = _proposed(theirs)

    assert _accept(client, ours.leader, exclusion).status_code == 404
    assert _refuse(client, ours.leader, exclusion, "Không").status_code == 404


def test_exclusion_refuse_says_why_and_leaves_it_in_the_count(client: Client) -> None:
    office = Office()
    exclusion = _proposed(office)
    tthc = exclusion.responsibility.tthc

    _refuse(client, office.leader, exclusion, "Phòng vẫn giải quyết")

    exclusion.refresh_from_db()
    assert exclusion.refused_at is not None
    assert exclusion.history.first().history_change_reason == "Phòng vẫn giải quyết"
    text = _main(client.get(tthc.get_absolute_url()))
    assert f"TTHC {tthc.code} vẫn thuộc phạm vi." in text
    assert "Không được chấp nhận" in text
    assert "Không chấp nhận: Hoàng Văn Trưởng" in text
    assert "“Phòng vẫn giải quyết”" in text
    assert _excluded(office.agency) == 0


def test_exclusion_refuse_asks_why(client: Client) -> None:
    office = Office()
    exclusion = _proposed(office)

    answer = _refuse(client, office.leader, exclusion, " ")

    assert answer.status_code == 422
    assert "Hãy ghi lý do không chấp nhận." in _main(answer)
    exclusion.refresh_from_db()
    assert exclusion.refused_at is None


def test_exclusion_that_was_refused_may_be_proposed_anew(client: Client) -> None:
    office = Office()
    exclusion = _proposed(office)
    exclusion.refuse(by=office.leader, reason="Chưa rõ")

    _new(client, office.secretary, exclusion.responsibility.tthc, note="Bổ sung giải trình")

    assert Exclusion.objects.count() == 2


def test_exclusion_is_answered_once(client: Client) -> None:
    office = Office()
    exclusion = _proposed(office)
    tthc = exclusion.responsibility.tthc
    _accept(client, office.leader, exclusion)

    _accept(client, office.reviewer, exclusion)
    answer = _refuse(client, office.reviewer, exclusion, "Không")

    assert answer["Location"] == tthc.get_absolute_url()
    assert "Đề nghị này đã được trả lời." in _main(client.get(tthc.get_absolute_url()))
    assert Signature.objects.on(exclusion).count() == 1
    exclusion.refresh_from_db()
    assert (exclusion.accepted_by, exclusion.refused_at) == (office.leader, None)


@pytest.mark.parametrize("name", ["exclusion-new", "exclusion-accept", "exclusion-refuse"])
def test_exclusions_are_written_by_post_alone(client: Client, name: str) -> None:
    office = Office()
    exclusion = _proposed(office)
    target = exclusion.responsibility.tthc.code if name == "exclusion-new" else exclusion.pk

    answer = _as(client, office.leader).get(reverse(f"procedures:{name}", args=[target]))

    assert answer.status_code == 405


def test_exclusion_period_is_refused_backwards() -> None:
    office = Office()
    duty = make_tthc(office.agency).responsibilities.get()
    assert isinstance(duty, Responsibility)
    exclusion = Exclusion(
        responsibility=duty,
        reason=Exclusion.Reason.ONLY_ASSISTS,
        proposed_by=office.secretary,
        valid_from=DAY,
        valid_to=DAY,
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        exclusion.record(by=office.secretary, reason="Đề nghị")
