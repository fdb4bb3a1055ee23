"""What an import does to the catalogue: with a decision, without one, and never."""

import datetime as dt

import pytest

from procedures.coverage import coverage_on
from procedures.imports.plan import Terms
from procedures.models import TTHC, Field, Responsibility, TTHCChange
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from tests.factories import Office, make_agency, make_field, make_tthc, make_version, system
from tests.procedures.imports.importing import (
    BY_DECISION,
    DAY,
    changes_of,
    ended,
    imported,
    on_day_of,
    planned,
    row_of,
)
from tests.procedures.imports.making import CS, MN, TH
from tests.procedures.imports.running import everything

pytestmark = pytest.mark.django_db


# New TTHC


def test_new_tthc_without_a_decision_stands_since_before_records_begin() -> None:
    office = Office()

    imported(row_of("1.000001", fee="Không", agency="UBND xã\nPhòng GDĐT"))

    tthc = TTHC.objects.get()
    assert (tthc.code, tthc.name, str(tthc.field)) == ("1.000001", MN, "Giáo dục mầm non")
    assert (tthc.limit_text, tthc.law_unit, tthc.law_minutes) == (
        "5 ngày làm việc",
        "working_day",
        5 * 480,
    )
    assert tthc.executing_agency == "UBND xã\nPhòng GDĐT"
    assert list(tthc.changes.all()) == []
    assert on_day_of("1.000001", dt.date(1990, 1, 1)).is_in_force
    duty = Responsibility.objects.get()
    assert (duty.tthc, duty.unit, duty.kind) == (tthc, office.agency, Responsibility.Kind.RESOLVE)
    assert (duty.valid_from, duty.valid_to) == (None, None)


def test_new_tthc_of_a_decision_begins_on_its_day() -> None:
    office = Office()

    imported(row_of("1.000001"), terms=BY_DECISION)

    assert changes_of("1.000001") == [("announced", "632/QĐ-UBND", DAY)]
    assert not on_day_of("1.000001", DAY - dt.timedelta(days=1)).is_in_force
    assert on_day_of("1.000001", DAY).is_in_force
    assert on_day_of("1.000001", DAY).values["decision_no"] == "632/QĐ-UBND"
    duty = Responsibility.objects.get()
    assert (duty.unit, duty.valid_from) == (office.agency, DAY)


def test_every_row_of_history_names_a_person_and_the_decision() -> None:
    imported(row_of("1.000001"), terms=BY_DECISION)

    for model in (TTHC, TTHCChange, Responsibility, Field):
        history = model.history.get()
        assert history.history_user == system()
        assert history.history_change_reason == "632/QĐ-UBND"


def test_new_tthc_among_the_amended_was_in_force_before() -> None:
    rows = [("B. DANH MỤC TTHC ĐƯỢC SỬA ĐỔI, BỔ SUNG",), row_of("1.000001")]

    imported(*rows, terms=BY_DECISION)

    assert changes_of("1.000001") == [("amended", "632/QĐ-UBND", DAY)]
    assert on_day_of("1.000001", DAY - dt.timedelta(days=1)).is_in_force


def test_field_that_is_known_by_another_spelling_is_not_made_twice() -> None:
    field = make_field("Giáo dục mầm non")

    plan = imported(row_of("1.000001", field="GIÁO DỤC MẦM NON"), row_of("1.000002", field="Khác"))

    assert TTHC.objects.get(code="1.000001").field == field
    assert plan.new_fields == ("Khác",)
    assert Field.objects.count() == 2


# What is known already


