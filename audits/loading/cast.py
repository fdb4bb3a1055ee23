"""The office and the demo people in whose names a demonstration is brought in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from procedures.loading.facts import Facts
from procedures.loading.known import one_ever
from procedures.models import Procedure, ProcedureVersion
from qms.organisation.models import Unit, User


@dataclass(frozen=True)
class Cast:
    """Who and what the facts of `fixtures/audits.yaml` name, as loaded before."""

    agency: Unit
    people: Mapping[str, User]  # by the username they had first
    procedures: Mapping[str, Procedure]  # by the code they had first

    @classmethod
    def of(cls, office: Facts, facts: Mapping[str, Any]) -> "Cast | None":
        """Find them all; None where one of them was never loaded."""
        agency = one_ever(Unit, code=office.office["agency"])
        people = {name: one_ever(User, username=name) for name in _people(office)}
        procedures = {
            code: agency and one_ever(Procedure, agency=agency, code=code) for code in _codes(facts)
        }
        if agency is None or not all((*people.values(), *procedures.values())):
            return None
        return cls(agency, people, procedures)

    def version(self, code: str, on: Any) -> ProcedureVersion:
        """Return the version of a procedure that was in force on the day."""
        in_force = ProcedureVersion.objects.in_force(on=on)
        return in_force.get(procedure=self.procedures[code])


def client_id(*names: str) -> UUID:
    """Return the key that makes what is sent under these names known when it is sent again."""
    return uuid5(NAMESPACE_URL, "/".join(("fixtures", "audits.yaml", *names)))


def _people(office: Facts) -> Iterable[str]:
    return (person["username"] for person in office.office["people"])


def _codes(facts: Mapping[str, Any]) -> set[str]:
    named = (*facts["programme"]["lines"], *facts["nonconformities"])
    return {row["procedure"] for row in named if "procedure" in row}
