"""The field page's data and what it sends: stored once, never lost, refused in JSON."""

import io
import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from audits.models import Audit, Evidence, Finding, ItemAnswer, SiteConfirmation
from qms.foundation.dates import today
from tests.audits.filling import Filled, answer, make_filled
from tests.factories import Office, make_user, sign_in

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"headers": {"Accept": "application/json"}}


def picture(name: str = "anh.jpg", kind: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, kind)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


@pytest.fixture
def filled() -> Filled:
    return make_filled()


def send(client: Client, filled: Filled, **fields: Any) -> Any:
    sent = {
        "client_id": str(uuid.uuid4()),
        "op": "answer",
        "item": filled.item().pk,
        "base": None,
        "dossier": None,
        "result": "conform",
        "note": "Đã xem sổ",
        "is_verbal": False,
        "seen_on": today().isoformat(),
        "answered_at": timezone.now().isoformat(),
        "settles": None,
    } | fields
    address = reverse("audits:field-sync", args=[filled.audit.slug])
    return client.post(address, json.dumps(sent), content_type="application/json", **JSON)


def upload(client: Client, filled: Filled, **fields: Any) -> Any:
    sent = {
        "client_id": str(uuid.uuid4()),
        "item": filled.item().pk,
        "kind": "evidence",
        "caption": "Sổ theo dõi",
        "evidence_on": today().isoformat(),
        "file": picture(),
    } | fields
    return client.post(reverse("audits:field-upload", args=[filled.audit.slug]), sent, **JSON)


def data(client: Client, filled: Filled) -> Any:
    return client.get(reverse("audits:field-data", args=[filled.audit.slug]), **JSON)


def test_field_data_tells_each_question_with_what_is_known(client: Client, filled: Filled) -> None:
    answer(filled.item(), filled.lead, "observation", note="Thiếu chữ ký")
    sign_in(client, filled.auditor)

    told = data(client, filled).json()

    first = told["items"][1]
    assert told["user"] == {"id": filled.auditor.pk, "name": str(filled.auditor)}
    assert told["audit"]["locked"] is False
    kinds = [item["kind"] for item in told["items"]]
    assert kinds == ["clause", "step", "step", "step", "dossier", "record"]
    assert first["row_text"] == "Tiếp nhận hồ sơ"
    assert first["step_no"] == 1
    assert first["answer"]["result"] == "observation"
    assert first["answer"]["by"] == str(filled.lead)
    assert first["defaults"]["requirement"].startswith(filled.version.procedure.code)
    assert told["labels"]["results"]["not_applicable"] == "Không áp dụng"


def test_field_data_keeps_its_version_until_something_changes(
    client: Client, filled: Filled
) -> None:
    sign_in(client, filled.auditor)
    before = data(client, filled).json()["version"]

    again = data(client, filled).json()["version"]
    answer(filled.item(), filled.lead)
    after = data(client, filled).json()["version"]

    assert before == again
    assert before != after


@pytest.mark.parametrize("clauses", [1, 3])
def test_field_data_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, clauses: int
) -> None:
    filled = make_filled(clauses=clauses)
    for item in filled.audit.items.all()[: clauses + 1]:
        answer(item, filled.lead)
    sign_in(client, filled.auditor)

    with django_assert_num_queries(18):
        response = data(client, filled)

    assert len(response.json()["items"]) == 5 + clauses


def test_an_answer_is_stored_and_told(client: Client, filled: Filled) -> None:
    sign_in(client, filled.auditor)

    response = send(client, filled, result="nonconform", is_verbal=True)

    stored = ItemAnswer.objects.get()
    assert response.json()["state"] == "stored"
    assert response.json()["answer"]["id"] == stored.pk
    assert (stored.result, stored.note, stored.is_verbal) == ("nonconform", "Đã xem sổ", True)
    assert stored.answered_by == filled.auditor


def test_an_answer_sent_twice_is_known_even_when_the_report_is_signed(
    client: Client, filled: Filled
) -> None:
    sign_in(client, filled.auditor)
    sent = {"client_id": str(uuid.uuid4())}
    send(client, filled, **sent)
    lock(filled)

    response = send(client, filled, **sent)

    assert response.json()["state"] == "known"
    assert ItemAnswer.objects.count() == 1


