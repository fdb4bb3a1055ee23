"""Lists as offices and provinces really send them, whole files.

Each case says what `import_tthc --json` prints of it and what the catalogue then holds.
"""

import codecs
import unicodedata
from typing import Any

from tests.procedures.imports.making import CS, HD, MN, TH, Case, Page, text, workbook

_NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _wide(text: str) -> str:
    """Return ASCII as full-width letters, as some input methods type them."""
    return "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text
    )


FORMAT_A = Case(
    "format A of the national portal",
    "a.xlsx",
    workbook(
        Page(
            [
                (_NATION,),
                ("Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"),
                ("1.004494", MN, "Bộ GDĐT", "UBND cấp huyện\nPhòng GDĐT", "Giáo dục mầm non"),
                ("1.004555", TH, "Bộ GDĐT", "UBND cấp huyện", "Giáo dục tiểu học"),
            ],
            ["A1:E1"],
            "Danh sách TTHC",
        )
    ),
    {"rows": 2, "new": ["1.004494", "1.004555"]},
    {
        "1.004494": {
            "name": MN,
            "field": "Giáo dục mầm non",
            "executing_agency": "UBND cấp huyện\nPhòng GDĐT",
        }
    },
)

FORMAT_B = Case(
    "format B of the national database",
    "b.xlsx",
    workbook(
        Page(
            [
                ("DANH SÁCH THỦ TỤC HÀNH CHÍNH",),
                (),
                (
                    *("STT", "Mã TTHC", "Tên TTHC", "QĐ Công bố", "Đối tượng", "Lĩnh vực"),
                    *("Cơ quan công khai", "Cấp thực hiện", "Tình trạng"),
                ),
                (
                    *(1, "1.004494.000.00.00.H02", MN, "2108/QĐ-BGDĐT", "Tổ chức, Hợp tác xã"),
                    *("Giáo dục mầm non", "UBND tỉnh", "Cấp huyện", "Sửa đổi, bổ sung"),
                ),
                (2, "1.004555.H02", TH, "", "", "Giáo dục tiểu học", "", "Cấp huyện", "Mới"),
            ],
            ["A1:I2"],
        )
    ),
    {"rows": 2, "new": ["1.004494", "1.004555"]},
    {
        "1.004494": {
            "decision_no": "2108/QĐ-BGDĐT",
            "level": "Cấp huyện",
            "agency_suffix": "000.00.00.H02",
        },
        "1.004555": {"decision_no": "", "agency_suffix": "H02"},
    },
)

_ANNEX_HEADER = (
    *("STT", "Mã TTHC", "Tên thủ tục hành chính", "Thời hạn giải quyết", "Địa điểm thực hiện"),
    *("Phí, lệ phí", "Căn cứ pháp lý"),
)
FORMAT_C = Case(
    "format C, the annex of a decision of the province",
    "c.xlsx",
    workbook(
        Page(
            [
                ("UBND TỈNH BẮC GIANG", None, None, None, _NATION),
                ("DANH MỤC THỦ TỤC HÀNH CHÍNH MỚI BAN HÀNH, SỬA ĐỔI, BỔ SUNG, BỊ BÃI BỎ",),
                ("(Kèm theo Quyết định số 632/QĐ-UBND ngày 24 tháng 4 năm 2024)",),
                _ANNEX_HEADER,
                tuple(f"({number})" for number in range(1, 8)),
                ("A. THỦ TỤC HÀNH CHÍNH CẤP HUYỆN",),
                ("I", "LĨNH VỰC GIÁO DỤC MẦM NON (02 TTHC)"),
                (1, "1.004494", MN, "25 ngày làm việc", "Một cửa", "Không", "46/2017/NĐ-CP"),
                (2, "1.006390\n.000.00.00.H02", HD, "nt", "nt", None, "-nt-"),
                ("II", None, "Lĩnh vực Giáo dục tiểu học"),
                (
                    1,
                    "1.004555",
                    "Thành lập trường\ntiểu học",
                    "20 ngày làm việc",
                    None,
                    "Không",
                    "",
                ),
                _ANNEX_HEADER,
                ("B. THỦ TỤC HÀNH CHÍNH CẤP XÃ",),
                ("III. LĨNH VỰC GIÁO DỤC TRUNG HỌC",),
                (1, "1.004442", CS, "20 ngày làm việc", "Một cửa", "Không", ""),
                ("Tổng số: 04 thủ tục",),
                ("Nơi nhận:", None, None, None, "KT. CHỦ TỊCH"),
                ("- Như trên;", None, None, None, "PHÓ CHỦ TỊCH"),
                (None, None, None, None, "Nguyễn Văn A"),
            ],
            ["A2:G2", "A3:G3", "A6:G6", "B7:G7", "A13:G13", "A14:G14", "E8:E9", "A16:G16"],
        )
    ),
    {"rows": 4, "new": ["1.004494", "1.006390", "1.004555", "1.004442"]},
    {
        "1.006390": {
            "field": "Giáo dục mầm non",
            "limit_text": "25 ngày làm việc",
            "law_unit": "working_day",
            "law_minutes": 25 * 480,
            "receiving_place": "Một cửa",
            "fee": "",
            "legal_basis": "46/2017/NĐ-CP",
            "level": "Cấp huyện",
        },
        "1.004555": {"name": TH, "field": "Giáo dục tiểu học", "receiving_place": ""},
        "1.004442": {"field": "Giáo dục trung học", "level": "Cấp xã"},
    },
)

