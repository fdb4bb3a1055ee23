"""BM-03-03, the checklist: to be filled in by hand, and as it was filled in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from audits.board import Line
from audits.models import ItemAnswer, Result, SiteConfirmation, answer_sha256
from audits.papers.facts import AuditFacts, Sample
from audits.papers.letterhead import (
    Piece,
    form,
    lines_of,
    marks_of,
    or_dots,
    shown,
    signer,
)
from audits.papers.planning import audit_lines
from qms.foundation.dates import LOCAL, format_date
from qms.records.paper import (
    Block,
    Column,
    Grid,
    Heading,
    Labelled,
    Paper,
    Picture,
    Signers,
    Space,
    Text,
)
from qms.records.paper.blocks import RowKind

_SHORT = {
    Result.CONFORM: "C",
    Result.NONCONFORM: "NC",
    Result.OBSERVATION: "OB",
    Result.NOT_APPLICABLE: "N.A",
}
_LEGEND = "Kết quả: C – phù hợp; NC – không phù hợp; OB – lưu ý; N.A – không áp dụng."
_Cells = Callable[[Line], tuple[str, str, str]]
_FREE_ROWS = 8  # of a sheet that is filled in by hand


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer that was given beside another's, and the one that was chosen in the end."""

    question: str
    passed_over: ItemAnswer
    chosen: ItemAnswer | None


@dataclass(frozen=True)
class ChecklistFacts:
    """A checklist with all that was written down, seen and confirmed.

    `evidence` is by the key of the question, `signed` the picture of a confirmation by its key,
    `sheets` the numbers of nonconformities by the key of the finding.
    """

    audit: AuditFacts
    lines: Sequence[Line]
    samples: Sequence[Sample]
    settled: Sequence[Settled]
    evidence: Mapping[int, Sequence[Piece]]
    signed: Mapping[int, bytes]
    sheets: Mapping[int, str]


def blank_paper(facts: ChecklistFacts) -> Paper:
    """Return the questions with room to write, and empty rows for dossiers."""
    rows, kinds = _rows(facts.lines, _blank_cells)
    blocks: list[Block] = [
        *audit_lines(facts.audit),
        Labelled("Người đánh giá", or_dots(_auditors(facts.lines))),
        Labelled("Người được hỏi", or_dots("")),
        Labelled("Ngày đánh giá", or_dots("")),
        Text(_LEGEND, italic=True),
        Grid(_columns(), rows, kinds=kinds, nothing="Chưa có câu hỏi nào."),
        Heading("Hồ sơ lấy mẫu"),
        Grid(_sample_columns(), _free(len(_sample_columns()))),
        _hand_signers(facts.audit),
    ]
    return _form(facts.audit, blocks)


def filled_paper(facts: ChecklistFacts) -> Paper:
    """Return the checklist with answers, dossiers, settled disputes, evidence, confirmations."""
    rows, kinds = _rows(facts.lines, lambda line: _filled_cells(line, facts.sheets))
    blocks: list[Block] = [
        *audit_lines(facts.audit),
        Labelled("Tổng hợp", _totals(facts.lines)),
        Heading("1. Câu hỏi và ghi chép"),
        Text(_LEGEND, italic=True),
        Grid(_columns(), rows, kinds=kinds, nothing="Chưa có câu hỏi nào."),
        Heading("2. Hồ sơ lấy mẫu"),
        sample_grid(facts.samples),
        Heading("3. Câu hai người cùng trả lời"),
        _disputes(facts),
        Heading("4. Bằng chứng"),
        *_evidence(facts),
        Heading("5. Xác nhận tại chỗ của đơn vị"),
        *_confirmations(facts),
        _hand_signers(facts.audit),
    ]
    return _form(facts.audit, blocks)


def _form(facts: AuditFacts, blocks: Iterable[Block]) -> Paper:
    return form(
        facts.head,
        "checklist",
        blocks,
        subtitle=facts.audit.title,
        number=facts.audit.number,
        landscape=True,
        marks=marks_of(is_illustrative=facts.audit.is_illustrative),
    )


def _hand_signers(facts: AuditFacts) -> Signers:
    lead = facts.lead
    return Signers(
        (
            signer("Đại diện đơn vị"),
            signer("Người đánh giá"),
            signer("Trưởng đoàn", name=lead.name if lead else ""),
        )
    )


def _auditors(lines: Iterable[Line]) -> str:
    named = [str(line.item.auditor.person) for line in lines if line.item.auditor]
    return ", ".join(dict.fromkeys(named))


# --- the questions ---


def _columns() -> tuple[Column, ...]:
    return (
        Column("STT", 9, "center"),
        Column("Điều khoản, quy trình, mục", 48),
        Column("Câu hỏi, yêu cầu", 66),
        Column("Bằng chứng, ghi chép", 78),
        Column("Kết quả", 19, "center"),
        Column("Số phiếu KPH, phát hiện", 28),
    )


def _rows(
    lines: Sequence[Line], cells: _Cells
) -> tuple[tuple[tuple[str, ...], ...], tuple[RowKind, ...]]:
    """Return the rows of the questions under the headings of their procedures and units."""
    rows: list[tuple[str, ...]] = []
    kinds: list[RowKind] = []
    number = 0
    for group, members in groupby(lines, key=lambda line: line.group):
        rows.append((group,))
        kinds.append("group")
        for line in members:
            number += 1
            rows.append((str(number), _place(line), _question(line), *cells(line)))
            kinds.append("row")
    return tuple(rows), tuple(kinds)


def _place(line: Line) -> str:
    item = line.item
    step = f"Bước {line.step_no}" if line.step_no else item.get_kind_display()
    clause = f"Điều {item.clause} {line.clause_title}".strip() if item.clause else ""
    unit = f"Đơn vị: {item.unit}" if item.unit else ""
    return lines_of(step, item.row_text, clause, unit)


