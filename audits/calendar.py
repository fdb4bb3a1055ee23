"""Audits as a calendar: a month on a page, and an iCalendar file for one's own."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from icalendar import Calendar, Event

from audits.models import Audit, AuditSession
from audits.workflow import AuditStatus
from qms.foundation.dates import LOCAL, add_months

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """What stands on a day: an audit, or one session of it."""

    audit: Audit
    session: AuditSession | None = None


@dataclass
class Day:
    """A day of the month's page; days of the months beside it are empty."""

    on: dt.date
    is_inside: bool
    is_today: bool
    entries: list[Entry] = field(default_factory=list)


def month_of(
    first: dt.date, audits: Iterable[Audit], sessions: Iterable[AuditSession], *, on: dt.date
) -> list[Day]:
    """Return the days of the month that `first` begins, whole weeks from Monday on.

    A day of an audit shows its sessions by the hour; one without a session shows the audit.
    """
    by_day: dict[dt.date, list[Entry]] = defaultdict(list)
    planned: set[tuple[int, dt.date]] = set()
    for session in sorted(sessions, key=lambda s: (s.on, s.begins, s.pk)):
        by_day[session.on].append(Entry(session.audit, session))
        planned.add((session.audit_id, session.on))
    last = add_months(first, 1) - _DAY
    for audit in audits:
        day = max(audit.starts_on, first)
        while day <= min(audit.ends_on, last):
            if (audit.pk, day) not in planned:
                by_day[day].append(Entry(audit))
            day += _DAY
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [
        Day(
            day,
            day.month == first.month,
            day == on,
            by_day[day] if day.month == first.month else [],
        )
        for week in weeks
        for day in week
    ]


def feed_of(
    name: str, sessions: Iterable[AuditSession], audits: Iterable[Audit], *, host: str
) -> bytes:
    """Return an iCalendar file: each session as an event, an audit without one as whole days."""
    feed = Calendar()
    feed.add("prodid", f"-//{host}//audits//VI")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", name)
    feed.add("x-wr-timezone", str(LOCAL))
    told = set()
    for session in sessions:
        told.add(session.audit_id)
        feed.add_component(_session_event(session, host))
    for audit in audits:
        if audit.pk not in told:
            feed.add_component(_audit_event(audit, host))
    return feed.to_ical()


def _session_event(session: AuditSession, host: str) -> Event:
    audit = session.audit
    event = _event(audit, f"{audit.slug}-{session.pk}@{host}", f"{audit.number}: {session}")
    event.add("dtstart", dt.datetime.combine(session.on, session.begins, LOCAL))
    event.add("dtend", dt.datetime.combine(session.on, session.ends, LOCAL))
    if session.place:
        event.add("location", session.place)
    return event


def _audit_event(audit: Audit, host: str) -> Event:
    event = _event(audit, f"{audit.slug}@{host}", str(audit))
    event.add("dtstart", audit.starts_on)
    event.add("dtend", audit.ends_on + _DAY)  # of whole days the end is the day after
    return event


def _event(audit: Audit, uid: str, summary: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("summary", summary)
    event.add("description", audit.title)
    event.add("url", f"https://{uid.rpartition('@')[2]}{audit.get_absolute_url()}")
    event.add("dtstamp", audit.planned_at)
    is_off = audit.status == AuditStatus.CANCELLED
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event