def test_rows_are_matched_by_code_and_never_by_name() -> None:
    make_tthc(code="1.000001", name=MN, field=make_field("Giáo dục mầm non"))
    old = make_tthc(code="1.000002", name=TH, field=make_field("Giáo dục mầm non"))

    plan = imported(
        row_of("1.000001", name="Tên khác hẳn"), row_of("1.000009", name=TH), row_of(None, name=CS)
    )

    said = plan.as_json()
    assert (said["new"], said["changed"], said["without_code"]) == (["1.000009"], ["1.000001"], [4])
    assert said["proposed"] == [
        {
            "row": 3,
            "code": "1.000009",
            "old_code": "1.000002",
            "kind": "replacement",
            "similarity": 1.0,
        }
    ]
    old.refresh_from_db()
    assert (old.name, list(old.changes.all())) == (TH, [])
    assert TTHC.objects.count() == 3


def test_row_without_a_code_only_proposes_the_name_it_bears() -> None:
    make_tthc(code="1.000001", name=MN)

    (match,) = planned(row_of("-", name=MN.upper())).as_json()["proposed"]

    assert match == {
        "row": 2,
        "code": None,
        "old_code": "1.000001",
        "kind": "same_name",
        "similarity": 1.0,
    }


def test_code_with_another_agency_behind_it_is_the_same_tthc() -> None:
    imported(row_of("1.000001.000.00.00.H02"))

    assert planned(row_of("1.000001")).codes("unchanged") == ["1.000001"]
    assert planned(row_of("1.000001.H38")).codes("unchanged") == ["1.000001"]


def test_empty_cell_takes_nothing_away() -> None:
    imported(row_of("1.000001", fee="Không", agency="Phòng GDĐT"))

    plan = imported(row_of("1.000001", field="", limit="", fee="-", agency=""))

    assert plan.codes("unchanged") == ["1.000001"]
    assert TTHC.objects.get().fee == "Không"


def test_correction_mends_the_row_and_says_so() -> None:
    imported(row_of("1.000001"))

    imported(row_of("1.000001", name=TH, limit="7 ngày", field="Giáo dục tiểu học"))

    tthc = TTHC.objects.get()
    assert (tthc.name, tthc.limit_text, str(tthc.field)) == (TH, "7 ngày", "Giáo dục tiểu học")
    assert (tthc.law_unit, tthc.law_minutes) == ("calendar_day", 7 * 1440)
    assert list(tthc.changes.all()) == []
    assert tthc.history.first().history_change_reason == "Đính chính: Nhập danh mục TTHC"
    assert Responsibility.objects.count() == 1


def test_correction_mends_what_the_last_change_says() -> None:
    imported(row_of("1.000001"))
    imported(row_of("1.000001", limit="7 ngày"), terms=BY_DECISION)

    imported(row_of("1.000001", limit="8 ngày", fee="Không"))

    assert changes_of("1.000001") == [("amended", "632/QĐ-UBND", DAY)]
    assert on_day_of("1.000001", DAY).values["limit_text"] == "8 ngày"
    assert on_day_of("1.000001", dt.date(2024, 4, 30)).values["limit_text"] == "5 ngày làm việc"
    assert TTHC.objects.get().fee == "Không"


def test_change_by_a_decision_leaves_the_days_before_as_they_were() -> None:
    imported(row_of("1.000001"))

    imported(
        row_of("1.000001", name=TH, field="Giáo dục tiểu học", limit="7 ngày", fee="Không"),
        terms=BY_DECISION,
    )

    before, after = on_day_of("1.000001", dt.date(2024, 4, 30)), on_day_of("1.000001", DAY)
    assert (before.name, str(before.field), before.values["limit_text"], before.values["fee"]) == (
        MN,
        "Giáo dục mầm non",
        "5 ngày làm việc",
        "",
    )
    assert (after.name, str(after.field), after.values["limit_text"], after.values["fee"]) == (
        TH,
        "Giáo dục tiểu học",
        "7 ngày",
        "Không",
    )
    change = TTHCChange.objects.get()
    assert (change.kind, change.decision_no) == ("amended", "632/QĐ-UBND")
    assert change.changed_fields == ["fee", "law_minutes", "law_unit", "limit_text"]


