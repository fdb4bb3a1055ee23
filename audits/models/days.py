"""Civil days of moves: typed when they come from paper, never of the future."""

import datetime as dt

from django.core.exceptions import ValidationError

from qms.foundation.dates import format_date, today


def move_day(on: dt.date | None, *, after: dt.date | None = None, what: str = "") -> dt.date:
    """Return the civil day of a move; None is today.

    `after` is the day of the move before it, `what` that move in words. Raises ValidationError at
    `on` for a day of the future or before `after`.
    """
    day = on or today()
    if day > today():
        raise ValidationError({"on": "Ngày không được ở tương lai."})
    if after is not None and day < after:
        before = what or "bước trước"
        raise ValidationError({"on": f"Ngày không được trước {before} ({format_date(after)})."})
    return day
