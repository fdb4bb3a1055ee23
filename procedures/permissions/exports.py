"""Who may take all that is in force with them, and see the jobs that make it."""

from typing import Any

from django.db.models import Q, QuerySet

from procedures.permissions import reader_agencies
from qms.organisation.models import Unit, has_role, units_of
from qms.organisation.roles import Role
from qms.records.evidence.asking import PREFIX
from qms.records.models import Job

_TAKERS = (Role.ISO_SECRETARY, Role.LEADER, Role.EXTERNAL_CHECKER)


def archivable_agencies(user: Any) -> QuerySet[Unit]:
    """Return the agencies whose documents `user` may take as one archive.

    Those of which they are secretary, leader, or the outside checker; what it holds is still what
    they may read.
    """
    wanted = Q(pk__in=[])
    for role in _TAKERS:
        wanted |= Q(pk__in=units_of(user, role).values("pk"))
    return Unit.objects.agencies().filter(wanted)


def can_archive(user: Any) -> bool:
    """Takes the documents in force of some agency as one archive."""
    return has_role(user, *_TAKERS)


def visible_jobs(user: Any) -> QuerySet[Job]:
    """Return the jobs `user` may see and fetch: those they asked for, of an agency that they still
    belong to, and as its secretary all of the agency, but for evidence, which others may see
    more of."""
    of_agency = Q(agency__in=units_of(user, Role.ISO_SECRETARY))
    return Job.objects.filter(
        Q(asked_by=user, agency__in=reader_agencies(user))
        | (of_agency & ~Q(kind__startswith=PREFIX))
    )
