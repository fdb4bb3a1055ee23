"""The calendar of audits: a month on a page, and iCalendar files."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audits.calendar import feed_of, month_of
from audits.models import Audit, AuditMember, AuditSession, SessionAuditor
from audits.pages.audits import find_audit
from audits.permissions import audits as may
from audits.workflow import AuditStatus
from qms.foundation.dates import add_months, today
from qms.http import UserRequest


def _month(text: str) -> dt.date:
    """Return the first day of the month typed as 2022-06; of this month for anything else."""
    usual = today().replace(day=1)
    try:
        first = dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a civil date
    except ValueError:
        return usual
    return first if 1900 <= first.year < 2200 else usual  # the months beside it exist too


def _sessions(audits: QuerySet[Audit]) -> QuerySet[AuditSession]:
    sessions = AuditSession.objects.filter(removed_at=None, audit__in=audits.values("pk"))
    return sessions.select_related("audit", "unit", "subject").order_by("on", "begins", "pk")


@require_safe
def audit_calendar(request: UserRequest) -> HttpResponse:
    first = _month(request.GET.get("thang", ""))
    before, after = first - dt.timedelta(days=1), add_months(first, 1)
    visible = may.visible_audits(request.user).exclude(status=AuditStatus.CANCELLED)
    audits = visible.filter(starts_on__lt=after, ends_on__gte=first).order_by("starts_on", "pk")
    sessions = _sessions(audits).filter(on__gte=first, on__lt=after)
    days = month_of(first, list(audits), list(sessions), on=today())
    context = {
        "first": first,
        "before": before.replace(day=1),
        "after": after,
        "days": days,
        "is_empty": not any(day.entries for day in days),
        "is_this_month": first == today().replace(day=1),
    }
    return render(request, "audits/audit_calendar.html", context)


def _ical(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def audit_ics(request: UserRequest, slug: str) -> HttpResponse:
    """Give the timetable of one audit as an iCalendar file."""
    audit = find_audit(request, slug)
    sessions = list(_sessions(Audit.objects.filter(pk=audit.pk)))
    data = feed_of(str(audit), sessions, [audit], host=request.get_host())
    return _ical(data, f"{audit.slug}.ics")


@require_safe
def audit_feed(request: UserRequest) -> HttpResponse:
    """Give the sessions of the person's own audits: those they audit in, and the meetings."""
    user = request.user
    mine = AuditMember.objects.filter(audit=OuterRef("pk"), person=user, removed_at=None)
    audits = may.visible_audits(user).filter(Exists(mine))
    audits = audits.exclude(status=AuditStatus.CANCELLED)
    auditing = SessionAuditor.objects.filter(
        session=OuterRef("pk"), member__person=user, removed_at=None
    )
    sessions = _sessions(audits).filter(Exists(auditing) | ~Q(kind=AuditSession.Kind.WORK))
    data = feed_of(
        f"Đánh giá nội bộ – {user}", list(sessions), list(audits), host=request.get_host()
    )
    return _ical(data, "danh-gia.ics")
