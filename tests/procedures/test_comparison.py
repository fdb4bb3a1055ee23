"""How two editions differ, in words of the content."""

import datetime as dt
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.comparison import (
    Change,
    Kind,
    Part,
    by_section,
    changes,
    limit_text,
    passages,
    proposed_summary,
    same,
    segments,
    untouched,
)
from procedures.content import (
    Abbreviation,
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Origin,
    Statement,
    Step,
    StepTime,
    TakenUp,
    TimeLimit,
)


def told(old: Content, new: Content) -> list[str]:
    return [str(change) for change in changes(old, new)]


def steps(*works: str, **fields: Any) -> tuple[Step, ...]:
    return tuple(Step(key=work[0].lower(), work=work, **fields) for work in works)


def test_the_same_content_differs_in_nothing() -> None:
    content = Content(title="Chuyển trường", steps=steps("Nhận", "Xét"))

    assert changes(content, Content.parse(content.canonical())) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hoà giải", "hòa giải"),
        ("HOÀ GIẢI", "HÒA GIẢI"),
        ("Thuỷ lợi, khoẻ", "Thủy lợi,  khỏe"),
        ("quý III", "qúy III"),
        ("Chuyển", unicodedata.normalize("NFD", "Chuyển")),
        ("một\nhai", "một hai"),
    ],
)
def test_composition_tone_place_and_white_space_are_no_changes(old: str, new: str) -> None:
    assert same(old, new)
    assert told(Content(title=old), Content(title=new)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("ủy ban", "Ủy ban"), ("hoa", "hòa"), ("01 bộ", "02 bộ"), ("sân", "sấn"), ("d", "đ")],
)
def test_letters_case_and_tones_are_changes(old: str, new: str) -> None:
    assert told(Content(title=old), Content(title=new)) == [f"Tên quy trình: {old} → {new}"]


def test_narrative_is_compared_as_it_reads() -> None:
    old = Content(purpose="<p>Một &amp; hai</p><ul><li>ba</li><li>bốn</li></ul>")
    new = old.revised(purpose="<p>Một &amp; hai</p><p>ba</p><p>năm</p>", scope="<p>A &lt; B</p>")

    assert changes(old, new) == [
        Change("purpose", Kind.CHANGED, "Mục đích", "Một & hai\nba\nbốn", "Một & hai\nba\nnăm"),
        Change("scope", Kind.CHANGED, "Phạm vi", "", "A < B"),
    ]


def test_a_text_that_looks_like_a_code_of_ours_stays_the_text() -> None:
    old = Content(records=(KeptRecord(key="a", name="paper", keeper="both"),))
    new = old.revised(records=(KeptRecord(key="a", name="paper", keeper="direct"),))

    assert told(old, new) == ["paper, nơi lưu: both → direct"]


def test_rows_added_and_removed_are_named() -> None:
    old = Content(
        dossier=(DossierItem(key="a", name="Học bạ"),),
        bases=(LegalBasis(key="b", number="46/2017/NĐ-CP"),),
        abbreviations=(Abbreviation(key="v", short="TTHC", meaning="thủ tục hành chính"),),
    )
    new = Content(
        tthc=(CoveredTTHC(code="1.005099", name="Chuyển trường"),),
        forms=(FormUse(key="m", code="BM-01", name="Đơn"),),
        fees=(Statement(key="p", text="Không"),),
        taken_up=(
            TakenUp(
                kind="legal", subject="1/NĐ", change="amended", effective_on=dt.date(2024, 1, 5)
            ),
        ),
    )

    assert told(old, new) == [
        "Thêm TTHC: 1.005099 Chuyển trường",
        "Bỏ căn cứ: 46/2017/NĐ-CP",
        "Bỏ giấy tờ: Học bạ",
        "Thêm phí, lệ phí: Không",
        "Thêm biểu mẫu: BM-01 Đơn",
        "Bỏ từ viết tắt: TTHC – thủ tục hành chính",
        "Thêm thay đổi tiếp thu: 1/NĐ (05/01/2024)",
    ]


