"""Accepted requests are taken up by the next draft, and go where it goes."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import ChangeRequest, ProcedureVersion
from procedures.workflow import ChangeRequestStatus, VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import AgencyProfile
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    Office,
    advance,
    issue,
    make_accepted_request,
    make_change_request,
    make_decision,
    make_draft,
    make_next_draft,
    make_version,
    sign_in,
)
from tests.procedures.test_change_requests import DAY, LONG_AGO, in_status, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def issued(office: Office) -> ProcedureVersion:
    return make_version(VersionStatus.ISSUED, office, **LONG_AGO)


def page_text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# --- taken up ---


def test_next_version_takes_up_and_answers_when_it_is_issued(
    issued: ProcedureVersion, office: Office
) -> None:
    change, parked = (
        make_accepted_request(office, issued.procedure),
        make_accepted_request(office, issued.procedure),
    )

    draft = make_next_draft(office, issued, change)
    assert (stored(change).status, stored(change).version) == ("accepted", draft)
    advance(draft, VersionStatus.APPROVED, office)
    assert stored(change).status == ChangeRequestStatus.ACCEPTED
    issue(draft.decision_items.get().decision, office)

    answered = stored(change)
    assert (answered.status, answered.version) == ("answered", draft)
    assert answered.answered_by == office.clerk
    assert (stored(parked).status, stored(parked).version) == ("accepted", None)
    assert answered.history.latest("history_id").history_change_reason == (
        "Đã sửa đổi tại lần ban hành 01, sửa đổi 01"
    )


def test_request_is_parked_again_when_its_draft_is_discarded(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = make_next_draft(office, issued, change)

    actions.discard_version(draft, by=office.secretary, reason="Chưa cần")

    assert list(ChangeRequest.objects.parked()) == [change]
    row = change.history.latest("history_id")
    assert row.history_change_reason == "Bản đang soạn bị hủy: Chưa cần"


def test_request_goes_over_to_the_draft_that_a_cancelled_decision_leaves(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = advance(make_next_draft(office, issued, change), VersionStatus.APPROVED, office)
    decision = draft.decision_items.get().decision

    actions.cancel_decision(decision, by=office.secretary, reason="Ký lại")

    new = issued.procedure.versions.open().get()
    assert new != draft
    assert (stored(change).status, stored(change).version) == ("accepted", new)
    advance(new, VersionStatus.ISSUED, office)
    assert (stored(change).status, stored(change).version) == ("answered", new)


def test_cancelling_before_approval_leaves_the_request_with_its_version(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = advance(make_next_draft(office, issued, change), VersionStatus.REVIEWED, office)
    decision = make_decision(office, draft)

    actions.cancel_decision(decision, by=office.secretary, reason="Ký lại")

    assert stored(change).version == draft


def test_issuing_that_is_refused_answers_nothing(issued: ProcedureVersion, office: Office) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = advance(make_next_draft(office, issued, change), VersionStatus.APPROVED, office)

    with pytest.raises(ValidationError):
        issue(draft.decision_items.get().decision, office, signed_on=today() + DAY)

    assert (stored(change).status, stored(change).version) == ("accepted", draft)


@pytest.mark.parametrize("status", ["requested", "refused", "answered"])
def test_only_an_accepted_request_is_taken_up(
    issued: ProcedureVersion, office: Office, status: str
) -> None:
    change = in_status(status, office, issued)
    before = change.version

    with pytest.raises(TransitionNotAllowed, match="không đưa vào hay bỏ khỏi"):
        make_next_draft(office, issued, change)

    assert (stored(change).status, stored(change).version) == (status, before)
    assert not issued.procedure.versions.open().exists()


def test_only_an_open_version_of_the_same_procedure_takes_up(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)

    with pytest.raises(TransitionNotAllowed, match="quy trình khác"):
        change.take_up(make_draft(office), by=office.secretary)
    with pytest.raises(TransitionNotAllowed, match="Chỉ bản đang soạn"):
        change.take_up(issued, by=office.secretary)

    assert stored(change).version is None


def test_request_refused_after_all_leaves_the_draft(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = make_next_draft(office, issued, change)

    stored(change).refuse(by=office.secretary, reason="TTHC sắp bãi bỏ")
    advance(draft, VersionStatus.ISSUED, office)

    assert (stored(change).status, stored(change).version) == ("refused", None)


def test_released_request_is_parked_and_not_answered(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = make_next_draft(office, issued, change)

    change.release(by=office.secretary, reason="")
    advance(draft, VersionStatus.ISSUED, office)

    assert (stored(change).status, stored(change).version) == ("accepted", None)


def test_taking_up_twice_writes_one_row(issued: ProcedureVersion, office: Office) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = make_next_draft(office, issued, change)
    rows = change.history.count()

    change.take_up(draft, by=office.secretary)

    assert change.history.count() == rows


def test_paper_versions_take_up_nothing(issued: ProcedureVersion, office: Office) -> None:
    change = make_accepted_request(office, issued.procedure)
    paper = actions.register_paper(
        issued.procedure,
        actions.PaperIssue(7, 0, "9/QĐ-PGDĐT", dt.date(2022, 1, 3), dt.date(2022, 1, 5)),
        by=office.secretary,
        content=issued.document,
    )

    with pytest.raises(TransitionNotAllowed, match="Chỉ bản đang soạn trên hệ thống"):
        change.take_up(paper, by=office.secretary)

    assert stored(change).version is None


# --- the next draft ---


def _next(version: ProcedureVersion) -> str:
    return f"{reverse('procedures:draft-new')}?tu={version.procedure.slug}"


def test_next_draft_offers_what_is_parked_all_ticked(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    parked = [make_accepted_request(office, issued.procedure) for _ in range(2)]
    make_change_request(office, issued.procedure)
    other = make_version(VersionStatus.ISSUED, office)
    make_accepted_request(office, other.procedure)

    page = sign_in(client, office.secretary).get(_next(issued))

    field = page.context["form"]["takes_up"]
    assert [widget.data["value"].value for widget in field.subwidgets] == [c.pk for c in parked]
    assert all(widget.data["selected"] for widget in field.subwidgets)


def test_next_draft_takes_up_those_chosen(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    chosen, left = (make_accepted_request(office, issued.procedure) for _ in range(2))
    sign_in(client, office.secretary)

    client.post(_next(issued), {"change_type": "revision", "takes_up": [chosen.pk]})

    draft = issued.procedure.versions.open().get()
    assert (stored(chosen).version, stored(left).version) == (draft, None)


def test_next_draft_asks_nothing_of_requests_where_none_is_parked(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    page = sign_in(client, office.secretary).get(_next(issued))

    assert list(page.context["form"].fields) == ["change_type"]


def test_next_draft_takes_up_where_issues_alone_are_counted(client: Client) -> None:
    office = Office(numbering=AgencyProfile.Numbering.ONE_COUNTER)
    issued = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    change = make_accepted_request(office, issued.procedure)

    sign_in(client, office.secretary).post(_next(issued), {"takes_up": [change.pk]})

    assert stored(change).version == issued.procedure.versions.open().get()


def test_next_draft_refuses_a_request_that_is_parked_no_more(
    client: Client, issued: ProcedureVersion, office: Office
) -> None:
    gone, _ = (make_accepted_request(office, issued.procedure) for _ in range(2))
    gone.refuse(by=office.secretary, reason="Thôi")
    foreign = make_accepted_request(office, make_version(VersionStatus.ISSUED, office).procedure)
    sign_in(client, office.secretary)

    for change in (gone, foreign):
        typed = {"change_type": "revision", "takes_up": [change.pk]}
        answer = client.post(_next(issued), typed)
        assert answer.status_code == 422
        assert "Một góp ý vừa được xử lý ở nơi khác" in answer.content.decode()
    assert not issued.procedure.versions.open().exists()


@pytest.mark.parametrize(
    ("status", "who"), [(VersionStatus.DRAFT, "staff"), (VersionStatus.IN_REVIEW, "reviewer")]
)
def test_draft_page_shows_what_it_takes_up(
    client: Client, issued: ProcedureVersion, office: Office, status: VersionStatus, who: str
) -> None:
    change = make_accepted_request(
        office, issued.procedure, what="Thêm giấy ủy quyền", origin_text="KPH-2022-003"
    )
    parked = make_accepted_request(office, issued.procedure)
    draft = advance(make_next_draft(office, issued, change), status, office)

    page = sign_in(client, getattr(office, who)).get(draft.get_absolute_url())

    assert list(page.context["taken_requests"]) == [change]
    assert "Thêm giấy ủy quyền" in page_text(page)
    assert "KPH-2022-003" in page_text(page)
    assert f'href="{change.get_absolute_url()}"' in page_text(page)
    assert parked.what not in page_text(page)
