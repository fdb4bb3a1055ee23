"""BM-03-01, the plan of a year: its lines by month, and the matrix of units and clauses."""

from collections.abc import Sequence
from dataclasses import dataclass

from audits.matrix import Matrix
from audits.models import AuditProgramme, ProgrammeLine
from audits.papers.letterhead import Letterhead, form, last_of, lines_of, marks_of, signer
from audits.workflow import ProgrammeStatus
from qms.foundation.dates import format_date
from qms.records.models import Signature
from qms.records.paper import Block, Column, Grid, Heading, Labelled, Paper, Signers, Text


@dataclass(frozen=True)
class ProgrammeFacts:
    """A plan as somebody reads it: `named` are the procedures of its lines, in their order."""

    head: Letterhead
    programme: AuditProgramme
    lines: Sequence[ProgrammeLine]
    named: Sequence[str]
    matrix: Matrix
    signatures: Sequence[Signature]


def programme_paper(facts: ProgrammeFacts) -> Paper:
    """Return the plan, across the sheet; one that is not approved is a draft."""
    programme = facts.programme
    is_draft = programme.status != ProgrammeStatus.APPROVED
    blocks: list[Block] = [
        Labelled("Tiêu chuẩn", programme.edition),
        *([Labelled("Mục đích", programme.purpose)] if programme.purpose else []),
        *([Labelled("Ghi chú", programme.note)] if programme.note else []),
        *_approved(programme),
        Heading("1. Nội dung và tháng đánh giá"),
        _lines(facts),
        Heading("2. Ma trận đơn vị × điều khoản"),
        Text(
            "Số trong ô là tháng đánh giá. Cột “Chung” là nội dung không nêu điều khoản, "
            "ví dụ cả một quy trình.",
            italic=True,
        ),
        _matrix(facts.matrix),
        _clause_names(facts.matrix),
        Signers(
            (
                signer(
                    "Người lập",
                    last_of(facts.signatures, Signature.Act.PREPARED),
                    name=str(programme.composed_by),
                ),
                signer(
                    "Phê duyệt",
                    last_of(facts.signatures, Signature.Act.APPROVED),
                    position=facts.head.chief,
                ),
            )
        ),
    ]
    return form(
        facts.head,
        "programme",
        blocks,
        subtitle=str(programme),
        landscape=True,
        marks=marks_of(is_illustrative=programme.is_illustrative, is_draft=is_draft),
    )


def _approved(programme: AuditProgramme) -> list[Block]:
    if programme.approved_on is None:
        return [Labelled("Trạng thái", programme.get_status_display())]
    return [Labelled("Ngày phê duyệt", format_date(programme.approved_on))]


def _lines(facts: ProgrammeFacts) -> Grid:
    columns = (
        Column("STT", 8, "center"),
        Column("Đơn vị, quá trình, quy trình được đánh giá", 62),
        *(Column(str(month), 7, "center") for month in range(1, 13)),
        Column("Phạm vi, chuẩn mực", 38),
        Column("Chuyên gia, đoàn", 28),
        Column("Ghi chú", 34),
    )
    rows = tuple(
        (
            str(number),
            _subject(line, named),
            *("x" if month in line.months else "" for month in range(1, 13)),
            line.scope,
            line.team,
            lines_of(line.note, line.reasons),
        )
        for number, (line, named) in enumerate(zip(facts.lines, facts.named, strict=True), start=1)
    )
    return Grid(columns, rows, nothing="Kế hoạch chưa có nội dung.")


def _subject(line: ProgrammeLine, procedure: str) -> str:
    clauses = f"Điều {', '.join(line.clauses)}" if line.clauses else ""
    return lines_of(procedure, str(line.unit or ""), clauses)


def _matrix(matrix: Matrix) -> Grid:
    columns = (
        Column("Đơn vị", 42),
        Column("Chung", 11, "center"),
        *(Column(clause.number, 7, "center") for clause in matrix.clauses),
    )
    rows = tuple(
        (row.label, whole, *(months for _, months in cells)) for row, whole, cells in matrix.lines()
    )
    return Grid(columns, rows)


def _clause_names(matrix: Matrix) -> Text:
    return Text("; ".join(str(clause) for clause in matrix.clauses), italic=True)
