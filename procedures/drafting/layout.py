"""What stands on the drafting page, section by section: every field and every table of rows."""

from dataclasses import dataclass
from typing import Any

from procedures.content import Origin, Unit

ORIGINS = [
    (Origin.STATED, "cơ quan xác nhận"),
    (Origin.PARTLY, "kiểm chứng một phần"),
    (Origin.UNVERIFIED, "chưa kiểm chứng"),
    (Origin.ILLUSTRATIVE, "minh họa"),
]
STEP_TIME_CHOICES = [
    ("day", "ngày"),
    ("hour", "giờ"),
    ("minute", "phút"),
    ("parallel", "song song"),
    ("not_counted", "không tính"),
    ("by_plan", "theo kế hoạch"),
]
LIMIT_UNIT_CHOICES = [
    (Unit.WORKING_DAY, "ngày làm việc"),
    (Unit.CALENDAR_DAY, "ngày"),
    (Unit.HOUR, "giờ làm việc"),
    (Unit.BY_PLAN, "theo kế hoạch"),
    (Unit.UNKNOWN, "chưa rõ"),
]


@dataclass(frozen=True)
class Column:
    """A field of a row.

    `kind` is line, lines, count, number, choice, bool, case, times, form (one of the draft's),
    forms, code (one of its TTHC) or codes.
    """

    name: str
    label: str
    kind: str = "line"
    choices: tuple[tuple[Any, str], ...] = ()
    width: str = "w-wide"
    listed: str = ""  # the id of a list of suggestions
    is_aside: bool = False  # stands among the further details of the row


@dataclass(frozen=True)
class Table:
    """A list of rows of the content, `name` its attribute, `noun` what one row is."""

    name: str
    noun: str
    columns: tuple[Column, ...]
    help: str = ""


@dataclass(frozen=True)
class Scalar:
    """A single field of the content: `kind` is line, lines, html, list, count or bool."""

    name: str
    label: str
    kind: str = "line"
    help: str = ""


@dataclass(frozen=True)
class Section:
    """A card of the page; its problems are those whose section is one of `checks`."""

    name: str
    title: str
    parts: tuple[Table | Scalar, ...]
    checks: tuple[str, ...] = ()
    help: str = ""
    only_tthc: bool = True


_ORIGIN = Column("origin", "Kiểm chứng", "choice", tuple(ORIGINS), "w-mid", is_aside=True)
_FOR = Column("tthc", "Chỉ áp dụng cho TTHC (không chọn: tất cả)", "codes", is_aside=True)
_CASE = Column("case", "Trường hợp", "case", width="w-mid")