TWO_ROW_HEADER = Case(
    "a header of two rows, its parents merged",
    "hai-dong.xlsx",
    workbook(
        Page(
            [
                ("Biểu 01",),
                ("STT", "Thủ tục hành chính", None, "Lĩnh vực", "Thời hạn giải quyết", None, "Phí"),
                (None, "Mã số", "Tên", None, "Theo quy định", "Sau cắt giảm", None),
                (1, 2, 3, 4, 5, "6=5-20%", 7),
                (1, "1.004494", MN, "Mầm non", "25 ngày làm việc", "20 ngày làm việc", "Không"),
            ],
            ["A2:A3", "B2:C2", "D2:D3", "E2:F2", "G2:G3"],
        )
    ),
    {"rows": 1, "new": ["1.004494"]},
    {
        "1.004494": {
            "limit_text": "25 ngày làm việc",
            "law_minutes": 25 * 480,
            "local_unit": "working_day",
            "local_minutes": 20 * 480,
            "fee": "Không",
        }
    },
)

UNIT_IN_HEADER = Case(
    "a limit whose unit stands in the header",
    "don-vi.xlsx",
    workbook(
        Page(
            [
                ("TT", "Số hồ sơ TTHC(1)", "Tên TTHC", "Thời hạn giải quyết (ngày làm việc)"),
                (1, "1.004494", MN, 25),
                (2, "1.004555", TH, "20 ngày"),
            ]
        )
    ),
    {"rows": 2, "new": ["1.004494", "1.004555"]},
    {
        "1.004494": {"limit_text": "25 ngày làm việc", "law_minutes": 25 * 480},
        "1.004555": {"limit_text": "20 ngày", "law_unit": "calendar_day"},
    },
)

MERGED_AND_BLANK = Case(
    "merged cells and marks say as above, a blank cell says nothing",
    "gop-o.xlsx",
    workbook(
        Page(
            [
                ("Lĩnh vực", "STT", "Mã TTHC", "Tên TTHC", "Thời hạn", "Phí"),
                ("Giáo dục mầm non", 1, "1.004494", MN, "25 ngày làm việc", "Không"),
                (None, 2, "1.006390", HD, None, "nt"),
                ("Giáo dục tiểu học", 3, "1.004555", TH, "20 ngày làm việc", None),
                (None, 4, "1.004442", CS, '"', "nt"),
            ],
            ["A2:A3", "E2:E3"],
        )
    ),
    {"rows": 4, "new": ["1.004494", "1.006390", "1.004555", "1.004442"]},
    {
        "1.006390": {
            "field": "Giáo dục mầm non",
            "limit_text": "25 ngày làm việc",
            "fee": "Không",
        },
        "1.004555": {"field": "Giáo dục tiểu học", "fee": ""},
        "1.004442": {"field": None, "limit_text": "20 ngày làm việc", "fee": ""},
    },
)

GROUPS = Case(
    "groups in every place they may stand",
    "nhom.xlsx",
    workbook(
        Page(
            [
                ("STT", "Mã TTHC", "Tên TTHC", "Thời hạn"),
                ("I. LĨNH VỰC GIÁO DỤC MẦM NON",),
                (1, "1.004494", MN, "25 ngày"),
                ("II", "Lĩnh vực Giáo dục tiểu học"),
                (1, "1.004555", TH, "20 ngày"),
                (None, None, "III. GIÁO DỤC TRUNG HỌC"),
                (1, "1.004442", CS, "20 ngày"),
                (None, "LĨNH VỰC: THI, TUYỂN SINH"),
                (1, "3.000182", "Tuyển sinh", "20 ngày"),
                (2, "GIÁO DỤC THƯỜNG XUYÊN", None, None),
                ("2.1", "1.004439", "Thành lập trung tâm", "20 ngày"),
            ],
            ["B10:D10"],
        )
    ),
    {"rows": 5, "new": ["1.004494", "1.004555", "1.004442", "3.000182", "1.004439"]},
    {
        "1.004494": {"field": "Giáo dục mầm non"},
        "1.004555": {"field": "Giáo dục tiểu học"},
        "1.004442": {"field": "Giáo dục trung học"},
        "3.000182": {"field": "Thi, tuyển sinh"},
        "1.004439": {"field": "Giáo dục thường xuyên"},
    },
)

