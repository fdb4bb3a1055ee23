"""The registers, by the key of their settings (columns: research, unverified; labels: settings)."""

from procedures.registers.asking import Column, Register
from procedures.registers.documents import external_rows, internal_rows, revision_entries
from procedures.registers.holdings import distribution_rows, form_rows, record_rows

_NUMBER = Column("no", "TT", "int", 6)
_CODE = Column("code", "Mã hiệu", "code", 18)
_TITLE = Column("title", "Tên tài liệu", "text", 50)
_ISSUE = Column("issue", "Lần ban hành", "padded", 9)
_REVISION = Column("revision", "Lần sửa đổi", "padded", 9)

_ALL = (
    Register(
        "internal",
        "Tài liệu nội bộ",
        "Quy trình, chính sách, hướng dẫn có hiệu lực trong ngày, nơi phân phối.",
        "tai-lieu-noi-bo",
        (
            _NUMBER,
            _TITLE,
            _CODE,
            _ISSUE,
            _REVISION,
            Column("issued_on", "Ngày ban hành", "date", 13),
            Column("valid_from", "Ngày hiệu lực", "date", 13),
            Column("owner", "Đơn vị soạn thảo, quản lý", "text", 30, under="title"),
            Column("places", "Nơi phân phối", "text", 36, under="title"),
            Column("note", "Ghi chú", "text", 22, under="title"),
        ),
        internal_rows,
    ),
    Register(
        "external",
        "Tài liệu bên ngoài",
        "Văn bản của cơ quan khác với tình trạng hiệu lực trong ngày, quy trình liên quan.",
        "tai-lieu-ben-ngoai",
        (
            _NUMBER,
            Column("number", "Số, ký hiệu", "code", 22),
            Column("title", "Tên, trích yếu", "text", 50),
            Column("issuer", "Cơ quan ban hành", "text", 24, under="title"),
            Column("issued_on", "Ngày ban hành", "date", 13),
            Column("effective_on", "Ngày hiệu lực", "date", 13),
            Column("state", "Tình trạng hiệu lực", "text", 22),
            Column("successor", "Văn bản thay thế", "text", 22, under="state"),
            Column("kept_at", "Nơi lưu, người giữ", "text", 18, under="title"),
            Column("procedures", "Quy trình liên quan", "text", 26),
        ),
        external_rows,
    ),
    Register(
        "records",
        "Hồ sơ",
        "Hồ sơ mà các quy trình có hiệu lực trong ngày yêu cầu lưu, người lưu, thời gian lưu.",
        "ho-so",
        (
            _NUMBER,
            Column("name", "Tên hồ sơ", "text", 50),
            Column("code", "Mã, ký hiệu quy trình", "code", 18),
            Column("place", "Nơi lưu", "text", 30),
            Column("keeper", "Người lưu", "text", 26),
            Column("medium", "Dạng lưu", "text", 14, under="keeper"),
            Column("order", "Cách sắp xếp", "text", 16, is_by_hand=True),
            Column("years", "Thời gian lưu (năm)", "int", 12),
            Column("disposal", "Phương pháp hủy", "text", 18, is_by_hand=True),
        ),
        record_rows,
    ),
    Register(
        "revisions",
        "Theo dõi sửa đổi",
        "Các lần ban hành, sửa đổi đến hết ngày: nội dung, lý do, quyết định.",
        "theo-doi-sua-doi",
        (
            _NUMBER,
            _CODE,
            _TITLE,
            _ISSUE,
            _REVISION,
            Column("issued_on", "Ngày ban hành", "date", 13),
            Column("decision", "Quyết định", "text", 36, under="title"),
            Column("request", "Số phiếu yêu cầu", "code", 16, under="summary"),
            Column("location", "Trang, phần sửa đổi", "text", 20, under="summary"),
            Column("summary", "Nội dung sửa đổi", "text", 52),
            Column("reason", "Lý do, căn cứ", "text", 32, under="summary"),
            Column("note", "Ghi chú", "text", 18, under="summary"),
        ),
        revision_entries,
    ),
    Register(
        "distribution",
        "Phân phối tài liệu",
        "Bản kiểm soát đã giao và người đã xác nhận đọc trên hệ thống, đến hết ngày.",
        "phan-phoi",
        (
            _NUMBER,
            _TITLE,
            _CODE,
            _ISSUE,
            _REVISION,
            Column("copy", "Bản số", "padded", 8, under="receiver"),
            Column("receiver", "Người, đơn vị nhận", "text", 40),
            Column("received_on", "Ngày nhận", "date", 13),
            Column("signed", "Ký nhận", "text", 12, is_by_hand=True),
            Column("ended_on", "Ngày thu hồi, hủy", "date", 13, under="state"),
            Column("returned", "Ký trả", "text", 12, is_by_hand=True),
            Column("form", "Hình thức", "text", 12, under="receiver"),
            Column("state", "Tình trạng", "text", 20),
        ),
        distribution_rows,
        is_of_holders=True,
    ),
    Register(
        "forms",
        "Biểu mẫu",
        "Biểu mẫu nội bộ và mẫu do văn bản quy định dùng trong ngày, quy trình sử dụng.",
        "bieu-mau",
        (
            _NUMBER,
            _CODE,
            Column("name", "Tên biểu mẫu", "text", 50),
            Column("kind", "Loại", "text", 16, under="name"),
            Column("source", "Văn bản quy định mẫu", "text", 24, under="name"),
            _ISSUE,
            Column("valid_from", "Dùng từ ngày", "date", 13),
            Column("procedures", "Quy trình sử dụng", "text", 36),
            Column("note", "Ghi chú", "text", 26, under="name"),
        ),
        form_rows,
    ),
)

REGISTERS = {register.slug: register for register in _ALL}
