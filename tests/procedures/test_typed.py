"""What is typed on the drafting page: there and back exactly, what is wrong told at its field."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from procedures.content import (
    Abbreviation,
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Statement,
    Step,
    StepTime,
    TakenUp,
    TimeLimit,
)
from procedures.drafting.layout import shown_parts
from procedures.drafting.typed import Names, Typed, TypedRow

NAMES = Names(frozenset({"Văn thư"}), {"Bộ phận Một cửa": "MC"})


FORM = FormUse(key="f1", code="BM-01", name="Đơn đề nghị")
STEPS = (
    Step(
        key="s1",
        work="Tiếp nhận\nhồ sơ",
        position="Văn thư",
        unit_name="Bộ phận Một cửa",
        unit_code="MC",
        forms=("f1",),
        times=(
            StepTime(case="c1", kind="working", minutes=240),
            StepTime(case="c2", kind="parallel"),
        ),
    ),
    Step(
        key="s2",
        work="Thẩm định",
        responsible="Trường nơi đến",
        times=(
            StepTime(case="c1", kind="working", minutes=65),
            StepTime(case="c2", kind="unknown"),
        ),
    ),
)
LIMITS = (
    TimeLimit(key="l1", unit="working_day", minutes=9 * 480, case="c1", text="09 ngày làm việc"),
    TimeLimit(key="l2", unit="calendar_day", minutes=3600, tthc="2.002481"),
    TimeLimit(key="l3", unit="hour", minutes=90),
    TimeLimit(key="l4", unit="by_plan", text="theo kế hoạch"),
)
DOSSIER = (
    DossierItem(key="d1", name="Đơn", originals=1, copies=0, form="f1", case="c2"),
    DossierItem(key="d2", name="Học bạ\n(bản chính)", kind="present", origin="partly"),
)


def whole() -> Content:
    """A content with something in every field that the page shows, and in some it does not."""
    return Content(
        title="Chuyển trường đối với học sinh tiểu học",
        purpose="<p>Mục đích</p>",
        scope="<ul><li>Phạm vi</li></ul>",
        definitions="<table><tbody><tr><td>Ô</td></tr></tbody></table>",
        abbreviations=(Abbreviation(key="a1", short="TTHC", meaning="thủ tục hành chính"),),
        tthc=(
            CoveredTTHC(code="1.005099", name="Chuyển trường", decision="12/QĐ-UBND"),
            CoveredTTHC(code="2.002481", name="Chuyển trường THCS"),
        ),
        bases=(
            LegalBasis(key="b1", number="28/2020/TT-BGDĐT", title="Điều lệ", tthc=("1.005099",)),
            LegalBasis(key="b2", number="01/2018/TT-VPCP", kind="general", origin="unverified"),
        ),
        applicants=("Cha mẹ, người giám hộ", "Học sinh"),
        dossier=DOSSIER,
        dossier_sets=1,
        cases=(Case(key="c1", label="trong nước"), Case(key="c2", label="từ nước ngoài")),
        limits=LIMITS,
        reception_place="Trường nơi đến\nTầng 1",
        submission_modes=("trực tiếp", "trực tuyến"),
        fees=(Statement(key="p1", text="Không"),),
        results=(Statement(key="r1", text="Được tiếp nhận", tthc=("1.005099",)),),
        steps=STEPS,
        forms=(FORM, FormUse(key="f2", kind="legal", name="Giấy hẹn", source="01/2018/TT-VPCP")),
        records=(KeptRecord(key="k1", name="Hồ sơ", keeper="Văn thư", years=5, medium="both"),),
        taken_up=(
            TakenUp(
                kind="legal", subject="46/2017/NĐ-CP", change="replaced", effective_on="2024-11-20"
            ),
        ),
        change_summary="Bớt một bước",
        is_significant=False,
        illustrative=("purpose",),
    )


def posted(typed: Typed) -> QueryDict:
    """Return what a browser would send for the page of `typed`."""
    data = QueryDict(mutable=True)
    for name, value in typed.scalars.items():
        data[name] = value
    for table, rows in typed.rows.items():
        for row in rows:
            data.appendlist(table, row.key)
            for name, value in row.values.items():
                for part in value.split("\n") if name == "forms" else [value]:
                    data.appendlist(f"{table}-{row.key}-{name}", part)
    for value in typed.taken_up:
        data.appendlist("taken_up", value)
    return data


def test_document_goes_to_the_page_and_back_exactly() -> None:
    content = whole()

    document, errors = Typed.posted(posted(Typed.of(content))).document(content, NAMES)

    assert errors == {}
    assert document is not None
    assert document.canonical() == content.canonical()


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("up:steps:s2", ["s2", "s1", "s3"]),
        ("down:steps:s2", ["s1", "s3", "s2"]),
        ("up:steps:s1", ["s1", "s2", "s3"]),
        ("down:steps:s3", ["s1", "s2", "s3"]),
        ("remove:steps:s2", ["s1", "s3"]),
        ("remove:steps:absent", ["s1", "s2", "s3"]),
        ("up:nowhere:s2", ["s1", "s2", "s3"]),
        ("nonsense", ["s1", "s2", "s3"]),
    ],
)
def test_rows_move_without_losing_what_was_typed(deed: str, expected: list[str]) -> None:
    typed = Typed.of(Content(steps=tuple(Step(key=f"s{n}", work=f"Việc {n}") for n in (1, 2, 3))))
    typed.rows["steps"][1].values["times-c1-value"] = "gõ dở"

    typed.change_rows(deed)

    assert [row.key for row in typed.rows["steps"]] == expected
    kept = {row.key: row.values.get("times-c1-value") for row in typed.rows["steps"]}
    assert kept.get("s2", "gõ dở") == "gõ dở"


def test_added_row_left_empty_is_no_row() -> None:
    typed = Typed.of(Content())
    typed.change_rows("add:steps")

    document, errors = typed.document(Content(), NAMES)

    assert errors == {}
    assert document is not None
    assert document.steps == ()


@pytest.mark.parametrize(
    ("table", "field", "value", "message"),
    [
        ("steps", "times-c1-value", "abc", "Hãy ghi một số"),
        ("steps", "times-c1-value", "-1", "Hãy ghi một số"),
        ("steps", "times-c1-value", "0,001", "tròn phút"),
        ("dossier", "originals", "1000000", "từ 0 đến 999"),
        ("dossier", "copies", "hai", "từ 0 đến 999"),
        ("records", "years", "5 năm", "từ 0 đến 999"),
        ("limits", "value", "mười", "Hãy ghi một số"),
        ("limits", "tthc", "9.999999", "không nằm trong các TTHC áp dụng"),
        ("bases", "tthc", "9.999999", "không nằm trong các TTHC áp dụng"),
    ],
)
def test_wrong_value_is_told_at_its_field(table: str, field: str, value: str, message: str) -> None:
    typed = Typed.of(whole())
    row = typed.rows[table][0]
    row.values[field] = value

    document, errors = typed.document(whole(), NAMES)

    assert document is None
    assert list(errors) == [f"{table}-{row.key}-{field}"]
    assert message in errors[f"{table}-{row.key}-{field}"]
    assert row.values[field] == value


def test_step_time_left_empty_is_unknown() -> None:
    typed = Typed.of(whole())
    typed.rows["steps"][0].values["times-c1-value"] = ""

    document, errors = typed.document(whole(), NAMES)

    assert errors == {}
    assert document is not None
    assert document.steps[0].time("c1").kind == "unknown"


def test_number_beside_a_way_of_not_counting_is_not_dropped_in_silence() -> None:
    typed = Typed.of(whole())
    typed.rows["steps"][0].values["times-c2-value"] = "2"

    document, errors = typed.document(whole(), NAMES)

    assert document is None
    assert errors == {
        "steps-s1-times-c2-value": "Đã ghi số thì chọn ngày, giờ hoặc phút; "
        "nếu không tính thì xóa số."
    }


def test_tthc_named_twice_or_without_a_code_is_told() -> None:
    typed = Typed.of(whole())
    typed.rows["tthc"][1].values["code"] = "1.005099"
    typed.rows["tthc"].append(TypedRow("t9", {"name": "Chỉ có tên"}))

    _, errors = typed.document(whole(), NAMES)

    assert errors["tthc-t1-code"] == "TTHC 1.005099 đã có ở dòng trên. Hãy bỏ một dòng."
    assert errors["tthc-t9-code"] == "Hãy ghi mã TTHC, hoặc bỏ dòng này."


def test_last_case_is_not_removed_for_the_times_hang_on_it() -> None:
    typed = Typed.of(whole())

    typed.change_rows("remove:cases:c2")
    typed.change_rows("remove:cases:c1")

    assert typed.case_keys == ["c1"]


def test_parts_that_another_kind_of_document_does_not_show_are_kept() -> None:
    typed = Typed.posted(QueryDict("title=Kiểm soát tài liệu"), parts=shown_parts(is_tthc=False))

    document, errors = typed.document(whole(), NAMES)

    assert errors == {}
    assert document is not None
    assert document.title == "Kiểm soát tài liệu"
    assert (document.steps, document.dossier, document.tthc) == (
        whole().steps,
        whole().dossier,
        whole().tthc,
    )
    assert document.records == ()


def test_too_many_rows_are_told_and_none_is_cut_off() -> None:
    data = posted(Typed.of(Content()))
    for number in range(401):
        data.appendlist("abbreviations", f"a{number}")
        data[f"abbreviations-a{number}-short"] = "TT"
    typed = Typed.posted(data)

    document, errors = typed.document(Content(), NAMES)

    assert document is None
    assert errors == {"abbreviations": "Bảng này chỉ nhận tối đa 400 dòng."}
    assert len(typed.rows["abbreviations"]) == 401


@given(st.dictionaries(st.text(max_size=30), st.lists(st.text(max_size=40), max_size=3)))
def test_any_post_gives_a_document_or_errors(fields: dict[str, list[str]]) -> None:
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    data.setlist("steps", ["s1", "s1", "../x"])
    data["steps-s1-work"] = next(iter(fields), "")

    document, errors = Typed.posted(data).document(Content(), NAMES)

    assert (document is None) == bool(errors)


def test_foreign_fields_are_passed_over() -> None:
    content = whole()
    data = posted(Typed.of(content))
    extra: dict[str, Any] = {"status": "issued", "steps-s9-origin": "stated", "illustrative": "x"}
    data.update(extra)

    document, _ = Typed.posted(data).document(content, NAMES)

    assert document is not None
    assert document.canonical() == content.canonical()


def test_rows_keep_the_keys_they_came_with() -> None:
    data = posted(Typed.of(whole()))
    data.setlist("steps", ["s2", "a1b2c3d4", "s1", "Chữ-hoa"])
    data["steps-a1b2c3d4-work"] = "Bước mới"

    document, _ = Typed.posted(data).document(whole(), NAMES)

    assert document is not None
    assert [step.key for step in document.steps] == ["s2", "a1b2c3d4", "s1"]