def test_only_a_decision_makes_a_procedure_stale() -> None:
    office = Office()
    tthc = make_tthc(office.agency, code="1.000001", name=MN, field=make_field("Giáo dục mầm non"))
    paper = dt.date(2022, 3, 15)
    make_version(VersionStatus.ISSUED, office, tthc, paper_on=paper)
    later = dt.date(2024, 6, 1)

    imported(row_of("1.000001", limit="9 ngày làm việc"))
    corrected = coverage_on(later, office.agency)
    imported(row_of("1.000001", limit="10 ngày làm việc"), terms=BY_DECISION)
    changed = coverage_on(later, office.agency)

    assert (corrected.covered, corrected.stale) == (1, 0)
    assert (changed.covered, changed.stale) == (0, 1)


@pytest.mark.parametrize("terms", [Terms(), BY_DECISION, Terms("1/QĐ-UBND", dt.date(2099, 1, 1))])
def test_same_list_twice_writes_not_one_row(terms: Terms) -> None:
    make_agency()
    make_tthc(code="1.000001", name="Tên cũ")
    make_tthc(code="1.000002", name="Bị bãi bỏ")
    make_tthc(code="1.000003", name=CS, field=make_field("Giáo dục mầm non"))
    rows = [
        row_of("1.000001", name="Tên mới", fee="Không"),
        row_of("1.000003.H02", name=CS, limit="nt"),
        row_of("1.000004", name="Mới"),
        ("II. DANH MỤC TTHC BỊ BÃI BỎ",),
        row_of("1.000002", name="Bị bãi bỏ"),
    ]
    first = imported(*rows, terms=terms)
    after = everything()

    second = imported(*rows, terms=terms)

    assert first.changes_anything
    assert [row.kind for row in second.rows] == ["unchanged"] * 4
    assert everything() == after


def test_decision_imported_again_with_a_mended_list_mends_its_own_change() -> None:
    make_tthc(code="1.000001", name=MN, field=make_field("Giáo dục mầm non"))
    imported(row_of("1.000001", limit="7 ngày"), row_of("1.000002", name=TH), terms=BY_DECISION)

    mended = [row_of("1.000001", limit="8 ngày"), row_of("1.000002", name=CS)]
    imported(*mended, terms=BY_DECISION)

    assert changes_of("1.000001") == [("amended", "632/QĐ-UBND", DAY)]
    assert changes_of("1.000002") == [("announced", "632/QĐ-UBND", DAY)]
    assert on_day_of("1.000001", DAY).values["limit_text"] == "8 ngày"
    assert on_day_of("1.000002", DAY).name == CS
    assert not planned(*mended, terms=BY_DECISION).changes_anything


def test_other_decision_of_the_same_day_does_not_make_the_first_come_back() -> None:
    imported(row_of("1.000001"))
    imported(row_of("1.000001", limit="7 ngày"), terms=BY_DECISION)
    imported(row_of("1.000001", limit="8 ngày"), terms=Terms("700/QĐ-UBND", DAY))

    assert not planned(row_of("1.000001", limit="7 ngày"), terms=BY_DECISION).changes_anything
    assert on_day_of("1.000001", DAY).values["limit_text"] == "8 ngày"


# What ends


def test_row_among_the_abolished_ends_by_a_decision() -> None:
    make_tthc(code="1.000001", name=MN)

    imported(*ended(row_of("1.000001", limit="")), terms=BY_DECISION)

    assert changes_of("1.000001") == [("abolished", "632/QĐ-UBND", DAY)]
    assert on_day_of("1.000001", dt.date(2024, 4, 30)).is_in_force
    assert not on_day_of("1.000001", DAY).is_in_force


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Bị bãi bỏ", "abolished"),
        ("Hết hiệu lực", "abolished"),
        ("Hủy bỏ", "cancelled"),
        ("Bị bãi bỏ theo Quyết định sửa đổi, bổ sung số 5", "abolished"),
    ],
)
def test_status_of_a_row_may_end_it(status: str, kind: str) -> None:
    make_tthc(code="1.000001", name=MN)

    imported(
        (1, "1.000001", MN, status),
        header=("STT", "Mã", "Tên TTHC", "Tình trạng"),
        terms=BY_DECISION,
    )

    assert [change[0] for change in changes_of("1.000001")] == [kind]


