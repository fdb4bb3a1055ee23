"""Numbers without gaps: by pattern, by year, by agency, with many at once and after a rollback."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from qms.foundation.patterns import numbered
from qms.records.models import NumberSeries
from qms.records.numbers import check_pattern, take_number
from qms.records.verifying import Report, numbers
from tests.factories import make_agency

TAKERS = 8
PATTERN = "KPH-{year}-{seq:03}"


@pytest.mark.django_db
def test_numbers_follow_each_other_by_agency_name_and_year() -> None:
    one, two = make_agency(), make_agency()

    taken = [
        take_number(one, "nonconformity", year=2026, pattern=PATTERN),
        take_number(one, "nonconformity", year=2026, pattern=PATTERN),
        take_number(one, "nonconformity", year=2027, pattern=PATTERN),
        take_number(one, "audit", year=2026, pattern="{seq:02}/ĐGNB-{year}"),
        take_number(two, "nonconformity", year=2026, pattern=PATTERN),
        take_number(one, "nonconformity", year=2026, pattern="{seq}/KPH"),
    ]

    assert taken == [
        "KPH-2026-001",
        "KPH-2026-002",
        "KPH-2027-001",
        "01/ĐGNB-2026",
        "KPH-2026-001",
        "3/KPH",
    ]
    assert str(NumberSeries.objects.get(unit=one, year=2026, name="audit")) == "audit 2026: 1"


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("begun", [True, False])
def test_many_at_once_take_each_number_once_and_leave_no_gap(begun: bool) -> None:  # noqa: FBT001
    agency = make_agency()
    if begun:
        with transaction.atomic():
            take_number(agency, "audit", year=2026, pattern="{seq}")
    start = threading.Barrier(TAKERS)
    taken: list[int] = []

    def take() -> None:
        start.wait()
        try:
            for _ in range(3):
                with transaction.atomic():
                    number = take_number(agency, "audit", year=2026, pattern="{seq}")
                taken.append(int(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(TAKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    first = 2 if begun else 1
    assert sorted(taken) == list(range(first, first + 3 * TAKERS))


@pytest.mark.usefixtures("committed_db")
def test_a_number_given_back_is_given_to_the_next() -> None:
    agency = make_agency()

    def take(*, then_fails: bool = False) -> str:
        with transaction.atomic():
            number = take_number(agency, "audit", year=2026, pattern=PATTERN)
            transaction.set_rollback(then_fails)
        return number

    taken = [take(then_fails=fails) for fails in (True, True, False, True, False)]

    numbers = ["001", "001", "001", "002", "002"]
    assert taken == [f"KPH-2026-{number}" for number in numbers]


@pytest.mark.usefixtures("committed_db")
def test_outside_a_transaction_no_number_is_taken() -> None:
    agency = make_agency()

    with pytest.raises(RuntimeError, match="inside the transaction"):
        take_number(agency, "audit", year=2026, pattern=PATTERN)

    assert not NumberSeries.objects.exists()


@pytest.mark.parametrize(
    "pattern", ["{seq}", PATTERN, "ĐGNB-{year}-{seq:02}", "{seq:06}/{year}/BB {year}", "{seq:01}"]
)
def test_pattern_with_one_number_is_taken(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "phải có {seq} đúng một lần"),
        ("KPH-{year}", "phải có {seq} đúng một lần"),
        ("{seq}-{seq:02}", "phải có {seq} đúng một lần"),
        ("{seq:07}", "phải có {seq} đúng một lần"),
        ("{seq:3}", "phải có {seq} đúng một lần"),
        ("{seq:999999999}", "phải có {seq} đúng một lần"),
        ("{seq.__class__}", "phải có {seq} đúng một lần"),
        ("{seq!r}", "phải có {seq} đúng một lần"),
        ("{seq}-{year:04}", "chỉ được có {year} và {seq}"),
        ("{seq}-{month}", "chỉ được có {year} và {seq}"),
        ("{seq}-{}", "chỉ được có {year} và {seq}"),
        ("{{seq}}", "chỉ được có {year} và {seq}"),
        ("{seq}{{year}seq}", "chỉ được có {year} và {seq}"),
        ("{seq}}", "chỉ được có {year} và {seq}"),
    ],
)
def test_wrong_pattern_is_refused_with_a_sentence(pattern: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        check_pattern(pattern)


@pytest.mark.django_db
def test_wrong_pattern_takes_no_number() -> None:
    with pytest.raises(ValidationError):
        take_number(make_agency(), "audit", year=2026, pattern="{year}")

    assert not NumberSeries.objects.exists()


@pytest.mark.django_db
def test_database_refuses_a_second_row_of_a_series() -> None:
    agency = make_agency()
    NumberSeries.objects.create(unit=agency, name="audit", year=2026)

    with pytest.raises(IntegrityError), transaction.atomic():
        NumberSeries.objects.create(unit=agency, name="audit", year=2026)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_numberseries SET last = last - 1",
        "UPDATE records_numberseries SET last = last + 2",
        "UPDATE records_numberseries SET last = last + 1, year = 2027",
        "UPDATE records_numberseries SET last = last + 1, name = 'recall'",
        "DELETE FROM records_numberseries",
        "INSERT INTO records_numberseries (unit_id, name, year, last) "
        "SELECT unit_id, name, 2027, 1 FROM records_numberseries",
    ],
)
def test_database_lets_a_counter_go_on_by_one_alone(statement: str) -> None:
    agency = make_agency()
    with transaction.atomic():
        take_number(agency, "audit", year=2026, pattern="{seq}")

    with (
        pytest.raises(IntegrityError, match="chỉ đếm tiếp từng số"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("years", "is_right"),
    [
        ([{2026}, {2026}], True),
        ([{2026}, {2025, 2026}], True),
        ([{2026}, {2026}, {2026, 2027}], True),
        ([{2026}], False),
        ([{2026}, {2026}, {2026}], False),
        ([{2026}, {2027, 2028}], False),
    ],
)
def test_counter_is_compared_with_what_was_numbered(
    monkeypatch: pytest.MonkeyPatch,
    years: list[set[int]],
    is_right: bool,  # noqa: FBT001
) -> None:
    agency = make_agency()
    for _ in range(2):
        with transaction.atomic():
            take_number(agency, "thu", year=2026, pattern="{seq}")
    given = [(agency.pk, frozenset(each)) for each in years]
    monkeypatch.setitem(numbers._numbered, "thu", lambda: given)

    found = list(numbers.check_numbers(Report()))

    assert [str(each.field) for each in found] == ([] if is_right else ["last"])


@pytest.mark.parametrize(
    ("pattern", "year", "text"),
    [
        ("QT-{seq:02}/GDĐT", None, "QT-07/GDĐT"),
        ("{seq}", None, "7"),
        ("{year}-{seq:01}", 2026, "2026-7"),
        ("{year}/{seq}", None, "{year}/7"),
        ("{seq.real} {0} {}{ {seq!r} %s", 2026, "{seq.real} {0} {}{ {seq!r} %s"),
    ],
)
def test_only_the_named_fields_are_filled(pattern: str, year: int | None, text: str) -> None:
    assert numbered(pattern, seq=7, year=year) == text
