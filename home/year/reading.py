"""What the system knows of a year by itself, and what was typed: a fixed number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from audits.models import Audit, AuditPaper
from audits.permissions.audits import auditor_agencies, visible_audits
from audits.permissions.programmes import visible_programmes
from audits.workflow import AuditStatus, ProgrammeStatus
from home.year.lines import Line, Row, YearFile
from procedures.models import Declaration, YearPaper
from procedures.permissions import is_clerk
from procedures.permissions.circulation import visible_meetings
from procedures.permissions.yearly import (
    can_keep_year,
    visible_declarations,
    visible_year_papers,
)
from qms.foundation.dates import format_date
from qms.foundation.text import clean
from qms.organisation.models import Unit, has_role
from qms.organisation.roles import Role
from qms.records.models import StoredFile

Kind = YearPaper.Row
_WATCHING = (Role.ISO_SECRETARY, Role.LEADER, Role.EXTERNAL_CHECKER)  # see what an audit found


def year_file(user: Any, agency: Unit, year: int) -> YearFile:
    """Return the ISO file of the year with what `user` may see of it."""
    may_keep = can_keep_year(user, agency)
    lines: dict[str, list[Line]] = defaultdict(list)
    lines[Kind.TRAINING] += _meetings(user, agency, year)
    lines[Kind.AUDIT] += [*_programmes(user, agency, year), *_audits(user, agency, year)]
    for declaration in _declarations(user, agency, year):
        for key, line in _declared(declaration):
            lines[key].append(line)
    papers = list(_papers(user, agency, year))
    may_attach = is_clerk(user, agency)
    for paper in papers:
        if not paper.is_void:
            line = _typed(paper, may_keep=may_keep, may_attach=may_attach)
            lines[paper.row].append(line)
    rows = tuple(
        Row(
            kind.value,
            str(kind.label),
            tuple(sorted(lines[kind.value], key=lambda line: line.day or dt.date.max)),
            _adding(agency, year, kind.value) if may_keep else "",
        )
        for kind in Kind
    )
    mistakes = tuple(paper for paper in papers if paper.is_void and may_keep)
    return YearFile(agency, year, rows, mistakes)


def _adding(agency: Unit, year: int, kind: str) -> str:
    """Return where a paper of the kind is added; a declaration is a record of its own."""
    if kind == Kind.DECLARATION:
        asked = urlencode({"donvi": agency.code})
        return f"{reverse('procedures:declaration-new')}?{asked}"
    asked = urlencode({"loai": kind, "donvi": agency.code})
    return f"{reverse('procedures:year-paper-new', args=[year])}?{asked}"


def _papers(user: Any, agency: Unit, year: int) -> Iterable[YearPaper]:
    papers = visible_year_papers(user).filter(agency=agency, year=year)
    return papers.select_related("file", "recorded_by")


def _typed(paper: YearPaper, *, may_keep: bool, may_attach: bool) -> Line:
    file_url = reverse("procedures:year-paper-file", args=[paper.pk])
    return Line(
        paper.title,
        paper.number,
        paper.dated_on,
        file=paper.file,
        file_url=file_url if paper.file else "",
        note=paper.note,
        paper=paper,
        edit_url=reverse("procedures:year-paper-edit", args=[paper.pk]) if may_keep else "",
        attach_url="" if paper.file or not may_attach else file_url,
    )


def _meetings(user: Any, agency: Unit, year: int) -> Iterable[Line]:
    meetings = visible_meetings(user).filter(agency=agency, held_on__year=year)
    for meeting in meetings.select_related("file"):
        yield Line(
            f"{meeting}: {_brief(meeting.content)}",
            day=meeting.held_on,
            url=meeting.get_absolute_url(),
            file=meeting.file,
            file_url=_file(meeting.file, "procedures:dissemination-file", meeting.pk),
            note="" if meeting.file else "Chưa có danh sách ký tên.",
        )


def _programmes(user: Any, agency: Unit, year: int) -> Iterable[Line]:
    plans = visible_programmes(user).filter(
        agency=agency, year=year, status=ProgrammeStatus.APPROVED
    )
    for plan in plans.order_by("revision"):
        yield Line(
            str(plan), day=plan.approved_on, url=plan.get_absolute_url(), is_sufficient=False
        )


def _audits(user: Any, agency: Unit, year: int) -> Iterable[Line]:
    audits = visible_audits(user).filter(agency=agency, starts_on__year=year)
    found = list(
        audits.exclude(status=AuditStatus.CANCELLED).select_related("team_file").order_by("pk")
    )
    reports = _reports(user, agency, found)
    for audit in found:
        if audit.team_number:
            yield Line(
                f"QĐ thành lập đoàn: {audit.title}",
                audit.team_number,
                audit.team_decided_on,
                url=audit.get_absolute_url(),
                file=audit.team_file,
                file_url=_file(audit.team_file, "audits:audit-team-file", audit.slug),
                is_sufficient=False,
            )
        kept = reports.get(audit.pk)
        yield Line(
            f"Báo cáo đánh giá: {audit.title}" if audit.is_reported else audit.title,
            audit.number,
            audit.reported_on or audit.starts_on,
            url=audit.get_absolute_url(),
            file=kept,
            file_url=_file(kept, "audits:paper", audit.slug, "report", "pdf"),
            note="" if audit.is_reported else "Chưa có báo cáo được phê duyệt.",
            is_sufficient=audit.is_reported,
        )


def _reports(user: Any, agency: Unit, audits: list[Audit]) -> dict[int, StoredFile]:
    """Return the kept report of each audit, for those who see all that it found."""
    sees = has_role(user, *_WATCHING, unit=agency)
    if not sees and not auditor_agencies(user).filter(pk=agency.pk).exists():
        return {}
    closed = [audit.pk for audit in audits if audit.closing_held_on is not None]
    papers = AuditPaper.objects.filter(audit__in=closed, kind="report").select_related("file")
    return {paper.audit_id: paper.file for paper in papers}


def _declarations(user: Any, agency: Unit, year: int) -> list[Declaration]:
    """Return those of the year; where it has none, the one that stood at its end."""
    kept = visible_declarations(user).filter(
        agency=agency, is_void=False, signed_on__lte=dt.date(year, 12, 31)
    )
    found = list(kept.select_related("file").order_by("-signed_on", "-pk"))
    return [each for each in found if each.signed_on.year == year] or found[:1]


def _declared(declaration: Declaration) -> Iterable[tuple[str, Line]]:
    url = reverse("procedures:declaration-detail", args=[declaration.pk])
    named = f"theo QĐ số {declaration.number} ngày {format_date(declaration.signed_on)}"
    yield (
        Kind.DECLARATION,
        Line(
            "QĐ công bố HTQLCL",
            declaration.number,
            declaration.signed_on,
            url=url,
            file=declaration.file,
            file_url=_file(declaration.file, "procedures:declaration-file", declaration.pk),
        ),
    )
    if declaration.notified_on or declaration.notified_number:
        number, day = declaration.notified_number, declaration.notified_on
        yield Kind.NOTICE, Line("Văn bản thông báo", number, day, url=url, note=named)
    if declaration.posted_on:
        line = Line("Niêm yết tại trụ sở", day=declaration.posted_on, url=url, note=named)
        yield Kind.POSTING, line
    if declaration.website_url:
        yield Kind.WEBSITE, Line(declaration.website_url, url=url, note=named)


def _file(stored: StoredFile | None, name: str, *args: object) -> str:
    return reverse(name, args=list(args)) if stored is not None else ""


def _brief(text: str) -> str:
    short = clean(text)
    return short if len(short) <= 120 else f"{short[:119]}…"
