"""Papers to print, one of each kind, and what a reader of the Word file sees."""

import io
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from docx import Document
from docx.table import Table

from qms.records.paper import (
    Block,
    Bullets,
    Column,
    Grid,
    Heading,
    Labelled,
    PageBreak,
    Paper,
    Picture,
    Signer,
    Signers,
    Space,
    Text,
)
from tests.pictures import encoded, halves

PARENT = "Ủy ban nhân dân thành phố Bắc Giang"
ISSUER = "Phòng Giáo dục và Đào tạo"
SIGNED = "(xác nhận bằng mật khẩu trên hệ thống)"


def form(*blocks: Block, **values: Any) -> Paper:
    told: dict[str, Any] = {
        "kind": "form",
        "code": "BM-03-04",
        "title": "Phiếu ghi nhận sự không phù hợp",
        "issuer_parent": PARENT.upper(),
        "issuer": ISSUER.upper(),
    }
    return Paper(**(told | {"blocks": blocks} | values))


def administrative(*blocks: Block, **values: Any) -> Paper:
    told: dict[str, Any] = {
        "kind": "administrative",
        "title": "Quyết định",
        "subtitle": "Về việc thành lập Đoàn đánh giá nội bộ năm 2022",
        "issuer_parent": PARENT,
        "issuer": ISSUER,
    }
    return Paper(**(told | {"blocks": blocks} | values))


def sheet() -> Paper:
    """A sheet of nonconformity, with every block there is."""
    return form(
        Labelled("Nguồn", "Đánh giá nội bộ ĐGNB-2022-01"),
        Labelled("Đơn vị", "Bộ phận Một cửa"),
        Labelled("Mức", "Nhẹ"),
        Heading("1. Mô tả sự không phù hợp"),
        Text("Bước 3 quy định ký phiếu kiểm soát trong ngày; 02 trong 05 hồ sơ không có chữ ký."),
        Heading("1.1. Bằng chứng", 2),
        Bullets(("Hồ sơ 000.12.H02-220315-0001", "Hồ sơ 000.12.H02-220318-0007")),
        Picture(encoded(halves(640, 400)), "Ảnh 1. Phiếu kiểm soát chụp ngày 12/05/2022"),
        Heading("2. Nguyên nhân"),
        Text("Không ai nhắc khi giao hồ sơ.\nVì phiếu in sẵn không có ô ký.", italic=True),
        Space(),
        Heading("3. Hành động khắc phục"),
        Grid(
            (
                Column("TT", 8, "center"),
                Column("Việc phải làm", 60),
                Column("Người làm", 30),
                Column("Hạn", 20, "center"),
                Column("Kinh phí (đồng)", 20, "right"),
            ),
            (
                ("Đợt 1",),
                ("1", "In lại phiếu kiểm soát có ô ký", "Lê Văn Chuyên", "30/05/2022", "120.000"),
                ("2", "Nhắc trong họp giao ban", "Phạm Thị Phó", "01/06/2022", ""),
                ("Đợt 2",),
                ("3", "Kiểm tra 10 hồ sơ bất kỳ", "Trần Thị Thư", "30/06/2022", "0"),
            ),
            kinds=("group", "row", "row", "group", "row"),
        ),
        Signers(
            (
                Signer("Người phát hiện", "", "Trần Thị Thư", "Thư ký ISO", "12/05/2022", SIGNED),
                Signer("Đơn vị xác nhận", "", "Lê Văn Chuyên", "Chuyên viên", "13/05/2022", SIGNED),
                Signer("Lãnh đạo", "KT.", "Phạm Thị Phó", "Phó Trưởng phòng"),
            )
        ),
        PageBreak(),
        Heading("4. Kiểm tra xác nhận"),
        Text("Đã kiểm tra ngày 05/07/2022.", bold=True, align="right"),
        Signers((Signer("Người kiểm tra", name="Hoàng Văn Trưởng", position="Trưởng phòng"),)),
        number="KPH-2022-003",
        place_and_date="Bắc Giang, ngày 12 tháng 5 năm 2022",
        footer_note="BM-03-04 – KPH-2022-003",
    )


