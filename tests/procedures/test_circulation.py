"""Who is asked to read which version, and how it is acknowledged."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from procedures import actions
from procedures.circulation import asked_of, before_of, standing_of, what_changed
from procedures.content import Step, StepTime
from procedures.models import (
    Acknowledgement,
    Dissemination,
    DocumentSettings,
    ProcedureVersion,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL, today
from qms.organisation.models import Post, User
from qms.records import files
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    Office,
    make_content,
    make_next_version,
    make_position,
    make_tthc,
    make_unit,
    make_user,
    make_version,
    restrict,
    system,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}


def issued(office: Office, **fields: Any) -> ProcedureVersion:
    return make_version(VersionStatus.ISSUED, office, **fields)


def asked(user: User, on: dt.date | None = None) -> list[int]:
    return [each.version.pk for each in asked_of(user, on=on or today())]


def standing(version: ProcedureVersion, on: dt.date | None = None) -> Any:
    found = standing_of(ProcedureVersion.objects.filter(pk=version.pk), on=on or today())
    return found[0] if found else None


def names(readers: Any) -> list[str]:
    return [str(reader.person) for reader in readers]


def hold(office: Office, version: ProcedureVersion, *people: User, **fields: Any) -> Dissemination:
    values: dict[str, Any] = {
        "held_on": today(),
        "content": "Những điểm mới",
        "versions": [version],
    } | fields
    return actions.record_dissemination(office.agency, by=office.secretary, people=people, **values)


# --- who is asked ---


def test_those_whose_position_acts_in_a_step_are_asked_and_nobody_else() -> None:
    office = Office()
    version = issued(office)

    assert names(standing(version).waiting) == ["Lê Văn Chuyên", "Đỗ Thị Văn"]
    assert asked(office.staff) == asked(office.clerk) == [version.pk]
    assert asked(office.secretary) == asked(office.leader) == []
    steps = version.document.steps
    assert asked_of(office.clerk, on=today())[0].reader.step_keys == {steps[0].key, steps[2].key}


def test_a_step_of_a_unit_asks_only_the_people_of_that_unit_and_below() -> None:
    office = Office()
    desk = make_unit(office.agency, name="Bộ phận Một cửa")
    counter = make_unit(desk)
    inside = make_user(unit=counter, name="Ngô Ở Quầy", position="Chuyên viên")
    step = Step(
        work="Tiếp nhận",
        position="Chuyên viên",
        unit_code=desk.code,
        times=(StepTime(case="c1", kind="working", minutes=2400),),
    )

    version = issued(office, steps=(step,))

    assert names(standing(version).readers) == [str(inside)]
    assert asked(office.staff) == []


def test_drafts_and_ended_versions_ask_nobody_scheduled_ones_do() -> None:
    office = Office()
    make_version(VersionStatus.APPROVED, office)
    first = issued(office, **LONG_AGO)
    second = make_next_version(office, first, effective_on=today() + DAY)

    assert asked(office.staff) == [first.pk, second.pk]
    assert asked(office.staff, today() + DAY) == [second.pk]
    assert standing(first, today() + DAY) is None


def test_new_people_are_asked_for_current_ones_with_days_from_their_coming() -> None:
    office = Office()
    first = issued(office, **LONG_AGO)
    second = make_next_version(office, first)
    newcomer = make_user(unit=office.agency, name="Bùi Thị Mới")
    came = today() + 40 * DAY
    post = Post(person=newcomer, unit=office.agency, position=make_position("Chuyên viên"))
    post.valid_from = came
    post.record(by=system(), reason="Bổ nhiệm")

    assert asked(newcomer) == []
    assert asked(newcomer, came) == [second.pk]
    reader = asked_of(newcomer, on=came)[0].reader
    assert (reader.due_on, reader.is_overdue) == (came + 7 * DAY, False)


def test_reading_is_overdue_after_the_days_of_the_settings_and_not_before() -> None:
    office = Office()
    DocumentSettings(agency=office.agency, reading_days=3).record(by=system(), reason="Đặt hạn")
    version = issued(office)
    due_on = version.issued_at.astimezone(LOCAL).date() + 3 * DAY  # type: ignore[union-attr]

    assert standing(version, due_on).overdue == []
    assert len(standing(version, due_on + DAY).overdue) == 2
    assert standing(version).due_on == due_on


def test_a_closed_account_and_an_ended_post_are_asked_nothing() -> None:
    office = Office()
    version = issued(office)
    office.clerk.is_active = False
    office.clerk.record(by=system(), reason="Nghỉ việc")
    post = office.staff.posts.get()
    post.valid_to = today()
    post.record(by=system(), reason="Thôi giữ chức danh")

    assert standing(version) is None
    assert asked(office.staff) == asked(office.clerk) == []


def test_a_restricted_procedure_asks_only_those_who_may_read_it() -> None:
    office = Office()
    content = make_content(make_tthc(office.agency))
    lead = content.steps[1].model_copy(update={"position": "Trưởng phòng"})
    version = issued(office, steps=(*content.steps[:1], lead, *content.steps[2:]))
    restrict(version.procedure)

    assert names(standing(version).readers) == ["Hoàng Văn Trưởng"]
    assert asked(office.clerk) == []

    actions.grant_reading(
        version.procedure, office.clerk, by=office.secretary, valid_from=None, valid_to=None
    )
    assert asked(office.clerk) == [version.pk]


def test_a_small_change_is_settled_by_reading_back_to_the_last_great_one() -> None:
    office = Office()
    first = issued(office, **LONG_AGO)
    actions.acknowledge([first], by=office.staff)
    small = make_next_version(office, first, is_significant=False)

    assert names(standing(small).waiting) == ["Đỗ Thị Văn"]
    assert names(standing(small).read) == ["Lê Văn Chuyên"]
    assert asked(office.staff) == []

    great = make_next_version(office, small, effective_on=today() + DAY, is_significant=True)
    later = make_next_version(office, great, effective_on=today() + 2 * DAY, is_significant=False)
    assert asked(office.staff) == [great.pk, later.pk]
    actions.acknowledge([great], by=office.staff)
    assert asked(office.staff) == []


def test_counting_costs_the_same_for_one_procedure_and_for_five() -> None:
    office = Office()
    first = issued(office)
    hold(office, first, office.staff)

    def cost() -> list[int]:
        counts = []
        for question in (
            lambda: standing_of(ProcedureVersion.objects.filter(pk__gt=0), on=today()),
            lambda: asked_of(office.clerk, on=today()),
        ):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                question()
            counts.append(len(queries))
        return counts

    one = cost()
    for _ in range(4):
        issued(office)

    assert cost() == one
    assert max(one) <= 8


# --- what changed in my steps ---


def test_what_changed_tells_my_steps_alone_by_their_new_numbers() -> None:
    office = Office()
    first = issued(office, **LONG_AGO)
    receive, check, hand_over = first.document.steps
    extra = Step(
        work="Ghi sổ", position="Văn thư", times=(StepTime(case="c1", kind="not_counted"),)
    )
    second = make_next_version(
        office,
        first,
        steps=(
            extra,
            receive.model_copy(update={"work": "Tiếp nhận, kiểm tra hồ sơ"}),
            check.model_copy(update={"work": "Thẩm định kỹ"}),
        ),
    )
    before = before_of([second])[second.pk]
    new = second.document.steps

    assert before.pk == first.pk
    mine = what_changed(second, before, {new[0].key, receive.key, hand_over.key})
    assert sorted(str(change) for change in mine) == [
        "Bước 2, công việc: Tiếp nhận hồ sơ → Tiếp nhận, kiểm tra hồ sơ",
        "Bỏ bước: Trả kết quả – Văn thư – ½ ngày làm việc",
        "Thêm bước: Ghi sổ – Văn thư – không tính",
    ]
    theirs = what_changed(second, before, {check.key})
    assert [str(change) for change in theirs] == ["Bước 3, công việc: Thẩm định → Thẩm định kỹ"]
    assert what_changed(first, None, {check.key}) == []


# --- acknowledging ---


def test_acknowledging_is_bound_to_the_content_and_done_once() -> None:
    office = Office()
    version = issued(office)

    assert actions.acknowledge([version], by=office.staff) == 1
    assert actions.acknowledge([version], by=office.staff) == 0

    row = Acknowledgement.objects.get()
    assert (row.person, row.recorded_by, row.acknowledged_on) == (
        office.staff,
        office.staff,
        today(),
    )
    assert row.content_sha256 == version.content_sha256
    assert row.history.get().history_change_reason == "Xác nhận đã đọc"


def test_who_is_not_asked_acknowledges_nothing() -> None:
    office = Office()
    version = issued(office)

    assert actions.acknowledge([version], by=office.leader) == 0
    assert not Acknowledgement.objects.exists()


def test_one_acknowledges_the_rest_by_a_meeting() -> None:
    office = Office()
    version = issued(office)
    actions.acknowledge([version], by=office.staff)
    Acknowledgement.objects.get()

    meeting = hold(office, version, office.staff, office.clerk, office.leader)

    assert standing(version).waiting == []
    assert asked(office.clerk) == []
    rows = {row.person: row for row in Acknowledgement.objects.all()}
    assert rows[office.staff].dissemination is None
    assert rows[office.clerk].dissemination == meeting
    assert rows[office.clerk].recorded_by == office.secretary
    assert rows[office.clerk].content_sha256 == version.content_sha256
    assert set(rows) == {office.staff, office.clerk, office.leader}


def test_the_same_meeting_sent_twice_is_recorded_once() -> None:
    office = Office()
    version = issued(office)

    first = hold(office, version, office.clerk)

    assert hold(office, version, office.clerk) == first
    assert hold(office, version, office.clerk, content="Buổi khác") != first
    assert Acknowledgement.objects.count() == 1


def test_a_meeting_that_cannot_be_is_refused_and_writes_nothing() -> None:
    office, other = Office(), Office()
    version, foreign = issued(office), issued(other)
    draft = make_version(VersionStatus.APPROVED, office)
    stranger = make_user(name="Người Ngoài")

    for field, people, values in (
        ("held_on", [office.clerk], {"held_on": today() + DAY}),
        ("held_on", [office.clerk], {"held_on": today() - DAY}),
        ("content", [office.clerk], {"content": " \n"}),
        ("versions", [office.clerk], {"versions": []}),
        ("versions", [office.clerk], {"versions": [version, foreign]}),
        ("versions", [office.clerk], {"versions": [draft]}),
        ("people", [], {}),
        ("people", [office.clerk, stranger], {}),
    ):
        with pytest.raises(ValidationError) as refusal:
            hold(office, version, *people, **values)
        assert field in refusal.value.message_dict

    assert not Dissemination.objects.exists()
    assert not Acknowledgement.objects.exists()


def test_the_signed_list_may_follow_and_is_not_exchanged() -> None:
    office = Office()
    meeting = hold(office, issued(office), office.clerk)
    one, two = (
        files.store(b"%PDF-1.4 " + text, "ds.pdf", kind="pdf", by=office.secretary)
        for text in (b"1", b"2")
    )

    actions.attach_signed_list(meeting, one, by=office.secretary)
    actions.attach_signed_list(meeting, one, by=office.secretary)
    with pytest.raises(TransitionNotAllowed):
        actions.attach_signed_list(meeting, two, by=office.secretary)

    meeting.refresh_from_db()
    assert meeting.file == one
    assert meeting.history.count() == 2


def test_a_meeting_before_a_paper_was_taken_over_counts_from_its_decision() -> None:
    office = Office()
    version = issued(office, **LONG_AGO)

    hold(office, version, office.clerk, held_on=dt.date(2022, 3, 12))

    assert Acknowledgement.objects.get().acknowledged_on == dt.date(2022, 3, 12)
    assert timezone.now() - version.issued_at < DAY  # type: ignore[operator]
