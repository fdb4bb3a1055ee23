"""Coverage as it would be once a decision holds, and that nothing is changed by asking."""

import datetime as dt

import pytest

from procedures.coverage import count, load_facts
from procedures.coverage.outlook import after_decision
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from tests.factories import Office, make_tthc, make_version

pytestmark = pytest.mark.django_db


def test_issuing_covers_what_was_in_progress() -> None:
    office = Office()
    make_tthc(office.agency)
    version = make_version(VersionStatus.REVIEWED, office)
    facts = load_facts(office.agency, None)

    after = after_decision(facts, issued={version.pk}, ended={version.procedure_id}, on=today())

    before, then = count(facts, today()), count(after, today())
    assert (before.covered, before.in_progress, before.missing) == (0, 1, 1)
    assert (then.covered, then.in_progress, then.missing) == (1, 0, 1)


def test_abolishing_uncovers() -> None:
    office = Office()
    version = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    facts = load_facts(office.agency, None)

    after = after_decision(facts, issued=set(), ended={version.procedure_id}, on=today())

    assert (count(facts, today()).covered, count(after, today()).covered) == (1, 0)
    assert count(after, dt.date(2023, 1, 1)).covered == 1


def test_other_procedures_are_left_alone() -> None:
    office = Office()
    kept = make_version(VersionStatus.ISSUED, office)
    facts = load_facts(office.agency, None)

    after = after_decision(facts, issued=set(), ended=set(), on=today())

    assert count(after, today()).covered == 1
    assert kept.periods.get().valid_to is None
