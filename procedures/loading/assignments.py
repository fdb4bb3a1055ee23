"""What the demo deputy looks after, in the name of the demo secretary."""

from typing import Any

from django.db import transaction

from procedures.actions.assigning import Paper, assign
from procedures.loading.known import one_ever
from procedures.models import Field, FieldAssignment
from qms.organisation.models import Unit, User


@transaction.atomic
def load_assignments(office: dict[str, Any], *, agency: Unit) -> int:
    """Record each assignment that never was; return how many. A field nobody knows is left out."""
    secretary = one_ever(User, username=office["secretary"])
    made = 0
    for facts in office.get("assignments", ()):
        person = one_ever(User, username=facts["person"])
        field = Field.objects.named(facts["field"]) if "field" in facts else None
        if "field" in facts and field is None:
            continue
        key = {"person": person, "scope": facts["scope"], "field": field}
        if one_ever(FieldAssignment, number=facts["number"], **key):
            continue
        day = facts["issued_on"]
        assign(
            agency,
            person,
            by=secretary,
            scope=facts["scope"],
            field=field,
            paper=Paper(facts["number"], day, day),
        )
        made += 1
    return made
