"""What an import does to the catalogue: with a decision, without one, and never."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procedures.coverage import coverage_on
from procedures.imports.carry_out import CatalogueMoved, ImportFile, import_list
from procedures.imports.plan import ImportPlan, Terms, plan_import
from procedures.imports.table import read_table
from procedures.models import TTHC, Field, ImportRun, Responsibility, TTHCChange, on_day
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import Unit
from tests.factories import Office, make_agency, make_field, make_tthc, make_version, system
from tests.procedures.imports.corpus import CS, MN, TH, Page, workbook
from tests.procedures.imports.running import everything

pytestmark = pytest.mark.django_db

HEADER = ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Thời hạn", "Phí", "Cơ quan thực hiện")
DAY = dt.date(2024, 5, 1)
CORRECTION = Terms()
BY_DECISION = Terms("632/QĐ-UBND", DAY)


def _row(code: Any, name: str | None = MN, **facts: Any) -> tuple[Any, ...]:
    said = {
        "field": "Giáo dục mầm non",
        "limit": "5 ngày làm việc",
        "fee": "",
        "agency": "",
    } | facts
    return (1, code, name, said["field"], said["limit"], said["fee"], said["agency"])


def _file(*rows: Any, header: Any = HEADER) -> ImportFile:
    return ImportFile(workbook(Page([header, *rows])), "danh-muc.xlsx")


def _plan(*rows: Any, terms: Terms = CORRECTION, header: Any = HEADER) -> ImportPlan:
    source = _file(*rows, header=header)
    return plan_import(read_table(source.data, source.name), terms)


def _import(
    *rows: Any, terms: Terms = CORRECTION, unit: Unit | None = None, header: Any = HEADER
) -> ImportPlan:
    unit = unit or Unit.objects.agencies().order_by("path").first() or make_agency()
    return import_list(_file(*rows, header=header), terms, unit=unit, by=system())


def _on(code: str, day: dt.date) -> Any:
    tthc = TTHC.objects.select_related("field").get(code=code)
    return on_day(tthc, list(tthc.changes.all()), day)


def _changes(code: str) -> list[tuple[str, str, dt.date]]:
    changes = TTHCChange.objects.filter(tthc__code=code)
    return [(change.kind, change.decision_no, change.effective_on) for change in changes]


# New TTHC


def test_new_tthc_without_a_decision_stands_since_before_records_begin() -> None:
    office = Office()

    _import(_row("1.000001", fee="Không", agency="UBND xã\nPhòng GDĐT"))

    tthc = TTHC.objects.get()
    assert (tthc.code, tthc.name, str(tthc.field)) == ("1.000001", MN, "Giáo dục mầm non")
    assert (tthc.limit_text, tthc.law_unit, tthc.law_minutes) == (
        "5 ngày làm việc",
        "working_day",
        5 * 480,
    )
    assert tthc.executing_agency == "UBND xã\nPhòng GDĐT"
    assert list(tthc.changes.all()) == []
    assert _on("1.000001", dt.date(1990, 1, 1)).is_in_force
    duty = Responsibility.objects.get()
    assert (duty.tthc, duty.unit, duty.kind) == (tthc, office.agency, Responsibility.Kind.RESOLVE)
    assert (duty.valid_from, duty.valid_to) == (None, None)


def test_new_tthc_of_a_decision_begins_on_its_day() -> None:
    office = Office()

    _import(_row("1.000001"), terms=BY_DECISION)

    assert _changes("1.000001") == [("announced", "632/QĐ-UBND", DAY)]
    assert not _on("1.000001", DAY - dt.timedelta(days=1)).is_in_force
    assert _on("1.000001", DAY).is_in_force
    assert _on("1.000001", DAY).values["decision_no"] == "632/QĐ-UBND"
    duty = Responsibility.objects.get()
    assert (duty.unit, duty.valid_from) == (office.agency, DAY)


def test_every_row_of_history_names_a_person_and_the_decision() -> None:
    _import(_row("1.000001"), terms=BY_DECISION)

    for model in (TTHC, TTHCChange, Responsibility, Field):
        history = model.history.get()
        assert history.history_user == system()
        assert history.history_change_reason == "632/QĐ-UBND"


def test_new_tthc_among_the_amended_was_in_force_before() -> None:
    rows = [("B. DANH MỤC TTHC ĐƯỢC SỬA ĐỔI, BỔ SUNG",), _row("1.000001")]

    _import(*rows, terms=BY_DECISION)

    assert _changes("1.000001") == [("amended", "632/QĐ-UBND", DAY)]
    assert _on("1.000001", DAY - dt.timedelta(days=1)).is_in_force


def test_field_that_is_known_by_another_spelling_is_not_made_twice() -> None:
    field = make_field("Giáo dục mầm non")

    plan = _import(_row("1.000001", field="GIÁO DỤC MẦM NON"), _row("1.000002", field="Khác"))

    assert TTHC.objects.get(code="1.000001").field == field
    assert plan.new_fields == ("Khác",)
    assert Field.objects.count() == 2


# What is known already


def test_rows_are_matched_by_code_and_never_by_name() -> None:
    make_tthc(code="1.000001", name=MN, field=make_field("Giáo dục mầm non"))
    old = make_tthc(code="1.000002", name=TH, field=make_field("Giáo dục mầm non"))

    plan = _import(
        _row("1.000001", name="Tên khác hẳn"), _row("1.000009", name=TH), _row(None, name=CS)
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

    (match,) = _plan(_row("-", name=MN.upper())).as_json()["proposed"]

    assert match == {
        "row": 2,
        "code": None,
        "old_code": "1.000001",
        "kind": "same_name",
        "similarity": 1.0,
    }


def test_code_with_another_agency_behind_it_is_the_same_tthc() -> None:
    _import(_row("1.000001.000.00.00.H02"))

    assert _plan(_row("1.000001")).codes("unchanged") == ["1.000001"]
    assert _plan(_row("1.000001.H38")).codes("unchanged") == ["1.000001"]


def test_empty_cell_takes_nothing_away() -> None:
    _import(_row("1.000001", fee="Không", agency="Phòng GDĐT"))

    plan = _import(_row("1.000001", field="", limit="", fee="-", agency=""))

    assert plan.codes("unchanged") == ["1.000001"]
    assert TTHC.objects.get().fee == "Không"


def test_correction_mends_the_row_and_says_so() -> None:
    _import(_row("1.000001"))

    _import(_row("1.000001", name=TH, limit="7 ngày", field="Giáo dục tiểu học"))

    tthc = TTHC.objects.get()
    assert (tthc.name, tthc.limit_text, str(tthc.field)) == (TH, "7 ngày", "Giáo dục tiểu học")
    assert (tthc.law_unit, tthc.law_minutes) == ("calendar_day", 7 * 1440)
    assert list(tthc.changes.all()) == []
    assert tthc.history.first().history_change_reason == "Đính chính: Nhập danh mục TTHC"
    assert Responsibility.objects.count() == 1


def test_correction_mends_what_the_last_change_says() -> None:
    _import(_row("1.000001"))
    _import(_row("1.000001", limit="7 ngày"), terms=BY_DECISION)

    _import(_row("1.000001", limit="8 ngày", fee="Không"))

    assert _changes("1.000001") == [("amended", "632/QĐ-UBND", DAY)]
    assert _on("1.000001", DAY).values["limit_text"] == "8 ngày"
    assert _on("1.000001", dt.date(2024, 4, 30)).values["limit_text"] == "5 ngày làm việc"
    assert TTHC.objects.get().fee == "Không"


def test_change_by_a_decision_leaves_the_days_before_as_they_were() -> None:
    _import(_row("1.000001"))

    _import(
        _row("1.000001", name=TH, field="Giáo dục tiểu học", limit="7 ngày", fee="Không"),
        terms=BY_DECISION,
    )

    before, after = _on("1.000001", dt.date(2024, 4, 30)), _on("1.000001", DAY)
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

    _import(_row("1.000001", limit="9 ngày làm việc"))
    corrected = coverage_on(later, office.agency)
    _import(_row("1.000001", limit="10 ngày làm việc"), terms=BY_DECISION)
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
        _row("1.000001", name="Tên mới", fee="Không"),
        _row("1.000003.H02", name=CS, limit="nt"),
        _row("1.000004", name="Mới"),
        ("II. DANH MỤC TTHC BỊ BÃI BỎ",),
        _row("1.000002", name="Bị bãi bỏ"),
    ]
    first = _import(*rows, terms=terms)
    after = everything()

    second = _import(*rows, terms=terms)

    assert first.changes_anything
    assert [row.kind for row in second.rows] == ["unchanged"] * 4
    assert everything() == after


def test_decision_imported_again_with_a_mended_list_mends_its_own_change() -> None:
    make_tthc(code="1.000001", name=MN, field=make_field("Giáo dục mầm non"))
    _import(_row("1.000001", limit="7 ngày"), _row("1.000002", name=TH), terms=BY_DECISION)

    mended = [_row("1.000001", limit="8 ngày"), _row("1.000002", name=CS)]
    _import(*mended, terms=BY_DECISION)

    assert _changes("1.000001") == [("amended", "632/QĐ-UBND", DAY)]
    assert _changes("1.000002") == [("announced", "632/QĐ-UBND", DAY)]
    assert _on("1.000001", DAY).values["limit_text"] == "8 ngày"
    assert _on("1.000002", DAY).name == CS
    assert not _plan(*mended, terms=BY_DECISION).changes_anything


def test_other_decision_of_the_same_day_does_not_make_the_first_come_back() -> None:
    _import(_row("1.000001"))
    _import(_row("1.000001", limit="7 ngày"), terms=BY_DECISION)
    _import(_row("1.000001", limit="8 ngày"), terms=Terms("700/QĐ-UBND", DAY))

    assert not _plan(_row("1.000001", limit="7 ngày"), terms=BY_DECISION).changes_anything
    assert _on("1.000001", DAY).values["limit_text"] == "8 ngày"


# What ends


def _ended(*rows: Any) -> list[Any]:
    return [("C. DANH MỤC THỦ TỤC HÀNH CHÍNH BỊ BÃI BỎ",), *rows]


def test_row_among_the_abolished_ends_by_a_decision() -> None:
    make_tthc(code="1.000001", name=MN)

    _import(*_ended(_row("1.000001", limit="")), terms=BY_DECISION)

    assert _changes("1.000001") == [("abolished", "632/QĐ-UBND", DAY)]
    assert _on("1.000001", dt.date(2024, 4, 30)).is_in_force
    assert not _on("1.000001", DAY).is_in_force


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

    _import(
        (1, "1.000001", MN, status),
        header=("STT", "Mã", "Tên TTHC", "Tình trạng"),
        terms=BY_DECISION,
    )

    assert [change[0] for change in _changes("1.000001")] == [kind]


def test_short_note_of_a_row_may_end_it_and_a_long_one_not() -> None:
    make_tthc(code="1.000001", name=MN)
    make_tthc(code="1.000002", name=TH)
    rows = [
        ("1.000001", MN, "Bị bãi bỏ"),
        ("1.000002", TH, "Thành phần hồ sơ cũ đã bị bãi bỏ từ năm 2020, nay nộp bản sao"),
    ]

    _import(*rows, header=("Mã", "Tên TTHC", "Ghi chú"), terms=BY_DECISION)

    assert [_on(code, DAY).is_in_force for code in ("1.000001", "1.000002")] == [False, True]


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

    _import((heading,), _row("1.000001"), terms=BY_DECISION)

    assert _on("1.000001", DAY).is_in_force


def test_row_among_the_abolished_ends_nothing_without_a_decision() -> None:
    make_tthc(code="1.000001", name=MN)

    plan = _import(*_ended(_row("1.000001", name="Tên khác", limit="NĐ 125/2024/NĐ-CP")))

    assert plan.codes("unchanged") == ["1.000001"]
    assert _on("1.000001", today()).is_in_force


def test_unknown_tthc_among_the_abolished_waits_for_its_decision() -> None:
    plan = _plan(*_ended(_row("1.000001")))

    assert [(row.row, row.problem) for row in plan.invalid] == [
        (
            3,
            "Dòng ghi TTHC hết hiệu lực, mà TTHC này chưa có trong danh mục: nhập kèm quyết định "
            "và ngày hiệu lực, hoặc bỏ dòng này ra.",
        )
    ]
    _import(*_ended(_row("1.000001")), terms=BY_DECISION)
    assert _changes("1.000001") == [("abolished", "632/QĐ-UBND", DAY)]
    assert not _on("1.000001", DAY).is_in_force


def test_tthc_that_had_ended_comes_back_only_by_a_decision() -> None:
    make_tthc(code="1.000001", name=MN, field=make_field("Giáo dục mầm non"))
    _import(*_ended(_row("1.000001")), terms=Terms("1/QĐ-UBND", dt.date(2023, 1, 1)))

    corrected = _import(_row("1.000001", name=MN, limit=""))
    assert [row.code for row in corrected.asleep] == ["1.000001"]
    assert not _on("1.000001", today()).is_in_force

    _import(_row("1.000001", name=MN, limit=""), terms=BY_DECISION)
    assert _changes("1.000001")[-1] == ("announced", "632/QĐ-UBND", DAY)
    assert _on("1.000001", DAY).is_in_force


def test_tthc_absent_from_the_list_stays_whatever_the_list_is() -> None:
    tthc = make_tthc(code="1.000001", field=make_field("Giáo dục mầm non"))

    for terms in (Terms(), BY_DECISION):
        plan = _import(_row("1.000002", fee=terms.decision_no), terms=terms)
        assert plan.as_json()["missing"] == ["1.000001"]

    assert list(tthc.changes.all()) == []
    assert _on("1.000001", today()).is_in_force


# What is missing


def test_missing_are_those_in_force_today_of_a_field_in_the_list() -> None:
    early, primary = make_field("Giáo dục mầm non"), make_field("Giáo dục tiểu học")
    make_tthc(code="1.000001", field=early)
    make_tthc(code="1.000002", field=primary)
    make_tthc(code="1.000003", field=None)
    make_tthc(code="1.000004", field=early)
    _import(*_ended(_row("1.000004")), terms=Terms("1/QĐ-UBND", dt.date(2023, 1, 1)))

    assert _plan(_row("1.000009", field="GIÁO DỤC MẦM NON")).as_json()["missing"] == ["1.000001"]
    assert _plan(_row("1.000009", field="")).as_json()["missing"] == []


def test_missing_are_asked_of_today_also_by_a_decision_of_another_day() -> None:
    make_tthc(code="1.000001", field=make_field("Giáo dục mầm non"))
    _import(*_ended(_row("1.000001")), terms=Terms("1/QĐ-UBND", dt.date(2023, 1, 1)))
    old = Terms("2/QĐ-UBND", dt.date(2020, 1, 1))

    assert _plan(_row("1.000009"), terms=old).as_json()["missing"] == []


def test_missing_are_of_a_body_in_the_list_where_it_names_bodies() -> None:
    early = make_field("Giáo dục mầm non")
    make_tthc(code="1.000001", field=early, executing_agency="UBND cấp huyện\nPhòng GDĐT")
    make_tthc(code="1.000002", field=early, executing_agency="Sở GDĐT")
    make_tthc(code="1.000003", field=early, executing_agency="")

    assert _plan(_row("1.000009", agency="phòng GDĐT")).as_json()["missing"] == ["1.000001"]
    bare = [row[:6] for row in (_row("1.000009"),)]
    assert _plan(*bare, header=HEADER[:6]).as_json()["missing"] == [
        "1.000001",
        "1.000002",
        "1.000003",
    ]


def test_row_that_is_invalid_or_left_out_is_not_missing() -> None:
    make_tthc(code="1.000001", field=make_field("Giáo dục mầm non"))
    make_tthc(code="1.000002", field=make_field("Giáo dục mầm non"))
    rows = [_row("1.000001", name=None), _row("1.000002")]

    plan = _plan(*rows, terms=Terms(leave_out=frozenset({"3"})))

    assert plan.as_json()["missing"] == []


# What keeps it from being done


def test_duplicates_that_differ_block_until_one_is_left_out() -> None:
    rows = [_row("1.000001"), _row("1.000001.H02", limit="7 ngày"), _row("1.000002", name=TH)]
    plan = _plan(*rows)
    before = everything()

    said = plan.as_json()
    assert (said["new"], said["duplicates"]) == (["1.000001", "1.000002"], ["1.000001"])
    with pytest.raises(ValidationError) as refusal:
        _import(*rows, unit=make_agency("X"))
    assert refusal.value.messages[0] == (
        "Mã 1.000001 có nhiều dòng khác nhau: Danh mục!2, Danh mục!3."
    )
    assert TTHC.objects.count() == ImportRun.objects.count() == 0
    assert everything()["files"] == before["files"]

    done = _import(*rows, terms=Terms(leave_out=frozenset({"2"})))
    assert TTHC.objects.get(code="1.000001").limit_text == "7 ngày"
    assert (done.as_json()["duplicates"], [row.row for row in done.left_out]) == ([], [2])


def test_rows_that_repeat_each_other_are_listed_and_imported_once() -> None:
    plan = _import(_row("1.000001.H38"), _row("1.000001"), _row("1.000001.000.00.00.H02"))

    assert not plan.is_blocked
    assert plan.as_json()["duplicates"] == ["1.000001"]
    assert plan.as_json()["new"] == ["1.000001"]
    assert TTHC.objects.count() == 1


def test_tthc_both_listed_and_abolished_in_one_list_differs() -> None:
    plan = _plan(_row("1.000001"), *_ended(_row("1.000001")), terms=BY_DECISION)

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

    (wrong,) = _plan(("1.000001", MN, *row.values()), header=header).invalid

    assert wrong.problem is not None
    assert "vượt quá" in wrong.problem


def test_row_to_leave_out_that_the_list_does_not_have_is_told() -> None:
    with pytest.raises(ValidationError, match="Danh sách không có dòng 9, Trang!2 để bỏ ra"):
        _plan(_row("1.000001"), terms=Terms(leave_out=frozenset({"9", "Trang!2", "2"})))


def test_catalogue_that_moved_since_the_preview_refuses() -> None:
    unit = make_agency()
    _import(_row("1.000001"))
    wanted = _row("1.000001", limit="7 ngày")
    seen = _plan(wanted).fingerprint()
    _import(_row("1.000001", limit="6 ngày"))
    before = everything()

    with pytest.raises(CatalogueMoved):
        import_list(_file(wanted), Terms(), unit=unit, by=system(), seen=seen)

    assert everything() == before
    assert TTHC.objects.get().limit_text == "6 ngày"
    import_list(_file(wanted), Terms(), unit=unit, by=system(), seen=_plan(wanted).fingerprint())
    assert TTHC.objects.get().limit_text == "7 ngày"


def test_import_that_fails_on_its_way_leaves_nothing_behind() -> None:
    make_agency()
    _import(_row("1.000001"), terms=BY_DECISION)
    _import(*_ended(_row("1.000001")), terms=BY_DECISION)
    before = everything()

    with pytest.raises(CatalogueMoved, match="Chưa có gì được nhập"):
        _import(_row("1.000002", name=TH), _row("1.000001"), terms=BY_DECISION)

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
        _import(_row("1.000001"), terms=terms)


# What is kept, what it costs


def test_file_is_kept_with_its_hash_and_what_it_did() -> None:
    unit = make_agency()
    source = _file(_row("1.000001"), _row("1.000002", name=TH), _row("1.000003", name=CS))
    terms = Terms("632/QĐ-UBND", DAY, frozenset({"3"}))

    import_list(source, terms, unit=unit, by=system())

    run = ImportRun.objects.get()
    assert run.file.label == "danh-muc.xlsx"
    assert (run.unit, run.decision_no, run.effective_on) == (unit, "632/QĐ-UBND", DAY)
    assert run.counts == {"new": 2, "changed": 0, "unchanged": 0, "left_out": 1}
    assert (run.imported_by, run.history.get().history_user) == (system(), system())


def test_import_costs_four_statements_a_new_tthc_and_two_a_correction() -> None:
    _import(_row("1.000001", name="Khác"), terms=BY_DECISION)

    def cost(numbers: range, limit: str) -> int:
        rows = [_row(f"1.{number:06d}", name=f"TTHC {number}", limit=limit) for number in numbers]
        with CaptureQueriesContext(connection) as queries:
            _import(*rows)
        return len(queries)

    assert cost(range(10, 13), "5 ngày") - cost(range(20, 21), "5 ngày") == 2 * 4
    assert cost(range(10, 13), "6 ngày") - cost(range(20, 21), "6 ngày") == 2 * 2


def test_plan_costs_the_same_whatever_the_catalogue() -> None:
    _import(*[_row(f"1.{n:06d}", name=f"TTHC {n}") for n in range(1, 4)], terms=BY_DECISION)

    with CaptureQueriesContext(connection) as queries:
        _plan(*[_row(f"1.{n:06d}", name=f"TTHC {n}") for n in range(1, 9)])

    # TTHC with their fields, their changes, the fields there are
    assert len(queries) == 3
