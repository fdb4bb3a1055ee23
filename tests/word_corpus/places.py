"""Where the identity of the document stands: front table, footer, text box, running text."""

from tests.word_corpus.truths import Specimen, days, limit, paper, step, truth
from tests.word_corpus.writing import ABOVE, LEFT, Word, repeat_head


def _front_table() -> bytes:
    word = Word()
    word.table(
        [
            [
                "PHÒNG KINH TẾ\nHUYỆN SÔNG LAM",
                "QUY TRÌNH\nCẤP GIẤY PHÉP BÁN LẺ RƯỢU",
                "Mã hiệu:",
                "QT-42-01",
            ],
            [ABOVE, ABOVE, "Lần ban hành:", "04"],
            [ABOVE, ABOVE, "Lần sửa đổi:", "02"],
            [ABOVE, ABOVE, "Ngày ban hành:", "20/11/2020"],
            [ABOVE, ABOVE, "Ngày hiệu lực:", "01/12/2020"],
        ]
    )
    word.heading("I. MỤC ĐÍCH")
    word.text("Kiểm soát việc cấp giấy phép bán lẻ rượu.")
    word.heading("II. CƠ SỞ PHÁP LÝ")
    word.text("1. Nghị định số 105/2017/NĐ-CP ngày 14/9/2017", "2. Nghị định số 17/2020/NĐ-CP")
    word.heading("III. NỘI DUNG")
    word.heading("1. Thành phần hồ sơ", 2)
    word.text("a) Đơn đề nghị cấp giấy phép (bản chính)", "b) Hợp đồng mua bán rượu (bản sao)")
    word.heading("2. Số lượng hồ sơ", 2)
    word.text("02 bộ")
    word.heading("3. Thời hạn giải quyết", 2)
    word.text("Mười (10) ngày làm việc")
    word.heading("4. Mã số TTHC", 2)
    word.text("2.000620.000.00.00.H99")
    word.heading("5. Trình tự thực hiện", 2)
    table = word.table(
        [
            ["TT", "Nội dung công việc", "Trách nhiệm", "Thời gian (ngày)", "Biểu mẫu"],
            ["1", "Tiếp nhận", "Một cửa", "0,5", "BMT-42-01-01"],
            ["2", "Thẩm định", "Chuyên viên", "7", "BMT-42-01-02"],
            ["3", "Phê duyệt", "Lãnh đạo", "2", ""],
            ["4", "Trả kết quả", "Một cửa", "0,5", ""],
        ]
    )
    repeat_head(table)
    word.heading("IV. BIỂU MẪU")
    word.table(
        [
            ["TT", "Tên biểu mẫu", "Ký hiệu"],
            ["1", "Giấy biên nhận", "BMT-42-01-01"],
            ["2", "Phiếu thẩm định", "BMT-42-01-02"],
        ]
    )
    word.heading("V. LƯU HỒ SƠ")
    word.table(
        [["TT", "Tài liệu", "Nơi lưu", "Thời hạn"], ["1", "Hồ sơ cấp phép", "Phòng", "5 năm"]]
    )
    return word.bytes()


FRONT_TABLE = Specimen(
    "front-table",
    _front_table,
    truth(
        "QT-42-01",
        "CẤP GIẤY PHÉP BÁN LẺ RƯỢU",
        4,
        "2020-11-20",
        tthc=["2.000620"],
        limits=[days(10, "Mười (10) ngày làm việc")],
        dossier=[
            paper("Đơn đề nghị cấp giấy phép", None, None),
            paper("Hợp đồng mua bán rượu", None, None),
        ],
        steps=[
            step(1, "Tiếp nhận", "Một cửa", 240),
            step(2, "Thẩm định", "Chuyên viên", 3360),
            step(3, "Phê duyệt", "Lãnh đạo", 960),
            step(4, "Trả kết quả", "Một cửa", 240),
        ],
        bases=["Nghị định số 105/2017/NĐ-CP ngày 14/9/2017", "Nghị định số 17/2020/NĐ-CP"],
        forms=["BMT-42-01-01 Giấy biên nhận", "BMT-42-01-02 Phiếu thẩm định"],
        records=["Hồ sơ cấp phép"],
    ),
)


