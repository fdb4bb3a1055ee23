"""Who sees bundles of drafts, who begins them, and who reorganises units."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from procedures.models import (
    BundleDraft,
    DraftBundle,
    InForcePeriod,
    Procedure,
    ProcedureVersion,
)
from procedures.permissions import (
    is_secretary,
    visible_drafts,
    visible_issued,
    visible_procedures,
)
from qms.organisation.models import Unit, UnitQuerySet, has_role, units_of
from qms.organisation.roles import Role

_FOLLOWERS = (Role.ISO_SECRETARY, Role.LEADER, Role.UNIT_HEAD)


def can_list(user: Any) -> bool:
    """Sees the list of bundles: who begins them and who reviews what is in them."""
    return has_role(user, *_FOLLOWERS)


def visible_bundles(user: Any) -> QuerySet[DraftBundle]:
    """Return the bundles of the agencies of which `user` is secretary or leader.

    Beyond that those with a draft that they may see.
    """
    seen = BundleDraft.objects.filter(
        bundle=OuterRef("pk"), version__in=visible_drafts(user).values("pk")
    )
    return DraftBundle.objects.filter(
        Q(agency__in=units_of(user, Role.ISO_SECRETARY))
        | Q(agency__in=units_of(user, Role.LEADER))
        | Exists(seen)
    )


def visible_versions(user: Any, bundle: DraftBundle) -> QuerySet[ProcedureVersion]:
    """Return the versions of a visible bundle that `user` may see now."""
    mine = Q(pk__in=visible_drafts(user).values("pk")) | Q(pk__in=visible_issued(user).values("pk"))
    return ProcedureVersion.objects.filter(mine, bundle_link__bundle=bundle)


def can_work(user: Any, bundle: DraftBundle) -> bool:
    """Hands the bundle in and composes its decision: the secretary of its agency."""
    return is_secretary(user, bundle.agency)


def kept_units(user: Any) -> UnitQuerySet:
    """Return the units that `user` reorganises: all of which they are the secretary today."""
    return units_of(user, Role.ISO_SECRETARY)


def can_reorganise(user: Any, unit: Unit) -> bool:
    """Reorganises `unit`, or hands over to it: its secretary, so nothing above one's own."""
    return is_secretary(user, unit)


def handed_over(user: Any, procedure: Procedure) -> QuerySet[Procedure]:
    """Return what `procedure` was in another agency, and what it has become in others.

    Only those of which `user` may read an issue.
    """
    beside = Q(pk=procedure.predecessor_id) | Q(predecessor=procedure.pk)
    editions = InForcePeriod.objects.standing().filter(procedure=OuterRef("pk"))
    found = visible_procedures(user).filter(beside, Exists(editions))
    return found.select_related("agency").order_by("sort_key", "pk")
