"""The year's plan: its moves, its lines, who may sign it, what a revision takes over."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audits.actions.programmes import (
    LineGiven,
    add_line,
    change_line,
    remove_line,
    revise_programme,
    start_programme,
    take_up,
)
from audits.models import AuditProgramme, ProgrammeLine
from audits.workflow import PROGRAMME_MOVES, ProgrammeStatus
from procedures.models import Procedure
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.signatures import Signing
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed
from tests.audits.making import EDITION, make_clause, make_programme, make_shared_desk
from tests.factories import BY_PASSWORD, Office, make_agency, make_unit, make_user, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def approve(
    programme: AuditProgramme, by: Any, signing: Signing = BY_PASSWORD, **given: Any
) -> None:
    values = {"seen": programme.sha256()} | given
    programme.approve(by=by, signing=signing, **values)


def refused(error: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return dict(error.value.message_dict)


@pytest.mark.parametrize(("source", "target"), list(itertools.product(ProgrammeStatus, repeat=2)))
def test_programme_makes_only_the_listed_moves(
    office: Office, source: ProgrammeStatus, target: ProgrammeStatus
) -> None:
    programme = make_programme(office, status=source)
    verbs = {
        ProgrammeStatus.DRAFT: lambda: programme.send_back(by=office.leader, comment="Sửa"),
        ProgrammeStatus.SUBMITTED: lambda: programme.submit(by=office.secretary),
        ProgrammeStatus.APPROVED: lambda: approve(programme, office.leader),
        ProgrammeStatus.CANCELLED: lambda: programme.cancel(by=office.secretary, reason="Thôi"),
    }

    if target in PROGRAMME_MOVES[source]:
        verbs[target]()
        assert AuditProgramme.objects.get().status == target
    else:
        before = programme.history.count()
        with pytest.raises(TransitionNotAllowed):
            verbs[target]()
        assert (AuditProgramme.objects.get().status, programme.history.count()) == (source, before)


def test_approval_is_signed_on_exactly_what_was_seen(office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    seen = programme.sha256()

    approve(programme, office.leader)

    acts = Signature.objects.on(programme).values_list("act", "method", "sha256", "person_name")
    assert list(acts) == [
        ("prepared", "click", seen, "Trần Thị Thư"),
        ("approved", "password", seen, "Hoàng Văn Trưởng"),
    ]
    assert (programme.approved_by, programme.approved_on) == (office.leader, today())


def test_who_composed_or_submitted_does_not_approve(office: Office) -> None:
    both = make_user(Role.ISO_SECRETARY, Role.LEADER, unit=office.agency)
    make_clause("9.2")
    programme = start_programme(office.agency, year=2022, by=both, edition=EDITION)
    add_line(programme, LineGiven(months=[1], clauses=["9.2"]), by=both)
    programme.submit(by=office.secretary)

    for person in (both, office.secretary):
        with pytest.raises(TransitionNotAllowed, match="không được tự phê duyệt"):
            approve(programme, person)

    assert AuditProgramme.objects.get().status == ProgrammeStatus.SUBMITTED
    assert not Signature.objects.on(programme).filter(act="approved").exists()


def test_plan_changed_since_it_was_read_is_not_approved(office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)

    with pytest.raises(SeenVersionChanged):
        approve(programme, office.leader, seen="0" * 64)

    assert AuditProgramme.objects.get().approved_at is None


def test_approval_on_paper_bears_the_day_of_the_paper(office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    day = dt.date(2022, 1, 20)

    approve(programme, office.leader, Signing(Signature.Method.PAPER, on=day))

    assert programme.approved_on == day
    assert programme.approved_at is not None
    assert programme.approved_at.date() > day
    assert Signature.objects.on(programme).get(act="approved").signed_on == day


@pytest.mark.parametrize("days", [-1, 1])
def test_approval_by_password_bears_no_other_day_than_today(office: Office, days: int) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)

    with pytest.raises(ValidationError) as error:
        approve(programme, office.leader, on=today() + dt.timedelta(days))

    assert list(refused(error)) == ["on"]
    assert AuditProgramme.objects.get().status == ProgrammeStatus.SUBMITTED


def test_returned_plan_begins_a_round_of_signatures_anew(office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)

    programme.send_back(by=office.leader, comment="Thêm bộ phận Một cửa")
    programme.submit(by=office.secretary)
    approve(programme, office.leader)

    rounds = Signature.objects.on(programme).values_list("act", "round")
    assert list(rounds) == [("prepared", 1), ("prepared", 2), ("approved", 2)]
    reasons = programme.history.values_list("history_change_reason", flat=True)
    assert "Trả lại: Thêm bộ phận Một cửa" in reasons


def test_return_and_cancelling_need_a_reason(office: Office) -> None:
    submitted = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    draft = make_programme(office, year=2023)

    with pytest.raises(ValidationError, match="Hãy ghi lý do trả lại"):
        submitted.send_back(by=office.leader, comment="  ")
    with pytest.raises(ValidationError, match="Hãy ghi lý do hủy"):
        draft.cancel(by=office.secretary, reason="")

    again = dict(AuditProgramme.objects.values_list("year", "status"))
    assert again == {2022: ProgrammeStatus.SUBMITTED, 2023: ProgrammeStatus.DRAFT}


def test_empty_plan_is_not_submitted(office: Office) -> None:
    programme = make_programme(office)
    remove_line(programme.lines.get(), by=office.secretary)

    with pytest.raises(TransitionNotAllowed, match="chưa có nội dung"):
        programme.submit(by=office.secretary)

    assert AuditProgramme.objects.get().status == ProgrammeStatus.DRAFT


def test_year_has_one_plan_until_it_is_cancelled(office: Office) -> None:
    programme = make_programme(office)
    with pytest.raises(ValidationError) as error:
        make_programme(office)
    assert list(refused(error)) == ["year"]

    programme.cancel(by=office.secretary, reason="Lập lại")

    assert make_programme(office).revision == 0


def test_database_refuses_a_second_open_plan_of_the_year(office: Office) -> None:
    make_programme(office)
    twin = AuditProgramme(
        agency=office.agency, year=2022, revision=1, edition=EDITION, composed_by=office.secretary
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.record(by=office.secretary, reason="Thử")


def test_line_keeps_months_and_clauses_in_order(office: Office) -> None:
    for number in ("10.2", "9.3", "7.5"):
        make_clause(number)
    programme = make_programme(office)

    line = add_line(
        programme,
        LineGiven(months=[11, 2, 2], unit=office.agency, clauses=["10.2", "7.5", "9.3"]),
        by=office.secretary,
    )

    line.refresh_from_db()
    assert (line.months, line.clauses) == ([2, 11], ["7.5", "9.3", "10.2"])
    assert str(line) == "Phòng Giáo dục và Đào tạo – điều 7.5, 9.3, 10.2"


def _wrong(office: Office) -> dict[str, tuple[LineGiven, str]]:
    stranger = make_agency()
    foreign = Procedure(agency=stranger, owner=stranger, code="QT-99", title="Khác")
    foreign.record(by=office.secretary, reason="Thử")
    return {
        "nothing": (LineGiven(months=[1]), "__all__"),
        "no month": (LineGiven(months=[], unit=office.agency), "months"),
        "thirteen": (LineGiven(months=[13], unit=office.agency), "months"),
        "clause": (LineGiven(months=[1], clauses=["9.9"]), "clauses"),
        "unit": (LineGiven(months=[1], unit=stranger), "unit"),
        "procedure": (LineGiven(months=[1], procedure=foreign), "procedure"),
        "twice": (LineGiven(months=[7], clauses=["9.2"]), "__all__"),
    }


@pytest.mark.parametrize(
    "what", ["nothing", "no month", "thirteen", "clause", "unit", "procedure", "twice"]
)
def test_line_refuses_what_is_wrong_and_writes_nothing(office: Office, what: str) -> None:
    programme = make_programme(office)
    given, name = _wrong(office)[what]

    with pytest.raises(ValidationError) as error:
        add_line(programme, given, by=office.secretary)

    named = refused(error) if hasattr(error.value, "error_dict") else {"__all__": []}
    assert list(named) == [name]
    assert ProgrammeLine.objects.count() == 1


def test_clause_of_another_edition_is_unknown_to_the_plan(office: Office) -> None:
    make_clause("4.4", edition="TCVN ISO 9001:2026")
    programme = make_programme(office)

    with pytest.raises(ValidationError, match=r"không có điều 4\.4"):
        add_line(programme, LineGiven(months=[1], clauses=["4.4"]), by=office.secretary)


def test_shared_one_stop_desk_may_be_planned(office: Office) -> None:
    desk = make_shared_desk(office)
    programme = make_programme(office)

    line = add_line(programme, LineGiven(months=[4], unit=desk), by=office.secretary)

    assert line.unit == desk


@pytest.mark.parametrize("status", [ProgrammeStatus.SUBMITTED, ProgrammeStatus.APPROVED])
def test_lines_are_frozen_from_submission_on(office: Office, status: ProgrammeStatus) -> None:
    programme = make_programme(office, status=status)
    line, seen = programme.lines.get(), programme.sha256()
    given = LineGiven(months=[12], unit=office.agency)
    deeds = (
        lambda: add_line(programme, given, by=office.secretary),
        lambda: change_line(line, given, by=office.secretary),
        lambda: remove_line(line, by=office.secretary),
        lambda: programme.rewrite(by=office.secretary, purpose="Khác", note=""),
    )

    for deed in deeds:
        with pytest.raises(TransitionNotAllowed, match="không sửa được"):
            deed()

    again = AuditProgramme.objects.get()
    assert (again.sha256(), ProgrammeLine.history.count()) == (seen, 1)


def test_line_taken_out_stays_in_the_history_and_is_not_changed_any_more(office: Office) -> None:
    programme = make_programme(office)
    line = programme.lines.get()

    remove_line(line, by=office.secretary)

    assert list(programme.standing_lines()) == []
    assert [row.history_change_reason for row in line.history.all()] == [
        "Bỏ khỏi kế hoạch",
        "Đưa vào kế hoạch",
    ]
    for deed in (
        lambda: remove_line(line, by=office.secretary),
        lambda: change_line(line, LineGiven(months=[1], clauses=["9.2"]), by=office.secretary),
    ):
        with pytest.raises(TransitionNotAllowed, match="đã được bỏ"):
            deed()


def test_revision_takes_the_lines_over_and_leaves_the_approved_plan(office: Office) -> None:
    unit = make_unit(office.agency)
    programme = make_programme(
        office,
        LineGiven(months=[3, 9], unit=unit, scope="Toàn bộ", team="Tổ 1", reasons="đến hạn"),
        LineGiven(months=[5], unit=office.agency),
        status=ProgrammeStatus.APPROVED,
    )

    revision = revise_programme(programme, by=office.secretary)

    assert (revision.revision, revision.status) == (1, ProgrammeStatus.DRAFT)
    assert str(revision) == "Kế hoạch đánh giá nội bộ năm 2022 (điều chỉnh lần 1)"
    assert [line.said() for line in revision.standing_lines()] == [
        line.said() for line in programme.standing_lines()
    ]
    assert AuditProgramme.objects.in_effect(office.agency, 2022) == programme

    revision.submit(by=office.secretary)
    approve(revision, office.leader)

    assert AuditProgramme.objects.in_effect(office.agency, 2022) == revision
    listed = AuditProgramme.objects.with_later().order_by("revision")
    assert [getattr(each, "has_later", None) for each in listed] == [True, False]


def test_only_the_last_approved_plan_is_revised_and_once(office: Office) -> None:
    draft = make_programme(office, year=2023)
    with pytest.raises(TransitionNotAllowed, match="đã phê duyệt"):
        revise_programme(draft, by=office.secretary)
    programme = make_programme(office, status=ProgrammeStatus.APPROVED)
    revision = revise_programme(programme, by=office.secretary)
    with pytest.raises(TransitionNotAllowed, match="chưa phê duyệt"):
        revise_programme(programme, by=office.secretary)
    revision.submit(by=office.secretary)
    approve(revision, office.leader)
    with pytest.raises(TransitionNotAllowed, match="đã được điều chỉnh"):
        revise_programme(programme, by=office.secretary)

    assert AuditProgramme.objects.filter(year=2022).count() == 2


def test_proposals_are_taken_up_with_their_reasons_and_not_twice(office: Office) -> None:
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    programme = make_programme(office, year=today().year)
    key = f"q{procedure.pk}"

    first = take_up(programme, [key], month=6, on=today(), by=office.secretary)
    again = take_up(programme, [key], month=7, on=today(), by=office.secretary)

    assert [(line.procedure, line.months, line.reasons) for line in first] == [
        (procedure, [6], "chưa từng được đánh giá")
    ]
    assert again == []
    with pytest.raises(ValidationError, match="ít nhất một"):
        take_up(programme, ["q0"], month=6, on=today(), by=office.secretary)
