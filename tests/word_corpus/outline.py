"""The outline of 2025: sections 1 to 7, the fifth lettered a to l."""

from tests.word_corpus.truths import Specimen, days, limit, paper, step, truth
from tests.word_corpus.writing import ABOVE, LEFT, Word


def _front(word: Word, title: str, code: str, issue: str, day: str) -> None:
    word.header(
        [
            [
                "ỦY BAN NHÂN DÂN XÃ ĐỒNG MAI",
                ["QUY TRÌNH", title],
                [f"Mã hiệu: {code}", f"Lần ban hành: {issue}", f"Ngày ban hành: {day}"],
            ]
        ]
    )
    word.table(
        [
            ["Trách nhiệm", "Soạn thảo", "Xem xét", "Phê duyệt"],
            ["Họ tên", "", "", ""],
            ["Chữ ký", "", "", ""],
            ["Chức vụ", "Chuyên viên", "Trưởng phòng", "Phó Chủ tịch"],
        ]
    )
    word.bold("TRANG THEO DÕI SỐ LẦN SỬA ĐỔI TÀI LIỆU")
    word.table(
        [
            [
                "STT",
                "Tóm lược nội dung cần sửa đổi",
                "Cơ sở pháp lý về việc sửa đổi",
                "Lần sửa đổi",
            ],
            ["", "", "", ""],
        ]
    )


def _opening(word: Word) -> None:
    word.bold("1. MỤC ĐÍCH")
    word.text("Quy định trình tự, trách nhiệm giải quyết thủ tục hành chính.")
    word.bold("2. PHẠM VI")
    word.text("Áp dụng tại Ủy ban nhân dân xã.")
    word.bold("3. TÀI LIỆU VIỆN DẪN")
    word.text("- TCVN ISO 9001:2015;", "- Các văn bản nêu tại mục 5.")
    word.bold("4. ĐỊNH NGHĨA/VIẾT TẮT")
    word.text("- UBND: Ủy ban nhân dân.", "- TTHC: thủ tục hành chính.")
    word.bold("5. NỘI DUNG QUY TRÌNH")


def _two_times() -> bytes:
    word = Word()
    _front(word, "Đăng ký nhận cha, mẹ, con", "QT 33/ĐM-HCTP", "01", "07/7/2025")
    _opening(word)
    word.bold("5.a. Thành phần, số lượng hồ sơ")
    word.bold("* Giấy tờ phải nộp:")
    word.text(
        "- Tờ khai đăng ký nhận cha, mẹ, con theo mẫu (01 bản chính);",
        "- Văn bản của cơ quan y tế (01 bản chính).",
    )
    word.bold("* Giấy tờ phải xuất trình:")
    word.text("- Căn cước của người yêu cầu (01 bản chính).", "* Số lượng hồ sơ: 01 bộ")
    word.bold("5.b. Thời hạn giải quyết")
    word.text(
        "- Trường hợp không xác minh: 05 ngày làm việc;",
        "- Trường hợp có xác minh: 10 ngày làm việc.",
    )
    word.bold("5.c. Đối tượng thực hiện")
    word.text("Cá nhân.")
    word.bold("5.g. Lệ phí")
    word.text("15.000 đồng")
    word.bold("5.h. Tên mẫu đơn, mẫu tờ khai")
    word.text("- Tờ khai đăng ký nhận cha, mẹ, con")
    word.bold("5.k. Căn cứ pháp lý")
    word.text("- Luật Hộ tịch số 60/2014/QH13;", "- Nghị định số 123/2015/NĐ-CP ngày 15/11/2015.")
    word.bold("5.l. Quy trình các bước giải quyết")
    word.table(
        [
            ["TT", "Trình tự", "Trách nhiệm", "Thời gian", LEFT],
            [ABOVE, ABOVE, ABOVE, "Không xác minh", "Có xác minh"],
            [
                "1",
                "Tiếp nhận, kiểm tra hồ sơ",
                "Bộ phận tiếp nhận và trả kết quả",
                "01 ngày",
                "01 ngày",
            ],
            ["2", "Thẩm tra", "Công chức tư pháp", "02 ngày", "07 ngày"],
            ["3", "Ký kết quả", "Lãnh đạo UBND", "01 ngày", "01 ngày"],
            ["4", "Đóng dấu", "Văn thư", "½ ngày", "½ ngày"],
            ["5", "Vào sổ, trả kết quả", "Bộ phận tiếp nhận và trả kết quả", "½ ngày", "½ ngày"],
        ]
    )
    word.text("Ghi chú: tổng thời gian không vượt quá thời hạn theo quy định.")
    word.bold("6. BIỂU MẪU")
    word.text("Xem mục 5.h.")
    word.bold("7. HỒ SƠ LƯU TRỮ")
    word.table(
        [
            ["STT", "Tên biểu mẫu/hồ sơ", "Nơi lưu/người lưu", "Thời gian lưu"],
            ["1", "Tờ khai", "Công chức tư pháp", "5 năm"],
            ["2", "Sổ đăng ký nhận cha, mẹ, con", "Công chức tư pháp", "Vĩnh viễn"],
        ]
    )
    word.footer("Đăng ký nhận cha, mẹ, con – Ngày hiệu lực: 03/7/2024 – Lần ban hành: 02")
    return word.bytes()


