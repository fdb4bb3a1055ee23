"""What blocks a draft and what must be answered for: each with its words, its mend, its place."""

from typing import Any

import pytest

from procedures.checks import (
    Facts,
    KnownLimit,
    Level,
    check,
    strictest,
    time_checks,
    working_limit,
)
from procedures.content import (
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    Step,
    StepTime,
    TimeLimit,
    Unit,
)

CODE = "1.005099"
FACTS = Facts(known_tthc=frozenset({CODE}), known_forms=frozenset({"bm-01"}))


def step(key: str, minutes: int | None, who: str = "Văn thư", case: str = "c1") -> Step:
    kind = "unknown" if minutes is None else "working"
    time = StepTime(case=case, kind=kind, minutes=minutes)
    return Step(key=key, work=f"Việc {key}", responsible=who, times=(time,))


def content(**fields: Any) -> Content:
    """A content in which nothing is wrong, for one TTHC of 5 working days."""
    values: dict[str, Any] = {
        "title": "Chuyển trường",
        "purpose": "<p>Mục đích</p>",
        "scope": "<p>Phạm vi</p>",
        "tthc": (CoveredTTHC(code=CODE, name="Chuyển trường", decision="12/QĐ-UBND"),),
        "dossier": (DossierItem(key="d1", name="Đơn", originals=1),),
        "limits": (TimeLimit(key="l1", unit="working_day", minutes=2400),),
        "steps": (step("s1", 240), step("s2", 2160)),
        "records": (KeptRecord(key="k1", name="Hồ sơ", keeper="Văn thư", years=5),),
    }
    return Content(**(values | fields))


def found(*, facts: Facts = FACTS, **fields: Any) -> list[tuple[str, str]]:
    """What the checks say of `content(**fields)`, as level and words."""
    return [(p.level.value, p.message) for p in check(content(**fields), facts)]


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": ""}, "Chưa có tên quy trình."),
        ({"purpose": "<p> </p>"}, "Chưa ghi mục “Mục đích”."),
        ({"scope": ""}, "Chưa ghi mục “Phạm vi”."),
        (
            {"dossier": ()},
            "Chưa có thành phần hồ sơ. Hãy thêm giấy tờ hoặc đánh dấu “không có”.",
        ),
        (
            {"has_no_dossier": True},
            "Đã đánh dấu “không có” thành phần hồ sơ nhưng vẫn còn giấy tờ. Hãy bỏ một trong hai.",
        ),
        ({"dossier": (DossierItem(name="", originals=1),)}, "Giấy tờ thứ 1 chưa có tên."),
        (
            {"steps": (step("s1", 2400, who=""),)},
            "Chưa bước nào có người thực hiện. Hãy chọn chức danh hoặc ghi người thực hiện.",
        ),
        (
            {"steps": (step("s1", 240), step("s2", 2400))},
            "Tổng thời gian các bước là 5½ ngày, vượt hạn 5 ngày của TTHC 1.005099. "
            "Giảm bớt ½ ngày ở một bước.",
        ),
        (
            {"steps": (step("s1", 2460),)},
            "Tổng thời gian các bước là 5,12 ngày, vượt hạn 5 ngày của TTHC 1.005099. "
            "Giảm bớt 1 giờ ở một bước.",
        ),
        (
            {"forms": (FormUse(key="f1", code="BM-99", name="Đơn"),)},
            "Biểu mẫu “BM-99” chưa có trong danh mục biểu mẫu. Hãy thêm biểu mẫu này trước.",
        ),
        (
            {"forms": (FormUse(key="f1", kind="legal", name="Mẫu 01"),)},
            "Mẫu “Mẫu 01” do văn bản quy định thì phải ghi văn bản nào.",
        ),
        (
            {"dossier": (DossierItem(key="d1", name="Đơn", originals=1, form="f9"),)},
            "Có bước hoặc giấy tờ dẫn biểu mẫu không còn trong danh sách.",
        ),
    ],
)
def test_what_blocks_says_what_is_wrong_and_how_to_mend_it(
    fields: dict[str, Any], message: str
) -> None:
    assert ("blocking", message) in found(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"tthc": (), "limits": ()},
            "Chưa chọn thủ tục hành chính nào. Hãy chọn ít nhất một TTHC.",
        ),
        (
            {"tthc": (CoveredTTHC(code="9.999999", decision="1/QĐ"),)},
            "TTHC 9.999999 không có trong danh mục. Hãy nhập danh mục hoặc bỏ dòng này.",
        ),
        ({"steps": ()}, "Chưa có bước nào. Hãy thêm ít nhất một bước có người thực hiện."),
    ],
)
def test_a_procedure_needs_a_tthc_of_the_catalogue_and_a_step(
    fields: dict[str, Any], message: str
) -> None:
    assert ("blocking", message) in found(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"tthc": (CoveredTTHC(code=CODE, name="Chuyển trường"),)},
            "Chưa rõ quyết định công bố TTHC 1.005099.",
        ),
        ({"limits": ()}, "Chưa rõ thời hạn của TTHC 1.005099."),
        ({"steps": (step("s1", 240), step("s2", None))}, "Bước 2 chưa rõ thời gian."),
        ({"steps": (step("s1", 240), step("s2", 2160, who=""))}, "Bước 2 chưa ghi ai thực hiện."),
        ({"dossier": (DossierItem(name="Đơn"),)}, "Chưa rõ số bản của “Đơn”."),
        ({"records": (KeptRecord(name="Hồ sơ"),)}, "Chưa rõ thời gian lưu “Hồ sơ”."),
        ({"records": ()}, "Chưa ghi hồ sơ nào cần lưu."),
        (
            {"steps": (step("s1", 1920),)},
            "Tổng thời gian các bước là 4 ngày, ít hơn hạn 5 ngày của TTHC 1.005099.",
        ),
    ],
)
def test_what_is_unknown_or_short_is_warned_of(fields: dict[str, Any], message: str) -> None:
    assert found(**fields) == [("warning", message)]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"ended_bases": {"46/2017/NĐ-CP": "đã bị thay thế từ 20/11/2024"}},
            "Căn cứ 46/2017/NĐ-CP đã bị thay thế từ 20/11/2024.",
        ),
        (
            {"code_confusable_with": "QT-01/GDDT Khác"},
            "Mã hiệu dễ nhầm với “QT-01/GDDT Khác” (chỉ khác dấu hoặc chữ Đ/D).",
        ),
    ],
)
def test_what_the_registers_know_is_warned_of(facts: dict[str, Any], message: str) -> None:
    assert found(facts=Facts(known_tthc=frozenset({CODE}), **facts)) == [("warning", message)]


