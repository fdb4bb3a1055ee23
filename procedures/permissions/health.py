"""Who sees what is wrong in the document set: those who keep it and those who answer for it."""

from typing import Any

from django.db.models import QuerySet

from procedures.models import ProcedureVersion
from procedures.permissions import visible_drafts
from qms.organisation.models import Unit, has_role, units_of
from qms.organisation.roles import Role


def can_see_defects(user: Any) -> bool:
    """Sees the defects of the document set: secretaries and leaders, each of their units."""
    return has_role(user, Role.ISO_SECRETARY, Role.LEADER)


def units_answered_for(user: Any) -> QuerySet[Unit]:
    """Return the units whose documents `user` keeps as secretary or answers for as leader."""
    return units_of(user, Role.ISO_SECRETARY) | units_of(user, Role.LEADER)


def drafts_answered_for(user: Any) -> QuerySet[ProcedureVersion]:
    """Return the open versions of those units that `user` may see."""
    return visible_drafts(user).filter(procedure__owner__in=units_answered_for(user))
