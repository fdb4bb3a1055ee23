"""Papers made before an audit: decision on the team, timetable, notification."""

import datetime as dt
from itertools import groupby

from audits.models import AuditSession
from audits.papers.facts import AuditFacts, Part, Sitting
from audits.papers.letterhead import (
    administrative,
    days_between,
    form,
    lines_of,
    marks_of,
    or_dots,
    signer,
)
from qms.foundation.dates import format_date
from qms.records.paper import (
    Block,
    Column,
    Grid,
    Heading,
    Labelled,
    Paper,
    Signer,
    Signers,
    Text,
)
from qms.records.paper.blocks import RowKind

TEAM_COLUMNS = (
    Column("TT", 11, "center"),
    Column("Họ và tên", 40),
    Column("Chức danh, đơn vị", 50),
    Column("Vai trò", 30),
)
# What an internal audit stands on (DOMAIN 1.1, 1.2).
_GROUNDS = (
    "Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014 của Thủ tướng Chính phủ về việc "
    "áp dụng Hệ thống quản lý chất lượng theo Tiêu chuẩn quốc gia TCVN ISO 9001:2008 vào hoạt "
    "động của các cơ quan, tổ chức thuộc hệ thống hành chính nhà nước;",
    "Căn cứ Thông tư số 26/2014/TT-BKHCN ngày 10 tháng 10 năm 2014 của Bộ trưởng Bộ Khoa học và "
    "Công nghệ quy định chi tiết thi hành Quyết định số 19/2014/QĐ-TTg;",
)


def team_paper(facts: AuditFacts) -> Paper:
    """Return the quyết định thành lập đoàn, to be signed in ink until number and day are typed."""
    audit, head = facts.audit, facts.head
    grounds = [*_GROUNDS, f"Căn cứ tiêu chuẩn {audit.edition};"]
    grounds += [f"Căn cứ {plan};" for plan in facts.programmes]
    blocks: list[Block] = [
        Text(head.authority, bold=True, align="center"),
        *(Text(ground, italic=True) for ground in grounds),
        Text("Theo đề nghị của Thư ký ISO.", italic=True),
        Text("QUYẾT ĐỊNH:", bold=True, align="center"),
        Labelled(
            "Điều 1.",
            f"Thành lập Đoàn đánh giá nội bộ thực hiện cuộc đánh giá {audit.number} “{audit.title}”"
            " gồm các ông, bà có tên sau:",
        ),
        team_grid(facts),
        Labelled("Điều 2.", _task(facts)),
        Labelled(
            "Điều 3.",
            "Quyết định này có hiệu lực kể từ ngày ký. Các ông, bà có tên tại Điều 1 và các đơn vị "
            f"được đánh giá ({_units(facts)}) chịu trách nhiệm thi hành Quyết định này./.",
        ),
        Signers((Signer(head.chief or "Thủ trưởng cơ quan", name=audit.team_signer),)),
    ]
    return administrative(
        head,
        "team",
        blocks,
        subtitle="Về việc thành lập Đoàn đánh giá nội bộ",
        number=audit.team_number,
        on=audit.team_decided_on,
        recipients=("Như Điều 3;", "Lưu: VT."),
        marks=marks_of(is_illustrative=audit.is_illustrative),
    )


def _task(facts: AuditFacts) -> str:
    audit = facts.audit
    return (
        f"Đoàn đánh giá nội bộ thực hiện đánh giá {days_between(audit.starts_on, audit.ends_on)}. "
        f"Mục đích: {_sentence(audit.purpose)} Phạm vi: {_sentence(scope_text(facts))} "
        f"Chuẩn mực: {_sentence(audit.criteria)} "
        "Thành viên Đoàn không đánh giá công việc do chính mình thực hiện. Đoàn tự giải thể sau "
        "khi báo cáo đánh giá được phê duyệt."
    )


def _sentence(text: str) -> str:
    said = " ".join(or_dots(text).split())
    return said if said.endswith((".", "…")) else f"{said}."


def _units(facts: AuditFacts) -> str:
    return ", ".join(str(unit) for unit in facts.units) or "theo phạm vi đánh giá"


def scope_text(facts: AuditFacts) -> str:
    """Return the scope as typed, or what is in it."""
    return facts.audit.scope or "; ".join(_part_text(part) for part in facts.parts)


def _part_text(part: Part) -> str:
    unit = str(part.subject.unit or "")
    clauses = f"điều {part.clauses}" if part.clauses else ""
    return " – ".join(text for text in (part.procedure, unit, clauses) if text)


def timetable_paper(facts: AuditFacts) -> Paper:
    """Return BM-03-02, the timetable of one audit."""
    audit, lead = facts.audit, facts.lead
    blocks: list[Block] = [
        *audit_lines(facts),
        Heading("1. Đoàn đánh giá"),
        team_grid(facts),
        Heading("2. Phạm vi đánh giá"),
        *([Text(audit.scope)] if audit.scope else []),
        scope_grid(facts),
        Heading("3. Chương trình"),
        timetable_grid(facts),
        Signers(
            (
                signer("Trưởng đoàn", name=lead.name if lead else ""),
                signer("Phê duyệt", position=facts.head.chief),
            )
        ),
    ]
    return form(
        facts.head,
        "timetable",
        blocks,
        subtitle=audit.title,
        number=audit.number,
        marks=marks_of(is_illustrative=audit.is_illustrative),
    )


