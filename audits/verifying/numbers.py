"""Which numbers were given to audits and nonconformities."""

from collections.abc import Iterator

from audits.models import Audit, NonconformityMove
from qms.records.verifying.numbers import Given


def numbered_audits() -> Iterator[Given]:
    """Yield the year of the first day that each audit was planned for; the day may be moved."""
    planned = Audit.history.filter(history_type="+").order_by()
    for agency, day in planned.values_list("agency", "starts_on").iterator():
        yield agency, frozenset({day.year})


def numbered_nonconformities() -> Iterator[Given]:
    """Yield the year of the day on which each sheet was put down: its first move."""
    first = NonconformityMove.objects.order_by("nonconformity", "pk")
    seen = None
    rows = first.values_list("nonconformity", "nonconformity__agency", "on")
    for key, agency, day in rows.iterator():
        if key != seen:
            yield agency, frozenset({day.year})
        seen = key