def test_a_second_auditor_is_told_of_both(client: Client, filled: Filled) -> None:
    first = answer(filled.item(), filled.lead, "conform").answer
    sign_in(client, filled.auditor)

    told = send(client, filled, result="nonconform").json()
    settled = send(
        client, filled, result="nonconform", base=first.pk, settles=told["answer"]["id"]
    ).json()

    assert told["state"] == "disputed"
    assert told["standing"]["id"] == first.pk
    assert settled["state"] == "stored"
    assert list(ItemAnswer.objects.standing().values_list("pk", flat=True)) == [
        settled["answer"]["id"]
    ]
    assert ItemAnswer.objects.count() == 3
    assert not ItemAnswer.objects.disputed().exists()


def lock(filled: Filled) -> None:
    audit = Audit.objects.get(pk=filled.audit.pk)
    audit.report_signed_by, audit.report_signed_at = filled.lead, timezone.now()
    audit.report_signed_on = today()
    audit.record(by=filled.lead, reason="Ký")


def test_a_signed_report_answers_409_and_takes_nothing(client: Client, filled: Filled) -> None:
    lock(filled)
    sign_in(client, filled.auditor)

    responses = [send(client, filled), send(client, filled, op="finding"), upload(client, filled)]

    assert [response.status_code for response in responses] == [409, 422, 409]
    assert not ItemAnswer.objects.exists()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"result": "maybe"}, "result"),
        ({"seen_on": "2999-01-01"}, "seen_on"),
        ({"seen_on": "hôm qua"}, "seen_on"),
        ({"client_id": "x"}, "client_id"),
        ({"item": 10**9}, "item"),
        ({"item": 10**30}, "item"),
        ({"item": [1]}, "item"),
        ({"base": 10**9}, "base"),
        ({"dossier": 10**9}, "dossier"),
        ({"settles": 10**9}, "settles"),
        ({"note": "a" * 5001}, "note"),
        ({"op": "steal"}, "op"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_field(
    client: Client, filled: Filled, fields: dict[str, Any], at_fault: str
) -> None:
    sign_in(client, filled.auditor)

    response = send(client, filled, **fields)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [at_fault]
    assert not ItemAnswer.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"x"'])
def test_what_cannot_be_read_is_refused(client: Client, filled: Filled, body: bytes) -> None:
    sign_in(client, filled.auditor)
    address = reverse("audits:field-sync", args=[filled.audit.slug])

    response = client.post(address, body, content_type="application/json", **JSON)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["__all__"]


def test_who_is_signed_out_is_told_in_json(client: Client, filled: Filled) -> None:
    responses = [send(client, filled), upload(client, filled), data(client, filled)]

    assert [response.status_code for response in responses] == [403] * 3
    assert responses[0].json() == {
        "errors": {"__all__": ["Phiên làm việc đã hết, hãy đăng nhập lại để gửi."]},
        "why": "signed_out",
    }
    assert not ItemAnswer.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("staff", 403), ("secretary", 403), ("other", 404)])
def test_who_is_not_of_the_team_is_refused(
    client: Client, filled: Filled, who: str, status: int
) -> None:
    sign_in(client, make_user() if who == "other" else getattr(filled.office, who))

    responses = [send(client, filled), upload(client, filled), data(client, filled)]

    assert [response.status_code for response in responses] == [status] * 3
    assert not ItemAnswer.objects.exists()
    assert not Evidence.objects.exists()


def test_an_observer_reads_and_writes_nothing(client: Client, filled: Filled) -> None:
    member = filled.audit.members.get(person=filled.auditor)
    member.role = "observer"
    member.record(by=filled.lead, reason="Quan sát")
    sign_in(client, filled.auditor)

    responses = [data(client, filled), send(client, filled), upload(client, filled)]

    assert [response.status_code for response in responses] == [200, 403, 403]
    assert responses[0].json()["audit"]["can_answer"] is False
    assert not ItemAnswer.objects.exists()


