"""Who reads Word files in, and who sees what was read."""

from typing import Any

from django.db.models import QuerySet

from procedures.models import WordImport
from procedures.models.word_imports import WordImportQuerySet
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role


def importing_agencies(user: Any) -> QuerySet[Unit]:
    """Return the agencies into which `user` may read Word files: whose secretary they are."""
    return units_of(user, Role.ISO_SECRETARY).agencies().order_by("path")


def visible_imports(user: Any) -> WordImportQuerySet:
    """Return the imports `user` may look at: secretaries, and leaders who accept what came of them.

    What somebody without one of the two roles may not see, they do not learn of.
    """
    agencies = units_of(user, Role.ISO_SECRETARY) | units_of(user, Role.LEADER)
    return WordImport.objects.filter(agency__in=agencies)


def settleable_imports(user: Any) -> WordImportQuerySet:
    """Return the imports of which `user` may make a version, or leave aside."""
    return WordImport.objects.filter(agency__in=units_of(user, Role.ISO_SECRETARY))


def can_settle(user: Any, row: WordImport) -> bool:
    """Makes a version of the import or leaves it aside: the secretary of its agency."""
    return settleable_imports(user).filter(pk=row.pk).exists()
