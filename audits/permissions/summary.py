"""Who reads the figures over all audits of an agency, and of which findings they are."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from audits.models import Finding
from audits.models.findings import FindingQuerySet
from audits.permissions.audits import auditor_agencies
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role

_WATCHING = (Role.ISO_SECRETARY, Role.LEADER, Role.EXTERNAL_CHECKER)


def watched_agencies(user: Any, *, on: dt.date | None = None) -> QuerySet[Unit]:
    """Return the agencies whose figures `user` reads.

    Those of its secretary, leaders, internal auditors and checkers from outside: they see all
    findings once the closing meeting is held (`audits.permissions.audits.visible_findings`).
    """
    wanted = Q(pk__in=auditor_agencies(user, on=on).values("pk"))
    for role in _WATCHING:
        wanted |= Q(pk__in=units_of(user, role, on=on).values("pk"))
    return Unit.objects.agencies().filter(wanted)


def watched_findings(user: Any, *, on: dt.date | None = None) -> FindingQuerySet:
    """Return the findings of those agencies' audits that stand, from the closing meeting on."""
    agencies = watched_agencies(user, on=on).values("pk")
    return Finding.objects.standing().filter(
        audit__agency__in=agencies, audit__closing_held_on__isnull=False
    )