TWO_TIMES = Specimen(
    "outline-two-times",
    _two_times,
    truth(
        "QT 33/ĐM-HCTP",
        "Đăng ký nhận cha, mẹ, con",
        1,
        "2025-07-07",
        tthc=[],
        limits=[
            days(5, "05 ngày làm việc", "không xác minh"),
            days(10, "10 ngày làm việc", "có xác minh"),
        ],
        dossier=[
            paper("Tờ khai đăng ký nhận cha, mẹ, con theo mẫu", 1, None),
            paper("Văn bản của cơ quan y tế", 1, None),
            paper("Căn cước của người yêu cầu", 1, None, "present"),
        ],
        steps=[
            step(1, "Tiếp nhận, kiểm tra hồ sơ", "Bộ phận tiếp nhận và trả kết quả", 480, 480),
            step(2, "Thẩm tra", "Công chức tư pháp", 960, 3360),
            step(3, "Ký kết quả", "Lãnh đạo UBND", 480, 480),
            step(4, "Đóng dấu", "Văn thư", 240, 240),
            step(5, "Vào sổ, trả kết quả", "Bộ phận tiếp nhận và trả kết quả", 240, 240),
        ],
        bases=["Luật Hộ tịch số 60/2014/QH13", "Nghị định số 123/2015/NĐ-CP ngày 15/11/2015"],
        forms=["Tờ khai đăng ký nhận cha, mẹ, con"],
        records=["Tờ khai", "Sổ đăng ký nhận cha, mẹ, con"],
        defects=["stale_footer_date", "footer_other_issue", "no_tthc_code"],
    ),
)


def _three_times() -> bytes:
    word = Word()
    _front(word, "Cấp giấy chứng nhận hộ nghèo", "QT 41/ĐM-VHXH", "02", "10/09/2025")
    word.heading("1. MỤC ĐÍCH")
    word.text("Quy định việc cấp giấy chứng nhận.")
    word.heading("2. PHẠM VI")
    word.text("TTHC 1.011606 và những hộ thường trú tại xã.")
    word.heading("5. NỘI DUNG QUY TRÌNH")
    word.heading("a) Thành phần, số lượng hồ sơ", 2)
    word.table(
        [
            ["STT", "Tên giấy tờ", "Số lượng bản chính", "Số lượng bản sao", "Ghi chú"],
            ["I", "Giấy tờ phải nộp", LEFT, LEFT, LEFT],
            ["1", "Giấy đề nghị", "01", "", "Mẫu số 01"],
            ["2", "Xác nhận thu nhập", "01", "01", ""],
            ["II", "Giấy tờ phải xuất trình", LEFT, LEFT, LEFT],
            ["3", "Thẻ căn cước", "01", "", ""],
        ]
    )
    word.heading("b) Thời hạn giải quyết", 2)
    word.table(
        [
            ["Trường hợp", "Thời hạn"],
            ["Cấp mới", "15 ngày làm việc"],
            ["Cấp đổi", "05 ngày làm việc"],
            ["Cấp lại", "24 giờ"],
        ]
    )
    word.heading("k) Căn cứ pháp lý", 2)
    word.bullets("Quyết định số 924/2021/QĐ-TTg", "Thông tư số 607/2021/TT-BLĐTBXH")
    word.heading("l) Quy trình các bước", 2)
    word.table(
        [
            ["TT", "Trình tự", "Trách nhiệm", "Cấp mới", "Cấp đổi", "Cấp lại"],
            ["1", "Tiếp nhận hồ sơ", "Một cửa", "0,5 ngày", "0,5 ngày", "1 giờ"],
            ["2", "Rà danh sách", "Công chức", "10 ngày", "03 ngày", "15 giờ"],
            ["3", "Họp thôn", "Trưởng thôn", ABOVE, ABOVE, ABOVE],
            ["4", "Ký giấy chứng nhận", "Chủ tịch", "04 ngày", "01 ngày", "7 giờ 30 phút"],
            ["5", "Trả kết quả", "Một cửa", "0,5 ngày", "0,5 ngày", "30 phút"],
            ["", "Tổng", "", "15 ngày", "05 ngày", "24 giờ"],
        ]
    )
    word.heading("6. BIỂU MẪU")
    word.table([["STT", "Tên biểu mẫu"], ["1", "BM-41.01 Giấy đề nghị"]])
    word.heading("7. HỒ SƠ LƯU TRỮ")
    word.table(
        [["STT", "Tên hồ sơ", "Nơi lưu", "Thời gian lưu"], ["1", "Hồ sơ hộ nghèo", "Xã", "5 năm"]]
    )
    return word.bytes()


