"""Counters of numbers against the records that were numbered by them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from qms.records.models import NumberSeries
from qms.records.verifying.found import CHUNK, Difference, Report

# The agency of a numbered record, and the year of its series; two where the moment at which it was
# numbered lies between years.
Given = tuple[int, frozenset[int]]

_TABLE = NumberSeries._meta.db_table
_numbered: dict[str, Callable[[], Iterable[Given]]] = {}


def number_series(name: str, given: Callable[[], Iterable[Given]]) -> None:
    """Have the series `name` compared with what `given` returns: one for each number given."""
    _numbered[name] = given


def check_numbers(report: Report) -> Iterator[Difference]:
    """Each counter has given as many numbers as there are records: none twice, none left out."""
    sure: Counter[tuple[str, int, int]] = Counter()
    maybe: Counter[tuple[str, int, int]] = Counter()
    for name, given in _numbered.items():
        for agency, years in given():
            for year in years:
                (sure if len(years) == 1 else maybe)[name, agency, year] += 1
    for series in NumberSeries.objects.order_by("pk").iterator(chunk_size=CHUNK):
        report.counts["series"] += 1
        place = (series.name, series.unit_id, series.year)
        least, more = sure.pop(place, 0), maybe.get(place, 0)
        if series.name in _numbered and not least <= series.last <= least + more:
            message = _said(series, least)
            yield Difference("number", message, _TABLE, str(series.pk), "last")
    for (name, _, year), count in sorted(sure.items()):
        message = f"Thiếu dãy số {name} năm {year}, đã cấp {count} số: số sau sẽ trùng số đã cấp."
        yield Difference("number", message, _TABLE, "", "last")


def _said(series: NumberSeries, given: int) -> str:
    what = f"Dãy số {series.name} năm {series.year} ở số {series.last}, có {given} hồ sơ đã cấp số"
    if series.last < given:
        return f"{what}: bộ đếm bị lùi, số sau sẽ trùng số đã cấp."
    return f"{what}: bộ đếm bị tăng, hoặc hồ sơ đã cấp số không còn."
