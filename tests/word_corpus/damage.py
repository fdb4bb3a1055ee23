"""Documents that many hands have edited: decomposed letters, traces, split and nested tables."""

import unicodedata

from tests.word_corpus.truths import Specimen, Truth, days, paper, step, truth
from tests.word_corpus.writing import ABOVE, LEFT, NBSP, Word, nest, repeat_head, track


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _decomposed() -> bytes:
    word = Word()
    word.header(
        [
            [
                _nfd("PHÒNG TƯ PHÁP"),
                [_nfd("QUY TRÌNH"), _nfd(f"Cấp bản sao{NBSP}trích lục hộ tịch")],
                [
                    _nfd(f"Mã hiệu:{NBSP}QT.TP{NBSP}02"),
                    _nfd(f"Lần ban hành:{NBSP}01"),
                    _nfd(f"Ngày ban hành:{NBSP}3/4/2021"),
                ],
            ]
        ]
    )
    word.heading(_nfd("1. MỤC ĐÍCH"))
    word.text(_nfd("Thống nhất cách làm."))
    word.heading(_nfd("2. PHẠM VI"))
    word.text(_nfd(f"Mã{NBSP}TTHC: 2.000635"))
    word.heading(_nfd(f"5.{NBSP}NỘI DUNG"))
    word.heading(_nfd(f"5.1{NBSP}Cơ sở pháp lý"), 2)
    word.text(
        _nfd(f"–{NBSP}Luật Hộ tịch số{NBSP}60/2014/QH13;"), _nfd("– Thông tư số 04/2020/TT-BTP.")
    )
    word.heading(_nfd("5.2 Thành phần hồ sơ"), 2)
    word.text(_nfd(f"+{NBSP}Tờ khai cấp bản sao:{NBSP}01{NBSP}bản chính"))
    word.heading(_nfd("5.3 Số lượng hồ sơ"), 2)
    word.text(_nfd("01 bộ"))
    word.heading(_nfd("5.4 Thời gian xử lý"), 2)
    word.text(_nfd(f"01{NBSP}ngày{NBSP}làm việc"))
    word.heading(_nfd("5.7 Quy trình xử lý công việc"), 2)
    word.table(
        [
            [_nfd(t) for t in ("TT", "Trình tự", "Trách nhiệm", "Thời gian")],
            ["1", _nfd(f"Tiếp{NBSP}nhận"), _nfd("Một cửa"), _nfd(f"1{NBSP}giờ")],
            ["2", _nfd("Tra sổ gốc"), _nfd("Công chức\nTư pháp"), _nfd(f"5{NBSP}giờ")],
            ["3", _nfd("Ký, trả kết quả"), _nfd("Trưởng phòng"), _nfd(f"02{NBSP}giờ")],
        ]
    )
    word.heading(_nfd("6. BIỂU MẪU"))
    word.text(_nfd("- Mẫu số 07 Thông tư số 04/2020/TT-BTP: Tờ khai"))
    word.heading(_nfd("7. HỒ SƠ LƯU"))
    word.text(_nfd("- Tờ khai (lưu 5 năm)"))
    return word.bytes()


DECOMPOSED = Specimen(
    "decomposed-letters",
    _decomposed,
    truth(
        "QT.TP 02",
        "Cấp bản sao trích lục hộ tịch",
        1,
        "2021-04-03",
        tthc=["2.000635"],
        limits=[days(1, "01 ngày làm việc")],
        dossier=[paper("Tờ khai cấp bản sao", 1, None)],
        steps=[
            step(1, "Tiếp nhận", "Một cửa", 60),
            step(2, "Tra sổ gốc", "Công chức Tư pháp", 300),
            step(3, "Ký, trả kết quả", "Trưởng phòng", 120),
        ],
        bases=["Luật Hộ tịch số 60/2014/QH13", "Thông tư số 04/2020/TT-BTP"],
        forms=["Mẫu số 07 Thông tư số 04/2020/TT-BTP: Tờ khai"],
        records=["Tờ khai"],
    ),
)