THREE_TIMES = Specimen(
    "outline-three-times",
    _three_times,
    truth(
        "QT 41/ĐM-VHXH",
        "Cấp giấy chứng nhận hộ nghèo",
        2,
        "2025-09-10",
        tthc=["1.011606"],
        limits=[
            days(15, "15 ngày làm việc", "Cấp mới"),
            days(5, "05 ngày làm việc", "Cấp đổi"),
            limit(24, "hour", "24 giờ", "Cấp lại"),
        ],
        dossier=[
            paper("Giấy đề nghị", 1, None),
            paper("Xác nhận thu nhập", 1, 1),
            paper("Thẻ căn cước", 1, None, "present"),
        ],
        steps=[
            step(1, "Tiếp nhận hồ sơ", "Một cửa", 240, 240, 60),
            step(2, "Rà danh sách", "Công chức", 4800, 1440, 900),
            step(3, "Họp thôn", "Trưởng thôn", None, None, None),
            step(4, "Ký giấy chứng nhận", "Chủ tịch", 1920, 480, 450),
            step(5, "Trả kết quả", "Một cửa", 240, 240, 30),
        ],
        bases=["Quyết định số 924/2021/QĐ-TTg", "Thông tư số 607/2021/TT-BLĐTBXH"],
        forms=["BM-41.01 Giấy đề nghị"],
        records=["Hồ sơ hộ nghèo"],
    ),
)


def _letters_only() -> bytes:
    word = Word()
    _front(word, "Chứng thực chữ ký", "QT 12/ĐM-HCTP", "1", "01-07-2025")
    word.bold("A. QUY ĐỊNH CHUNG")
    word.text("Quy trình áp dụng cho thủ tục có mã 2.000884 (danh mục của xã).")
    word.bold("B. NỘI DUNG")
    word.bold("a) Thành phần hồ sơ:")
    word.text("Giấy tờ phải xuất trình: Căn cước (bản chính).")
    word.text("Giấy tờ phải nộp: Văn bản mà người yêu cầu sẽ ký (02 bản chính).")
    word.bold("b) Thời hạn:")
    word.text("Ngay trong ngày tiếp nhận hồ sơ")
    word.bold("c) Đối tượng:")
    word.text("Cá nhân")
    word.bold("d) Cơ quan thực hiện:")
    word.text("Ủy ban nhân dân xã")
    word.bold("e) Kết quả:")
    word.text("Văn bản được chứng thực")
    word.bold("g) Lệ phí:")
    word.text("10.000 đồng/trường hợp")
    word.bold("h) Mẫu đơn, tờ khai:")
    word.text("Không")
    word.bold("i) Yêu cầu, điều kiện:")
    word.text("Không")
    word.bold("k) Căn cứ pháp lý:")
    word.text("Nghị định số 23/2015/NĐ-CP; Thông tư số 01/2020/TT-BTP.")
    word.bold("l) Các bước thực hiện:")
    word.table(
        [
            ["STT", "Các bước", "Người thực hiện", "Thời gian"],
            ["1.", "Tiếp nhận, đối chiếu", "Công chức tư pháp", "15 phút"],
            ["2.", "Ký chứng thực", "Phó Chủ tịch", "Trong ngày"],
            ["3.", "Đóng dấu, trả kết quả", "Văn thư", "10 phút"],
        ]
    )
    word.bold("C. HỒ SƠ LƯU")
    word.text("1. Sổ chứng thực: lưu vĩnh viễn.", "2. Bản lưu văn bản chứng thực: 02 năm.")
    return word.bytes()


LETTERS_ONLY = Specimen(
    "letters-only",
    _letters_only,
    truth(
        "QT 12/ĐM-HCTP",
        "Chứng thực chữ ký",
        1,
        "2025-07-01",
        tthc=["2.000884"],
        limits=[limit(None, "unknown", "Ngay trong ngày tiếp nhận hồ sơ")],
        dossier=[
            paper("Căn cước", None, None, "present"),
            paper("Văn bản mà người yêu cầu sẽ ký", 2, None),
        ],
        steps=[
            step(1, "Tiếp nhận, đối chiếu", "Công chức tư pháp", 15),
            step(2, "Ký chứng thực", "Phó Chủ tịch", None),
            step(3, "Đóng dấu, trả kết quả", "Văn thư", 10),
        ],
        bases=["Nghị định số 23/2015/NĐ-CP", "Thông tư số 01/2020/TT-BTP"],
        forms=[],
        records=["Sổ chứng thực", "Bản lưu văn bản chứng thực"],
    ),
)

SPECIMENS = (TWO_TIMES, THREE_TIMES, LETTERS_ONLY)
