"""The command `nonconformities`: its figures as of a day, and what it answers to a slip."""

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.actions.treating import extend
from audits.models import Nonconformity
from audits.standing import as_of, standing_on
from audits.workflow import NonconformityStatus
from qms.foundation.dates import today
from tests.audits.making_nc import advance_nonconformity, make_action, make_nonconformity
from tests.factories import Office, make_unit

pytestmark = pytest.mark.django_db

Status = NonconformityStatus
FOUND = dt.date(2022, 6, 1)
DUE = dt.date(2022, 7, 1)
DAY = dt.timedelta(days=1)


def run(*args: str) -> str:
    out = StringIO()
    call_command("nonconformities", *args, stdout=out)
    return out.getvalue()


def figures(on: dt.date, *args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("--on", on.isoformat(), "--json", *args))
    return found


def test_command_prints_only_json_with_the_keys_in_order() -> None:
    office = Office()
    section = make_unit(office.agency)
    make_nonconformity(office, found_on=FOUND)
    make_nonconformity(office, found_on=FOUND, unit=section, grade="major")
    make_nonconformity(office, found_on=FOUND, unit=section)

    assert list(figures(FOUND)) == ["open", "overdue", "closed", "by_grade", "by_unit"]
    assert figures(FOUND) == {
        "open": 3,
        "overdue": 0,
        "closed": 0,
        "by_grade": {"major": 1, "minor": 2},
        "by_unit": {office.agency.code: 1, section.code: 2},
    }


@pytest.mark.parametrize("settled", [Status.CLOSED, Status.REJECTED])
def test_open_is_from_the_day_found_until_the_day_settled(settled: NonconformityStatus) -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=FOUND)
    advance_nonconformity(nc, settled, office, on=FOUND + 5 * DAY)

    days = [FOUND - DAY, FOUND, FOUND + 4 * DAY, FOUND + 5 * DAY, FOUND + 6 * DAY]

    assert [figures(day)["open"] for day in days] == [0, 1, 1, 0, 0]
    closed = 1 if settled == Status.CLOSED else 0
    assert [figures(day)["closed"] for day in days] == [0, 0, 0, closed, closed]


def test_overdue_is_after_the_last_day_while_open() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=FOUND)
    advance_nonconformity(nc, Status.CLOSED, office, on=DUE + 5 * DAY)

    days = [DUE, DUE + DAY, DUE + 4 * DAY, DUE + 5 * DAY]

    assert [figures(day)["overdue"] for day in days] == [0, 1, 1, 0]


def test_overdue_reads_the_deadline_as_it_stood_on_the_day() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=FOUND)
    chief = office.secretary
    extend(nc, new_due_on=DUE + 10 * DAY, reason="Chờ", by=chief, on=DUE + 3 * DAY)
    extend(nc, new_due_on=DUE + 30 * DAY, reason="Vẫn chờ", by=chief, on=DUE + 12 * DAY)

    late = [n for n in range(40) if figures(DUE + n * DAY)["overdue"]]

    assert late == [1, 2, 11, *range(31, 40)]


def test_action_that_is_put_off_moves_not_the_deadline_of_the_whole() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=FOUND)
    action = make_action(office, nc, due_on=DUE - 9 * DAY)
    extend(nc, new_due_on=DUE - DAY, reason="Chờ", by=office.secretary, action=action)

    assert [figures(DUE + n * DAY)["overdue"] for n in (0, 1)] == [0, 1]


def test_status_is_as_it_stood_on_the_day() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=FOUND)
    advance_nonconformity(nc, Status.ANALYSED, office, on=FOUND + DAY)
    advance_nonconformity(nc, Status.VERIFIED, office, on=FOUND + 2 * DAY)

    name = "status_then"  # annotated, so that mypy does not know it
    stood = [
        getattr(as_of(FOUND + n * DAY, Nonconformity.objects.all()).get(), name)
        for n in (-1, 0, 1, 2, 9)
    ]

    assert stood == [None, "open", "analysed", "verified", "verified"]