def _tracked() -> bytes:
    word = Word()
    word.header([["PHÒNG Y TẾ", ["QUY TRÌNH", "Xác nhận nội dung quảng cáo"], "Mã hiệu: QT-YT.06"]])
    word.text("Lần ban hành: 03", "Ngày ban hành: 11/10/2024")
    word.bold("5.1. Cơ sở pháp lý")
    word.tracked(
        ("kept", "- Luật Quảng cáo số "),
        ("deleted", "15/2001/QH10"),
        ("inserted", "16/2012/QH13"),
        ("kept", ";"),
    )
    word.tracked(("deleted", "- Thông tư số 08/2013/TT-BYT;"))
    word.tracked(("inserted", "- Thông tư số 09/2015/TT-BYT."))
    word.bold("5.2. Thành phần hồ sơ")
    word.tracked(
        ("kept", "- Văn bản đề nghị: "),
        ("deleted", "02"),
        ("inserted", "01"),
        ("kept", " bản chính"),
    )
    word.text("- Kịch bản quảng cáo: 02 bản sao")
    word.bold("5.4. Thời gian xử lý")
    word.tracked(("deleted", "10"), ("inserted", "08"), ("kept", " ngày làm việc"))
    word.bold("5.7. Quy trình xử lý")
    table = word.table(
        [
            ["TT", "Trình tự", "Trách nhiệm", "Thời gian"],
            ["1", "Nhận hồ sơ", "Một cửa", "01 ngày"],
            ["2", "", "Chuyên viên", ""],
            ["3", "Ký xác nhận", "Lãnh đạo", "02 ngày"],
        ]
    )
    track(
        table.cell(2, 1).paragraphs[0],
        ("kept", "Thẩm định "),
        ("inserted", "kịch bản và "),
        ("kept", "hồ sơ"),
    )
    track(table.cell(2, 3).paragraphs[0], ("deleted", "07"), ("inserted", "05"), ("kept", " ngày"))
    word.text("Mã TTHC 1.003450")
    word.bold("6. Biểu mẫu")
    word.tracked(("kept", "- BM-YT06.01 Phiếu thẩm định"), ("deleted", " cũ"))
    word.bold("7. Hồ sơ lưu")
    word.text("- Văn bản xác nhận – lưu 5 năm")
    return word.bytes()


TRACKED = Specimen(
    "tracked-changes",
    _tracked,
    truth(
        "QT-YT.06",
        "Xác nhận nội dung quảng cáo",
        3,
        "2024-10-11",
        tthc=["1.003450"],
        limits=[days(8, "08 ngày làm việc")],
        dossier=[paper("Văn bản đề nghị", 1, None), paper("Kịch bản quảng cáo", None, 2)],
        steps=[
            step(1, "Nhận hồ sơ", "Một cửa", 480),
            step(2, "Thẩm định kịch bản và hồ sơ", "Chuyên viên", 2400),
            step(3, "Ký xác nhận", "Lãnh đạo", 960),
        ],
        bases=["Luật Quảng cáo số 16/2012/QH13", "Thông tư số 09/2015/TT-BYT"],
        forms=["BM-YT06.01 Phiếu thẩm định"],
        records=["Văn bản xác nhận"],
    ),
)


def _split_table() -> bytes:
    word = Word()
    word.header(
        [
            [
                "PHÒNG TÀI NGUYÊN",
                ["QUY TRÌNH", "Đăng ký khai thác nước dưới đất"],
                ["Mã hiệu: QT–TN–09", "Lần ban hành: 1", "Ngày ban hành: 30/06/2023"],
            ]
        ]
    )
    word.heading("1. MỤC ĐÍCH")
    word.text("Kiểm soát việc đăng ký.")
    word.heading("2. PHẠM VI")
    word.text("Thủ tục 1.011517.")
    word.heading("5. NỘI DUNG")
    word.heading("5.1 Cơ sở pháp lý", 2)
    word.text("- Nghị định số 802/2023/NĐ-CP ngày 01/02/2023")
    word.heading("5.2 Thành phần hồ sơ", 2)
    word.table(
        [
            ["STT", "Thành phần hồ sơ", "Bản chính", "Bản sao"],
            ["1", "Tờ khai đăng ký", "02", ""],
            ["2", "Giấy tờ về đất", "", "1"],
        ]
    )
    word.heading("5.4 Thời gian xử lý", 2)
    word.text("05 ngày làm việc")
    word.heading("5.7 Quy trình", 2)
    head = ["TT", "Trình tự", "Trách nhiệm", "Thời gian"]
    repeat_head(
        word.table(
            [
                head,
                ["1", "Tiếp nhận", "Một cửa", "½ ngày"],
                ["2", "Kiểm tra tờ khai", "Chuyên viên", "02 ngày"],
            ]
        )
    )
    word.page_break()
    word.table(
        [
            head,
            ["2", "Kiểm tra thực địa", "Chuyên viên", "02 ngày"],
            ["4", "Ký xác nhận", "Trưởng phòng", "01 ngày"],
        ]
    )
    word.table([["5", "Trả kết quả", "Một cửa", "½ ngày"], ["", "Tổng cộng", "", "05 ngày"]])
    word.heading("6. BIỂU MẪU")
    word.text("- BM-TN09.01 Tờ khai đăng ký", "- BM-TN09.02 Biên bản kiểm tra")
    word.heading("7. HỒ SƠ LƯU")
    word.table([["TT", "Tên hồ sơ", "Thời gian lưu"], ["1", "Tờ khai đã xác nhận", "20 năm"]])
    word.footer("Đăng ký khai thác nước dưới đất – Ngày hiệu lực: 30/06/2023")
    return word.bytes()


