"""What exists on paper: recorded by the secretary, in no figure until a leader accepts it."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from procedures.models import Decision, InForcePeriod, Procedure, ProcedureVersion
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import format_date, today
from qms.records.models import Signature, StoredFile
from tests.factories import (
    PASSWORD,
    Office,
    make_draft,
    make_tthc,
    make_version,
    sign_in,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"


def _typed(office: Office, tthc: Any = None, **changes: Any) -> dict[str, Any]:
    return {
        "code": "QT-05/GDĐT",
        "title": "Chuyển trường",
        "kind": "tthc",
        "owner": office.agency.pk,
        "tthc": tthc.code if tthc else "",
        "issue_no": "2",
        "revision_no": "1",
        "decision_no": "05/QĐ-PGDĐT",
        "decided_on": "06/01/2020",
        "effective_on": "10/01/2020",
        "approved_name": "Nguyễn Văn A",
        "approved_position": "Trưởng phòng",
        "scan": SimpleUploadedFile("ban-chup.pdf", PDF),
    } | changes


def _record(client: Client, office: Office, **changes: Any) -> Any:
    data = _typed(office, make_tthc(office.agency)) | changes
    return sign_in(client, office.secretary).post(reverse("procedures:paper-new"), data)


def _accept(client: Client, version: ProcedureVersion, **changes: str) -> Any:
    data = {"seen": version.content_sha256, "password": PASSWORD} | changes
    return client.post(reverse("procedures:paper-accept", args=[version.pk]), data, follow=True)


def record_paper(client: Client, office: Office, **changes: Any) -> ProcedureVersion:
    """A paper recorded by the secretary, through the page."""
    _record(client, office, **changes)
    return ProcedureVersion.objects.get(origin="paper")


def test_paper_new_records_what_the_paper_shows(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)

    answer = _record(client, office, tthc=f"{tthc.code}.000.00.00.H02")

    version = ProcedureVersion.objects.get()
    assert answer["Location"] == reverse("procedures:draft-detail", args=[version.pk])
    assert (version.status, version.origin) == (VersionStatus.DRAFT, "paper")
    assert (version.issue_no, version.revision_no, version.title) == (2, 1, "Chuyển trường")
    assert version.procedure.code == "QT-05/GDĐT"
    assert [link.tthc for link in version.tthc_links.all()] == [tthc]
    signature = Signature.objects.on(version).get()
    assert (signature.act, signature.method, signature.person_name) == (
        "approved",
        "paper",
        "Nguyễn Văn A",
    )
    assert (signature.signed_on, signature.person) == (dt.date(2020, 1, 6), None)
    decision = Decision.objects.get()
    assert (decision.number, decision.signed_on, decision.status) == (
        "05/QĐ-PGDĐT",
        dt.date(2020, 1, 6),
        DecisionStatus.COMPOSING,
    )
    assert not InForcePeriod.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", "", "Chưa điền mục này"),
        ("tthc", "", "phải có ít nhất một TTHC"),
        ("tthc", "9.999999", "TTHC 9.999999 không có trong danh mục."),
        ("issue_no", "0", "1"),
        ("decided_on", "32/01/2020", "Ngày phải ghi theo dạng"),
        (
            "decided_on",
            format_date(today() + dt.timedelta(days=1)),
            "Ngày quyết định không được ở tương lai.",
        ),
        ("effective_on", "01/01/2020", "Ngày hiệu lực không được trước ngày quyết định."),
        ("approved_name", " ", "Chưa điền mục này"),
    ],
)
def test_paper_new_says_what_is_wrong_and_records_nothing(
    client: Client, field: str, value: str, message: str
) -> None:
    office = Office()
    changes = {field: value}
    if field == "decided_on" and "tương lai" in message:
        changes["effective_on"] = value

    answer = _record(client, office, **changes)

    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[field])
    assert 'value="Nguyễn Văn A"' in answer.content.decode() or field == "approved_name"
    assert not Procedure.objects.exists()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("trang.html", b"<html>", "Chỉ nhận tệp"),
        ("ban-chup.pdf", b"PK\x03\x04", "Nội dung tệp không đúng"),
        ("ban-chup.pdf", b"", "rỗng"),
    ],
)
def test_paper_new_checks_the_scan(client: Client, name: str, data: bytes, message: str) -> None:
    answer = _record(client, Office(), scan=SimpleUploadedFile(name, data))

    assert message in " ".join(answer.context["form"].errors["scan"])
    assert not StoredFile.objects.exists()


def test_paper_new_refuses_an_edition_that_is_known(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office, code="QT-05/GDĐT")

    answer = _record(client, office, code="qt-05/gdđt", issue_no="1", revision_no="0")

    assert answer.context["form"].errors == {"issue_no": ["Lần ban hành này đã có."]}
    assert list(version.procedure.versions.all()) == [version]


def test_paper_new_adds_an_edition_to_a_procedure_that_is_known(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office, code="QT-05/GDĐT")

    _record(client, office)

    assert version.procedure.versions.count() == 2
    assert Procedure.objects.count() == 1


def test_paper_new_is_refused_while_a_draft_is_open(client: Client) -> None:
    office = Office()
    make_draft(office, code="QT-05/GDĐT")

    answer = _record(client, office)

    assert "đang có một bản dự thảo chưa xong" in str(answer.context["form"].errors)
    assert ProcedureVersion.objects.count() == 1


def test_paper_new_refuses_the_number_of_a_decision_made_here(client: Client) -> None:
    office = Office()
    decision = make_version(VersionStatus.ISSUED, office).decision_items.get().decision
    day = format_date(decision.signed_on)

    answer = _record(client, office, decision_no=decision.number, decided_on=day, effective_on=day)

    assert list(answer.context["form"].errors) == ["decision_no"]
    assert ProcedureVersion.objects.count() == 1


def test_paper_new_sent_twice_records_once(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)

    first = _record(client, office, tthc=tthc.code)
    second = _record(client, office, tthc=tthc.code)

    assert second["Location"] == first["Location"]
    assert (ProcedureVersion.objects.count(), Decision.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["staff", "reviewer", "leader", "clerk", "admin"])
def test_paper_new_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()
    address = reverse("procedures:paper-new")
    sign_in(client, getattr(office, who))

    assert client.get(address).status_code == 403
    assert client.post(address, _typed(office)).status_code == 403
    assert not Procedure.objects.exists()


# --- accepting ---


def test_paper_counts_from_its_own_day_once_a_leader_accepts_it(client: Client) -> None:
    office = Office()
    version = record_paper(client, office)

    _accept(sign_in(client, office.leader), version)

    version.refresh_from_db()
    period = InForcePeriod.objects.get()
    assert version.status == VersionStatus.ISSUED
    assert (period.valid_from, period.valid_to) == (dt.date(2020, 1, 10), None)
    accepted = Signature.objects.on(version).get(act="accepted")
    assert (accepted.person, accepted.method, accepted.signed_on) == (
        office.leader,
        "password",
        today(),
    )
    assert Decision.objects.get().status == DecisionStatus.ISSUED


def test_paper_that_had_ended_is_in_force_for_its_days_only(client: Client) -> None:
    office = Office()
    version = record_paper(client, office)
    sign_in(client, office.leader)

    wrong = _accept(client, version, ended_on="10/01/2020")
    _accept(client, version, ended_on="01/06/2021")

    assert list(wrong.context["accept_form"].errors) == ["ended_on"]
    period = InForcePeriod.objects.get()
    assert (period.valid_from, period.valid_to) == (dt.date(2020, 1, 10), dt.date(2021, 6, 1))


def test_paper_accept_asks_for_the_right_password_at_its_field(client: Client) -> None:
    version = record_paper(client, office := Office())

    answer = _accept(sign_in(client, office.leader), version, password="sai")

    assert answer.context["accept_form"].errors == {"password": ["Mật khẩu không đúng."]}
    version.refresh_from_db()
    assert version.status == VersionStatus.DRAFT


def test_paper_accept_refuses_what_was_not_seen(client: Client) -> None:
    version = record_paper(client, office := Office())

    answer = _accept(sign_in(client, office.leader), version, seen="0" * 64)

    assert "Nội dung đã thay đổi sau khi bạn mở trang" in answer.content.decode()
    assert not InForcePeriod.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("secretary", 403), ("staff", 404), ("clerk", 404), ("admin", 404)]
)
def test_paper_accept_is_for_a_leader(client: Client, who: str, status: int) -> None:
    version = record_paper(client, office := Office())

    assert _accept(sign_in(client, getattr(office, who)), version).status_code == status
    assert not InForcePeriod.objects.exists()


def test_paper_accept_pressed_twice_accepts_once(client: Client) -> None:
    version = record_paper(client, office := Office())
    sign_in(client, office.leader)

    _accept(client, version)
    again = _accept(client, version)

    assert "Trong lúc đó bản này đã ở trạng thái “Đã ban hành”" in again.content.decode()
    assert InForcePeriod.objects.count() == 1


def test_paper_is_neither_edited_nor_submitted_like_a_draft(client: Client) -> None:
    version = record_paper(client, office := Office())
    address = reverse("procedures:draft-detail", args=[version.pk])
    sign_in(client, office.secretary)

    page = client.get(address)
    written = client.post(address, {"title": "Sửa", "seen": version.content_sha256})

    assert page.templates[0].name == "procedures/draft_detail.html"
    assert written.status_code == 403
    version.refresh_from_db()
    assert version.title == "Chuyển trường"


def test_paper_given_up_takes_its_decision_with_it_and_can_be_recorded_again(
    client: Client,
) -> None:
    office = Office()
    version = record_paper(client, office)

    client.post(
        reverse("procedures:draft-discard", args=[version.pk]), {"discard-comment": "Gõ nhầm"}
    )
    _record(client, office, issue_no="3")

    assert [v.status for v in ProcedureVersion.objects.order_by("pk")] == ["discarded", "draft"]
    assert [d.status for d in Decision.objects.order_by("pk")] == ["cancelled", "composing"]


def test_paper_given_up_leaves_the_decision_whose_other_line_was_accepted(client: Client) -> None:
    office = Office()
    accepted = record_paper(client, office)
    _record(client, office, code="QT-06/GDĐT", title="Ghi nhầm")
    mistaken = ProcedureVersion.objects.exclude(pk=accepted.pk).get()
    _accept(sign_in(client, office.leader), accepted)
    sign_in(client, office.secretary)

    client.post(
        reverse("procedures:draft-discard", args=[mistaken.pk]), {"discard-comment": "Gõ nhầm"}
    )

    mistaken.refresh_from_db()
    decision = Decision.objects.get()
    assert (mistaken.status, decision.status) == ("discarded", "issued")
    assert [item.version for item in decision.standing_items()] == [accepted]
    assert "Ghi nhầm" not in client.get(decision.get_absolute_url()).content.decode()


def test_no_line_that_a_leader_accepted_leaves_its_paper_decision(client: Client) -> None:
    office = Office()
    version = record_paper(client, office)
    _accept(sign_in(client, office.leader), version)
    item = version.decision_items.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        item.take_out(by=office.secretary, reason="Bỏ")

    item.refresh_from_db()
    assert item.removed_at is None


def test_decision_of_a_paper_is_not_submitted_or_cancelled_by_itself(client: Client) -> None:
    office = Office()
    version = record_paper(client, office)
    decision = Decision.objects.get()

    page = client.get(decision.get_absolute_url())
    client.post(reverse("procedures:decision-submit", args=[decision.pk]))
    client.post(
        reverse("procedures:decision-cancel", args=[decision.pk]), {"cancel-comment": "Thôi"}
    )

    assert (page.context["may_compose"], page.context["may_cancel"]) == (False, False)
    decision.refresh_from_db()
    assert decision.status == DecisionStatus.COMPOSING
    assert version.decision_items.filter(closed_at=None).exists()


def test_scan_is_served_to_who_may_see_the_paper(client: Client) -> None:
    office = Office()
    version = record_paper(client, office)
    address = reverse("procedures:paper-scan", args=[version.pk])

    mine = client.get(address)
    theirs = sign_in(client, office.staff).get(address)

    assert b"".join(mine.streaming_content) == PDF  # type: ignore[attr-defined]
    assert theirs.status_code == 404