PRINTED_PAGES = Case(
    "headers and numbers of printed pages between the rows",
    "in.xlsx",
    workbook(
        Page(
            [
                ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực"),
                ("(1)", "(2)", "(3)", "(4)"),
                (1, "1.004494", MN, "Mầm non"),
                (None, None, "2"),
                ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực"),
                ("(1)", "(2)", "(3)", "(4)"),
                (2, "1.004555", TH, "Tiểu học"),
                (None, None, "Trang 2/2"),
                (),
                (None, None, "Danh mục này có 02 TTHC./."),
                (None, None, "Bắc Giang, ngày 15 tháng 3 năm 2022"),
                (None, "NGƯỜI LẬP BIỂU", "TRƯỞNG PHÒNG"),
                (None, "Lê Thị B", "Nguyễn Văn A"),
            ]
        )
    ),
    {"rows": 2, "new": ["1.004494", "1.004555"]},
    {"1.004555": {"field": "Tiểu học", "name": TH}},
)

SEVERAL_SHEETS = Case(
    "several sheets, of which some hold no list",
    "nhieu-trang.xlsx",
    workbook(
        Page([("Hướng dẫn điền mẫu",), ("Mã", "Cột B"), ("Tên", "Cột C")], name="Hướng dẫn"),
        Page([("STT", "Mã TTHC", "Tên TTHC"), (1, "1.004494", MN)], name="Mầm non"),
        Page([("Tên thủ tục", "Mã TTHC"), (TH, "1.004555"), (MN, "1.004494")], name="Tiểu học"),
        Page([("Mã TTHC", "Tên TTHC"), ("1.004442", CS)], name="Cũ", is_hidden=True),
    ),
    {"rows": 3, "new": ["1.004494", "1.004555"], "duplicates": ["1.004494"]},
    {"1.004555": {"name": TH}},
)

LETTERS = Case(
    "decomposed, full-width and invisible letters",
    "chu.xlsx",
    workbook(
        Page(
            [
                (_nfd("Mã TTHC"), _wide("Ten TTHC"), _nfd("Lĩnh\u200b vực")),
                ("１．００４４９４", _nfd(f" {MN} "), "Giáo\u00a0dục mầm\u200b non"),
                (
                    "\ufeff1.00\u200b4555",
                    "Thành lập trường tiểu\u00ad học",
                    _nfd("Giáo dục Mầm non"),
                ),
                (
                    _wide("1.004442.000.00.00.H02"),
                    "Thành lập trường trung học cơ sở".replace("t", _wide("t")),
                    None,
                ),
            ]
        )
    ),
    {"rows": 3, "new": ["1.004494", "1.004555", "1.004442"]},
    {
        "1.004494": {"name": MN, "field": "Giáo dục mầm non"},
        "1.004555": {"name": TH, "field": "Giáo dục mầm non"},
        "1.004442": {"name": CS, "agency_suffix": "000.00.00.H02"},
    },
)

CODES = Case(
    "codes as people and Excel write them",
    "ma.xlsx",
    workbook(
        Page(
            [
                ("STT", "Mã TTHC", "Tên TTHC"),
                (1, " 1. 004494 ", "Một"),
                (2, "1.004\n555", "Hai"),
                (3, "1,004442", "Ba"),
                (4, "1.004443.000.00.00.H02", "Bốn"),
                (5, "1.004444.H02", "Năm"),
                (6, 1.00449, "Sáu"),
                (7, 1.004446, "Bảy"),
                (8, 1004447, "Tám"),
                (9, "1.00445", "Chín"),
                (10, "-", "Mười"),
                (11, "Chưa có mã", "Mười một"),
                (12, None, "Mười hai"),
                (13, "1.004494.H38", "Một"),
            ]
        )
    ),
    {
        "rows": 13,
        "new": [
            *("1.004494", "1.004555", "1.004442", "1.004443", "1.004444"),
            *("1.004490", "1.004446", "1.004447", "1.004450"),
        ],
        "duplicates": ["1.004494"],
        "without_code": [11, 12, 13],
        "restored": [
            {"row": 7, "code": "1.004490", "printed": "1.00449"},
            {"row": 8, "code": "1.004446", "printed": "1.004446"},
            {"row": 9, "code": "1.004447", "printed": "1004447"},
            {"row": 10, "code": "1.004450", "printed": "1.00445"},
        ],
    },
    {"1.004490": {"name": "Sáu"}, "1.004443": {"agency_suffix": "000.00.00.H02"}},
)