SPLIT_TABLE = Specimen(
    "split-table",
    _split_table,
    truth(
        "QT–TN–09",
        "Đăng ký khai thác nước dưới đất",
        1,
        "2023-06-30",
        tthc=["1.011517"],
        limits=[days(5, "05 ngày làm việc")],
        dossier=[paper("Tờ khai đăng ký", 2, None), paper("Giấy tờ về đất", None, 1)],
        steps=[
            step(1, "Tiếp nhận", "Một cửa", 240),
            step(2, "Kiểm tra tờ khai", "Chuyên viên", 960),
            step(2, "Kiểm tra thực địa", "Chuyên viên", 960),
            step(4, "Ký xác nhận", "Trưởng phòng", 480),
            step(5, "Trả kết quả", "Một cửa", 240),
        ],
        bases=["Nghị định số 802/2023/NĐ-CP ngày 01/02/2023"],
        forms=["BM-TN09.01 Tờ khai đăng ký", "BM-TN09.02 Biên bản kiểm tra"],
        records=["Tờ khai đã xác nhận"],
        defects=["duplicate_step_number", "sum_over_limit"],
    ),
)


def _nested() -> bytes:
    word = Word()
    outer = word.table(
        [
            ["TRƯỜNG MẦM NON SAO SÁNG", "QUY TRÌNH", "Mã hiệu: MN/QT/07"],
            [ABOVE, "Tiếp nhận trẻ học hòa nhập", "Ban hành lần: 02"],
            [ABOVE, ABOVE, "Ngày ban hành: 25/08/2024"],
        ]
    )
    repeat_head(outer)
    word.bold("5. NỘI DUNG QUY TRÌNH")
    table = word.table(
        [
            ["5.1 Cơ sở pháp lý", "Thông tư số 903/2018/TT-BGDĐT."],
            ["5.2 Thành phần hồ sơ", ""],
            ["5.4 Thời gian xử lý", "Xét theo từng đợt tuyển sinh"],
            ["5.7 Quy trình xử lý công việc", ""],
            ["6. Biểu mẫu", "Không có"],
            ["7. Hồ sơ lưu", "Danh sách trẻ học hòa nhập, 3 năm"],
        ]
    )
    nest(
        table.cell(1, 1),
        [
            ["Tên giấy tờ", "Chính", "Sao"],
            ["Đơn của cha mẹ", "X", ""],
            ["Giấy xác nhận khuyết tật", "", "X"],
        ],
    )
    nest(
        table.cell(3, 1),
        [
            ["TT", "Trình tự", "Trách nhiệm", "Thời gian"],
            ["1", "Nhận đơn", "Văn phòng", "15 phút"],
            ["2", "Gặp gia đình", "Giáo viên", "Theo kế hoạch"],
            ["3", "Quyết định", "Hiệu trưởng", "02 ngày"],
        ],
    )
    return word.bytes()


NESTED = Specimen(
    "nested-tables",
    _nested,
    truth(
        "MN/QT/07",
        "Tiếp nhận trẻ học hòa nhập",
        2,
        "2024-08-25",
        tthc=[],
        limits=[
            {"case": "", "value": None, "unit": "by_plan", "text": "Xét theo từng đợt tuyển sinh"}
        ],
        dossier=[paper("Đơn của cha mẹ", 1, None), paper("Giấy xác nhận khuyết tật", None, 1)],
        steps=[
            step(1, "Nhận đơn", "Văn phòng", 15),
            step(2, "Gặp gia đình", "Giáo viên", None),
            step(3, "Quyết định", "Hiệu trưởng", 960),
        ],
        bases=["Thông tư số 903/2018/TT-BGDĐT"],
        forms=[],
        records=["Danh sách trẻ học hòa nhập"],
        defects=["no_tthc_code"],
    ),
)


