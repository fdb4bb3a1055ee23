"""What was loaded before: a row counts as known by every key it ever had."""

from typing import Any

from django.db import models


def ever(model: type[models.Model], *fields: str) -> dict[Any, Any]:
    """Return the primary key of each row by every value `fields` ever had, in one query.

    So a row that the office renamed is not made a second time. One field is its plain value,
    several are a tuple.
    """
    history: Any = model.history  # type: ignore[attr-defined]
    rows = history.order_by("-history_id").values_list("id", *fields)
    return {(row[1] if len(fields) == 1 else tuple(row[1:])): row[0] for row in rows}


def one_ever(model: Any, **key: Any) -> Any:
    """Return the row that has `key`, or had it first; None where there never was one."""
    row = model.history.filter(**key).order_by("history_id").first()
    return model._default_manager.get(pk=row.id) if row else None