def test_form_of_the_office_is_known_in_any_spelling() -> None:
    assert found(forms=(FormUse(key="f1", code="bm – 01", name="Đơn"),)) == []


def test_times_by_calendar_days_are_not_held_against_working_time() -> None:
    limit = TimeLimit(unit="calendar_day", minutes=1440)

    assert found(limits=(limit,), steps=(step("s1", 9600),)) == []


def test_the_lower_limit_that_is_known_counts() -> None:
    local = KnownLimit(law=(Unit.WORKING_DAY, 2400), local=(Unit.WORKING_DAY, 1440))
    facts = Facts(known_tthc=frozenset({CODE}), limits={CODE: local})

    assert working_limit(content(), facts, CODE, "c1") == 1440
    assert [level for level, _ in found(facts=facts)] == ["blocking"]


def test_each_case_has_its_own_limit_and_sum() -> None:
    cases = (Case(key="c1", label="trong nước"), Case(key="c2", label="từ nước ngoài"))
    limits = (
        TimeLimit(unit="working_day", minutes=480, case="c1"),
        TimeLimit(unit="working_day", minutes=960, case="c2"),
    )
    both = Step(
        work="Việc",
        responsible="Văn thư",
        times=(
            StepTime(case="c1", kind="working", minutes=480),
            StepTime(case="c2", kind="working", minutes=1440),
        ),
    )
    document = content(cases=cases, limits=limits, steps=(both,))

    assert [p.message for p in check(document, FACTS)] == [
        "Tổng thời gian các bước (trường hợp từ nước ngoài) là 3 ngày, "
        "vượt hạn 2 ngày của TTHC 1.005099. Giảm bớt 1 ngày ở một bước."
    ]
    sums = time_checks(document, FACTS)
    assert [(t.case, t.total, t.limit, t.excess) for t in sums] == [
        ("trong nước", 480, 480, 0),
        ("từ nước ngoài", 1440, 960, 480),
    ]


def test_of_several_tthc_the_strictest_limit_is_shown() -> None:
    document = content(
        tthc=(CoveredTTHC(code=CODE), CoveredTTHC(code="2.002481")),
        limits=(
            TimeLimit(unit="working_day", minutes=2400),
            TimeLimit(unit="working_day", minutes=1440, tthc="2.002481"),
        ),
    )

    assert [(t.tthc, t.limit) for t in strictest(time_checks(document, FACTS))] == [
        ("2.002481", 1440)
    ]


def test_blocking_problems_come_first_and_name_their_row() -> None:
    document = content(records=(), steps=(step("s1", None),), scope="")

    problems = check(document, FACTS)

    assert [p.level for p in problems] == [Level.BLOCKING, Level.WARNING, Level.WARNING]
    assert [p.name for p in problems] == ["scope_missing", "time_unknown:s1", "records_unknown"]


def test_other_kinds_need_a_text_or_a_file_and_no_tthc() -> None:
    facts = Facts(is_tthc_kind=False)
    bare = Content(title="Sổ tay", purpose="<p>a</p>", scope="<p>b</p>")

    assert [p.message for p in check(bare, facts)] == ["Chưa có nội dung hoặc tệp tài liệu."]
    assert check(bare.revised(body="<p>Nội dung</p>"), facts) == []
