"""Whose accounts a person keeps, and whose open work they see."""

from typing import Any

from django.db.models import Q, QuerySet

from qms.organisation.models import Post, UnitGrant, User, holders_of, units_of
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


def administrators_of(person: User) -> QuerySet[User]:
    """Return who keeps the account of `person` today: the administrators of their units."""
    posted = Post.objects.filter(person=person).values_list("unit__path", flat=True)
    granted = UnitGrant.objects.filter(user=person).values_list("content_object__path", flat=True)
    paths = {path or "" for path in (*posted, *granted)}
    keys = [
        pk
        for above, pk in holders_of(Role.SYSTEM_ADMIN)
        if any(path.startswith(above) for path in paths)
    ]
    return User.objects.filter(pk__in=keys).exclude(pk=person.pk)
