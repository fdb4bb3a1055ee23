"""The grants that make a role, and those on one record; who holds what on a day."""

import datetime as dt
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermissionBase

from qms.foundation.constraints import period_not_reversed
from qms.foundation.dates import format_date, today, valid_on
from qms.foundation.recorded import kept_history
from qms.organisation.models.people import PersonalTerm, Post, User
from qms.organisation.models.units import Unit, UnitQuerySet
from qms.organisation.roles import Role

G = TypeVar("G", bound="ObjectGrant")


class ObjectGrantQuerySet(models.QuerySet[Any]):
    def valid(self, *, on: dt.date) -> Self:
        return self.filter(valid_on(on))

    def held_by(self, user: Any, *, on: dt.date) -> Self:
        """Return those that give `user` something on the day; a closed account holds none."""
        if not is_open(user, on=on):
            return self.none()
        return self.valid(on=on).filter(user=user)


class ObjectGrant(UserObjectPermissionBase, PersonalTerm):
    """A permission on one record, its `content_object`, given to a person for a time, by someone.

    A concrete one says which records, by a foreign key of that name, and keeps its history.
    """

    HOLDERS: ClassVar[tuple[str, ...]] = ("user",)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người"
    )
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    objects = ObjectGrantQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=period_not_reversed(), name="%(class)s_period_ordered")
        ]