SECTIONS: tuple[Section, ...] = (
    Section(
        "general",
        "Thông tin chung",
        (
            Scalar("title", "Tên quy trình"),
            Scalar("purpose", "Mục đích", "html"),
            Scalar("scope", "Phạm vi", "html"),
            Scalar("references", "Tài liệu viện dẫn", "html"),
            Scalar("definitions", "Định nghĩa", "html"),
            Table(
                "abbreviations",
                "từ viết tắt",
                (Column("short", "Viết tắt", width="w-mid"), Column("meaning", "Nghĩa")),
            ),
        ),
        ("general",),
        only_tthc=False,
    ),
    Section(
        "body",
        "Nội dung",
        (Scalar("body", "Nội dung tài liệu", "html"),),
        ("body",),
        "Dùng cho quy trình hệ thống, chính sách, hướng dẫn.",
        only_tthc=False,
    ),
    Section(
        "tthc",
        "Thủ tục hành chính áp dụng",
        (
            Table(
                "tthc",
                "TTHC",
                (
                    Column("code", "Mã TTHC", width="w-mid", listed="tthc-codes"),
                    Column("name", "Tên (để trống: lấy từ danh mục)", "lines"),
                    Column("decision", "Quyết định công bố TTHC"),
                ),
            ),
        ),
        ("tthc",),
    ),
    Section(
        "bases",
        "Căn cứ",
        (
            Table(
                "bases",
                "căn cứ",
                (
                    Column("number", "Số, ký hiệu", width="w-mid", listed="legal-numbers"),
                    Column("title", "Trích yếu", "lines"),
                    Column(
                        "kind",
                        "Loại",
                        "choice",
                        (("direct", "căn cứ trực tiếp"), ("general", "viện dẫn chung")),
                        "w-mid",
                    ),
                    _FOR,
                    Column("note", "Ghi chú", "lines", is_aside=True),
                    _ORIGIN,
                ),
                "Văn bản là căn cứ trực tiếp thay đổi thì quy trình phải xem xét lại; "
                "viện dẫn chung thì không.",
            ),
        ),
        ("bases",),
        only_tthc=False,
    ),
    Section(
        "dossier",
        "Thành phần hồ sơ",
        (
            Table(
                "dossier",
                "giấy tờ",
                (
                    Column("name", "Tên giấy tờ", "lines"),
                    Column(
                        "kind",
                        "Hình thức",
                        "choice",
                        (("submit", "phải nộp"), ("present", "xuất trình")),
                        "w-mid",
                    ),
                    Column("originals", "Bản chính", "count", width="w-narrow"),
                    Column("copies", "Bản sao", "count", width="w-narrow"),
                    Column("copy_kind", "Loại bản sao", width="w-mid", is_aside=True),
                    Column("condition", "Điều kiện, ghi chú", "lines", is_aside=True),
                    Column("case", "Trường hợp", "case", width="w-mid", is_aside=True),
                    Column("form", "Theo mẫu", "form", is_aside=True),
                    _FOR,
                    _ORIGIN,
                ),
            ),
            Scalar("has_no_dossier", "Thủ tục này không yêu cầu giấy tờ nào (không có)", "bool"),
            Scalar("dossier_sets", "Số lượng hồ sơ (bộ)", "count"),
            Scalar("applicants", "Đối tượng thực hiện", "list", "Mỗi dòng một đối tượng."),
            Scalar("conditions", "Yêu cầu, điều kiện", "html"),
        ),
        ("dossier",),
    ),
    Section(
        "limits",
        "Trường hợp và thời hạn",
        (
            Table(
                "cases",
                "trường hợp",
                (Column("label", "Tên trường hợp (để trống nếu chỉ có một)"),),
                "Mỗi trường hợp là một cột thời gian trong bảng các bước.",
            ),
            Table(
                "limits",
                "thời hạn",
                (
                    Column("value", "Thời hạn", "number", width="w-narrow"),
                    Column("unit", "Đơn vị", "choice", tuple(LIMIT_UNIT_CHOICES), "w-mid"),
                    _CASE,
                    Column("tthc", "TTHC", "code", width="w-mid"),
                    Column("text", "Ghi như văn bản"),
                    _ORIGIN,
                ),
            ),
        ),
        ("limits",),
    ),
    Section(
        "service",
        "Tiếp nhận, phí, kết quả",
        (
            Scalar("reception_place", "Nơi tiếp nhận và trả kết quả", "lines"),
            Scalar("submission_modes", "Cách thức thực hiện", "list", "Mỗi dòng một cách."),
            Table("fees", "phí, lệ phí", (Column("text", "Phí, lệ phí", "lines"), _FOR, _ORIGIN)),
            Table("results", "kết quả", (Column("text", "Kết quả", "lines"), _FOR, _ORIGIN)),
        ),
        ("service",),
    ),
    Section(
        "steps",
        "Các bước thực hiện",
        (
            Table(
                "steps",
                "bước",
                (
                    Column("work", "Công việc", "lines"),
                    Column("who", "Người thực hiện", listed="positions", width="w-mid"),
                    Column("times", "Thời gian", "times"),
                    Column("output", "Kết quả của bước", "lines"),
                    Column("unit_name", "Đơn vị", listed="units", width="w-mid"),
                    Column("forms", "Biểu mẫu", "forms", is_aside=True),
                    Column("note", "Ghi chú", "lines", is_aside=True),
                    _ORIGIN,
                ),
            ),
        ),
        ("steps",),
    ),
    Section(
        "forms",
        "Biểu mẫu",
        (
            Table(
                "forms",
                "biểu mẫu",
                (
                    Column("code", "Mã hiệu", width="w-mid", listed="form-codes"),
                    Column("name", "Tên biểu mẫu", "lines"),
                    Column(
                        "kind",
                        "Loại",
                        "choice",
                        (("internal", "biểu mẫu nội bộ"), ("legal", "mẫu do văn bản quy định")),
                        "w-mid",
                    ),
                    Column("source", "Văn bản quy định mẫu", width="w-mid"),
                    _FOR,
                    _ORIGIN,
                ),
            ),
        ),
        ("forms",),
        only_tthc=False,
    ),
    Section(
        "records",
        "Hồ sơ lưu",
        (
            Table(
                "records",
                "hồ sơ lưu",
                (
                    Column("name", "Tên hồ sơ", "lines"),
                    Column("keeper", "Nơi lưu, người lưu"),
                    Column("years", "Số năm lưu", "count", width="w-narrow"),
                    Column("is_permanent", "Vĩnh viễn", "bool", width="w-narrow"),
                    Column(
                        "medium",
                        "Dạng lưu",
                        "choice",
                        (
                            ("", "chưa rõ"),
                            ("paper", "giấy"),
                            ("electronic", "điện tử"),
                            ("both", "giấy và điện tử"),
                        ),
                        "w-mid",
                        is_aside=True,
                    ),
                    _ORIGIN,
                ),
            ),
        ),
        ("records",),
        only_tthc=False,
    ),
    Section(
        "changes",
        "Thay đổi so với lần trước",
        (
            Scalar(
                "change_summary",
                "Tóm tắt thay đổi",
                "lines",
                "Người đọc chỉ đọc phần này; ghi điều họ phải làm khác đi.",
            ),
            Scalar("is_significant", "Thay đổi quan trọng, cần phổ biến lại", "bool"),
        ),
        ("changes",),
        only_tthc=False,
    ),
)


def shown(section: Section, *, is_tthc: bool) -> bool:
    """Tell whether a procedure for TTHC, or another document, is written in this section."""
    return section.name != "body" if is_tthc else not section.only_tthc


def shown_parts(*, is_tthc: bool) -> frozenset[str]:
    """Return the names of the fields and tables that stand on the page."""
    kept = (section for section in SECTIONS if shown(section, is_tthc=is_tthc))
    return frozenset(part.name for section in kept for part in section.parts)


TABLES: tuple[Table, ...] = tuple(
    part for section in SECTIONS for part in section.parts if isinstance(part, Table)
)
SCALARS: tuple[Scalar, ...] = tuple(
    part for section in SECTIONS for part in section.parts if isinstance(part, Scalar)
)
ALL_PARTS = frozenset(part.name for section in SECTIONS for part in section.parts)
