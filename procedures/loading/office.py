"""Load the whole office, in the order in which one thing stands on another."""

from dataclasses import dataclass
from pathlib import Path

from procedures.loading.assignments import load_assignments
from procedures.loading.documents import Documents
from procedures.loading.facts import Facts
from procedures.loading.known import one_ever
from procedures.loading.organisation import load_people, load_positions, load_units
from procedures.loading.registers import load_changes, load_documents, load_tthc
from qms.organisation.models import Unit, User


@dataclass(frozen=True)
class Loaded:
    """How many of each were made in this run."""

    units: int
    positions: int
    tthc: int
    legal_documents: int
    legal_changes: int
    people: int = 0
    procedures: int = 0

    @property
    def is_nothing(self) -> bool:
        return not any(vars(self).values())


def load_facts(facts: Facts, *, accounts: Path, demo: bool) -> Loaded:
    """Make what never was of the office that `facts` tell of; what is there stays as it is.

    `demo` adds the demo people, their passwords in the file `accounts`, and the procedures they
    sign. Each unit of work is its own transaction, so that a run that died is completed by the
    next.
    """
    by = User.objects.system()
    units = load_units(facts.office, by=by)
    positions = load_positions(facts.office, by=by)
    agency: Unit = one_ever(Unit, code=facts.office["agency"])
    tthc = load_tthc(facts.tthc_list, facts.tthc, agency=agency, by=by)
    legal_documents = load_documents(facts.legal_documents, by=by)
    legal_changes = load_changes(facts.legal_changes, by=by)
    people = procedures = 0
    if demo:
        people = load_people(facts.office, by=by, accounts=accounts)
        load_assignments(facts.office, agency=agency)
        procedures = Documents(facts, agency=agency, by=by).load()
    return Loaded(units, positions, tthc, legal_documents, legal_changes, people, procedures)
