"""A register on paper, across the sheet, and as a workbook."""

from procedures.papers.circulation import Sheet, workbook
from procedures.registers.asking import Column as RegisterColumn
from procedures.registers.asking import Value
from procedures.registers.tables import Table
from qms.records.paper import Column, Grid, Paper, Signer, Signers, Text

_LONGEST = 32_000  # letters; a cell of Excel holds 32,767
_CENTRED = ("int", "padded", "date")
# The least that a column needs on paper, so that no date and no code is broken.
_LEAST = {"int": 10, "padded": 13, "date": 20, "code": 24}
_TEXT = 0.8  # of the letters that a text has in a workbook


def register_workbook(table: Table, *, trace: str = "") -> bytes:
    """Return the register as a workbook: days are days, numbers numbers, no text a formula.

    `trace` is the head of the ledger, which stands in the foot of what is printed of it.
    """
    heading = (table.heading, table.issuer, table.unit_name, table.as_of)
    sheet = Sheet(
        name=table.register.name,
        heading=tuple(text for text in heading if text),
        columns=tuple(
            (label, column.width) for label, column in zip(table.labels, table.columns, strict=True)
        ),
        rows=[[_fitting(value) for value in row] for row in table.numbered()],
        trace=trace,
    )
    return workbook(sheet)


def _fitting(value: Value) -> Value:
    """Return the value; a text that no cell holds is cut, and says so."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]} … (còn nữa)"
    return value


def register_paper(table: Table, *, trace: str = "") -> Paper:
    """Return the register as a form of the office, with room for who made and who approved it.

    `trace` is the head of the ledger, which stands above the foot.
    """
    columns = tuple(
        Column(label, _share(column), "center" if column.kind in _CENTRED else "left")
        for label, column in zip(table.labels, table.columns, strict=True)
    )
    rows = tuple(table.shown(row) for row in table.numbered())
    narrowed = [Text(table.unit_name, italic=True, align="center")] if table.unit_name else []
    return Paper(
        "form",
        table.title,
        (
            *narrowed,
            Grid(columns, rows, nothing="Không có mục nào trong ngày này."),
            Signers((Signer("Người lập"), Signer("Người duyệt"))),
        ),
        code=table.code,
        subtitle=table.as_of,
        issuer_parent=table.parent,
        issuer=table.issuer,
        landscape=True,
        footer_note=" – ".join(text for text in (table.code, table.as_of) if text),
        trace=trace,
    )


def _share(column: RegisterColumn) -> float:
    if column.kind == "text":
        return column.width * _TEXT
    return max(column.width, _LEAST[column.kind])
