"""Photos and files: the original is kept, a clean copy is shown to who may see it."""

import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from audits.actions.evidence import (
    ConfirmationGiven,
    add_evidence,
    confirm_on_site,
    withdraw_evidence,
)
from audits.actions.findings import FindingGiven, add_finding
from audits.models import Audit, Evidence, SiteConfirmation
from qms.foundation.dates import today
from qms.records import files
from qms.records.workflow import TransitionNotAllowed
from tests.audits.filling import Filled, answer, make_filled
from tests.audits.making import close_meeting
from tests.factories import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled() -> Filled:
    return make_filled(clauses=0)


def photo() -> SimpleUploadedFile:
    """A photo that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (10.0, 46.0, 0.0)}
    exif[0x010F] = "Máy riêng"
    Image.new("RGB", (60, 40), "navy").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("anh.jpg", out.getvalue())


def kept(filled: Filled, upload: SimpleUploadedFile | None = None, **fields: Any) -> Evidence:
    values: dict[str, Any] = {
        "caption": "Sổ theo dõi",
        "evidence_on": today(),
        "client_id": uuid.uuid4(),
        "by": filled.lead,
    } | fields
    owner = values.pop("owner", None) or filled.item()
    return add_evidence(owner, upload or photo(), **values)


def lock(filled: Filled) -> None:
    audit = Audit.objects.get(pk=filled.audit.pk)
    audit.report_signed_by, audit.report_signed_at = filled.lead, timezone.now()
    audit.report_signed_on = today()
    audit.record(by=filled.lead, reason="Ký")


def shown(client: Client, evidence: Evidence, name: str = "evidence-file") -> tuple[int, bytes]:
    """Ask for the file; return the status and what came."""
    response = client.get(reverse(f"audits:{name}", args=[evidence.pk]))
    return response.status_code, response.getvalue()


def test_a_photo_is_shown_without_its_place_and_kept_with_it(
    client: Client, filled: Filled
) -> None:
    sent = photo()
    evidence = kept(filled, sent)
    sign_in(client, filled.auditor)

    _, copy = shown(client, evidence)
    _, original = shown(client, evidence, "evidence-original")
    response = client.get(reverse("audits:evidence-file", args=[evidence.pk]))
    assert response.getvalue() == copy

    sent.seek(0)
    assert original == sent.read()
    assert dict(Image.open(io.BytesIO(copy)).getexif()) == {}
    assert dict(Image.open(io.BytesIO(original)).getexif()) != {}
    assert response.headers["Content-Disposition"] == "inline"


def test_a_file_is_kept_as_it_is(client: Client, filled: Filled) -> None:
    evidence = kept(filled, SimpleUploadedFile("so.pdf", b"%PDF-1.4 so %%EOF"))

    assert not evidence.is_picture
    assert evidence.shown == evidence.original
    assert files.read(evidence.original) == b"%PDF-1.4 so %%EOF"


def test_evidence_sent_twice_is_kept_once(filled: Filled) -> None:
    client_id = uuid.uuid4()

    assert kept(filled, client_id=client_id) == kept(filled, client_id=client_id)
    with pytest.raises(ValidationError):
        kept(filled, client_id=client_id, by=filled.auditor)

    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("upload", "fields", "at_fault"),
    [
        (SimpleUploadedFile("a.exe", b"MZ"), {}, "file"),
        (SimpleUploadedFile("a.png", b"%PDF-1.4 %%EOF"), {}, "file"),
        (None, {"evidence_on": today() + dt.timedelta(days=1)}, "evidence_on"),
        (None, {"dossier": 10**9}, "dossier"),
    ],
)
def test_what_is_no_evidence_is_refused(
    filled: Filled, upload: Any, fields: dict[str, Any], at_fault: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        kept(filled, upload, **fields)

    assert list(refusal.value.message_dict) == [at_fault]
    assert not Evidence.objects.exists()


def test_a_signed_report_takes_no_evidence_and_gives_none_up(filled: Filled) -> None:
    evidence = kept(filled)
    lock(filled)

    with pytest.raises(TransitionNotAllowed):
        kept(filled)
    with pytest.raises(TransitionNotAllowed):
        withdraw_evidence(evidence, by=filled.lead, reason="Nhầm")

    assert Evidence.objects.standing().get() == evidence


def test_evidence_is_withdrawn_with_a_reason_and_kept(client: Client, filled: Filled) -> None:
    evidence = kept(filled)
    sign_in(client, filled.auditor)
    where = reverse("audits:evidence-withdraw", args=[evidence.pk])

    client.post(where, {"reason": " "})
    standing = Evidence.objects.standing().count()
    client.post(where, {"reason": "Chụp nhầm sổ"})

    evidence.refresh_from_db()
    assert standing == 1
    assert evidence.withdrawn_reason == "Chụp nhầm sổ"
    assert evidence.history.count() == 2
    assert shown(client, evidence)[0] == 200


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [("secretary", 404, 200), ("leader", 404, 200), ("staff", 404, 404), ("admin", 404, 404)],
)
def test_others_see_evidence_of_a_question_after_the_closing_meeting(
    client: Client, filled: Filled, who: str, before: int, after: int
) -> None:
    evidence = kept(filled)
    sign_in(client, getattr(filled.office, who))

    first = shown(client, evidence)[0]
    close_meeting(filled.audit, filled.office)
    second = shown(client, evidence)[0]
    original = shown(client, evidence, "evidence-original")[0]
    withdrawn = client.post(
        reverse("audits:evidence-withdraw", args=[evidence.pk]), {"reason": "Không muốn"}
    )

    assert (first, second) == (before, after)
    assert original == (403 if after == 200 else 404)
    assert withdrawn.status_code == original
    assert Evidence.objects.standing().exists()


def test_the_unit_sees_evidence_of_its_finding_after_the_closing_meeting(
    client: Client, filled: Filled
) -> None:
    given = FindingGiven(
        uuid.uuid4(), "observation", today(), item=filled.item(), evidence_text="Thiếu chữ ký"
    )
    finding = add_finding(filled.audit, given, by=filled.lead)
    evidence = kept(filled, owner=finding)
    sign_in(client, filled.office.staff)

    before = shown(client, evidence)[0]
    close_meeting(filled.audit, filled.office)
    after = shown(client, evidence)[0]
    stranger = shown(sign_in(Client(), make_user()), evidence)[0]

    assert (before, after, stranger) == (404, 200, 404)


def confirm(filled: Filled, **fields: Any) -> tuple[str, SiteConfirmation]:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "name": "Lê Thị Đơn",
        "position": "Văn thư",
        "confirmed_on": today(),
    } | fields
    return confirm_on_site(filled.item(), ConfirmationGiven(**values), photo(), by=filled.auditor)


def test_the_unit_confirms_what_stands(filled: Filled) -> None:
    answer(filled.item(), filled.lead)
    client_id = uuid.uuid4()

    states = [confirm(filled, client_id=client_id)[0] for _ in range(2)]

    assert states == ["stored", "known"]
    assert SiteConfirmation.objects.get().recorded_by == filled.auditor


def test_nothing_is_confirmed_before_it_is_answered(filled: Filled) -> None:
    with pytest.raises(ValidationError) as refusal:
        confirm(filled)

    assert refusal.value.messages == ["Hãy ghi câu trả lời trước khi đơn vị xác nhận."]
    assert not SiteConfirmation.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"name": " "}, {"confirmed_on": today() + dt.timedelta(days=1)}]
)
def test_a_confirmation_names_somebody_and_a_day(filled: Filled, fields: dict[str, Any]) -> None:
    answer(filled.item(), filled.lead)

    with pytest.raises(ValidationError):
        confirm(filled, **fields)

    assert not SiteConfirmation.objects.exists()
