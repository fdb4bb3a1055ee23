"""The figures, the groups, the course; percentages."""

import pytest

from procedures.coverage import Coverage, Standing, count, course, coverage_on, load_facts
from procedures.models import (
    TTHCChange,
)
from qms.foundation.dates import today
from qms.foundation.templatetags.office import percent
from tests.factories import (
    Office,
    make_draft,
    make_field,
    make_tthc,
)
from tests.procedures.coverage.builders import (
    LATER,
    basis,
    day,
    exclude,
    in_force,
    make_change,
    make_legal,
    make_legal_change,
    revise,
    row_of,
    set_times,
)

pytestmark = pytest.mark.django_db

Kind = TTHCChange.Kind


def test_figures_add_up_and_name_their_codes() -> None:
    office = Office(catalogue_until=day("2025-06-30"))
    fresh, stale, late, drafted, missing, out = (make_tthc(office.agency) for _ in range(6))
    in_force(office, fresh)
    in_force(office, stale, late)
    make_change(stale, Kind.AMENDED, day("2023-05-01"))
    make_change(late, Kind.AMENDED, day("2022-05-01"))
    draft = make_draft(office, drafted)
    set_times(draft, created_at="2023-05-01 08:00")
    exclude(out.responsibilities.get(), office)

    found = coverage_on(day("2023-06-01"), office.agency).as_json()

    assert found == {
        "on": "2023-06-01",
        "catalogue_until": "2025-06-30",
        "in_force": 6,
        "excluded": 1,
        "covered": 1,
        "stale": 2,
        "overdue": 1,
        "in_progress": 1,
        "missing": 1,
        "covered_ratio": "3/5",
        "fresh_ratio": "1/5",
        "covered_codes": [fresh.code],
        "stale_codes": [stale.code, late.code],
        "overdue_codes": [late.code],
        "in_progress_codes": [drafted.code],
        "missing_codes": [missing.code],
    }


def test_percentages_round_half_up_and_never_flatter() -> None:
    assert [percent(ratio) for ratio in [(40, 41), (1, 800), (19_999, 20_000), (3, 3)]] == [
        "97,56%",
        "0,13%",
        "99,99%",
        "100%",
    ]


def test_names_and_fields_are_those_of_the_day() -> None:
    office = Office()
    tthc = make_tthc(office.agency, name="Tên cũ", field=make_field("Mầm non"))
    make_change(tthc, Kind.AMENDED, LATER, name="Tên mới", field=make_field("Tiểu học"))

    before, after = (
        row_of(tthc, day("2024-11-19"), office.agency),
        row_of(tthc, LATER, office.agency),
    )

    assert before is not None
    assert after is not None
    assert (before.name, before.field) == ("Tên cũ", "Mầm non")
    assert (after.name, after.field) == ("Tên mới", "Tiểu học")


def test_fields_stand_in_vietnamese_order() -> None:
    office = Office()
    for name in ("Đào tạo", "Dạy nghề", "Ấn phẩm", "An toàn"):
        make_tthc(office.agency, field=make_field(name))

    names = [group.name for group in coverage_on(today(), office.agency).by_field()]

    assert names == ["An toàn", "Ấn phẩm", "Dạy nghề", "Đào tạo"]


def test_next_deadlines_are_in_order_grouped_by_day_and_still_to_come() -> None:
    office = Office()
    late, second, third, first = (make_tthc(office.agency) for _ in range(4))
    for tthc, announced in [
        (late, "2022-01-01"),
        (second, "2022-05-20"),
        (third, "2022-05-20"),
        (first, "2022-05-10"),
    ]:
        make_change(tthc, Kind.ANNOUNCED, day(announced))

    deadlines = coverage_on(day("2022-06-30"), office.agency).next_deadlines()

    assert [(due, [row.code for row in rows]) for due, rows in deadlines] == [
        (day("2022-08-10"), [first.code]),
        (day("2022-08-20"), [second.code, third.code]),
    ]


def test_course_agrees_with_coverage_on_each_of_its_days() -> None:
    office = Office()
    one, two, three = (make_tthc(office.agency) for _ in range(3))
    document = make_legal()
    first = in_force(office, one, two, bases=(basis(),))
    make_legal_change(document, day("2022-09-01"))
    make_change(three, Kind.ANNOUNCED, day("2022-05-01"))
    make_change(two, Kind.ABOLISHED, day("2023-01-01"))
    revise(first, office, day("2022-12-01"), bases=())
    exclude(three.responsibilities.get(), office, valid_from=day("2023-06-01"))

    points = course(load_facts(office.agency, None), day("2024-01-01"))

    assert [(point.day.isoformat(), point.counts) for point in points] == [
        ("0001-01-01", (0, 0, 2)),
        ("2022-03-15", (2, 2, 2)),
        ("2022-05-01", (2, 2, 3)),
        ("2022-09-01", (2, 0, 3)),
        ("2022-12-01", (2, 2, 3)),
        ("2023-01-01", (1, 1, 2)),
        ("2023-06-01", (1, 1, 1)),
    ]
    for point in points[1:]:
        on_day: Coverage = count(load_facts(office.agency, None), point.day)
        assert (*on_day.with_procedure[:1], *on_day.fresh) == point.counts


def test_standings_have_a_word_each() -> None:
    assert [standing.label for standing in Standing] == [
        "Phù hợp quy định hiện hành",
        "Phải cập nhật",
        "Đang soạn",
        "Chưa có quy trình",
        "Không thuộc phạm vi",
    ]
