"""When a document is to be looked at again at its interval (xem xét định kỳ, ISO 9001 7.5.2 c)."""

import datetime as dt
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Subquery
from django.db.models.expressions import OuterRef
from django.db.models.functions import Coalesce, Greatest

from procedures.models import InForcePeriod, Procedure, Review
from qms.foundation.dates import add_months
from qms.organisation.models import AgencyProfile

_DAY = dt.timedelta(days=1)


def next_review_on(begun_on: dt.date, last_review: dt.date | None, months: int) -> dt.date:
    """Return the last day on which the next periodic review is in time.

    `begun_on` is the first day in force of the version, which was looked at to be issued;
    `last_review` the last periodic review of its procedure, None where there was none.
    """
    return add_months(max(begun_on, last_review or begun_on), months)


def periodic_reviews() -> QuerySet[Review]:
    """Return the reviews that were given at the interval, because of no change."""
    return Review.objects.filter(tthc_change=None, legal_change=None)


def last_review_of(procedure: Procedure) -> dt.date | None:
    """Return the day of the last periodic review of `procedure`."""
    found = periodic_reviews().filter(procedure=procedure).aggregate(last=Max("reviewed_on"))
    last: dt.date | None = found["last"]
    return last


def with_last_look(periods: QuerySet[InForcePeriod]) -> QuerySet[Any]:
    """Annotate `last_review` (None: none) and `looked_at_on`, from which the interval counts."""
    last = (
        periodic_reviews()
        .filter(procedure=OuterRef("procedure"))
        .order_by("-reviewed_on", "-pk")
        .values("reviewed_on")[:1]
    )
    # The greatest of a day and NULL is NULL on one database and the day on the other.
    return periods.annotate(last_review=Subquery(last)).annotate(
        looked_at_on=Greatest(F("valid_from"), Coalesce(Subquery(last), F("valid_from")))
    )


def overdue(periods: QuerySet[InForcePeriod], *, on: dt.date) -> Any:
    """Return the periods whose periodic review is late on the day, by the agency's interval.

    One question beforehand for the intervals; an agency without profile has none.
    """
    intervals = AgencyProfile.objects.values_list("review_interval_months", flat=True)
    late = Q(pk__in=[])
    for months in sorted(set(intervals)):
        late |= Q(
            procedure__agency__profile__review_interval_months=months,
            looked_at_on__lte=_last_late(on, months),
        )
    return with_last_look(periods).filter(late)


def _last_late(on: dt.date, months: int) -> dt.date:
    """Return the last day from which the interval has run out before `on`.

    Months have different lengths: going back and forth again may end a few days off.
    """
    day = add_months(on, -months)
    while next_review_on(day, None, months) >= on:
        day -= _DAY
    while next_review_on(day + _DAY, None, months) < on:
        day += _DAY
    return day
