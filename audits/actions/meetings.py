"""The opening and the closing meeting: held on a day, by these people."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.actions.planning import wanting
from audits.actions.team import must_be_independent
from audits.models import Attendance, Audit, AuditSession, Finding
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import User
from qms.records.workflow import TransitionNotAllowed

Kind = AuditSession.Kind


@dataclass(frozen=True)
class Attendant:
    """Somebody who was there; `person` where there is an account."""

    name: str
    position: str = ""
    person: User | None = None


@transaction.atomic
def start_audit(
    audit: Audit,
    *,
    by: User,
    on: dt.date | None = None,
    attendance: Sequence[Attendant],
    minutes: str = "",
) -> None:
    """Hold the opening meeting; from now on answers are written down.

    Raises ValidationError without anybody present, TransitionNotAllowed when it was not notified,
    something is wanting, or a doubt is borne by nobody.
    """
    stored = audit.must_be_open()
    if missing := wanting(stored):
        raise TransitionNotAllowed(missing)
    must_be_independent(stored)
    _write(stored, Kind.OPENING, by=by, attendance=attendance, minutes=minutes)
    audit.mark_started(by=by, on=on)


def ungraded(audit: Audit) -> list[Finding]:
    """Return the nonconformities that the lead has not yet called major or minor."""
    return list(audit.findings.standing().filter(grade=Finding.Grade.NONCONFORM))


@transaction.atomic
def hold_closing(
    audit: Audit,
    *,
    by: User,
    on: dt.date | None = None,
    attendance: Sequence[Attendant],
    minutes: str = "",
) -> None:
    """Hold the closing meeting: from now on the units see their findings.

    Raises ValidationError without anybody present, TransitionNotAllowed before the opening
    meeting, and while a nonconformity is neither major nor minor.
    """
    stored = audit.must_be_open()
    if missing := ungraded(stored):
        listed = ", ".join(finding.label for finding in missing)
        raise TransitionNotAllowed(f"Chưa xếp mức nặng, nhẹ: {listed}.")
    audit.mark_closing_held(by=by, on=on)
    _write(stored, Kind.CLOSING, by=by, attendance=attendance, minutes=minutes)


def _write(
    audit: Audit, kind: str, *, by: User, attendance: Sequence[Attendant], minutes: str
) -> None:
    named = [a for a in attendance if clean(a.name)]
    if not named:
        raise ValidationError({"attendance": "Hãy ghi ít nhất một người dự họp."})
    session = audit.sessions.filter(removed_at=None, kind=kind).first()
    if session is None:
        raise TransitionNotAllowed(f"Chương trình chưa có {Kind(kind).label.lower()}.")
    for row in session.attendance.filter(removed_at=None):  # held anew: the list is written anew
        row.removed_at = timezone.now()
        row.record(by=by, reason="Ghi lại người dự họp")
    for given in named:
        row = Attendance(
            session=session,
            person=given.person,
            name=clean(given.name),
            position=clean(given.position),
        )
        row.record(by=by, reason="Ghi người dự họp")
    session.minutes = clean_lines(minutes)
    session.record(by=by, reason="Ghi biên bản họp")
