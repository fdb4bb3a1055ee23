"""Where something was found: a step of a procedure as it stood on a day, or a clause."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from audits.models import Clause
from audits.models.clauses import NOT_APPLIED, offered_clauses
from procedures.models import ProcedureVersion

Choices = list[tuple[str, str | list[tuple[str, str]]]]


@dataclass(frozen=True)
class Place:
    """A version and, where one was chosen, its step."""

    version: ProcedureVersion
    step_key: str = ""
    step_text: str = ""
    number: int = 0

    @property
    def value(self) -> str:
        return f"{self.version.pk}:{self.step_key}"

    @property
    def requirement(self) -> str:
        """Return the place as a requirement names it."""
        code = f"{self.version.procedure.code} ({self.version.number_text})"
        return f"{code}, bước {self.number}: {self.step_text}" if self.step_key else code


def versions_on(procedures: Iterable[int], day: dt.date) -> QuerySet[ProcedureVersion]:
    """Return the version of each procedure that was in force on the day."""
    found = ProcedureVersion.objects.filter(procedure__in=list(procedures)).in_force(on=day)
    return found.select_related("procedure").order_by("procedure__sort_key")


def places_of(versions: Iterable[ProcedureVersion]) -> dict[str, Place]:
    """Return each version and each of its steps, by the value of the choice."""
    places: dict[str, Place] = {}
    for version in versions:
        rows = [Place(version)]
        for number, step in enumerate(version.document.steps, start=1):
            rows.append(Place(version, step.key, step.work, number))
        places |= {place.value: place for place in rows}
    return places


def place_choices(places: dict[str, Place]) -> Choices:
    """Return the choices, the steps of each version under its code."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for value, place in places.items():
        name = f"{place.version.procedure.code} – {place.version.title}"[:120]
        label = f"Bước {place.number}. {place.step_text}" if place.step_key else "Cả quy trình"
        groups.setdefault(name, []).append((value, label.replace("\n", " ")[:140]))
    return [("", "– chọn bước của quy trình –"), *groups.items()]


def clause_choices(edition: str) -> Choices:
    """Return the clauses of the edition that can be audited; those not applied last."""
    clauses = Clause.objects.of(edition)
    offered = offered_clauses(clauses.auditable(), clauses.left_out())
    return [("", "– chọn điều khoản –"), *offered]


def clause_requirement(number: str, choices: Choices, edition: str) -> str:
    """Return a chosen clause as a requirement names it."""
    label = str(dict(choices).get(number, number)).removesuffix(NOT_APPLIED)
    return f"{edition}, điều {label}"
