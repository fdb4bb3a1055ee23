"""The older outline, 5.1 to 5.7, in big tables."""

from tests.word_corpus.truths import Specimen, days, paper, step, truth
from tests.word_corpus.writing import LEFT, Word, nest


def _one_table() -> bytes:
    word = Word()
    word.header(
        [
            [
                ["UBND THỊ XÃ HỒNG CHÂU", "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"],
                ["QUY TRÌNH", "Chuyển trường đối với học sinh trung học cơ sở"],
                ["Mã hiệu: QT-05/GDĐT", "Lần ban hành: 02", "Ngày ban hành: 15/03/2022"],
            ]
        ]
    )
    word.bold("1. MỤC ĐÍCH")
    word.text("Quy định thống nhất trình tự giải quyết việc chuyển trường.")
    word.bold("2. PHẠM VI")
    word.text("Áp dụng cho thủ tục 1.009875.000.00.00.H77 tại Phòng Giáo dục và Đào tạo.")
    word.bold("3. TÀI LIỆU VIỆN DẪN")
    word.bullets("TCVN ISO 9001:2015", "Các văn bản tại mục 5.1")
    word.bold("4. ĐỊNH NGHĨA/VIẾT TẮT")
    word.bullets("TTHC: thủ tục hành chính", "HS: hồ sơ")
    word.bold("5. NỘI DUNG QUY TRÌNH")
    _one_big_table(word)
    _one_table_end(word)
    return word.bytes()


def _one_big_table(word: Word) -> None:
    word.table(
        [
            ["5.1", "Cơ sở pháp lý", LEFT, LEFT, LEFT],
            [
                "",
                [
                    "- Luật Giáo dục số 43/2019/QH14 ngày 14/6/2019;",
                    "- Thông tư số 91/2018/TT-BGDĐT ngày 03/9/2018 về chuyển trường.",
                ],
                LEFT,
                LEFT,
                LEFT,
            ],
            ["5.2", "Thành phần hồ sơ", LEFT, "Bản chính", "Bản sao"],
            ["", "Đơn xin chuyển trường (BM-05.01)", LEFT, "x", ""],
            ["", "Học bạ", LEFT, "x", ""],
            ["", "Giấy khai sinh", LEFT, "", "x"],
            ["5.3", "Số lượng hồ sơ", LEFT, LEFT, LEFT],
            ["", "01 bộ", LEFT, LEFT, LEFT],
            ["5.4", "Thời gian xử lý", LEFT, LEFT, LEFT],
            ["", "05 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", LEFT, LEFT, LEFT],
            ["5.5", "Nơi tiếp nhận và trả kết quả", LEFT, LEFT, LEFT],
            ["", "Bộ phận tiếp nhận và trả kết quả thị xã", LEFT, LEFT, LEFT],
            ["5.6", "Lệ phí", LEFT, LEFT, LEFT],
            ["", "Không", LEFT, LEFT, LEFT],
            ["5.7", "Quy trình xử lý công việc", LEFT, LEFT, LEFT],
            ["TT", "Trình tự", "Trách nhiệm", "Thời gian", "Biểu mẫu/Kết quả"],
            ["B1", "Tiếp nhận hồ sơ, viết giấy hẹn", "Bộ phận Một cửa", "½ ngày", "Mẫu số 01"],
            ["B2", "Thẩm định hồ sơ", "Chuyên viên", "03 ngày", "BM-05.02"],
            ["B3", "Ký giấy giới thiệu", "Lãnh đạo Phòng", "01 ngày", ""],
            ["B4", "Trả kết quả", "Bộ phận Một cửa", "½ ngày", "Sổ theo dõi"],
        ]
    )


def _one_table_end(word: Word) -> None:
    word.bold("6. BIỂU MẪU")
    word.table(
        [
            ["TT", "Mã hiệu", "Tên biểu mẫu"],
            ["1", "BM-05.01", "Đơn xin chuyển trường"],
            ["2", "BM-05.02", "Phiếu thẩm định hồ sơ"],
        ]
    )
    word.bold("7. HỒ SƠ CẦN LƯU")
    word.table(
        [
            ["TT", "Hồ sơ lưu", "Nơi lưu", "Thời gian lưu"],
            ["1", "Đơn và giấy tờ kèm theo", "Tổ Phổ thông", "5 năm"],
            ["2", "Giấy giới thiệu chuyển trường", "Văn thư", "Vĩnh viễn"],
        ]
    )
    word.footer(
        "Chuyển trường đối với học sinh trung học cơ sở   Ngày hiệu lực: 15/03/2022   Trang 1"
    )


