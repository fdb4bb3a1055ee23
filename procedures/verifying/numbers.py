"""Which numbers were given to what is kept of documents."""

import datetime as dt
from collections.abc import Iterator

from procedures.models import ChangeRequest, ImpactSheet, RecallRecord
from qms.foundation.dates import LOCAL
from qms.records.verifying.numbers import Given

_BETWEEN = dt.timedelta(minutes=1)  # in which a sheet is numbered and stored


def numbered_requests() -> Iterator[Given]:
    rows = ChangeRequest.objects.order_by().values_list("agency", "requested_on")
    for agency, day in rows.iterator():
        yield agency, frozenset({day.year})


def numbered_recalls() -> Iterator[Given]:
    rows = RecallRecord.objects.order_by().values_list("agency", "done_on")
    for agency, day in rows.iterator():
        yield agency, frozenset({day.year})


def numbered_sheets() -> Iterator[Given]:
    """Yield the year in which each sheet was opened; its number was taken a moment earlier."""
    rows = ImpactSheet.objects.order_by().values_list("agency", "opened_at")
    for agency, moment in rows.iterator():
        opened = moment.astimezone(LOCAL)
        yield agency, frozenset({opened.year, (opened - _BETWEEN).year})