def _footer_only() -> bytes:
    word = Word()
    word.bold("THANH TRA HUYỆN ĐÔNG THỊNH", "QUY TRÌNH", "TIẾP CÔNG DÂN TẠI TRỤ SỞ")
    word.bold("1. Mục đích")
    word.text("Quy định việc tiếp công dân; mã TTHC: 1.010944, 2.002408.")
    word.bold("2. Căn cứ pháp lý")
    word.text(
        "Luật Tiếp công dân số 42/2013/QH13;",
        "Thông tư số 04/2021/TT-TTCP ngày 01/10/2021.",
    )
    word.bold("3. Thành phần hồ sơ")
    word.text("Không quy định.")
    word.bold("4. Thời hạn giải quyết")
    word.text("10 ngày")
    word.bold("5. Các bước tiến hành")
    word.text(
        "Bước 1: Đón tiếp, xác định nhân thân – Cán bộ tiếp công dân – 30 phút",
        "Bước 2: Nghe, ghi chép nội dung – Cán bộ tiếp công dân – 02 giờ",
        "Bước 3: Phân loại, xử lý – Chánh Thanh tra – 05 ngày",
    )
    word.bold("6. Biểu mẫu")
    word.text("Mẫu số 02 Thông tư số 04/2021/TT-TTCP: Phiếu hẹn")
    word.bold("7. Hồ sơ lưu")
    word.text("Sổ tiếp công dân (lưu 10 năm)")
    word.footer("QT-TTr-03 | Lần ban hành: 05 | Ngày ban hành: 06/06/2022 | Trang 1/4")
    return word.bytes()


FOOTER_ONLY = Specimen(
    "footer-only",
    _footer_only,
    truth(
        "QT-TTr-03",
        "TIẾP CÔNG DÂN TẠI TRỤ SỞ",
        5,
        "2022-06-06",
        tthc=["1.010944", "2.002408"],
        limits=[limit(10, "calendar_day", "10 ngày")],
        dossier=[],
        steps=[
            step(1, "Đón tiếp, xác định nhân thân", "Cán bộ tiếp công dân", 30),
            step(2, "Nghe, ghi chép nội dung", "Cán bộ tiếp công dân", 120),
            step(3, "Phân loại, xử lý", "Chánh Thanh tra", 2400),
        ],
        bases=[
            "Luật Tiếp công dân số 42/2013/QH13",
            "Thông tư số 04/2021/TT-TTCP ngày 01/10/2021",
        ],
        forms=["Mẫu số 02 Thông tư số 04/2021/TT-TTCP: Phiếu hẹn"],
        records=["Sổ tiếp công dân"],
    ),
)


def _text_box() -> bytes:
    word = Word()
    word.box("Mã hiệu: HC-14", "Lần ban hành: 02", "Ngày ban hành: 09/02/2024")
    word.bold("QUY TRÌNH\nCẤP PHÉP SỬ DỤNG TẠM THỜI HÈ PHỐ")
    word.table(
        [
            ["Soạn thảo", "Xem xét", "Phê duyệt"],
            ["Chuyên viên", "Phó Trưởng phòng", "Trưởng phòng"],
        ]
    )
    word.heading("1. Mục đích và phạm vi")
    word.text("Áp dụng với thủ tục 1.002798.")
    word.heading("2. Nội dung")
    word.heading("2.1. Căn cứ pháp lý", 2)
    word.bullets("Luật Đường bộ số 35/2024/QH15", "Quyết định số 15/2024/QĐ-UBND ngày 02/01/2024")
    word.heading("2.2. Hồ sơ", 2)
    word.text("Giấy tờ phải nộp gồm:")
    word.bullets("01 đơn đề nghị (bản chính)", "01 sơ đồ mặt bằng (bản sao)")
    word.heading("2.3. Thời hạn", 2)
    word.text("07 ngày làm việc, trong đó tại Phòng là 05 ngày")
    word.heading("2.4. Lưu đồ và diễn giải", 2)
    word.table(
        [
            ["Bước", "Công việc", "Trách nhiệm", "Thời gian", "Hồ sơ"],
            ["1", "Tiếp nhận hồ sơ", ["Công chức", "Một cửa"], "½ ngày làm việc", "Giấy hẹn"],
            ["2", "Khảo sát, đề xuất", "Chuyên viên", "4½ ngày", "Biên bản"],
            ["3", "Ký giấy phép", "Trưởng phòng", "1 ngày", ""],
            ["4", "Trả kết quả, thu phí", "Một cửa", "Giờ hành chính", ""],
            ["Tổng thời gian giải quyết", LEFT, LEFT, "06 ngày làm việc", ""],
        ]
    )
    word.heading("3. Biểu mẫu kèm theo")
    word.bullets("HC-14-BM-01 Biên bản khảo sát")
    word.heading("4. Hồ sơ lưu")
    word.bullets("Giấy phép (5 năm)", "Biên bản khảo sát (5 năm)")
    return word.bytes()


