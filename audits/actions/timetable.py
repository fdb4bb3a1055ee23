"""Chương trình đánh giá: sessions, and who audits in them."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.models import Audit, AuditMember, AuditSession, AuditSubject, SessionAuditor
from audits.proposals import is_plannable
from audits.workflow import AuditStatus
from qms.foundation.dates import format_date
from qms.foundation.text import clean
from qms.organisation.models import Unit, User
from qms.records.workflow import TransitionNotAllowed

Kind = AuditSession.Kind


@dataclass(frozen=True)
class SessionGiven:
    """A line of the timetable."""

    kind: str
    on: dt.date
    begins: dt.time
    ends: dt.time
    place: str = ""
    unit: Unit | None = None
    subject: AuditSubject | None = None
    topic: str = ""
    auditors: tuple[AuditMember, ...] = ()


@transaction.atomic
def add_session(audit: Audit, given: SessionGiven, *, by: User) -> AuditSession:
    """Put a line into the timetable.

    Raises ValidationError at the field that is wrong: a day outside the audit, a second opening
    or closing meeting, a session that nobody audits, an auditor in two places at once.
    """
    stored = audit.must_be_open()
    _check(stored, given)
    session = AuditSession(audit=stored)
    _put(session, given)
    session.record(by=by, reason="Thêm mục chương trình")
    _assign(session, given, by=by)
    return session


@transaction.atomic
def change_session(session: AuditSession, given: SessionGiven, *, by: User) -> None:
    """Change a line of the timetable; raises what `add_session` raises."""
    stored_audit = session.audit.must_be_open()
    stored = _standing(session)
    _check(stored_audit, given, besides=stored)
    _put(stored, given)
    stored.record(by=by, reason="Sửa mục chương trình")
    _assign(stored, given, by=by)


@transaction.atomic
def remove_session(session: AuditSession, *, by: User) -> None:
    """Take a line out of the timetable. A meeting that was held stays."""
    audit = session.audit.must_be_open()
    stored = _standing(session)
    held = {Kind.OPENING: audit.opened_on, Kind.CLOSING: audit.closing_held_on}
    if held.get(Kind(stored.kind)):
        raise TransitionNotAllowed("Cuộc họp này đã diễn ra nên không bỏ được.")
    now = timezone.now()
    for link in stored.auditors.filter(removed_at=None):
        link.removed_at = now
        link.record(by=by, reason="Bỏ mục chương trình")
    stored.removed_at = session.removed_at = now
    stored.record(by=by, reason="Bỏ mục chương trình")


def _standing(session: AuditSession) -> AuditSession:
    stored = AuditSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if stored.removed_at is not None:
        raise TransitionNotAllowed("Mục này đã được bỏ khỏi chương trình.")
    return stored


def _put(session: AuditSession, given: SessionGiven) -> None:
    session.kind, session.on = given.kind, given.on
    session.begins, session.ends = given.begins, given.ends
    session.place, session.topic = clean(given.place), clean(given.topic)
    is_work = given.kind == Kind.WORK
    session.unit = given.unit if is_work else None
    session.subject = given.subject if is_work else None


def _check(audit: Audit, given: SessionGiven, besides: AuditSession | None = None) -> None:
    if not audit.starts_on <= given.on <= audit.ends_on:
        days = f"{format_date(audit.starts_on)} đến {format_date(audit.ends_on)}"
        raise ValidationError({"on": f"Cuộc đánh giá diễn ra từ {days}."})
    if given.ends <= given.begins:
        raise ValidationError({"ends": "Giờ kết thúc phải sau giờ bắt đầu."})
    others = AuditSession.objects.filter(removed_at=None, audit=audit)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if given.kind != Kind.WORK and others.filter(kind=given.kind).exists():
        raise ValidationError({"kind": "Cuộc họp này đã có trong chương trình."})
    _check_parts(audit, given)
    overlapping = others.filter(on=given.on, begins__lt=given.ends, ends__gt=given.begins)
    met = overlapping if given.kind != Kind.WORK else overlapping.exclude(kind=Kind.WORK)
    if clash := met.first():
        raise ValidationError(
            {"begins": f"Trùng giờ với “{clash}”, {_hours(clash)}; cả đoàn dự họp."}
        )
    _check_free(given, besides)


def _check_parts(audit: Audit, given: SessionGiven) -> None:
    """Raise ValidationError for a unit, a subject or an auditor that is not this audit's."""
    if given.kind != Kind.WORK:
        return
    if given.unit is not None and not is_plannable(audit.agency, given.unit):
        raise ValidationError({"unit": "Đơn vị này không thuộc cơ quan."})
    subject = given.subject
    if subject is not None and (subject.audit_id != audit.pk or subject.removed_at is not None):
        raise ValidationError({"subject": "Nội dung này không thuộc phạm vi cuộc đánh giá."})
    if not given.auditors:
        raise ValidationError({"auditors": "Hãy chọn ít nhất một người đánh giá."})
    for member in given.auditors:
        if member.audit_id != audit.pk or not member.is_auditing:
            raise ValidationError({"auditors": f"{member.person} không đánh giá trong đoàn này."})


def _check_free(given: SessionGiven, besides: AuditSession | None) -> None:
    """Raise ValidationError for an auditor who is elsewhere then, in this audit or another."""
    if given.kind != Kind.WORK:
        return
    busy = SessionAuditor.objects.filter(
        removed_at=None,
        member__person__in=[member.person_id for member in given.auditors],
        session__removed_at=None,
        session__on=given.on,
        session__begins__lt=given.ends,
        session__ends__gt=given.begins,
    ).exclude(session__audit__status=AuditStatus.CANCELLED)
    if besides is not None:
        busy = busy.exclude(session=besides)
    if clash := busy.select_related("session__audit", "member__person").first():
        session = clash.session
        where = f"“{session}” ({session.audit.number}), {_hours(session)}"
        raise ValidationError({"auditors": f"{clash.member.person} đang có lịch {where}."})


def _hours(session: AuditSession) -> str:
    return f"{session.begins:%H:%M}–{session.ends:%H:%M}"


def _assign(session: AuditSession, given: SessionGiven, *, by: User) -> None:
    wanted = {member.pk: member for member in given.auditors if given.kind == Kind.WORK}
    for link in session.auditors.filter(removed_at=None):
        if link.member_id in wanted:
            del wanted[link.member_id]
        else:
            link.removed_at = timezone.now()
            link.record(by=by, reason="Thôi phân công")
    for member in wanted.values():
        link = SessionAuditor(session=session, member=member)
        link.record(by=by, reason="Phân công đánh giá")
