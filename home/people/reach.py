"""Whose accounts a person keeps, and whose open work they see."""

from typing import Any

from django.db.models import Q, QuerySet

from qms.organisation.models import Post, UnitGrant, User, units_of
from qms.organisation.roles import Role


def administered_people(user: Any) -> QuerySet[User]:
    """Return those of the units that one administers, and accounts that belong to no unit yet."""
    units = units_of(user, Role.SYSTEM_ADMIN)
    if not units.exists():
        return User.objects.none()
    posted, granted = Post.objects.all(), UnitGrant.objects.all()
    mine = Q(pk__in=posted.filter(unit__in=units).values("person"))
    mine |= Q(pk__in=granted.filter(content_object__in=units).values("user"))
    new = ~Q(pk__in=posted.values("person")) & ~Q(pk__in=granted.values("user"))
    return User.objects.filter(mine | new)


def followed_people(user: Any) -> QuerySet[User]:
    """Return those whose leaving concerns one: whose accounts or whose documents one keeps."""
    units = units_of(user, Role.ISO_SECRETARY)
    kept = Q(pk__in=Post.objects.filter(unit__in=units).values("person"))
    kept |= Q(pk__in=UnitGrant.objects.filter(content_object__in=units).values("user"))
    kept |= Q(pk__in=administered_people(user).order_by().values("pk"))
    return User.objects.filter(kept).exclude(username=User.SYSTEM)
