"""BM-03-05, the report of an audit, whole: findings with evidence and what the units said."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from audits.models import Finding, ItemAnswer
from audits.papers.checklist import short_sample_grid
from audits.papers.facts import AuditFacts, Found, Sample, Teammate
from audits.papers.letterhead import (
    form,
    last_of,
    lines_of,
    marks_of,
    or_dots,
    shown,
    signer,
)
from audits.papers.planning import audit_lines, scope_grid
from qms.foundation.dates import LOCAL, format_date
from qms.records.models import Signature
from qms.records.paper import (
    Block,
    Bullets,
    Column,
    Grid,
    Heading,
    Labelled,
    Paper,
    Signers,
    Text,
)

EXTRACT = "TRÍCH BÁO CÁO: chỉ gồm phát hiện tại đơn vị của người in."
_SEVERE = (Finding.Grade.MAJOR, Finding.Grade.MINOR, Finding.Grade.NONCONFORM)


@dataclass(frozen=True)
class ReportFacts:
    """A report; `is_whole` is False where only the findings of somebody's unit are in it."""

    audit: AuditFacts
    found: Sequence[Found]
    samples: Sequence[Sample]
    verbal: Sequence[ItemAnswer]
    is_whole: bool

    @property
    def nonconforming(self) -> list[Found]:
        return [each for each in self.found if each.finding.is_nonconforming]

    def graded(self, *grades: str) -> list[Found]:
        return [each for each in self.found if each.finding.grade in grades]


def report_paper(facts: ReportFacts) -> Paper:
    """Return the report; until a leader has approved it, a draft."""
    told = facts.audit.audit
    extract = () if facts.is_whole else (EXTRACT,)
    blocks: list[Block] = [*audit_lines(facts.audit), *_days(facts.audit)]
    for number, (title, part) in enumerate(_parts(facts), start=1):
        blocks += [Heading(f"{number}. {title}"), *part]
    blocks += [
        Heading("Phụ lục. Phiếu ghi nhận sự không phù hợp"),
        _sheets(facts.nonconforming),
        _signers(facts.audit),
    ]
    marks = marks_of(is_illustrative=told.is_illustrative, is_draft=not told.is_reported)
    return form(
        facts.audit.head,
        "report",
        blocks,
        subtitle=told.title,
        number=told.number,
        marks=(*marks, *extract),
    )


def _parts(facts: ReportFacts) -> list[tuple[str, list[Block]]]:
    told = facts.audit.audit
    units = ", ".join(map(str, facts.audit.units)) or "không nêu"
    scope: list[Block] = [Text(told.scope)] if told.scope else []
    main = facts.graded(*_SEVERE, Finding.Grade.OBSERVATION)
    return [
        ("Đoàn đánh giá và tính độc lập", _team(facts.audit)),
        (
            "Phạm vi, đơn vị được đánh giá",
            [*scope, Text(f"Đơn vị: {units}."), scope_grid(facts.audit)],
        ),
        ("Điểm mạnh", [Text(or_dots(told.strengths))]),
        ("Tổng hợp sự không phù hợp", _tallies(facts)),
        ("Các phát hiện", _findings(main, facts.audit)),
        (
            "Cơ hội cải tiến",
            _findings(facts.graded(Finding.Grade.IMPROVEMENT), facts.audit),
        ),
        *(_seen(facts) if facts.is_whole else []),
        ("Kết luận", [Text(or_dots(told.conclusion))]),
        ("Kiến nghị", [Text(told.recommendations or "Không có.")]),
    ]


def _days(facts: AuditFacts) -> list[Block]:
    audit = facts.audit
    told = (
        ("Họp khai mạc", audit.opened_on),
        ("Họp kết thúc", audit.closing_held_on),
        ("Trưởng đoàn ký báo cáo", audit.report_signed_on),
        ("Lãnh đạo phê duyệt báo cáo", audit.reported_on),
    )
    return [Labelled(label, f"ngày {format_date(day)}") for label, day in told if day]


def _team(facts: AuditFacts) -> list[Block]:
    columns = (
        Column("TT", 11, "center"),
        Column("Họ và tên", 32),
        Column("Chức danh, đơn vị", 36),
        Column("Vai trò", 22),
        Column("Tính độc lập, chứng chỉ", 62),
    )
    rows = tuple(
        (str(number), each.name, each.place, each.role, independence_text(each))
        for number, each in enumerate(facts.team, start=1)
    )
    return [Grid(columns, rows, nothing="Chưa phân công ai.")]


def independence_text(mate: Teammate) -> str:
    """Return what a leader countersigned and why, what nobody did, what certificates lack."""
    member = mate.member
    borne = member.conflicts if member.countersigned_at else []
    told = [f"Đã lưu ý: {text}" for text in borne]
    if member.reason:
        told.append(f"Lý do vẫn phân công: {member.reason}")
    if member.countersigned_at:
        on = mate.signed_on or member.countersigned_at.astimezone(LOCAL).date()
        told.append(f"{member.countersigned_by} ký xác nhận ngày {format_date(on)}.")
    told += [f"Chưa được ký xác nhận: {text}" for text in mate.doubts]
    told += [f"Chứng chỉ: {text}" for text in mate.warnings]
    return "\n".join(told) or "Không có điều gì ảnh hưởng đến tính độc lập."