def test_each_field_of_a_row_is_told_in_its_words() -> None:
    form = FormUse(key="m", code="BM-01", name="Đơn")
    old = Content(forms=(form,), dossier=(DossierItem(key="a", name="Đơn", originals=1),))
    new = old.revised(
        dossier=(
            DossierItem(
                key="a",
                name="Đơn",
                kind="present",
                copies=2,
                form="m",
                origin=Origin.UNVERIFIED,
                tthc=("1.000001", "1.000002"),
            ),
        )
    )

    assert told(old, new) == [
        "Đơn, loại: phải nộp → xuất trình",
        "Đơn, bản chính: 1 → (trống)",
        "Đơn, bản sao: (trống) → 2",
        "Đơn, biểu mẫu: (trống) → BM-01 Đơn",
        "Đơn, TTHC áp dụng: (trống) → 1.000001; 1.000002",
        "Đơn, kiểm chứng: cơ quan xác nhận → chưa kiểm chứng",
    ]


def test_times_are_told_by_case() -> None:
    cases = (Case(key="c1", label="Trong tỉnh"), Case(key="c2", label="Ngoài tỉnh"))

    def content(one: StepTime, two: StepTime) -> Content:
        return Content(cases=cases, steps=steps("Nhận", times=(one, two)))

    old = content(StepTime(case="c1", kind="working", minutes=240), StepTime(case="c2"))
    new = content(
        StepTime(case="c1", kind="working", minutes=45), StepTime(case="c2", kind="parallel")
    )

    assert told(old, new) == [
        "Bước 1, thời gian (Trong tỉnh): ½ ngày làm việc → 45 phút",
        "Bước 1, thời gian (Ngoài tỉnh): chưa rõ → song song",
    ]


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (TimeLimit(unit="working_day", minutes=2160), "4½ ngày làm việc"),
        (TimeLimit(unit="calendar_day", minutes=1440 * 30), "30 ngày"),
        (TimeLimit(unit="hour", minutes=90), "1,5 giờ làm việc"),
        (TimeLimit(unit="by_plan"), "theo kế hoạch"),
        (TimeLimit(unit="working_day"), "chưa rõ"),
        (TimeLimit(), "chưa rõ"),
    ],
)
def test_a_limit_is_told_with_its_unit(limit: TimeLimit, text: str) -> None:
    assert limit_text(limit) == text


def test_a_limit_in_another_unit_is_one_change() -> None:
    old = Content(limits=(TimeLimit(key="h", unit="working_day", minutes=2400, text="5 ngày"),))
    new = Content(limits=(TimeLimit(key="h", unit="calendar_day", minutes=7200, text="5 ngày"),))

    assert told(old, new) == ["5 ngày, thời hạn: 5 ngày làm việc → 5 ngày"]


def test_a_step_that_moved_is_moved_and_not_removed_and_added() -> None:
    old = Content(steps=steps("Nhận", "Xét", "Ký", "Trả"))
    new = old.revised(steps=steps("Xét", "Ký", "Nhận", "Trả"))

    assert told(old, new) == ["Chuyển bước “Nhận”: vị trí 1 → vị trí 3"]


@given(st.permutations(range(7)))
def test_the_fewest_moves_explain_the_new_order(order: list[int]) -> None:
    rows = steps(*"abcdefg")
    moved = changes(Content(steps=rows), Content(steps=tuple(rows[i] for i in order)))

    stayed = [row for row in order if f"bước “{'abcdefg'[row]}”" not in {c.label for c in moved}]
    assert stayed == sorted(stayed)
    assert len(moved) == len(order) - longest_rising(order)


def longest_rising(numbers: list[int]) -> int:
    best = [1] * len(numbers)
    for i, number in enumerate(numbers):
        best[i] += max((best[j] for j in range(i) if numbers[j] < number), default=0)
    return max(best)


# --- words ---


def redline(old: str, new: str) -> str:
    marks = {Part.EQUAL: "{}", Part.DELETED: "[{}]", Part.INSERTED: "{{{}}}"}
    return "".join(marks[part.kind].format(part.text) for part in segments(old, new))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tại một cửa của xã", "tại một cửa của huyện", "tại một cửa của [xã]{huyện}"),
        ("nộp đơn hoà giải", "nộp  đơn hòa giải", "nộp  đơn hòa giải"),
        ("hiệu trưởng ký", "phó hiệu trưởng ký", "{phó }hiệu trưởng ký"),
        ("một hai ba bốn năm", "một x ba y năm", "một [hai ba bốn ]{x ba y }năm"),
        ("½ ngày làm việc", "45 phút", "[½ ngày làm việc]{45 phút}"),
        ("", "mới", "{mới}"),
        ("a [bỏ] b c", "a <ins> b c", "a [[bỏ] ]{<ins> }b c"),
    ],
)
def test_words_put_in_and_taken_out_are_told_one_by_one(old: str, new: str, told: str) -> None:
    assert redline(old, new) == told


