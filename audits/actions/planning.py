"""Planning an audit: its days, its scope, its notification (ISO 9001:2015, 9.2.2 b)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.actions.outsiders import close_procedure, follow_days, open_procedure
from audits.actions.team import must_be_independent, must_stay_independent
from audits.models import (
    Audit,
    AuditMember,
    AuditSession,
    AuditSettings,
    AuditSubject,
    Clause,
    ProgrammeLine,
)
from audits.proposals import is_plannable
from procedures.models import Procedure
from qms.foundation.dates import format_date
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User
from qms.records.numbers import take_number
from qms.records.workflow import TransitionNotAllowed

SERIES = "audit"


@dataclass(frozen=True)
class SubjectGiven:
    """A part of the scope; at least one of unit, procedure and clauses."""

    unit: Unit | None = None
    procedure: Procedure | None = None
    clauses: tuple[str, ...] = ()
    line: ProgrammeLine | None = None


@dataclass(frozen=True)
class AuditGiven:
    """What is said of an audit; both days inclusive."""

    title: str
    starts_on: dt.date
    ends_on: dt.date
    edition: str
    purpose: str = ""
    scope: str = ""
    criteria: str = ""


@dataclass(frozen=True)
class NewAudit:
    """An audit to be planned."""

    agency: Unit
    about: AuditGiven
    subjects: tuple[SubjectGiven, ...] = ()
    is_illustrative: bool = False


@transaction.atomic
def plan_audit(given: NewAudit, *, by: User) -> Audit:
    """Begin an audit with the next number of its year, the year of its first day.

    Raises ValidationError for days in the wrong order and for subjects that say nothing.
    """
    about = given.about
    _check_days(about)
    settings = AuditSettings.of(given.agency)
    audit = Audit(agency=given.agency, is_illustrative=given.is_illustrative, planned_by=by)
    _put(audit, about)
    audit.number = take_number(
        given.agency, SERIES, year=about.starts_on.year, pattern=settings.audit_pattern
    )
    audit.record(by=by, reason="Lập cuộc đánh giá")
    for subject in given.subjects:
        add_subject(audit, subject, by=by)
    return audit


def _check_days(about: AuditGiven) -> None:
    if about.ends_on < about.starts_on:
        raise ValidationError({"ends_on": "Ngày kết thúc không được trước ngày bắt đầu."})


def _put(audit: Audit, about: AuditGiven) -> None:
    audit.title, audit.edition = clean(about.title), clean(about.edition)
    audit.starts_on, audit.ends_on = about.starts_on, about.ends_on
    audit.purpose, audit.scope = clean_lines(about.purpose), clean_lines(about.scope)
    audit.criteria = clean_lines(about.criteria)


@transaction.atomic
def change_audit(audit: Audit, about: AuditGiven, *, by: User) -> None:
    """Change what is said of an audit that has not begun; the number stays.

    Raises TransitionNotAllowed once it has begun, ValidationError where a session would lie
    outside the new days, or the versions then in force make a member impossible.
    """
    stored = audit.must_be_in_preparation()
    _check_days(about)
    outside = stored.sessions.filter(removed_at=None).exclude(
        on__gte=about.starts_on, on__lte=about.ends_on
    )
    if outside.exists():
        listed = ", ".join(
            f"{session} ({format_date(session.on)})" for session in outside.order_by("on", "pk")
        )
        raise ValidationError({"starts_on": f"Chương trình có mục ngoài những ngày này: {listed}."})
    old = (stored.starts_on, stored.ends_on)
    _put(stored, about)
    _put(audit, about)
    stored.record(by=by, reason="Sửa cuộc đánh giá")
    must_stay_independent(stored)
    if old != (stored.starts_on, stored.ends_on):
        follow_days(stored, old, by=by)


@transaction.atomic
def add_subject(audit: Audit, given: SubjectGiven, *, by: User) -> AuditSubject:
    """Take a unit, a procedure or clauses into the scope, which may grow until the report.

    Raises ValidationError for one that says nothing, names another agency's unit or procedure, a
    clause that the edition does not have, or makes a member of the team impossible.
    """
    stored = audit.must_be_open()
    clauses = _known_clauses(stored, given.clauses)
    _check_subject(stored, given)
    if given.procedure is not None:
        must_stay_independent(stored, procedures=(given.procedure,))
    subject = AuditSubject(
        audit=stored,
        unit=given.unit,
        procedure=given.procedure,
        clauses=clauses,
        line=given.line,
    )
    subject.record(by=by, reason="Thêm nội dung đánh giá")
    if given.procedure is not None:
        open_procedure(stored, given.procedure, by=by)
    return subject


def _check_subject(audit: Audit, given: SubjectGiven) -> None:
    if not (given.unit or given.procedure or given.clauses):
        raise ValidationError("Hãy chọn đơn vị, quy trình hoặc điều khoản.")
    if given.unit is not None and not is_plannable(audit.agency, given.unit):
        raise ValidationError({"unit": "Đơn vị này không thuộc cơ quan."})
    if given.procedure is None:
        return
    if given.procedure.agency_id != audit.agency_id:
        raise ValidationError({"procedure": "Quy trình này không thuộc cơ quan."})
    if audit.subjects.filter(removed_at=None, procedure=given.procedure).exists():
        raise ValidationError({"procedure": "Quy trình này đã có trong phạm vi."})


def _known_clauses(audit: Audit, numbers: Iterable[str]) -> list[str]:
    """Return the clauses in their order, each once."""
    wanted = {clean(number) for number in numbers}
    known = Clause.objects.of(audit.edition).filter(number__in=wanted).order_by("sort_key")
    found = list(known.values_list("number", flat=True))
    if unknown := sorted(wanted - set(found)):
        raise ValidationError(
            {"clauses": f"{audit.edition} không có điều khoản {', '.join(unknown)}."}
        )
    return found


@transaction.atomic
def remove_subject(subject: AuditSubject, *, by: User) -> None:
    """Take a part out of the scope, before the opening meeting; its sessions stay."""
    audit = subject.audit.must_be_in_preparation()
    stored = AuditSubject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    if stored.removed_at is not None:
        raise TransitionNotAllowed("Nội dung này đã được bỏ khỏi phạm vi.")
    stored.removed_at = subject.removed_at = timezone.now()
    stored.record(by=by, reason="Bỏ nội dung đánh giá")
    if stored.procedure is not None:
        close_procedure(audit, stored.procedure, by=by)


def wanting(audit: Audit) -> list[str]:
    """Return what an audit lacks for its notification; empty when nothing."""
    missing = []
    if not audit.members.filter(removed_at=None, role=AuditMember.Role.LEAD).exists():
        missing.append("Chưa có trưởng đoàn.")
    if not audit.subjects.filter(removed_at=None).exists():
        missing.append("Phạm vi chưa có nội dung nào.")
    held = set(audit.sessions.filter(removed_at=None).values_list("kind", flat=True))
    for kind, text in (
        (AuditSession.Kind.OPENING, "Chương trình chưa có họp khai mạc."),
        (AuditSession.Kind.WORK, "Chương trình chưa có buổi đánh giá nào."),
        (AuditSession.Kind.CLOSING, "Chương trình chưa có họp kết thúc."),
    ):
        if kind not in held:
            missing.append(text)
    return missing


@transaction.atomic
def notify_audit(audit: Audit, *, by: User, on: dt.date | None = None) -> None:
    """Tell the audited: from now on whoever reads the agency's documents sees the audit.

    Raises TransitionNotAllowed that lists what is wanting, or whose doubts nobody has borne.
    """
    stored = audit.must_be_open()
    if missing := wanting(stored):
        raise TransitionNotAllowed(missing)
    must_be_independent(stored)
    audit.mark_notified(by=by, on=on)
