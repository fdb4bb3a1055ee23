"""Who reads and keeps the ISO file of a year, and the declarations of the quality system."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from procedures.models import Declaration, YearPaper
from procedures.permissions import is_clerk, is_secretary, reader_agencies
from qms.organisation.models import Unit, roles_of
from qms.organisation.roles import Role

_YEAR_READERS = (
    Role.ISO_SECRETARY,
    Role.LEADER,
    Role.CLERK,
    Role.EXTERNAL_CHECKER,
    Role.INTERNAL_AUDITOR,
)


def year_agencies(user: Any, *, on: dt.date | None = None) -> QuerySet[Unit]:
    """Return the agencies whose ISO file of a year `user` reads: who keeps, answers for or checks
    it. An internal auditor may be that of a part of the agency."""
    wanted = Q(pk__in=[])
    for role, path in roles_of(user, on=on):
        if role in _YEAR_READERS:
            wanted |= Q(path__startswith=path)
        if role == Role.INTERNAL_AUDITOR:
            wanted |= Q(pk__in=[int(part) for part in path.split("/") if part])
    return Unit.objects.agencies().filter(wanted)


def visible_year_papers(user: Any, *, on: dt.date | None = None) -> QuerySet[YearPaper]:
    """Return the papers of the ISO files that `user` reads, those recorded by mistake too."""
    return YearPaper.objects.filter(agency__in=year_agencies(user, on=on))


def can_keep_year(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Adds papers, edits them, marks those recorded by mistake: the secretary."""
    return is_secretary(user, agency, on=on)


def can_attach_to(user: Any, paper: YearPaper, *, on: dt.date | None = None) -> bool:
    """Adds the file to a paper that has none: văn thư or secretary."""
    return paper.file_id is None and not paper.is_void and is_clerk(user, paper.agency, on=on)


def visible_declarations(user: Any, *, on: dt.date | None = None) -> QuerySet[Declaration]:
    """Return the declarations of the agencies whose documents `user` reads.

    A declaration is posted for everybody; those recorded by mistake are for the secretary.
    """
    declared = Declaration.objects.filter(agency__in=reader_agencies(user, on=on))
    kept = Q(is_void=False)
    for role, path in roles_of(user, on=on):
        if role == Role.ISO_SECRETARY:
            kept |= Q(agency__path__startswith=path)
    return declared.filter(kept)


def can_declare(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Records a declaration, what followed it, and that it was a mistake: the secretary."""
    return is_secretary(user, agency, on=on)