TEXT_BOX = Specimen(
    "text-box",
    _text_box,
    truth(
        "HC-14",
        "CẤP PHÉP SỬ DỤNG TẠM THỜI HÈ PHỐ",
        2,
        "2024-02-09",
        tthc=["1.002798"],
        limits=[days(7, "07 ngày làm việc, trong đó tại Phòng là 05 ngày")],
        dossier=[paper("đơn đề nghị", 1, None), paper("sơ đồ mặt bằng", None, 1)],
        steps=[
            step(1, "Tiếp nhận hồ sơ", "Công chức Một cửa", 240),
            step(2, "Khảo sát, đề xuất", "Chuyên viên", 2160),
            step(3, "Ký giấy phép", "Trưởng phòng", 480),
            step(4, "Trả kết quả, thu phí", "Một cửa", None),
        ],
        bases=[
            "Luật Đường bộ số 35/2024/QH15",
            "Quyết định số 15/2024/QĐ-UBND ngày 02/01/2024",
        ],
        forms=["HC-14-BM-01 Biên bản khảo sát"],
        records=["Giấy phép", "Biên bản khảo sát"],
    ),
)


def _system() -> bytes:
    word = Word()
    word.header(
        [
            ["PHÒNG NỘI VỤ", "QUY TRÌNH ĐÁNH GIÁ NỘI BỘ", "Mã hiệu: QT-HT 04"],
            ["", "", "Lần ban hành: 01   Ngày ban hành: 05/01/2023"],
        ]
    )
    word.heading("1. MỤC ĐÍCH")
    word.text("Quy định cách đánh giá nội bộ hệ thống quản lý chất lượng.")
    word.heading("2. PHẠM VI ÁP DỤNG")
    word.text("Mọi bộ phận.")
    word.heading("3. TÀI LIỆU VIỆN DẪN")
    word.text("- TCVN ISO 9001:2015")
    word.heading("4. THUẬT NGỮ")
    word.text("- KPH: không phù hợp")
    word.heading("5. NỘI DUNG")
    word.table(
        [
            ["Bước", "Công việc", "Trách nhiệm", "Thời gian", "Biểu mẫu"],
            ["1", "Lập kế hoạch năm", "Thư ký ISO", "Tháng 01 hằng năm", "BM-HT04.01"],
            ["2", "Thông báo lịch đánh giá", "Thư ký ISO", "03 ngày làm việc", "BM-HT04.02"],
            ["3", "Đánh giá", "Đoàn đánh giá", "Theo kế hoạch", "BM-HT04.03"],
            ["4", "Lập báo cáo", "Trưởng đoàn", "5 ngày", "BM-HT04.04"],
        ]
    )
    word.heading("6. BIỂU MẪU")
    word.bullets(
        "BM-HT04.01 Kế hoạch đánh giá nội bộ",
        "BM-HT04.02 Thông báo",
        "BM-HT04.03 Phiếu ghi chép",
        "BM-HT04.04 Báo cáo đánh giá",
    )
    word.heading("7. HỒ SƠ")
    word.table(
        [
            ["TT", "Tên hồ sơ", "Mã số", "Người lưu", "Thời gian lưu"],
            ["1", "Kế hoạch đánh giá nội bộ", "BM-HT04.01", "Thư ký ISO", "3 năm"],
            ["2", "Báo cáo đánh giá", "BM-HT04.04", "Thư ký ISO", "3 năm"],
        ]
    )
    word.footer("Kiểm soát tài liệu – QT-HT 01 – Trang 1")
    return word.bytes()


SYSTEM = Specimen(
    "system-procedure",
    _system,
    truth(
        "QT-HT 04",
        "ĐÁNH GIÁ NỘI BỘ",
        1,
        "2023-01-05",
        tthc=[],
        limits=[],
        dossier=[],
        steps=[
            step(1, "Lập kế hoạch năm", "Thư ký ISO", None),
            step(2, "Thông báo lịch đánh giá", "Thư ký ISO", 1440),
            step(3, "Đánh giá", "Đoàn đánh giá", None),
            step(4, "Lập báo cáo", "Trưởng đoàn", 2400),
        ],
        bases=[],
        forms=[
            "BM-HT04.01 Kế hoạch đánh giá nội bộ",
            "BM-HT04.02 Thông báo",
            "BM-HT04.03 Phiếu ghi chép",
            "BM-HT04.04 Báo cáo đánh giá",
        ],
        records=["Kế hoạch đánh giá nội bộ", "Báo cáo đánh giá"],
        defects=["footer_other_title", "no_tthc_code"],
    ),
)

SPECIMENS = (FRONT_TABLE, FOOTER_ONLY, TEXT_BOX, SYSTEM)