def _question(line: Line) -> str:
    expects = f"Cần xem: {line.item.expects}" if line.item.expects else ""
    last = ""
    if line.last:
        said = f"Lần trước ({line.last.audit.number}): {line.last.result_label}"
        last = f"{said}. {line.last.note}" if line.last.note else said
    return lines_of(line.item.question, expects, last)


def _blank_cells(line: Line) -> tuple[str, str, str]:
    return "\n\n", "", ""


def _filled_cells(line: Line, sheets: Mapping[int, str]) -> tuple[str, str, str]:
    notes = [_noted(line.answer, "")] if line.answer else []
    notes += [_noted(cell.answer, f"Hồ sơ {cell.dossier.code}: ") for cell in line.cells]
    notes += [f"ĐANG TRANH LUẬN – {_noted(answer, '')}" for answer in line.all_disputed]
    results = [_SHORT[Result(line.result)]] if line.result else ["Chưa trả lời"]
    results += [Result(line.result).label] if line.result else []
    found = [f"{finding.label} {sheets.get(finding.pk, '')}".strip() for finding in line.findings]
    return "\n".join(filter(None, notes)), "\n".join(results), "\n".join(found)


def _noted(answer: ItemAnswer | None, before: str) -> str:
    """Return result, note, day and who; nothing while it is not answered."""
    if answer is None:
        return ""
    result = answer.get_result_display() if answer.result else "xóa câu trả lời"
    note = f". {answer.note}" if answer.note else ""
    verbal = " (đã nhắc tại chỗ)" if answer.is_verbal else ""
    return f"{before}{result}{note}{verbal} – {format_date(answer.seen_on)}, {answer.answered_by}"


def _totals(lines: Sequence[Line]) -> str:
    counts = [
        f"{Result(result).label.lower()} {sum(line.result == result for line in lines):02d}"
        for result in Result
    ]
    unanswered = sum(not line.result for line in lines)
    return f"{len(lines):02d} câu: {', '.join(counts)}, chưa trả lời {unanswered:02d}"


# --- dossiers ---


def _sample_columns() -> tuple[Column, ...]:
    return (
        Column("STT", 9, "center"),
        Column("Mã hồ sơ", 38),
        Column("Quy trình, lần ban hành áp dụng", 62),
        Column("Tiếp nhận", 22, "center"),
        Column("Hẹn trả", 22, "center"),
        Column("Trả kết quả", 26, "center"),
        Column("Phiếu kiểm soát", 24, "center"),
        Column("Người giải quyết", 45),
    )


def sample_grid(samples: Sequence[Sample]) -> Grid:
    """Return the dossiers, each with the issue by which it was judged."""
    words = {True: "Ghi đủ", False: "Ghi thiếu", None: "Chưa xem"}
    rows = tuple(
        (
            str(number),
            sample.dossier.code,
            f"{sample.dossier.procedure.code}, {sample.dossier.version.number_text}",
            format_date(sample.dossier.received_on),
            format_date(sample.dossier.due_on),
            lines_of(
                format_date(sample.dossier.returned_on) or "Chưa trả",
                "(trễ hạn)" if sample.dossier.is_late else "",
            ),
            words[sample.dossier.is_sheet_complete],
            ", ".join(sample.handlers),
        )
        for number, sample in enumerate(samples, start=1)
    )
    return Grid(_sample_columns(), rows, nothing="Không lấy mẫu hồ sơ.")


def _free(columns: int) -> tuple[tuple[str, ...], ...]:
    return tuple((str(n), *("" for _ in range(columns - 1))) for n in range(1, _FREE_ROWS + 1))


# --- what was disputed, seen, confirmed ---


def _disputes(facts: ChecklistFacts) -> Grid:
    columns = (
        Column("Câu hỏi", 70),
        Column("Câu trả lời không được chọn", 80),
        Column("Câu được chọn", 80),
    )
    rows = tuple(
        (each.question, _noted(each.passed_over, ""), _noted(each.chosen, "") or "Chưa chọn")
        for each in facts.settled
    )
    return Grid(columns, rows)


def _numbered(facts: ChecklistFacts) -> Iterable[tuple[str, Line]]:
    for number, line in enumerate(facts.lines, start=1):
        yield f"Câu {number}. {line.item.question}", line


def _evidence(facts: ChecklistFacts) -> list[Block]:
    told: list[Block] = []
    for title, line in _numbered(facts):
        if pieces := facts.evidence.get(line.item.pk, ()):
            told += [Heading(title, 2), *shown(pieces)]
    return told or [Text("Không có.", italic=True)]


def _confirmations(facts: ChecklistFacts) -> list[Block]:
    told: list[Block] = []
    for title, line in _numbered(facts):
        if line.confirmations:
            told.append(Heading(title, 2))
        for confirmation in line.confirmations:
            told += [
                Text(_confirmed(confirmation, line)),
                Picture(
                    facts.signed.get(confirmation.pk, b""), f"Xác nhận của {confirmation.name}"
                ),
                Space(),
            ]
    return told or [Text("Không có.", italic=True)]


def _confirmed(confirmation: SiteConfirmation, line: Line) -> str:
    who = ", ".join(text for text in (confirmation.name, confirmation.position) if text)
    hour = f"{confirmation.recorded_at.astimezone(LOCAL):%H:%M %d/%m/%Y}"
    stands = confirmation.sha256 == answer_sha256(line.answers)
    changed = "" if stands else " Câu trả lời đã thay đổi sau xác nhận này."
    return (
        f"{who} xác nhận ngày {format_date(confirmation.confirmed_on)} (ghi lúc {hour}).{changed}"
    )