BLOCKED = Case(
    "rows that cannot be used, each with its reason",
    "sai.xlsx",
    workbook(
        Page(
            [
                ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Phí"),
                (1, "1.004494", MN, "Mầm non"),
                (2, "l.004555", TH, "Tiểu học"),
                (3, "1.004442", None, "Trung học"),
                (4, "1.004443; 1.004444", "Hai mã", "Trung học"),
                (5, "1.004445", "ă" * 1_101, "Trung học"),
                (6, None, None, "Trung học", "Không"),
            ]
        )
    ),
    {
        "rows": 6,
        "new": ["1.004494"],
        "invalid": [
            {
                "row": 3,
                "code": "l.004555",
                "reason": "Mã “l.004555” không đọc được: cần dạng 1.004494 (một chữ số, dấu chấm, "
                "sáu chữ số).",
            },
            {
                "row": 4,
                "code": "1.004442",
                "reason": "Có mã 1.004442 nhưng không có tên thủ tục.",
            },
            {
                "row": 5,
                "code": "1.004443; 1.004444",
                "reason": "Ô mã có nhiều mã (1.004443, 1.004444): mỗi dòng chỉ ghi một mã.",
            },
            {
                "row": 6,
                "code": "1.004445",
                "reason": "Tên thủ tục dài 1.101 ký tự, vượt quá 1.100 ký tự.",
            },
            {
                "row": 7,
                "code": "",
                "reason": "Dòng có số thứ tự nhưng không có mã và tên thủ tục.",
            },
        ],
    },
)

UNQUOTED = Case(
    "commas of a name that no quotation marks hold together",
    "dau-phay.csv",
    "Mã TTHC,Tên TTHC,Lĩnh vực\n1.004494,Mẫu giáo, mầm non, nhà trẻ,Mầm non\n"
    "1.004555,Thành lập trường tiểu học,x\n".encode(),
    {
        "rows": 2,
        "new": ["1.004555"],
        "invalid": [
            {
                "row": 2,
                "code": "1.004494",
                "reason": "Dòng có nhiều hơn 3 ô của dòng tiêu đề: ô có dấu phân cách bên trong "
                "phải nằm giữa hai dấu ngoặc kép.",
            }
        ],
    },
)

_LINES = (
    ("DANH MỤC TTHC", "", "", ""),
    ("STT", "Mã TTHC", "Tên TTHC", "Thời hạn"),
    ("I", "", "Lĩnh vực Giáo dục mầm non", ""),
    ("1", "1.004494", "Mẫu giáo, mầm non; nhà trẻ", "25 ngày\nlàm việc"),
    ("2", "1.00639", HD, "nt"),
    ("", "", "Tổng số: 2", ""),
)
_SAID_OF_LINES: dict[str, Any] = {
    "rows": 2,
    "new": ["1.004494", "1.006390"],
    "restored": [{"row": 5, "code": "1.006390", "printed": "1.00639"}],
}
_FACTS_OF_LINES = {
    "1.004494": {
        "name": "Mẫu giáo, mầm non; nhà trẻ",
        "field": "Giáo dục mầm non",
        "limit_text": "25 ngày\nlàm việc",
    },
    "1.006390": {"limit_text": "25 ngày\nlàm việc"},
}
TEXTS = [
    Case(
        f"text in {encoding} parted by {delimiter!r}{' with a mark' if start else ''}",
        "van-ban.csv",
        text(_LINES, delimiter, encoding, start),
        _SAID_OF_LINES,
        _FACTS_OF_LINES,
    )
    for delimiter in (",", ";", "\t")
    for encoding, start in (
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    )
]

CASES = [
    *(FORMAT_A, FORMAT_B, FORMAT_C, TWO_ROW_HEADER, UNIT_IN_HEADER, MERGED_AND_BLANK, GROUPS),
    *(PRINTED_PAGES, SEVERAL_SHEETS, LETTERS, CODES, BLOCKED, UNQUOTED, *TEXTS),
]