@given(st.text("ab ộ\n", max_size=60), st.text("ab ộ\n", max_size=60))
def test_a_redline_holds_both_texts(old: str, new: str) -> None:
    parts = segments(old, new)

    def side(*kinds: Part) -> str:
        return " ".join("".join(part.text for part in parts if part.kind in kinds).split())

    assert same(side(Part.EQUAL, Part.INSERTED), new)
    assert same(side(Part.EQUAL, Part.DELETED), old)


def test_unchanged_paragraphs_are_counted_and_left_out() -> None:
    told = passages("một\nhai\nba ba ba\nbốn", "một\nhai\nba ba năm\nbốn")

    assert [passage.skipped for passage in told] == [2, 0, 1]
    assert [part.text for part in told[1].segments] == ["ba ba ", "ba", "năm"]


def test_long_texts_are_compared_in_bounded_time() -> None:
    words = [f"từ{number % 97}" for number in range(10_000)]
    texts = [
        (" ".join(words), " ".join(reversed(words))),
        ("\n".join("ab "[i % 3] * (i % 7) for i in range(15_000)), "b\n" * 25_000),
        (". ".join(words), ". ".join([*words[:500], "MỚI", *words[500:]])),
        ("a " * 25_000, "b " + "a " * 25_000),
    ]
    began = time.process_time()

    found = [passages(*pair) for pair in texts]

    assert time.process_time() - began < 5
    assert [part.text for part in found[2][0].segments if part.kind is Part.INSERTED] == ["MỚI. "]


def test_rows_read_in_anew_are_known_by_what_names_them() -> None:
    old = Content(
        cases=(Case(key="c1"),),
        forms=(FormUse(key="f1", code="BM-01", name="Đơn"),),
        steps=(
            Step(key="s1", work="Nhận", times=(StepTime(case="c1", kind="working", minutes=60),)),
            Step(key="s2", work="Xét hoà giải", forms=("f1",), position="Chuyên viên"),
        ),
    )
    new = Content(
        cases=(Case(key="d1"),),
        forms=(FormUse(key="g1", code="BM-01", name="Đơn"),),
        steps=(
            Step(key="t2", work="Xét hòa giải", forms=("g1",), responsible="Tổ trưởng"),
            Step(key="t1", work="Nhận", times=(StepTime(case="d1", kind="working", minutes=30),)),
        ),
    )

    assert told(old, new) == [
        "Bước 1, người thực hiện: Chuyên viên → Tổ trưởng",
        "Bước 2, thời gian: 1 giờ → 30 phút",
        "Chuyển bước “Xét hòa giải”: vị trí 2 → vị trí 1",
    ]


def test_a_changed_link_is_seen_though_its_text_stays() -> None:
    old = Content(
        body='<p><a href="https://a.vn/">Mẫu</a> <a href="https://b.vn/">https://b.vn/</a></p>'
    )
    new = old.revised(body=old.body.replace("a.vn", "x.vn"))

    assert told(old, new) == [
        "Nội dung: Mẫu [https://a.vn/] https://b.vn/ → Mẫu [https://x.vn/] https://b.vn/"
    ]


def test_sections_and_summary_follow_the_document() -> None:
    old = Content(title="Cũ", steps=steps("Nhận"), purpose=f"<p>{'dài ' * 60}</p>")
    new = old.revised(
        title="Mới", steps=(*old.steps, *steps("Trả")), purpose="<p>Ngắn</p>", change_summary="x"
    )
    sections = by_section(changes(old, new))

    assert [(each.title, len(each.changes)) for each in sections] == [
        ("Tên, mục đích, phạm vi", 2),
        ("Các bước", 1),
        ("Ghi chú của lần sửa đổi", 1),
    ]
    assert untouched(sections, new) == ["Thời hạn, tiếp nhận, phí, kết quả"]
    assert proposed_summary(changes(old, new)).split("\n") == [
        "Tên quy trình: từ “Cũ” thành “Mới”.",
        "Mục đích: sửa nội dung.",
        "Thêm bước “Trả”.",
    ]
