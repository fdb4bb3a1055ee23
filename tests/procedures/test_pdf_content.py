"""What a content says, section by section, as it stands on paper."""

import re

import pytest

from procedures.content import (
    Abbreviation,
    Case,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Origin,
    Statement,
    StepTime,
    TimeLimit,
)
from tests.procedures.printed import (
    CHUYEN_TRUONG,
    DAY,
    make_step,
    make_written,
    said,
    section,
    working,
)


def test_scope_names_every_tthc_and_its_decision() -> None:
    other = CoveredTTHC(code="2.000011", name="Chuyển trường trung học cơ sở")
    text = section(said(make_written(tthc=(CHUYEN_TRUONG, other))), "2. PHẠM VI", "3. TÀI LIỆU")

    assert "1 1.005099 Chuyển trường tiểu học 2108/QĐ-BGDĐT ngày 24/6/2021" in text
    assert "2 2.000011 Chuyển trường trung học cơ sở chưa rõ" in text


def test_what_is_not_known_says_so_in_its_place() -> None:
    text = said(make_written())

    body = text[text.rindex("TRANG THEO DÕI") :]
    titles = re.findall(r"5\.(\d+)\. ", body)
    assert titles == [str(n) for n in range(1, 11)]
    assert body.count("Chưa có thông tin.") == 3 + 10
    assert "Không có biểu mẫu." in body
    assert "Chưa quy định hồ sơ phải lưu." in body


def test_bases_are_parted_and_marked() -> None:
    bases = (
        LegalBasis(number="28/2020/TT-BGDĐT", title="Điều lệ trường tiểu học", note="Điều 36"),
        LegalBasis(number="61/2018/NĐ-CP", kind="general", origin=Origin.UNVERIFIED),
    )
    text = section(said(make_written(bases=bases)), "5.1. Cơ sở pháp lý", "5.2.")

    assert text == (
        "– 28/2020/TT-BGDĐT: Điều lệ trường tiểu học – Điều 36 "
        "Văn bản viện dẫn chung: – 61/2018/NĐ-CP (chưa kiểm chứng)"
    )


def test_dossier_tells_originals_copies_and_groups() -> None:
    cases = (Case(key="c1", label="không xác minh"), Case(key="c2", label="có xác minh"))
    dossier = (
        DossierItem(name="Đơn xin chuyển trường", originals=1, copies=0, form="f1"),
        DossierItem(name="Giấy xác nhận", originals=1, copies=None, case="c2"),
        DossierItem(name="Học bạ", originals=None, copies=2, copy_kind="chứng thực"),
        DossierItem(name="Căn cước", kind="present", originals=1, condition="Còn hạn"),
    )
    forms = (FormUse(key="f1", code="BM-05.01", name="Đơn"),)
    text = section(
        said(make_written(cases=cases, dossier=dossier, forms=forms, dossier_sets=2)),
        "5.2. Thành phần hồ sơ",
        " bộ.",
    )

    assert text == (
        "TT Tên giấy tờ Bản chính Bản sao "
        "Giấy tờ phải nộp "
        "1 Đơn xin chuyển trường Theo mẫu: BM-05.01 Đơn 01 – "
        "2 Học bạ chưa rõ 02 chứng thực "
        "Giấy tờ phải nộp – Trường hợp có xác minh "
        "3 Giấy xác nhận 01 chưa rõ "
        "Giấy tờ phải xuất trình "
        "4 Căn cước Còn hạn 01 chưa rõ "
        "5.3. Số lượng hồ sơ 02"
    )


def test_dossier_of_none_is_told() -> None:
    text = section(said(make_written(has_no_dossier=True)), "5.2. Thành phần hồ sơ", "5.3.")

    assert text == "Không yêu cầu giấy tờ."


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (
            TimeLimit(unit="working_day", minutes=5 * DAY, text="05 ngày làm việc"),
            "05 ngày làm việc",
        ),
        (TimeLimit(unit="working_day", minutes=5 * DAY), "5 ngày làm việc"),
        (
            TimeLimit(
                unit="working_day", minutes=25 * DAY, text="25 ngày làm việc (20 + 5; 200 giờ)"
            ),
            "25 ngày làm việc (20 + 5; 200 giờ)",
        ),
        (
            TimeLimit(unit="working_day", minutes=5 * DAY, text="07 ngày, địa phương rút còn 05"),
            "5 ngày làm việc (07 ngày, địa phương rút còn 05)",
        ),
        (TimeLimit(unit="calendar_day", minutes=10 * 1440), "10 ngày"),
        (TimeLimit(unit="by_plan"), "theo kế hoạch"),
        (TimeLimit(text="Trước 31/8 hằng năm"), "Trước 31/8 hằng năm"),
        (
            TimeLimit(unit="hour", minutes=240, origin=Origin.PARTLY),
            "4 giờ làm việc (kiểm chứng một phần)",
        ),
    ],
)
def test_limit_is_worded_as_its_source_does(limit: TimeLimit, expected: str) -> None:
    text = section(said(make_written(limits=(limit,))), "5.4. Thời hạn giải quyết", "5.5.")

    assert text == expected