ONE_TABLE = Specimen(
    "one-table",
    _one_table,
    truth(
        "QT-05/GDĐT",
        "Chuyển trường đối với học sinh trung học cơ sở",
        2,
        "2022-03-15",
        tthc=["1.009875"],
        limits=[days(5, "05 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ")],
        dossier=[
            paper("Đơn xin chuyển trường (BM-05.01)", 1, None),
            paper("Học bạ", 1, None),
            paper("Giấy khai sinh", None, 1),
        ],
        steps=[
            step(1, "Tiếp nhận hồ sơ, viết giấy hẹn", "Bộ phận Một cửa", 240),
            step(2, "Thẩm định hồ sơ", "Chuyên viên", 1440),
            step(3, "Ký giấy giới thiệu", "Lãnh đạo Phòng", 480),
            step(4, "Trả kết quả", "Bộ phận Một cửa", 240),
        ],
        bases=[
            "Luật Giáo dục số 43/2019/QH14 ngày 14/6/2019",
            "Thông tư số 91/2018/TT-BGDĐT ngày 03/9/2018 về chuyển trường",
        ],
        forms=["BM-05.01 Đơn xin chuyển trường", "BM-05.02 Phiếu thẩm định hồ sơ"],
        records=["Đơn và giấy tờ kèm theo", "Giấy giới thiệu chuyển trường"],
    ),
)


def _labels_left() -> bytes:
    word = Word()
    word.table(
        [
            ["PHÒNG VĂN HÓA VÀ THÔNG TIN HUYỆN SÔNG LAM", LEFT],
            ["QUY TRÌNH CẤP GIẤY PHÉP TỔ CHỨC LỄ HỘI", LEFT],
            ["Mã số", "QT.VHTT.11"],
            ["Lần ban hành", "1"],
            ["Lần sửa đổi", "00"],
            ["Ngày ban hành", "ngày 02 tháng 8 năm 2021"],
        ]
    )
    word.page_break()
    word.heading("1. Mục đích")
    word.text("Thống nhất việc cấp giấy phép tổ chức lễ hội.")
    word.heading("2. Phạm vi áp dụng")
    word.text("Lễ hội cấp huyện.")
    word.heading("5. Nội dung")
    table = word.table(
        [
            [
                "5.1 Cơ sở pháp lý",
                "Nghị định số 810/2018/NĐ-CP ngày 29/8/2018.\nQuyết định số 77/QĐ-UBND.",
            ],
            ["5.2 Thành phần hồ sơ", "Hồ sơ gồm có:"],
            ["5.3 Số lượng hồ sơ", "02 bộ"],
            ["5.4 Thời gian xử lý", "15 ngày"],
            ["5.5 Nơi tiếp nhận và trả kết quả", "Trung tâm hành chính công huyện"],
            ["5.6 Lệ phí", "Không quy định"],
            ["Mã TTHC", "2.007766"],
        ]
    )
    nest(
        table.cell(1, 1),
        [
            ["STT", "Tên giấy tờ", "Bản chính", "Bản sao"],
            ["1", "Văn bản thông báo tổ chức lễ hội", "2", ""],
            ["2", "Kế hoạch tổ chức lễ hội", "1", "1"],
        ],
    )
    _labels_left_steps(word)
    return word.bytes()


def _labels_left_steps(word: Word) -> None:
    word.heading("5.7 Quy trình xử lý công việc", 2)
    word.table(
        [
            ["Bước", "Người thực hiện", "Nội dung công việc", "Thời hạn", "Kết quả"],
            ["Bước 1", "Công chức tiếp nhận", "Nhận hồ sơ", "4 giờ", "Giấy hẹn"],
            [
                "Bước 2",
                "Chuyên viên\nvăn hóa",
                ["Kiểm tra thực địa", "Lập tờ trình"],
                "7 ngày",
                "Tờ trình",
            ],
            ["Bước 3", "Trưởng phòng", "Duyệt tờ trình", "1 ngày 4 giờ", ""],
            ["Bước 4", "Lãnh đạo UBND huyện", "Ký giấy phép", "2 ngày", "Giấy phép"],
            ["Tổng cộng", LEFT, LEFT, "11 ngày", ""],
        ]
    )
    word.heading("6. Biểu mẫu")
    word.text("- BM.VHTT.11.01: Phiếu kiểm tra thực địa")
    word.heading("7. Hồ sơ lưu")
    word.text("- Hồ sơ đề nghị (lưu 10 năm tại Phòng);", "- Giấy phép đã cấp (lưu vĩnh viễn).")
    word.footer("Ngày hiệu lực: 04/01/2013")


