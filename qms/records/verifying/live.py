"""Records against their own history: the last history row says what the record says."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Max

from qms.records.ledger.canonical import compact, row_of
from qms.records.ledger.kept import histories
from qms.records.verifying.found import CHUNK, Difference, Report, chunks

_COLUMN = "Cột {} khác với dòng lịch sử cuối cùng."


def check_live(report: Report) -> Iterator[Difference]:
    """Each record is as its last history row; none lacks its history, or its person."""
    for model, history in histories().items():
        yield from _records(model, history, report)
        yield from _gone(model, history)
        yield from _reused(model, history)
        yield from _without_person(model, history)


def _records(model: Any, history: Any, report: Report) -> Iterator[Difference]:
    table = model._meta.db_table
    kept = {field.column for field in history._meta.concrete_fields}
    fields = [field for field in model._meta.concrete_fields if field.column in kept]
    columns = {field.column for field in fields}
    past = [field for field in history._meta.concrete_fields if field.column in columns]
    for records in chunks(model):
        last = _last_rows(model, history, [record.pk for record in records])
        for record in records:
            report.counts["records"] += 1
            row = last.get(record.pk)
            if row is None:
                yield Difference("live", "Hồ sơ không có lịch sử.", table, str(record.pk))
                continue
            if row.history_type == "-":
                yield Difference("live", "Hồ sơ đã xóa nay lại có.", table, str(record.pk))
                continue
            now, then = compact(row_of(record, fields)), compact(row_of(row, past))
            for column in now:
                if now[column] != then[column]:
                    yield Difference("live", _COLUMN.format(column), table, str(record.pk), column)


def _last_rows(model: Any, history: Any, keys: list[Any]) -> dict[Any, Any]:
    """Return the last history row of each record, by its key."""
    name = model._meta.pk.attname
    rows = history._base_manager.filter(**{f"{name}__in": keys}).order_by()
    last = [pk for _, pk in rows.values_list(name).annotate(last=Max("pk"))]
    return {getattr(row, name): row for row in history._base_manager.in_bulk(last).values()}


def _gone(model: Any, history: Any) -> Iterator[Difference]:
    """Tell of records that have a history, not one that ends, and are not there."""
    name = model._meta.pk.attname
    rows = history._base_manager.exclude(**{f"{name}__in": model._base_manager.values("pk")})
    last = [pk for _, pk in rows.order_by().values_list(name).annotate(last=Max("pk"))]
    for start in range(0, len(last), CHUNK):
        found = history._base_manager.filter(pk__in=last[start : start + CHUNK])
        for key in found.exclude(history_type="-").values_list(name, flat=True):
            yield Difference(
                "live", "Hồ sơ có lịch sử nhưng không còn.", model._meta.db_table, str(key)
            )


def _reused(model: Any, history: Any) -> Iterator[Difference]:
    name = model._meta.pk.attname
    made = history._base_manager.filter(history_type="+").order_by().values_list(name)
    for key, _ in made.annotate(times=Count("pk")).filter(times__gt=1):
        yield Difference("live", "Khóa này được lập hơn một lần.", model._meta.db_table, str(key))


def _without_person(model: Any, history: Any) -> Iterator[Difference]:
    rows = history._base_manager.filter(history_user=None).order_by("pk")
    for key in rows.values_list("pk", flat=True).iterator(chunk_size=CHUNK):
        message = "Dòng lịch sử không có người."
        yield Difference("live", message, history._meta.db_table, str(key), "history_user_id")
