"""Reading the facts asks the same number of times, however large the catalogue."""

from typing import Any

import pytest

from procedures.coverage import course, coverage_on
from procedures.models import (
    TTHCChange,
)
from qms.foundation.dates import today
from tests.factories import (
    make_agency,
)
from tests.procedures.coverage.builders import many_tthc

pytestmark = pytest.mark.django_db

Kind = TTHCChange.Kind


@pytest.mark.parametrize("number", [10, 2000])
def test_coverage_asks_as_often_for_ten_as_for_two_thousand(
    number: int, django_assert_num_queries: Any
) -> None:
    agency = make_agency()
    many_tthc(agency, number)

    with django_assert_num_queries(5):
        coverage = coverage_on(today(), agency)
        course(coverage.facts, today())

    assert (coverage.in_force, coverage.missing) == (number, number)