class UnitGrant(ObjectGrant):
    """A role on a unit and all below it, given to a person for a time, by someone."""

    content_object = models.ForeignKey(
        Unit, models.PROTECT, related_name="grants", verbose_name="đơn vị"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="unit_grants", verbose_name="người"
    )
    history = kept_history()

    class Meta:
        verbose_name = "quyền theo đơn vị"
        verbose_name_plural = "quyền theo đơn vị"
        ordering = ["user__sort_key", "content_object__path"]
        constraints = [
            models.CheckConstraint(condition=period_not_reversed(), name="grant_period_ordered"),
            models.UniqueConstraint(
                fields=["user", "permission", "content_object"],
                condition=Q(valid_to__isnull=True),
                name="grant_open_once",
                violation_error_message="Người này đã có quyền đó tại đơn vị.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.permission.name} – {self.content_object}"

    @property
    def role(self) -> Role:
        return Role(self.permission.codename)


def is_open(user: Any, *, on: dt.date) -> bool:
    """Tell whether `user` is somebody whose account is open on the day."""
    is_known = getattr(user, "is_authenticated", False) and user.is_active
    return bool(is_known) and not user.has_left(on=on)


def _must_stay(user: User) -> None:
    if not user.is_active:
        raise ValidationError("Tài khoản đã khóa thì không giao quyền.")
    if user.left_on is not None:
        raise ValidationError(f"Người này nghỉ từ {format_date(user.left_on)}, không giao quyền.")


def grant_role(
    user: User,
    role: Role,
    unit: Unit,
    *,
    by: User,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> UnitGrant:
    """Give `user` the role on `unit` and all below it, on the days `[valid_from, valid_to)`.

    None is open. Returns the open grant that stands already, if there is one. Raises
    ValidationError for an account that cannot sign in, and for a period without a day.
    """
    _must_stay(user)
    if valid_from and valid_to and valid_to <= valid_from:
        raise ValidationError({"valid_to": "Ngày kết thúc phải sau ngày bắt đầu."})
    permission = Permission.objects.get(
        codename=role.value, content_type__app_label="organisation", content_type__model="unit"
    )
    standing = UnitGrant.objects.filter(
        user=user, permission=permission, content_object=unit, valid_to__isnull=True
    ).first()
    if standing:
        return standing
    grant = UnitGrant(
        user=user,
        permission=permission,
        content_object=unit,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by=by,
    )
    grant.record(by=by, reason="Giao quyền")
    user.__dict__.pop("_roles", None)  # what this object has read is out of date
    return grant


def grant_object(
    grants: type[G],
    record: models.Model,
    user: User,
    permission: str,
    *,
    by: User,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
) -> G:
    """Give `user` the permission on `record` for the days `[valid_from, valid_to)`; None is open.

    Returns the grant of exactly that, if there is one. Raises ValidationError for an account that
    cannot sign in, and for a period without a day.
    """
    _must_stay(user)
    if valid_from and valid_to and valid_to <= valid_from:
        raise ValidationError({"valid_to": "Ngày kết thúc phải sau ngày bắt đầu."})
    kind = ContentType.objects.get_for_model(type(record))
    given = {
        "user": user,
        "permission": Permission.objects.get(codename=permission, content_type=kind),
        "content_object": record,
    } | {"valid_from": valid_from, "valid_to": valid_to}
    standing: G | None = grants.objects.filter(**given).first()
    if standing is not None:
        return standing
    grant = grants(**given, granted_by=by)
    grant.record(by=by, reason="Giao quyền")
    return grant


def held_objects(user: Any, grants: type[ObjectGrant], *, on: dt.date) -> set[int]:
    """Return the keys of the records on which `user` holds a grant of this kind on the day."""
    held: models.QuerySet[Any] = grants.objects.held_by(user, on=on)
    return set(held.values_list("content_object", flat=True))


def roles_of(user: Any, *, on: dt.date | None = None) -> frozenset[tuple[str, str]]:
    """Return the (role, unit path) pairs that `user` holds on the day; `on` None is today.

    The only function that reads roles. Nobody who is not signed in, or whose account is closed,
    holds any; being superuser gives none. Read once for each user object and day.
    """
    day = on or today()
    if not is_open(user, on=day):
        return frozenset()
    kept: dict[dt.date, frozenset[tuple[str, str]]] = user.__dict__.setdefault("_roles", {})
    if day not in kept:
        grants = UnitGrant.objects.valid(on=day).filter(user=user)
        kept[day] = frozenset(
            (role, path or "")
            for role, path in grants.values_list(
                "permission__codename", "content_object__path"
            ).order_by()
        )
    return kept[day]


def units_of(user: Any, *roles: Role, on: dt.date | None = None) -> UnitQuerySet:
    """Return the units on which `user` holds one of `roles` on the day: granted, and all below."""
    within = Q(pk__in=[])
    for start in sorted({path for held, path in roles_of(user, on=on) if held in roles}):
        within |= Q(path__startswith=start)
    return Unit.objects.filter(within)


def has_role(
    user: Any, *roles: Role, unit: "Unit | None" = None, on: dt.date | None = None
) -> bool:
    """Tell whether `user` holds one of `roles` on the day, over `unit` (None: anywhere)."""
    return any(
        held in roles and (unit is None or (unit.path or "").startswith(path))
        for held, path in roles_of(user, on=on)
    )


def people_of(agency: Unit, *, on: dt.date) -> models.QuerySet[User]:
    """Return the active people with a grant or a post in the agency on the day, by name."""
    grants = UnitGrant.objects.valid(on=on).filter(
        content_object__path__startswith=agency.path or ""
    )
    posts = Post.objects.filter(valid_on(on), unit__path__startswith=agency.path or "")
    return User.objects.filter(
        Q(pk__in=grants.values("user")) | Q(pk__in=posts.values("person")), is_active=True
    ).order_by("sort_key")


def holders_of(role: Role, *, on: dt.date | None = None) -> list[tuple[str, int]]:
    """Return (unit path, person's key) of each active holder of `role` on the day, one query.

    Who holds it over a unit are those whose path begins the unit's. `on` None is today.
    """
    grants = UnitGrant.objects.valid(on=on or today()).filter(
        permission__codename=role.value, user__is_active=True
    )
    rows = grants.values_list("content_object__path", "user_id").order_by("user_id")
    return [(path or "", user_id) for path, user_id in rows]