def test_short_note_of_a_row_may_end_it_and_a_long_one_not() -> None:
    make_tthc(code="1.000001", name=MN)
    make_tthc(code="1.000002", name=TH)
    rows = [
        ("1.000001", MN, "Bị bãi bỏ"),
        ("1.000002", TH, "Thành phần hồ sơ cũ đã bị bãi bỏ từ năm 2020, nay nộp bản sao"),
    ]

    imported(*rows, header=("Mã", "Tên TTHC", "Ghi chú"), terms=BY_DECISION)

    assert [on_day_of(code, DAY).is_in_force for code in ("1.000001", "1.000002")] == [False, True]


@pytest.mark.parametrize(
    "heading",
    [
        "DANH MỤC TTHC MỚI BAN HÀNH, SỬA ĐỔI, BỔ SUNG, BỊ BÃI BỎ",
        "Danh mục thủ tục hành chính thay thế, bãi bỏ",
        "Danh mục TTHC còn hiệu lực, thay cho các TTHC bị hủy bỏ",
    ],
)
def test_heading_over_several_kinds_of_rows_ends_none(heading: str) -> None:
    make_tthc(code="1.000001", name=MN)

    imported((heading,), row_of("1.000001"), terms=BY_DECISION)

    assert on_day_of("1.000001", DAY).is_in_force


def test_row_among_the_abolished_ends_nothing_without_a_decision() -> None:
    make_tthc(code="1.000001", name=MN)

    plan = imported(*ended(row_of("1.000001", name="Tên khác", limit="NĐ 125/2024/NĐ-CP")))

    assert plan.codes("unchanged") == ["1.000001"]
    assert on_day_of("1.000001", today()).is_in_force


def test_unknown_tthc_among_the_abolished_waits_for_its_decision() -> None:
    plan = planned(*ended(row_of("1.000001")))

    assert [(row.row, row.problem) for row in plan.invalid] == [
        (
            3,
            "Dòng ghi TTHC hết hiệu lực, mà TTHC này chưa có trong danh mục: nhập kèm quyết định "
            "và ngày hiệu lực, hoặc bỏ dòng này ra.",
        )
    ]
    imported(*ended(row_of("1.000001")), terms=BY_DECISION)
    assert changes_of("1.000001") == [("abolished", "632/QĐ-UBND", DAY)]
    assert not on_day_of("1.000001", DAY).is_in_force


def test_tthc_that_had_ended_comes_back_only_by_a_decision() -> None:
    make_tthc(code="1.000001", name=MN, field=make_field("Giáo dục mầm non"))
    imported(*ended(row_of("1.000001")), terms=Terms("1/QĐ-UBND", dt.date(2023, 1, 1)))

    corrected = imported(row_of("1.000001", name=MN, limit=""))
    assert [row.code for row in corrected.asleep] == ["1.000001"]
    assert not on_day_of("1.000001", today()).is_in_force

    imported(row_of("1.000001", name=MN, limit=""), terms=BY_DECISION)
    assert changes_of("1.000001")[-1] == ("announced", "632/QĐ-UBND", DAY)
    assert on_day_of("1.000001", DAY).is_in_force


def test_tthc_absent_from_the_list_stays_whatever_the_list_is() -> None:
    tthc = make_tthc(code="1.000001", field=make_field("Giáo dục mầm non"))

    for terms in (Terms(), BY_DECISION):
        plan = imported(row_of("1.000002", fee=terms.decision_no), terms=terms)
        assert plan.as_json()["missing"] == ["1.000001"]

    assert list(tthc.changes.all()) == []
    assert on_day_of("1.000001", today()).is_in_force