def matrix(rows: int = 14) -> Paper:
    """A wide matrix of units and clauses, with a second row in its head."""
    clauses = [
        f"{a}.{b}"
        for a, many in ((4, 4), (5, 3), (6, 3), (7, 5), (8, 7))
        for b in range(1, many + 1)
    ]
    clauses += ["9.1", "9.2", "9.3", "10.2"]
    units = [f"Trường Tiểu học số {n}" for n in range(1, rows + 1)]
    return form(
        Text("Tháng thực hiện được ghi trong ô.", italic=True),
        Grid(
            (Column("Đơn vị", 45), *(Column(clause, 7, "center") for clause in clauses)),
            (
                ("(1)", *(f"({n})" for n in range(2, len(clauses) + 2))),
                *(
                    (unit, *("x" if (at + n) % 3 else "" for n in range(len(clauses))))
                    for at, unit in enumerate(units)
                ),
            ),
            header_rows=2,
        ),
        Signers(
            (
                Signer("Người lập", name="Trần Thị Thư"),
                Signer("Người duyệt", name="Hoàng Văn Trưởng"),
            )
        ),
        code="BM-03-01",
        title="Ma trận đơn vị và điều khoản",
        subtitle="Năm 2022",
        landscape=True,
    )


def decision() -> Paper:
    return administrative(
        Text("TRƯỞNG PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", bold=True, align="center"),
        Text(
            "Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014 của Thủ tướng Chính phủ "
            "về việc áp dụng Hệ thống quản lý chất lượng theo tiêu chuẩn quốc gia TCVN ISO 9001;\n"
            "Theo đề nghị của Thư ký ISO.",
            italic=True,
        ),
        Text("QUYẾT ĐỊNH:", bold=True, align="center"),
        Labelled("Điều 1.", "Thành lập Đoàn đánh giá nội bộ năm 2022 gồm các ông, bà sau đây:"),
        Grid(
            (Column("TT", 10, "center"), Column("Họ và tên", 60), Column("Nhiệm vụ", 60)),
            (("1", "Trần Thị Thư", "Trưởng đoàn"), ("2", "Lê Văn Chuyên", "Thành viên")),
        ),
        *(
            Labelled(f"Điều {n}.", "Đoàn có nhiệm vụ đánh giá sự phù hợp của hệ thống. " * 7)
            for n in range(2, 8)
        ),
        Signers((Signer("Trưởng phòng", "KT.", "Phạm Thị Phó", "Phó Trưởng phòng", "", ""),)),
        number="15/QĐ-PGDĐT",
        place_and_date="Bắc Giang, ngày 05 tháng 3 năm 2022",
        recipients=("Như Điều 3;", "Ban Chỉ đạo ISO (để b/c);", "Lưu: VT, ISO."),
    )


# --- what the Word file says ---


def opened(docx: bytes) -> Any:
    return Document(io.BytesIO(docx))


def word_texts(docx: bytes) -> Iterator[str]:
    """The text of each paragraph of the body in its order, cells of tables among them."""
    for part in opened(docx).iter_inner_content():
        if isinstance(part, Table):
            for row in part.rows:
                seen: list[Any] = []
                for cell in row.cells:
                    if cell._tc not in seen:
                        seen.append(cell._tc)
                        yield from (paragraph.text for paragraph in cell.paragraphs)
        else:
            yield part.text


def head_texts(docx: bytes) -> list[str]:
    """What stands in the head and foot of the pages."""
    section = opened(docx).sections[0]
    tables = [*section.header.tables, *section.footer.tables]
    return [cell.text for table in tables for row in table.rows for cell in row.cells]


def texts_of(block: Block) -> Iterator[str]:
    """Every text that a block was given."""

    def within(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            for each in value:
                yield from within(each)
        elif hasattr(value, "__dataclass_fields__"):
            for field in fields(value):
                if field.name not in {"align", "kinds", "nothing"}:
                    yield from within(getattr(value, field.name))

    return (text for text in within(block) if text)
