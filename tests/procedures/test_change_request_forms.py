"""The form of a request (BM-01-03): its number, its kind, its print, and who accepts it first."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import ChangeRequest, DocumentSettings
from procedures.workflow import ChangeRequestStatus, VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    Office,
    abolish,
    make_accepted_request,
    make_change_request,
    make_next_draft,
    make_user,
    make_version,
    sign_in,
)
from tests.papers import head_texts, word_texts
from tests.pdfs import squeezed, whole
from tests.procedures.test_races import _at_once, _refused

LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}
ABOLISH = ChangeRequest.Kind.ABOLISH


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def _word(docx: bytes) -> list[str]:
    return [*head_texts(docx), *word_texts(docx)]


@pytest.mark.django_db
def test_each_request_gets_the_next_number_of_its_year(client: Client) -> None:
    office = Office()
    issued = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    first = make_change_request(office, issued.procedure)
    same = make_change_request(office, issued.procedure, what=first.what)
    older = make_change_request(office, issued.procedure, requested_on=dt.date(2023, 5, 4))
    DocumentSettings(agency=office.agency, change_request_pattern="{seq:02}/{year}-YC").record(
        by=office.secretary, reason="Đổi mẫu số"
    )
    second = make_change_request(office, issued.procedure)

    year = today().year
    assert (first.number, older.number) == (f"PYC-{year}-001", "PYC-2023-001")
    assert same == first
    assert second.number == f"02/{year}-YC"
    with pytest.raises(ValidationError):
        actions.request_change(issued.procedure, by=office.staff, what="A", why="B", kind="x")
    sign_in(client, office.staff)
    address = reverse("procedures:change-request-new", args=[issued.procedure.slug])
    step = issued.document.steps[1]
    assert f">\n{step.work}</textarea>" in client.get(f"{address}?phan={step.key}").content.decode()
    asked = {"kind": "abolish", "what": "Bỏ", "why": "Không còn TTHC", "current_text": "Cũ"}
    answer = client.post(address, asked)
    assert answer.status_code == 302
    stored = ChangeRequest.objects.latest("pk")
    assert (stored.kind, stored.current_text, stored.number) == (ABOLISH, "Cũ", f"03/{year}-YC")
    assert client.post(address, asked | {"kind": "other"}).status_code == 422


@pytest.mark.django_db
def test_an_abolition_answers_who_asked_for_it_and_no_draft_does(client: Client) -> None:
    office = Office()
    issued = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    change = make_accepted_request(office, issued.procedure, kind=ABOLISH)
    waiting = make_change_request(office, issued.procedure, kind=ABOLISH)
    revise = make_accepted_request(office, issued.procedure)
    sign_in(client, office.secretary)

    offered = _text(client.get(f"{reverse('procedures:draft-new')}?tu={issued.procedure.slug}"))
    assert revise.what in offered
    assert change.what not in offered
    with pytest.raises(TransitionNotAllowed, match="quyết định bãi bỏ"):
        change.mark_answered(issued, by=office.secretary)
    draft = make_next_draft(office, issued)
    with pytest.raises(TransitionNotAllowed, match="quyết định bãi bỏ"):
        change.take_up(draft, by=office.secretary)
    actions.discard_version(draft, by=office.secretary, reason="Thôi")
    detail = reverse("procedures:change-request-detail", args=[change.pk])
    assert f"?bai-bo={issued.procedure_id}" in client.get(detail).content.decode()

    decision = abolish(issued.procedure, office, on=today())

    stored = ChangeRequest.objects.get(pk=change.pk)
    assert stored.status == ChangeRequestStatus.ANSWERED
    assert stored.abolished_by == decision.items.get()
    assert ChangeRequest.objects.get(pk=waiting.pk).status == ChangeRequestStatus.REQUESTED
    assert ChangeRequest.objects.get(pk=revise.pk).status == ChangeRequestStatus.ACCEPTED
    sign_in(client, office.staff)
    assert f"Quy trình đã bị bãi bỏ theo {decision}" in _text(client.get(detail))
    assert change.what in _text(client.get(reverse("home:my-work")))  # the requester is told


@pytest.mark.django_db
def test_a_request_is_printed_for_who_may_see_it(client: Client) -> None:
    office = Office()
    issued = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    change = make_change_request(
        office, issued.procedure, what="Thêm <b>mẫu</b>", current_text="Cũ"
    )
    change.accept(by=office.secretary, reason="Hợp lý")

    def get(ending: str) -> Any:
        address = reverse("procedures:change-request-paper", args=[change.pk, ending])
        return client.get(address)

    sign_in(client, office.staff)
    pdf, word = whole(get("pdf").content), "\n".join(_word(get("docx").content))
    for text in (pdf, word):
        for said in ("BM-01-03", change.number, "Thêm <b>mẫu</b>", "Hợp lý"):
            assert squeezed(said) in squeezed(text)
    assert get("odt").status_code == 404
    sign_in(client, make_user(Role.STAFF, unit=office.agency))
    own_only = reverse("procedures:change-request-detail", args=[change.pk])
    assert get("pdf").status_code == client.get(own_only).status_code
    sign_in(client, make_user())
    assert get("pdf").status_code == 404


@pytest.mark.usefixtures("committed_db")
def test_of_two_who_answer_one_request_at_once_one_wins_and_the_other_is_told() -> None:
    office = Office()
    other = make_user(Role.ISO_SECRETARY, unit=office.agency)
    issued = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    change = make_change_request(office, issued.procedure)
    one, two = (ChangeRequest.objects.get(pk=change.pk) for _ in range(2))

    results = _at_once(
        lambda: one.accept(by=office.secretary, reason="Được"), lambda: two.accept(by=other)
    )

    (refusal,) = _refused(results)
    assert "Đã chấp nhận" in refusal.messages[0]
    stored = ChangeRequest.objects.get(pk=change.pk)
    assert stored.status == ChangeRequestStatus.ACCEPTED
    assert stored.history.filter(status=ChangeRequestStatus.ACCEPTED).count() == 1
    assert stored.answered_by == (office.secretary if results[0] is None else other)