LABELS_LEFT = Specimen(
    "labels-left",
    _labels_left,
    truth(
        "QT.VHTT.11",
        "CẤP GIẤY PHÉP TỔ CHỨC LỄ HỘI",
        1,
        "2021-08-02",
        tthc=["2.007766"],
        limits=[{"case": "", "value": 15, "unit": "calendar_day", "text": "15 ngày"}],
        dossier=[
            paper("Văn bản thông báo tổ chức lễ hội", 2, None),
            paper("Kế hoạch tổ chức lễ hội", 1, 1),
        ],
        steps=[
            step(1, "Nhận hồ sơ", "Công chức tiếp nhận", 240),
            step(2, "Kiểm tra thực địa Lập tờ trình", "Chuyên viên văn hóa", 3360),
            step(3, "Duyệt tờ trình", "Trưởng phòng", 720),
            step(4, "Ký giấy phép", "Lãnh đạo UBND huyện", 960),
        ],
        bases=["Nghị định số 810/2018/NĐ-CP ngày 29/8/2018", "Quyết định số 77/QĐ-UBND"],
        forms=["BM.VHTT.11.01: Phiếu kiểm tra thực địa"],
        records=["Hồ sơ đề nghị", "Giấy phép đã cấp"],
        defects=["stale_footer_date"],
    ),
)


def _three_columns() -> bytes:
    word = Word()
    word.bold("UBND HUYỆN ĐÔNG THỊNH\nPHÒNG LAO ĐỘNG VÀ XÃ HỘI", "QUY TRÌNH")
    word.bold("Hỗ trợ chi phí mai táng")
    word.text("Mã hiệu: QT 08/LĐXH – Lần ban hành: 03 – Ngày ban hành: 1/12/2023")
    word.table(
        [
            [
                "5.1",
                "Cơ sở pháp lý",
                ["a) Nghị định số 720/2021/NĐ-CP;", "b) Thông tư số 902/2021/TT-BLĐTBXH."],
            ],
            [
                "5.2",
                "Thành phần hồ sơ",
                [
                    "- Tờ khai đề nghị hỗ trợ: 01 bản chính;",
                    "- Giấy chứng tử: 01 bản sao;",
                    "- Quyết định hưởng trợ cấp: 01 bản chính và 02 bản sao.",
                ],
            ],
            ["5.3", "Số lượng hồ sơ", "01 (một) bộ"],
            ["5.4", "Thời gian xử lý", "03 ngày làm việc"],
            ["5.5", "Nơi tiếp nhận", "Ủy ban nhân dân cấp xã"],
            ["5.6", "Lệ phí", "Không"],
            ["5.7", "Quy trình xử lý", "Theo bảng sau"],
        ]
    )
    word.table(
        [
            ["TT", "Trình tự", "Trách nhiệm", "Thời gian"],
            ["1", "Tiếp nhận", "Công chức xã", "1/2 ngày"],
            ["2", "Xem xét, lập danh sách", "Chuyên viên", "1,5 ngày làm việc"],
            ["3", "Ký quyết định", "Trưởng phòng", "0,5 ngày"],
            ["4", "Đóng dấu, chuyển trả", "Văn thư", "0.5 ngày"],
        ]
    )
    word.text("Mã thủ tục: 1.008888")
    word.bold("6. Biểu mẫu")
    word.text("- Mẫu số 04 Nghị định số 720/2021/NĐ-CP: Tờ khai đề nghị hỗ trợ")
    word.bold("7. Hồ sơ lưu")
    word.table([["TT", "Tên hồ sơ", "Thời gian"], ["1", "Quyết định hỗ trợ", "Vĩnh viễn"]])
    return word.bytes()


THREE_COLUMNS = Specimen(
    "three-columns",
    _three_columns,
    truth(
        "QT 08/LĐXH",
        "Hỗ trợ chi phí mai táng",
        3,
        "2023-12-01",
        tthc=["1.008888"],
        limits=[days(3, "03 ngày làm việc")],
        dossier=[
            paper("Tờ khai đề nghị hỗ trợ", 1, None),
            paper("Giấy chứng tử", None, 1),
            paper("Quyết định hưởng trợ cấp", 1, 2),
        ],
        steps=[
            step(1, "Tiếp nhận", "Công chức xã", 240),
            step(2, "Xem xét, lập danh sách", "Chuyên viên", 720),
            step(3, "Ký quyết định", "Trưởng phòng", 240),
            step(4, "Đóng dấu, chuyển trả", "Văn thư", 240),
        ],
        bases=["Nghị định số 720/2021/NĐ-CP", "Thông tư số 902/2021/TT-BLĐTBXH"],
        forms=["Mẫu số 04 Nghị định số 720/2021/NĐ-CP: Tờ khai đề nghị hỗ trợ"],
        records=["Quyết định hỗ trợ"],
    ),
)

SPECIMENS = (ONE_TABLE, LABELS_LEFT, THREE_COLUMNS)