# --- the counts ---


def _tallies(facts: ReportFacts) -> list[Block]:
    nonconforming = facts.nonconforming
    grades = Counter(each.finding.grade for each in facts.found)
    by_grade = tuple(
        (Finding.Grade(grade).label, f"{grades[grade]:02d}")
        for grade in Finding.Grade
        if grade != Finding.Grade.NONCONFORM or grades[grade]
    )
    return [
        Labelled("Tổng số sự không phù hợp", f"{len(nonconforming):02d}"),
        Grid((Column("Mức", 3), Column("Số phát hiện", 1, "center")), by_grade),
        Text("Theo đơn vị:"),
        _by("Đơn vị", nonconforming, lambda finding: str(finding.unit)),
        Text("Theo điều khoản:"),
        _by(
            "Điều khoản",
            nonconforming,
            lambda finding: facts.audit.clause_text(finding.clause) or "Không gắn điều khoản",
        ),
    ]


def _by(title: str, found: Sequence[Found], key: Callable[[Finding], str]) -> Grid:
    columns = (
        Column(title, 80),
        Column("Nặng", 20, "center"),
        Column("Nhẹ", 20, "center"),
        Column("Chưa xếp mức", 25, "center"),
        Column("Cộng", 20, "center"),
    )
    counted: dict[str, Counter[str]] = {}
    for each in found:
        counted.setdefault(key(each.finding), Counter())[each.finding.grade] += 1
    rows = tuple(
        (name, *(str(count[grade]) for grade in _SEVERE), str(count.total()))
        for name, count in sorted(counted.items())
    )
    return Grid(columns, rows, nothing="Không có sự không phù hợp.")


# --- the findings ---


def _findings(found: Iterable[Found], facts: AuditFacts) -> list[Block]:
    told = [block for each in found for block in finding_blocks(each, facts)]
    return told or [Text("Không có.", italic=True)]


def finding_blocks(found: Found, facts: AuditFacts) -> list[Block]:
    """Return a finding whole: requirement, evidence, gap, the unit's answer, its pictures."""
    finding = found.finding
    sheet = f" – phiếu {found.sheet}" if found.sheet else ""
    told: list[Block] = [
        Heading(f"{finding.label}. {finding.get_grade_display()}{sheet}", 2),
        Labelled("Đơn vị", str(finding.unit)),
    ]
    rest = (
        ("Quy trình", str(finding.version) if finding.version else ""),
        ("Bước", finding.step_text),
        ("Điều khoản", facts.clause_text(finding.clause)),
        ("Hồ sơ", str(finding.dossier or "")),
        ("Yêu cầu", finding.requirement),
        ("Bằng chứng", finding.evidence_text),
        ("Điểm chưa phù hợp", finding.gap),
        ("Phát hiện", f"ngày {format_date(finding.found_on)}, {finding.found_by}"),
        ("Ý kiến của đơn vị", _answered(finding)),
    )
    told += [Labelled(label, value) for label, value in rest if value]
    return [*told, *shown(found.evidence)]


def _answered(finding: Finding) -> str:
    if not finding.answer:
        return "chưa có"
    who = f"{finding.answered_by}, ngày {format_date(finding.answered_on)}"
    return lines_of(f"{finding.get_answer_display()} – {who}", finding.answer_comment)


def _seen(facts: ReportFacts) -> list[tuple[str, list[Block]]]:
    remarks = tuple(_remark(answer) for answer in facts.verbal)
    issue = "Mỗi hồ sơ được đánh giá theo lần ban hành có hiệu lực ngày tiếp nhận."
    return [
        (
            "Đã nhắc tại chỗ",
            [Bullets(remarks) if remarks else Text("Không có.", italic=True)],
        ),
        ("Hồ sơ lấy mẫu", [Text(issue, italic=True), short_sample_grid(facts.samples)]),
    ]


def _remark(answer: ItemAnswer) -> str:
    dossier = f" (hồ sơ {answer.dossier})" if answer.dossier else ""
    note = answer.note or answer.get_result_display()
    said = f"{answer.item.question}{dossier} – {note}"
    return f"{said} – {answer.answered_by}, {format_date(answer.seen_on)}"


def _sheets(found: Sequence[Found]) -> Grid:
    columns = (
        Column("Phát hiện", 18, "center"),
        Column("Số phiếu KPH", 42),  # no number is broken
        Column("Mức", 30),
        Column("Đơn vị", 36),
        Column("Điểm chưa phù hợp", 60),
    )
    rows = tuple(
        (
            each.finding.label,
            each.sheet or "Lập khi báo cáo được phê duyệt",
            each.finding.get_grade_display(),
            str(each.finding.unit),
            each.finding.gap,
        )
        for each in found
    )
    return Grid(columns, rows, nothing="Không có phiếu nào.")


def _signers(facts: AuditFacts) -> Signers:
    lead = facts.lead
    return Signers(
        (
            signer(
                "Trưởng đoàn",
                last_of(facts.signatures, Signature.Act.PREPARED),
                name=lead.name if lead else "",
            ),
            signer(
                "Phê duyệt",
                last_of(facts.signatures, Signature.Act.APPROVED),
                position=facts.head.chief,
            ),
        )
    )