def _two_services() -> bytes:
    word = Word()
    word.text("UBND HUYỆN SÔNG LAM – PHÒNG NÔNG NGHIỆP", bold=True)
    word.text("QUY TRÌNH: Cấp, cấp lại giấy chứng nhận trang trại", bold=True)
    word.table(
        [
            ["Mã hiệu", "Lần ban hành", "Ngày ban hành"],
            ["QT-15/NN", "06", "14.5.2024"],
        ]
    )
    word.bold("I. Các thủ tục áp dụng")
    word.table(
        [
            ["STT", "Tên thủ tục", "Mã TTHC"],
            ["1", "Cấp giấy chứng nhận trang trại", "1.009001"],
            ["2", "Cấp lại giấy chứng nhận trang trại", "1.009002.000.00.00.H08"],
        ]
    )
    word.bold("II. Căn cứ")
    word.table(
        [
            ["STT", "Số, ký hiệu", "Trích yếu"],
            ["1", "Thông tư số 02/2020/TT-BNNPTNT", "Tiêu chí kinh tế trang trại"],
        ]
    )
    word.bold("III. Hồ sơ")
    word.text("1. Trường hợp cấp mới")
    word.text("- Đơn đề nghị cấp: 01 bản chính")
    word.text("2. Trường hợp cấp lại")
    word.text("- Đơn đề nghị cấp lại: 01 bản chính", "- Giấy chứng nhận cũ: 01 bản chính")
    word.bold("IV. Thời hạn")
    word.text("- Cấp mới: không quá 05 ngày làm việc", "- Cấp lại: không quá 03 ngày làm việc")
    word.bold("V. Trình tự các bước")
    word.table(
        [
            ["TT", "Trình tự", "Trách nhiệm", "Thời gian giải quyết", LEFT],
            [ABOVE, ABOVE, ABOVE, "Cấp mới", "Cấp lại"],
            ["01", "Tiếp nhận", "Một cửa", "4 giờ", "4 giờ"],
            ["02", "Thẩm tra", "Chuyên viên", "03 ngày", "01 ngày"],
            ["03", "Lập tờ trình", ABOVE, ABOVE, ABOVE],
            ["04", "Ký", "Phó Chủ tịch", "01 ngày", "01 ngày"],
            ["05", "Trả kết quả", "Một cửa", "4 giờ", "4 giờ"],
            ["Tổng cộng", LEFT, LEFT, "05 ngày", "03 ngày"],
        ]
    )
    word.bold("VI. Biểu mẫu")
    word.text(
        "1. Phụ lục Thông tư số 02/2020/TT-BNNPTNT: Đơn đề nghị", "2. BM-15.01 Phiếu thẩm tra"
    )
    word.bold("VII. Hồ sơ lưu")
    word.text("1. Giấy chứng nhận (vĩnh viễn)", "2. Phiếu thẩm tra (5 năm)")
    return word.bytes()


def _two_services_truth() -> Truth:
    return truth(
        "QT-15/NN",
        "Cấp, cấp lại giấy chứng nhận trang trại",
        6,
        "2024-05-14",
        tthc=["1.009001", "1.009002"],
        limits=[
            days(5, "không quá 05 ngày làm việc", "Cấp mới"),
            days(3, "không quá 03 ngày làm việc", "Cấp lại"),
        ],
        dossier=[
            paper("Đơn đề nghị cấp", 1, None),
            paper("Đơn đề nghị cấp lại", 1, None),
            paper("Giấy chứng nhận cũ", 1, None),
        ],
        steps=[
            step(1, "Tiếp nhận", "Một cửa", 240, 240),
            step(2, "Thẩm tra", "Chuyên viên", 1440, 480),
            step(3, "Lập tờ trình", "Chuyên viên", None, None),
            step(4, "Ký", "Phó Chủ tịch", 480, 480),
            step(5, "Trả kết quả", "Một cửa", 240, 240),
        ],
        bases=["Thông tư số 02/2020/TT-BNNPTNT Tiêu chí kinh tế trang trại"],
        forms=["Phụ lục Thông tư số 02/2020/TT-BNNPTNT: Đơn đề nghị", "BM-15.01 Phiếu thẩm tra"],
        records=["Giấy chứng nhận", "Phiếu thẩm tra"],
    )


TWO_SERVICES = Specimen("two-services", _two_services, _two_services_truth())

SPECIMENS = (DECOMPOSED, TRACKED, SPLIT_TABLE, NESTED, TWO_SERVICES)
