"""What a plan says, what keeps it from being done, what doing it keeps and costs."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procedures.imports.carry_out import CatalogueMoved, import_list
from procedures.imports.plan import Terms
from procedures.models import TTHC, ImportRun
from tests.factories import make_agency, make_field, make_tthc, system
from tests.procedures.imports.importing import (
    BY_DECISION,
    DAY,
    HEADER,
    ended,
    file_of,
    imported,
    planned,
    row_of,
)
from tests.procedures.imports.making import CS, MN, TH
from tests.procedures.imports.running import everything

pytestmark = pytest.mark.django_db


# What is missing


def test_missing_are_those_in_force_today_of_a_field_in_the_list() -> None:
    early, primary = make_field("Giáo dục mầm non"), make_field("Giáo dục tiểu học")
    make_tthc(code="1.000001", field=early)
    make_tthc(code="1.000002", field=primary)
    make_tthc(code="1.000003", field=None)
    make_tthc(code="1.000004", field=early)
    imported(*ended(row_of("1.000004")), terms=Terms("1/QĐ-UBND", dt.date(2023, 1, 1)))

    assert planned(row_of("1.000009", field="GIÁO DỤC MẦM NON")).as_json()["missing"] == [
        "1.000001"
    ]
    assert planned(row_of("1.000009", field="")).as_json()["missing"] == []


def test_missing_are_asked_of_today_also_by_a_decision_of_another_day() -> None:
    make_tthc(code="1.000001", field=make_field("Giáo dục mầm non"))
    imported(*ended(row_of("1.000001")), terms=Terms("1/QĐ-UBND", dt.date(2023, 1, 1)))
    old = Terms("2/QĐ-UBND", dt.date(2020, 1, 1))

    assert planned(row_of("1.000009"), terms=old).as_json()["missing"] == []


def test_missing_are_of_a_body_in_the_list_where_it_names_bodies() -> None:
    early = make_field("Giáo dục mầm non")
    make_tthc(code="1.000001", field=early, executing_agency="UBND cấp huyện\nPhòng GDĐT")
    make_tthc(code="1.000002", field=early, executing_agency="Sở GDĐT")
    make_tthc(code="1.000003", field=early, executing_agency="")

    assert planned(row_of("1.000009", agency="phòng GDĐT")).as_json()["missing"] == ["1.000001"]
    bare = [row[:6] for row in (row_of("1.000009"),)]
    assert planned(*bare, header=HEADER[:6]).as_json()["missing"] == [
        "1.000001",
        "1.000002",
        "1.000003",
    ]


def test_row_that_is_invalid_or_left_out_is_not_missing() -> None:
    make_tthc(code="1.000001", field=make_field("Giáo dục mầm non"))
    make_tthc(code="1.000002", field=make_field("Giáo dục mầm non"))
    rows = [row_of("1.000001", name=None), row_of("1.000002")]

    plan = planned(*rows, terms=Terms(leave_out=frozenset({"3"})))

    assert plan.as_json()["missing"] == []


# What keeps it from being done


def test_duplicates_that_differ_block_until_one_is_left_out() -> None:
    rows = [row_of("1.000001"), row_of("1.000001.H02", limit="7 ngày"), row_of("1.000002", name=TH)]
    plan = planned(*rows)
    before = everything()

    said = plan.as_json()
    assert (said["new"], said["duplicates"]) == (["1.000001", "1.000002"], ["1.000001"])
    with pytest.raises(ValidationError) as refusal:
        imported(*rows, unit=make_agency("X"))
    assert refusal.value.messages[0] == (
        "Mã 1.000001 có nhiều dòng khác nhau: Danh mục!2, Danh mục!3."
    )
    assert TTHC.objects.count() == ImportRun.objects.count() == 0
    assert everything()["files"] == before["files"]

    done = imported(*rows, terms=Terms(leave_out=frozenset({"2"})))
    assert TTHC.objects.get(code="1.000001").limit_text == "7 ngày"
    assert (done.as_json()["duplicates"], [row.row for row in done.left_out]) == ([], [2])


def test_rows_that_repeat_each_other_are_listed_and_imported_once() -> None:
    plan = imported(row_of("1.000001.H38"), row_of("1.000001"), row_of("1.000001.000.00.00.H02"))

    assert not plan.is_blocked
    assert plan.as_json()["duplicates"] == ["1.000001"]
    assert plan.as_json()["new"] == ["1.000001"]
    assert TTHC.objects.count() == 1


def test_tthc_both_listed_and_abolished_in_one_list_differs() -> None:
    plan = planned(row_of("1.000001"), *ended(row_of("1.000001")), terms=BY_DECISION)

    assert [code for code, _ in plan.conflicts] == ["1.000001"]


@pytest.mark.parametrize(
    "facts",
    [
        {"field": "x" * 256},
        {"level": "x" * 121},
        {"online": "x" * 61},
    ],
)
def test_what_the_record_cannot_hold_is_invalid(facts: dict[str, str]) -> None:
    row = {"field": "Mầm non", "level": "Cấp huyện", "online": "Toàn trình"} | facts
    header = ("Mã TTHC", "Tên TTHC", "Lĩnh vực", "Cấp thực hiện", "Mức độ DVC")

    (wrong,) = planned(("1.000001", MN, *row.values()), header=header).invalid

    assert wrong.problem is not None
    assert "vượt quá" in wrong.problem


def test_row_to_leave_out_that_the_list_does_not_have_is_told() -> None:
    with pytest.raises(ValidationError, match="Danh sách không có dòng 9, Trang!2 để bỏ ra"):
        planned(row_of("1.000001"), terms=Terms(leave_out=frozenset({"9", "Trang!2", "2"})))


def test_catalogue_that_moved_since_the_preview_refuses() -> None:
    unit = make_agency()
    imported(row_of("1.000001"))
    wanted = row_of("1.000001", limit="7 ngày")
    seen = planned(wanted).fingerprint()
    imported(row_of("1.000001", limit="6 ngày"))
    before = everything()

    with pytest.raises(CatalogueMoved):
        import_list(file_of(wanted), Terms(), unit=unit, by=system(), seen=seen)

    assert everything() == before
    assert TTHC.objects.get().limit_text == "6 ngày"
    import_list(
        file_of(wanted), Terms(), unit=unit, by=system(), seen=planned(wanted).fingerprint()
    )
    assert TTHC.objects.get().limit_text == "7 ngày"


def test_import_that_fails_on_its_way_leaves_nothing_behind() -> None:
    make_agency()
    imported(row_of("1.000001"), terms=BY_DECISION)
    imported(*ended(row_of("1.000001")), terms=BY_DECISION)
    before = everything()

    with pytest.raises(CatalogueMoved, match="Chưa có gì được nhập"):
        imported(row_of("1.000002", name=TH), row_of("1.000001"), terms=BY_DECISION)

    now = everything()
    assert now.pop("files") - before.pop("files") <= 1  # an orphan at most
    assert now == before


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (Terms("1/QĐ-UBND"), "phải ghi ngày hiệu lực"),
        (Terms("", DAY), "phải ghi quyết định công bố"),
        (Terms("x" * 256, DAY), "dài quá 255 ký tự"),
    ],
)
def test_terms_that_do_not_go_together_are_refused(terms: Terms, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        imported(row_of("1.000001"), terms=terms)


# What is kept, what it costs


def test_file_is_kept_with_its_hash_and_what_it_did() -> None:
    unit = make_agency()
    source = file_of(row_of("1.000001"), row_of("1.000002", name=TH), row_of("1.000003", name=CS))
    terms = Terms("632/QĐ-UBND", DAY, frozenset({"3"}))

    import_list(source, terms, unit=unit, by=system())

    run = ImportRun.objects.get()
    assert run.file.label == "danh-muc.xlsx"
    assert (run.unit, run.decision_no, run.effective_on) == (unit, "632/QĐ-UBND", DAY)
    assert run.counts == {"new": 2, "changed": 0, "unchanged": 0, "left_out": 1}
    assert (run.imported_by, run.history.get().history_user) == (system(), system())


# The row, its history, its entry behind the head that is read, in a savepoint of their own.
RECORDED = 6


def test_import_writes_two_records_a_new_tthc_and_one_a_correction() -> None:
    imported(row_of("1.000001", name="Khác"), terms=BY_DECISION)

    def cost(numbers: range, limit: str) -> int:
        rows = [row_of(f"1.{number:06d}", name=f"TTHC {number}", limit=limit) for number in numbers]
        with CaptureQueriesContext(connection) as queries:
            imported(*rows)
        return len(queries)

    assert cost(range(10, 13), "5 ngày") - cost(range(20, 21), "5 ngày") == 2 * 2 * RECORDED
    assert cost(range(10, 13), "6 ngày") - cost(range(20, 21), "6 ngày") == 2 * 1 * RECORDED


def test_plan_costs_the_same_whatever_the_catalogue() -> None:
    imported(*[row_of(f"1.{n:06d}", name=f"TTHC {n}") for n in range(1, 4)], terms=BY_DECISION)

    with CaptureQueriesContext(connection) as queries:
        planned(*[row_of(f"1.{n:06d}", name=f"TTHC {n}") for n in range(1, 9)])

    # TTHC with their fields, their changes, the fields there are
    assert len(queries) == 3