def test_command_counts_one_agency_with_all_its_units() -> None:
    office, other = Office(), Office()
    make_nonconformity(office, unit=make_unit(office.agency))
    make_nonconformity(other)

    assert figures(today())["open"] == 2
    assert figures(today(), "--agency", office.agency.code)["open"] == 1


def test_command_tells_people_in_vietnamese() -> None:
    office = Office()
    section = make_unit(office.agency, name="Tổ Tiểu học")
    make_nonconformity(office, found_on=FOUND, unit=section)

    lines = run("--on", "31/07/2022").splitlines()

    assert lines[0] == "Sự không phù hợp tính đến ngày 31/07/2022"
    assert [" ".join(line.split()) for line in lines[1:]] == [
        "Đang mở 1",
        "trong đó quá hạn 1",
        "Đã đóng 0",
        "Mức nhẹ 1",
        f"{section.code} Tổ Tiểu học 1",
    ]


@pytest.mark.parametrize("wrong", ["2022-13-01", "30-02-2022", "hôm qua"])
def test_command_answers_a_wrong_day_in_vietnamese(wrong: str) -> None:
    with pytest.raises(CommandError, match="không phải là ngày; hãy ghi như 30/06/2022"):
        run("--on", wrong)


def test_command_answers_an_unknown_agency_in_vietnamese() -> None:
    with pytest.raises(CommandError, match="Không có đơn vị nào mã “XYZ”"):
        run("--agency", "XYZ")


@pytest.mark.parametrize("count", [1, 3])
def test_counting_takes_a_constant_number_of_queries(
    count: int, django_assert_num_queries: Any
) -> None:
    office = Office()
    for _ in range(count):
        make_nonconformity(office)

    with django_assert_num_queries(5):
        standing = standing_on(today(), Nonconformity.objects.all())

    assert standing.open == count


# One story: settled or not and when, put off on which days and by how many.
_story = st.tuples(
    st.integers(0, 20),
    st.sampled_from([None, Status.CLOSED, Status.REJECTED]),
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), max_size=2),
)


def test_figures_agree_with_a_day_by_day_count() -> None:
    office = Office()

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(_story, min_size=1, max_size=3))
    def tell(stories: list[Any]) -> None:
        known = set(Nonconformity.objects.values_list("pk", flat=True))
        told = [_live(office, *story) for story in stories]
        among = Nonconformity.objects.exclude(pk__in=known)
        for n in range(0, 90, 7):
            day = FOUND + n * DAY
            open_then = [life for life in told if life["found"] <= day < life["settled"]]
            standing = standing_on(day, among)
            assert standing.open == len(open_then)
            assert standing.overdue == sum(_due(life, day) < day for life in open_then)
            assert standing.closed == sum(life["closed"] <= day for life in told)

    tell()


def _live(
    office: Office,
    start: int,
    end: NonconformityStatus | None,
    after: int,
    put_off: list[tuple[int, int]],
) -> dict[str, Any]:
    """Make one and return its days."""
    found = FOUND + start * DAY
    nc = make_nonconformity(office, found_on=found)
    life: dict[str, Any] = {"found": found, "due": [(dt.date.min, nc.due_on)]}
    granted = found
    for wait, more in put_off:
        granted += wait * DAY
        extend(nc, new_due_on=nc.due_on + more * DAY, reason="Chờ", by=office.leader, on=granted)
        life["due"].append((granted, nc.due_on))
    settled = found + after * DAY
    if end:
        advance_nonconformity(nc, end, office, on=settled)
    life["settled"] = settled if end else dt.date.max
    life["closed"] = settled if end == Status.CLOSED else dt.date.max
    return life


def _due(life: dict[str, Any], day: dt.date) -> dt.date:
    last: dt.date = [due for granted, due in life["due"] if granted <= day][-1]
    return last
