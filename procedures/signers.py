"""Which leaders may approve a decision, and what keeps the others from it."""

from dataclasses import dataclass
from typing import Any

from procedures import permissions as may
from procedures.models import Decision
from procedures.models.capacities import matter_of_decision, weigh
from procedures.permissions.assigning import can_assign
from procedures.workflow import DecisionStatus
from qms.foundation.dates import today
from qms.organisation.models import User, holders_of
from qms.organisation.roles import Role

_WAITING = (DecisionStatus.COMPOSING, DecisionStatus.SUBMITTED)
_HAD_A_PART = "đã soạn, trình hoặc xem xét một quy trình trong quyết định này"


@dataclass(frozen=True)
class Signer:
    """A leader of the agency: how they would sign, or why they cannot; one of the two is empty."""

    person: User
    way: str
    refused: str


def signers_of(decision: Decision) -> list[Signer]:
    """Return each leader of the decision's agency as of today, those who may sign it first."""
    agency, day = decision.agency, today()
    path = agency.path or ""
    keys = {pk for above, pk in holders_of(Role.LEADER) if path.startswith(above)}
    matter = matter_of_decision(decision)
    found: list[Signer] = []
    for person in User.objects.filter(pk__in=keys).order_by("sort_key", "pk"):
        if may.had_a_part(person, decision):
            found.append(Signer(person, "", _HAD_A_PART))
            continue
        allowed, refused = weigh(person, agency, on=day, matter=matter)
        way = f"{allowed[0].capacity.label} – {allowed[0].why}" if allowed else ""
        found.append(Signer(person, way, refused))
    return sorted(found, key=lambda signer: bool(signer.refused))


def signing_facts(user: User, decision: Decision) -> dict[str, Any]:
    """Return what the page of a decision says of its signers while it waits, else nothing.

    `may_assign` tells whether `user` may record who signs for what, `hides_drafts` that they are
    not led to the drafts, which the clerk reads only once they are approved.
    """
    if decision.status not in _WAITING:
        return {}
    return {
        "is_waiting": True,
        "signers": signers_of(decision),
        "may_assign": can_assign(user, decision.agency),
        "hides_drafts": not (
            may.is_secretary(user, decision.agency) or may.is_leader(user, decision.agency)
        ),
    }
