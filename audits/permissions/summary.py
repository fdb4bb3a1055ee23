"""Who reads the figures over all audits of an agency, and of which findings they are."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from audits.models import AuditMember, Finding
from audits.models.findings import FindingQuerySet
from audits.permissions.audits import auditor_agencies
from procedures.permissions import visible_procedures
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
    """Return the findings of those agencies' audits that stand, from the closing meeting on.

    Those on a restricted procedure are for who reads it, and for the team.
    """
    agencies = watched_agencies(user, on=on).values("pk")
    teams = AuditMember.objects.filter(person=user.pk, removed_at=None).order_by()
    readable = (
        Q(version=None)
        | Q(version__procedure__is_restricted=False)
        | Q(version__procedure__in=visible_procedures(user).order_by().values("pk"))
        | Q(audit__in=teams.values("audit"))
    )
    return Finding.objects.standing().filter(
        readable, audit__agency__in=agencies, audit__closing_held_on__isnull=False
    )
