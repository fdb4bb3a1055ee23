"""Numbers without gaps: each is taken inside the transaction that writes the record it is for."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction

from qms.foundation.patterns import numbered
from qms.organisation.models import Unit
from qms.records.models import NumberSeries

_YEAR = "{year}"
_SEQUENCE = re.compile(r"\{seq(?::0[1-6])?\}")


def check_pattern(text: str) -> None:
    """Raise ValidationError unless `text` holds `{seq}` once and no other field but `{year}`.

    The width is at most six digits (`{seq:06}`). A number is unique within its year, and over the
    years only where its pattern holds the year.
    """
    fields = _SEQUENCE.findall(text)
    if len(fields) != 1:
        raise ValidationError(
            "Mẫu số phải có {seq} đúng một lần, ví dụ KPH-{year}-{seq:03}; "
            "số chữ số từ {seq:01} đến {seq:06}."
        )
    rest = _SEQUENCE.sub("", text).replace(_YEAR, "")
    if "{" in rest or "}" in rest:
        raise ValidationError("Trong dấu ngoặc nhọn của mẫu số chỉ được có {year} và {seq}.")


def take_number(agency: Unit, name: str, *, year: int, pattern: str) -> str:
    """Return the next number of the agency's series `name` in the year, as `pattern` writes it.

    Whoever takes one waits for the transaction of whoever took the one before, so that a number
    given back by a rollback is given to the next: there is no gap. Call it inside
    `transaction.atomic()`, as late as possible; RuntimeError otherwise. Raises ValidationError as
    `check_pattern()` does.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A number is taken inside the transaction that writes its record.")
    check_pattern(pattern)
    series, _ = NumberSeries.objects.select_for_update().get_or_create(
        unit=agency, name=name, year=year
    )
    series.last += 1
    series.save(update_fields=["last"])
    return numbered(pattern, seq=series.last, year=year)
