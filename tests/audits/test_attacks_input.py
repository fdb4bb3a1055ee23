"""Odd input: no failure, a Vietnamese answer, and nothing half written."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.models import Audit, Finding, ItemAnswer, Nonconformity
from qms.foundation.forms import DateField
from tests.audits.filling import Filled, make_filled
from tests.audits.making_nc import make_nonconformity, new_nonconformity
from tests.factories import Office, sign_in

pytestmark = pytest.mark.django_db

_ODD = ("9" * 60, "0", "\x00", "²", "0001-01-01", "9999-12-31", "<script>", "e\u0301" * 50)


def test_the_calendar_answers_for_any_month(client: Client) -> None:
    office = Office()
    sign_in(client, office.staff)
    for month in ("0001-01", "9999-12", "0000-00", *_ODD):
        answer = client.get(reverse("audits:audit-calendar"), {"thang": month})
        assert answer.status_code == 200, month


def test_the_list_and_the_register_answer_for_any_question(client: Client) -> None:
    office = Office()
    make_nonconformity(office)
    sign_in(client, office.secretary)
    asked = ("q", "don-vi", "quy-trinh", "dieu", "nguyen-nhan", "nam", "ngay", "xep", "trang")
    for name in asked:
        for value in _ODD:
            answer = client.get(reverse("audits:nonconformity-list"), {name: value})
            assert answer.status_code == 200, (name, value)
    for value in _ODD:
        answer = client.get(reverse("audits:register", args=["xlsx"]), {"nam": value})
        assert answer.status_code == 200, value
        answer = client.get(reverse("audits:nonconformity-new"), {"quy-trinh": value})
        assert answer.status_code == 404, value


@pytest.mark.parametrize("typed", ["01/01/0001", "31/12/9999", "31/12/1899", "01/01/2200"])
def test_a_nonconformity_of_an_impossible_year_is_told(client: Client, typed: str) -> None:
    office = Office()
    given = new_nonconformity(office)
    sign_in(client, office.staff)
    data = {
        "source": given.source,
        "unit": office.agency.pk,
        "grade": "minor",
        "clause": "",
        "requirement": given.requirement,
        "evidence_text": given.evidence_text,
        "gap": given.gap,
        "found_on": typed,
    }
    answer = client.post(reverse("audits:nonconformity-new"), data)
    assert answer.status_code == 422
    assert "Năm phải từ 1900 đến 2199." in answer.content.decode()
    assert not Nonconformity.objects.exists()


def test_an_audit_of_an_impossible_year_is_told(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)
    data = {"title": "Đánh giá", "starts_on": "01/01/2026", "ends_on": "31/12/9999"}
    answer = client.post(reverse("audits:audit-new"), data)
    assert answer.status_code == 422
    assert not Audit.objects.exists()


def test_a_year_of_a_century_is_read() -> None:
    assert DateField().clean("02/09/1945").year == 1945


# --- what a phone sends ---


def _send(client: Client, filled: Filled, body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(
        reverse("audits:field-sync", args=[filled.audit.slug]),
        raw,
        content_type="application/json",
        headers={"accept": "application/json"},
    )


def test_a_phone_that_sends_nonsense_is_answered(client: Client) -> None:
    filled = make_filled()
    sign_in(client, filled.auditor)
    item = filled.item().pk
    bodies = (b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"null", b"9" * 5000, b'{"op": []}')
    for body in bodies:
        assert _send(client, filled, body).status_code == 422, body[:20]
    odd = (7 * 10**8, 10**30, 1.5, True, [1], {"a": 1}, "\ud800", "\x00", "a" * 9000)
    answer = {"op": "answer", "item": item, "result": "conform"}
    finding = {
        "op": "finding",
        "item": item,
        "grade": "nonconform",
        "requirement": "r",
        "evidence_text": "e",
        "gap": "g",
    }
    for deed, names in (
        (answer, ("client_id", "item", "result", "seen_on", "answered_at", "dossier", "base")),
        (finding, ("client_id", "item", "grade", "found_on", "dossier")),
    ):
        for name in names:
            for value in odd:
                operation = deed | {"client_id": str(uuid.uuid4()), name: value}
                assert _send(client, filled, operation).status_code == 422, (name, value)
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59"):
        operation = answer | {"client_id": str(uuid.uuid4()), "answered_at": at}
        assert _send(client, filled, operation).status_code == 422, at
    assert not ItemAnswer.objects.exists()
    assert not Finding.objects.exists()


def test_text_with_letters_that_are_none_is_kept_without_them(client: Client) -> None:
    filled = make_filled()
    sign_in(client, filled.auditor)
    note = "Sổ \ud800ghi\x00 đủ e\u0301"
    body = {"op": "answer", "client_id": str(uuid.uuid4()), "item": filled.item().pk}
    body |= {"result": "conform", "note": note}
    assert _send(client, filled, body).json()["answer"]["note"] == "Sổ ghi đủ é"