def test_steps_have_a_column_of_time_for_each_case() -> None:
    cases = (Case(key="c1", label="Không xác minh"), Case(key="c2", label="Có xác minh"))
    steps = (
        make_step(
            "Tiếp nhận", working(DAY // 2), working(DAY // 2, "c2"), responsible="", output="Giấy"
        ),
        make_step(
            "Thẩm tra", working(2 * DAY), working(7 * DAY, "c2"), note="Theo mẫu", forms=("f1",)
        ),
        make_step("Trả", working(180), StepTime(case="c2", kind="not_counted"), position=""),
    )
    limits = (
        TimeLimit(case="c1", unit="working_day", minutes=5 * DAY),
        TimeLimit(case="c2", unit="working_day", minutes=10 * DAY),
    )
    forms = (FormUse(key="f1", code="BM-05.02", name="Phiếu"),)
    text = section(
        said(make_written(cases=cases, steps=steps, limits=limits, forms=forms)),
        "5.10. Quy trình xử lý công việc",
        "Thời gian của các bước",
    )

    assert text == (
        "TT Trình tự công việc Trách nhiệm Thời gian Không xác minh Thời gian Có xác minh "
        "Biểu mẫu, kết quả "
        "1 Tiếp nhận Chuyên viên ½ ngày ½ ngày Giấy "
        "2 Thẩm tra Theo mẫu Chuyên viên 2 ngày 7 ngày BM-05.02 "
        "3 Trả chưa rõ 3 giờ không tính "
        "Tổng thời gian các bước 2,88 ngày 7½ ngày "
        "Thời hạn giải quyết 5 ngày làm việc 10 ngày làm việc"
    )


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([working(DAY), working(DAY)], "2 ngày"),
        ([working(DAY), StepTime(case="c1")], "1 ngày (chưa đủ)"),
        ([StepTime(case="c1")], "chưa rõ"),
        ([StepTime(case="c1", kind="by_plan")], "theo kế hoạch"),
        ([StepTime(case="c1", kind="parallel"), working(120)], "¼ ngày"),
    ],
)
def test_total_says_when_it_is_not_whole(times: list[StepTime], expected: str) -> None:
    steps = tuple(make_step("Làm", time) for time in times)
    text = said(make_written(steps=steps))

    found = section(text, "Tổng thời gian các bước", "Thời hạn giải quyết chưa rõ")
    assert found == expected


def test_limits_that_differ_between_tthc_are_not_given_as_one() -> None:
    other = CoveredTTHC(code="2.000011")
    limits = (
        TimeLimit(tthc="1.005099", unit="working_day", minutes=5 * DAY),
        TimeLimit(tthc="2.000011", unit="working_day", minutes=7 * DAY),
    )
    text = said(
        make_written(
            tthc=(CHUYEN_TRUONG, other), limits=limits, steps=(make_step("Làm", working(DAY)),)
        )
    )

    assert "– 5 ngày làm việc (áp dụng cho TTHC 1.005099)" in text
    assert "Thời hạn giải quyết theo từng TTHC" in text


def test_many_cases_are_told_line_by_line() -> None:
    cases = tuple(Case(key=f"c{n}", label=f"Nhóm {n}") for n in range(6))
    one = make_step("Làm", *(working(DAY * (n + 1), f"c{n}") for n in range(6)))
    text = said(make_written(cases=cases, steps=(one,)))

    assert "Nhóm 0: 1 ngày Nhóm 1: 2 ngày" in text
    assert "Tổng thời gian các bước Nhóm 0: 1 ngày" in text


def test_fees_results_reception_records_and_forms_are_told() -> None:
    text = said(
        make_written(
            tthc=(CHUYEN_TRUONG, CoveredTTHC(code="2.000011")),
            reception_place="Bộ phận Một cửa",
            submission_modes=("Trực tiếp", "Trực tuyến"),
            fees=(Statement(text="Không"),),
            applicants=("Cha mẹ", "Người giám hộ"),
            results=(Statement(text="Quyết định", tthc=("2.000011",)),),
            conditions="<p>Còn chỗ học.</p>",
            forms=(FormUse(kind="legal", code="Mẫu 01", name="Đơn", source="TT 28/2020"),),
            records=(
                KeptRecord(name="Hồ sơ", keeper="Văn thư", years=5, medium="both"),
                KeptRecord(name="Sổ", is_permanent=True, origin=Origin.ILLUSTRATIVE),
                KeptRecord(name="Phiếu"),
            ),
            abbreviations=(Abbreviation(short="TTHC", meaning="Thủ tục hành chính"),),
            illustrative=("abbreviations", "purpose"),
            purpose="<p>Thống nhất.</p>",
        )
    )

    for part in (
        "Bộ phận Một cửa Cách thức thực hiện: Trực tiếp; Trực tuyến.",
        "5.6. Phí, lệ phí Không 5.7. Đối tượng thực hiện – Cha mẹ – Người giám hộ",
        "5.8. Kết quả thực hiện Quyết định (áp dụng cho TTHC 2.000011)",
        "5.9. Yêu cầu, điều kiện Còn chỗ học.",
        "1 Mẫu 01 Đơn Mẫu do TT 28/2020 quy định",
        "1 Hồ sơ Văn thư Giấy và điện tử 5 năm",
        "2 Sổ (minh họa) chưa rõ – Vĩnh viễn",
        "3 Phiếu chưa rõ – Chưa rõ",
        "TTHC Thủ tục hành chính (Nội dung minh họa, cơ quan cần xác nhận.)",
        "1. MỤC ĐÍCH Thống nhất. (Nội dung minh họa, cơ quan cần xác nhận.)",
        "Phần được lập để minh họa, cơ quan cần xác nhận: từ viết tắt, mục đích.",
        "Có 1 nội dung lấy từ nguồn ngoài",
    ):
        assert part in text