def audit_lines(facts: AuditFacts) -> list[Block]:
    """Return what every paper of an audit begins with."""
    audit = facts.audit
    told = [
        ("Cuộc đánh giá", f"{audit.number} – {audit.title}"),
        ("Thời gian", days_between(audit.starts_on, audit.ends_on)),
        ("Mục đích", or_dots(audit.purpose)),
        ("Chuẩn mực", or_dots(lines_of(audit.criteria))),
        ("Tiêu chuẩn", audit.edition),
        ("Quyết định thành lập đoàn", or_dots(facts.team_decision)),
    ]
    return [Labelled(label, value) for label, value in told]


def team_grid(facts: AuditFacts) -> Grid:
    rows = tuple(
        (str(number), each.name, each.place, each.role)
        for number, each in enumerate(facts.team, start=1)
    )
    return Grid(TEAM_COLUMNS, rows, nothing="Chưa phân công ai.")


def scope_grid(facts: AuditFacts) -> Grid:
    """Return the scope part by part, each procedure with the issue in force on the day."""
    columns = (
        Column("TT", 11, "center"),
        Column("Đơn vị", 45),
        Column("Quy trình (lần ban hành được đánh giá)", 70),
        Column("Điều khoản", 30),
    )
    rows = tuple(
        (str(number), str(part.unit or ""), part.procedure, part.clauses)
        for number, part in enumerate(facts.parts, start=1)
    )
    return Grid(columns, rows, nothing="Chưa ghi phạm vi.")


def timetable_grid(facts: AuditFacts) -> Grid:
    """Return the sessions day by day."""
    columns = (
        Column("Thời gian", 30, "center"),
        Column("Đơn vị, người được đánh giá", 40),
        Column("Nội dung, điều khoản, quy trình", 55),
        Column("Chuyên gia", 34),
        Column("Địa điểm", 25),
    )
    rows: list[tuple[str, ...]] = []
    kinds: list[RowKind] = []
    for day, sittings in groupby(facts.sittings, key=lambda sitting: sitting.session.on):
        rows.append((f"Ngày {format_date(day)}",))
        kinds.append("group")
        for sitting in sittings:
            rows.append(_session_row(sitting))
            kinds.append("row")
    return Grid(
        columns,
        tuple(rows),
        kinds=tuple(kinds),
        nothing="Chưa lập chương trình.",
    )


def _session_row(sitting: Sitting) -> tuple[str, ...]:
    session = sitting.session
    is_work = session.kind == AuditSession.Kind.WORK
    whom = str(session.unit or "") if is_work else "Đoàn đánh giá và các đơn vị được đánh giá"
    what = session.topic if is_work else lines_of(session.get_kind_display(), session.topic)
    return (
        hours(session.begins, session.ends),
        whom,
        lines_of(what, sitting.subject) or session.get_kind_display(),
        "\n".join(sitting.auditors),
        session.place,
    )


def hours(begins: dt.time, ends: dt.time) -> str:
    return f"{begins:%H:%M} – {ends:%H:%M}"


def notification_paper(facts: AuditFacts) -> Paper:
    """Return the thông báo to the audited units, dated when it was sent."""
    audit, head = facts.audit, facts.head
    ground = f"Thực hiện {facts.team_decision} về việc thành lập Đoàn đánh giá nội bộ, "
    issuer = f"{ground if facts.team_decision else ''}{head.name or head.issuer}"
    blocks: list[Block] = [
        Text(f"{issuer} thông báo cuộc đánh giá nội bộ {audit.number} “{audit.title}” như sau:"),
        Labelled("1. Thời gian", days_between(audit.starts_on, audit.ends_on)),
        Labelled("2. Mục đích", or_dots(audit.purpose)),
        Labelled("3. Chuẩn mực", or_dots(audit.criteria)),
        Labelled("4. Phạm vi", audit.scope),
        scope_grid(facts),
        Labelled("5. Đoàn đánh giá", ""),
        team_grid(facts),
        Labelled("6. Chương trình", ""),
        timetable_grid(facts),
        Text(
            "Đề nghị các đơn vị được đánh giá bố trí người tham dự, chuẩn bị hồ sơ, tài liệu theo "
            "chương trình; nếu có vướng mắc thì phản ánh với Trưởng đoàn trước ngày đánh giá./."
        ),
        Signers((Signer(head.chief or "Thủ trưởng cơ quan"),)),
    ]
    return administrative(
        head,
        "notification",
        blocks,
        subtitle=f"Về việc đánh giá nội bộ {days_between(audit.starts_on, audit.ends_on)}",
        on=audit.notified_on,
        recipients=(*(f"{unit};" for unit in facts.units), "Đoàn đánh giá nội bộ;", "Lưu: VT."),
        marks=marks_of(is_illustrative=audit.is_illustrative),
    )