def test_a_finding_is_recorded_once_with_its_step_filled_in(client: Client, filled: Filled) -> None:
    sign_in(client, filled.auditor)
    sent = {
        "op": "finding",
        "client_id": str(uuid.uuid4()),
        "grade": "nonconform",
        "requirement": "Bước 1",
        "evidence_text": "HS-01 không có phiếu",
        "gap": "Không lập phiếu",
        "found_on": today().isoformat(),
    }

    first = send(client, filled, **sent).json()
    again = send(client, filled, **sent).json()

    finding = Finding.objects.get()
    assert (first["state"], again["state"]) == ("stored", "known")
    assert first["finding"]["seq"] == finding.seq == 1
    assert finding.version == filled.version
    assert finding.step_key == filled.item().row_key
    assert finding.unit == filled.office.agency


def test_a_nonconformity_without_its_three_parts_is_refused(client: Client, filled: Filled) -> None:
    sign_in(client, filled.auditor)

    response = send(client, filled, op="finding", grade="nonconform", evidence_text="Có")

    assert response.status_code == 422
    assert not Finding.objects.exists()


def test_a_photo_is_kept_once_beside_its_question(client: Client, filled: Filled) -> None:
    sign_in(client, filled.auditor)
    sent = {"client_id": str(uuid.uuid4())}

    first = upload(client, filled, **sent).json()
    again = upload(client, filled, **sent).json()

    evidence = Evidence.objects.get()
    assert (first["state"], again["state"]) == ("stored", "known")
    assert first["evidence"]["id"] == evidence.pk
    assert evidence.item == filled.item()
    assert evidence.is_picture


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "file"),
        ({"file": SimpleUploadedFile("a.jpg", b"no picture")}, "file"),
        ({"file": SimpleUploadedFile("a.jpg", b"")}, "file"),
        ({"evidence_on": "2999-01-01"}, "evidence_on"),
        ({"kind": "confirmation", "name": "Lê Thị Đơn"}, "__all__"),
        ({"kind": "other"}, "kind"),
    ],
)
def test_what_is_no_evidence_is_refused_at_its_field(
    client: Client, filled: Filled, fields: dict[str, Any], at_fault: str
) -> None:
    sign_in(client, filled.auditor)

    response = upload(client, filled, **fields)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [at_fault]
    assert not Evidence.objects.exists()
    assert not SiteConfirmation.objects.exists()


def test_the_unit_confirms_the_answer_until_it_changes(client: Client, filled: Filled) -> None:
    told = answer(filled.item(), filled.auditor).answer
    sign_in(client, filled.auditor)
    sent = {"kind": "confirmation", "name": "Lê Thị Đơn", "position": "Văn thư"}

    response = upload(client, filled, answer=str(told.client_id), file=picture(), **sent)
    confirmed = data(client, filled).json()["items"][1]["confirmed"]
    answer(filled.item(), filled.auditor, "observation")
    late = upload(client, filled, answer=str(told.client_id), file=picture(), **sent)
    changed = data(client, filled).json()["items"][1]["confirmed"]

    assert response.json()["state"] == "stored"
    assert SiteConfirmation.objects.get().name == "Lê Thị Đơn"
    assert (confirmed, changed) == (True, False)
    assert late.status_code == 422


def test_a_finding_of_a_question_without_a_unit_names_one(client: Client, filled: Filled) -> None:
    item = filled.item()
    item.unit = None
    item.record(by=filled.lead, reason="Bỏ đơn vị")
    sign_in(client, filled.auditor)
    sent = {"op": "finding", "grade": "observation", "evidence_text": "Thiếu chữ ký"}
    offered = [unit["id"] for unit in data(client, filled).json()["units"]]
    elsewhere = Office().agency.pk

    refused = [send(client, filled, **sent, unit=unit) for unit in (None, elsewhere, 999_999)]
    count = Finding.objects.count()
    send(client, filled, **sent, unit=filled.office.agency.pk)

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert list(refused[0].json()["errors"]) == ["unit"]
    assert count == 0
    assert Finding.objects.get().unit == filled.office.agency
    assert filled.office.agency.pk in offered
    assert elsewhere not in offered
