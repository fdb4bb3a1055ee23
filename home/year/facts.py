"""Figures of a year that stand beside its papers: decisions, nonconformities, reviews."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from audits.permissions.nonconformities import visible_nonconformities
from procedures.models import Decision, Review
from procedures.permissions import visible_decisions, visible_procedures
from procedures.permissions.reviews import visible_sheets
from procedures.workflow import DecisionStatus
from qms.foundation.dates import LOCAL, today
from qms.organisation.models import Unit


@dataclass(frozen=True)
class Fact:
    """One figure with the list that stands behind it."""

    label: str
    text: str
    url: str


@dataclass(frozen=True)
class YearFacts:
    """What the system recorded in a year; `decisions` are those that issued or abolished."""

    decisions: tuple[Decision, ...]
    figures: tuple[Fact, ...]


def facts_of(user: Any, agency: Unit, year: int) -> YearFacts:
    """Return what `user` may see of the year: four queries."""
    decisions = visible_decisions(user).filter(
        agency=agency, status=DecisionStatus.ISSUED, signed_on__year=year
    )
    figures = (_nonconformities(user, agency, year), *_reviews(user, agency, year))
    return YearFacts(tuple(decisions.order_by("signed_on", "pk")), figures)


def _nonconformities(user: Any, agency: Unit, year: int) -> Fact:
    first, last = dt.date(year, 1, 1), min(dt.date(year, 12, 31), today())
    counted = visible_nonconformities(user).filter(
        agency=agency, rejected_on=None, found_on__lte=dt.date(year, 12, 31)
    )
    open_then = Q(closed_on__isnull=True) | Q(closed_on__gt=last)
    told = counted.aggregate(
        found=Count("pk", filter=Q(found_on__gte=first)),
        closed=Count("pk", filter=Q(closed_on__range=(first, last))),
        open=Count("pk", filter=open_then),
    )
    text = (
        f"{told['found']:02d} phát hiện trong năm · {told['closed']:02d} đã đóng trong năm · "
        f"{told['open']:02d} còn mở"
    )
    asked = urlencode({"nam": year, "ngay": last.isoformat()})
    return Fact("Sự không phù hợp", text, f"{reverse('audits:nonconformity-list')}?{asked}")


def _reviews(user: Any, agency: Unit, year: int) -> tuple[Fact, Fact]:
    reviews = Review.objects.filter(
        procedure__in=visible_procedures(user),
        procedure__agency=agency,
        reviewed_on__year=year,
        legal_change=None,
        tthc_change=None,
    )
    begin = dt.datetime(year, 1, 1, tzinfo=LOCAL)
    end = dt.datetime(year + 1, 1, 1, tzinfo=LOCAL)
    sheets = visible_sheets(user).filter(agency=agency, opened_at__gte=begin, opened_at__lt=end)
    return (
        Fact(
            "Xem xét định kỳ tài liệu",
            f"{reviews.count():02d} lượt tài liệu được xem xét",
            reverse("procedures:review-list"),
        ),
        Fact(
            "Đánh giá tác động",
            f"{sheets.count():02d} phiếu lập trong năm",
            reverse("procedures:impact-list"),
        ),
    )
