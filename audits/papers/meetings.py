"""Minutes of the opening and the closing meeting, with who was there."""

from collections.abc import Sequence

from audits.models import AuditSession
from audits.papers.facts import AuditFacts, Found, Sitting
from audits.papers.letterhead import (
    DOTS,
    administrative,
    days_between,
    lines_of,
    marks_of,
    or_dots,
)
from audits.papers.planning import scope_grid, team_grid
from qms.foundation.dates import format_date
from qms.records.paper import Block, Column, Grid, Heading, Paper, Signer, Signers, Text

_RULES = {
    AuditSession.Kind.OPENING: (
        "Trưởng đoàn giới thiệu thành viên đoàn, nêu mục đích, phạm vi, chuẩn mực, chương trình và "
        "cách thức đánh giá, cách xếp mức sự không phù hợp, cách xử lý ý kiến khác nhau."
    ),
    AuditSession.Kind.CLOSING: (
        "Trưởng đoàn trình bày các phát hiện, mức của từng phát hiện và cách thức, thời hạn đơn vị "
        "có ý kiến, khắc phục."
    ),
}


def opening_paper(facts: AuditFacts) -> Paper:
    """Return the minutes of the opening meeting; before it is held a sheet to fill in."""
    sitting = facts.sitting(AuditSession.Kind.OPENING)
    told: list[Block] = [
        Text("Đoàn đánh giá:"),
        team_grid(facts),
        Text("Phạm vi đánh giá:"),
        scope_grid(facts),
    ]
    return _minutes(facts, "opening", sitting, told)


def closing_paper(facts: AuditFacts, found: Sequence[Found], *, is_whole: bool) -> Paper:
    """Return the minutes of the closing meeting with the findings; not `is_whole` some of them."""
    sitting = facts.sitting(AuditSession.Kind.CLOSING)
    told: list[Block] = [Text("Các phát hiện đã trình bày:"), _findings(found)]
    if not is_whole:
        told.append(
            Text("Bản in này chỉ gồm phát hiện mà người in được xem theo đơn vị.", italic=True)
        )
    return _minutes(facts, "closing", sitting, told)


def _minutes(facts: AuditFacts, kind: str, sitting: Sitting | None, told: list[Block]) -> Paper:
    audit, lead = facts.audit, facts.lead
    meeting = AuditSession.Kind(kind)
    held_on = audit.opened_on if meeting == AuditSession.Kind.OPENING else audit.closing_held_on
    minutes = sitting.session.minutes if sitting else ""
    blocks: list[Block] = [
        Heading("I. Thời gian, địa điểm"),
        Text(_when(sitting, format_date(held_on))),
        Heading("II. Thành phần dự họp"),
        Text(f"Chủ trì: {lead.name if lead else DOTS}, Trưởng đoàn đánh giá."),
        _attendance(sitting),
        Heading("III. Nội dung"),
        Text(f"{_RULES[meeting]} Cuộc đánh giá {days_between(audit.starts_on, audit.ends_on)}."),
        *told,
        Heading("IV. Diễn biến, ý kiến"),
        Text(minutes or ("Không có ý kiến khác." if held_on else f"{DOTS}\n{DOTS}\n{DOTS}")),
        Text("Biên bản được đọc lại cho những người dự họp cùng nghe và thống nhất./."),
        Signers(
            (
                Signer("Đại diện đơn vị"),
                Signer("Trưởng đoàn", name=lead.name if lead else ""),
            )
        ),
    ]
    return administrative(
        facts.head,
        kind,
        blocks,
        subtitle=f"Cuộc đánh giá nội bộ {audit.number} – {audit.title}",
        on=held_on,
        recipients=("Đơn vị được đánh giá;", "Lưu: VT, hồ sơ đánh giá."),
        marks=marks_of(is_illustrative=audit.is_illustrative),
    )


def _when(sitting: Sitting | None, held_on: str) -> str:
    if sitting is None:
        return f"Ngày {or_dots(held_on)}, tại {DOTS}."
    session = sitting.session
    day = held_on or format_date(session.on)
    clock = f"từ {session.begins:%H:%M} đến {session.ends:%H:%M}"
    return f"Ngày {day}, {clock} (theo chương trình), tại {or_dots(session.place)}."


def _attendance(sitting: Sitting | None) -> Grid:
    columns = (
        Column("STT", 8, "center"),
        Column("Họ và tên", 45),
        Column("Chức danh, đơn vị", 55),
        Column("Ký tên", 30),
    )
    rows = tuple(
        (str(number), each.name, each.position, "")
        for number, each in enumerate(sitting.attendance if sitting else (), start=1)
    )
    return Grid(columns, rows or tuple((str(n), "", "", "") for n in range(1, 6)))


def _findings(found: Sequence[Found]) -> Grid:
    columns = (
        Column("Số", 14, "center"),
        Column("Đơn vị", 32),
        Column("Nội dung", 75),
        Column("Mức", 28),
    )
    rows = tuple(
        (
            each.finding.label,
            str(each.finding.unit),
            lines_of(each.finding.gap, each.finding.evidence_text),
            each.finding.get_grade_display(),
        )
        for each in found
    )
    return Grid(columns, rows, nothing="Không có phát hiện nào.")
