"""Units, people, positions, posts and the grants that make a role (DESIGN §2)."""

import datetime as dt
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Permission, UserManager
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase

from qms.foundation.constraints import period_ordered
from qms.foundation.dates import today, valid_on
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, sort_key
from qms.organisation.roles import Role

G = TypeVar("G", bound="ObjectGrant")


class UnitQuerySet(models.QuerySet["Unit"]):
    def existing(self, *, on: dt.date) -> "UnitQuerySet":
        return self.filter(valid_on(on))

    def within(self, unit: "Unit") -> "UnitQuerySet":
        """Return `unit` and all below it."""
        return self.filter(path__startswith=unit.path)

    def agencies(self) -> "UnitQuerySet":
        return self.filter(kind=Unit.Kind.AGENCY)


class Unit(RecordedModel):
    """An agency, a section, a one-stop desk or a school, from a day until it ends."""

    class Kind(models.TextChoices):
        AGENCY = "agency", "Cơ quan"
        SECTION = "section", "Bộ phận"
        ONE_STOP = "one_stop", "Bộ phận Một cửa"
        SCHOOL = "school", "Trường học"
        OTHER = "other", "Khác"

    code = models.CharField("mã đơn vị", max_length=40, unique=True)
    name = models.CharField("tên đơn vị", max_length=255)
    kind = models.CharField("loại", max_length=20, choices=Kind, default=Kind.SECTION)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
        verbose_name="trực thuộc",
    )
    path = models.CharField(max_length=255, unique=True, null=True, editable=False)  # noqa: DJ001
    sort_key = models.CharField(max_length=600, editable=False)
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="đơn vị kế thừa",
    )
    history = kept_history()
    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ["path"]
        permissions = [(role.value, role.label) for role in Role]
        constraints = [
            models.CheckConstraint(condition=period_ordered(), name="unit_period_ordered"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="unit_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def record(self, *, by: models.Model, reason: str, fields: Any = None) -> None:
        """Save with the stored path; moving a unit moves the paths of all below it."""
        self.name, self.sort_key = clean(self.name), sort_key(self.name)
        old = self.path
        super().record(by=by, reason=reason, fields=fields)
        new = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if new != old:
            if old and self.parent and self.parent.path and self.parent.path.startswith(old):
                raise ValidationError(
                    {"parent": "Đơn vị không thể trực thuộc chính đơn vị cấp dưới."}
                )
            self.path = new
            super().record(by=by, reason=reason, fields=["path"])
            for child in self.children.all():
                child.record(by=by, reason=reason)

    def ancestor_ids(self) -> list[int]:
        """Return the keys from the root down to this unit itself."""
        return [int(part) for part in (self.path or "").split("/") if part]

    def agency(self) -> "Unit":
        """Return the nearest unit at or above this one that is an agency."""
        above = Unit.objects.filter(pk__in=self.ancestor_ids(), kind=Unit.Kind.AGENCY)
        return above.order_by("-path").first() or self


class OfficeUserManager(UserManager["User"]):
    def system(self) -> "User":
        """Return the account in whose name commands act; it can never sign in."""
        user = self.filter(username=User.SYSTEM).first()
        if user is None:
            user = User(username=User.SYSTEM, full_name="Hệ thống", is_active=False)
            user.set_unusable_password()
            user.record(by=user, reason="Tài khoản của hệ thống")
        return user


class User(AbstractUser):
    """A person. Leaving closes the account; the name stays on all that was signed."""

    SYSTEM: ClassVar[str] = "he-thong"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("họ và tên", max_length=150)
    sort_key = models.CharField(max_length=400, editable=False, default="")
    history = kept_history(excluded_fields=["password", "last_login"])
    objects: ClassVar[OfficeUserManager] = OfficeUserManager()
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def record(self, *, by: "User", reason: str) -> None:
        """Save, and write one history row that names `by` and `reason`."""
        self._history_user, self._change_reason = by, reason
        try:
            self.save()
        finally:
            del self._history_user

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; without `record()` the person changed it themself (a password, a sign-in)."""
        self.full_name = clean(self.full_name)
        given = self.full_name.rsplit(" ", 1)  # Vietnamese lists go by the given name
        self.sort_key = sort_key(" ".join(reversed(given)))
        # simple-history asks whether the attribute is there, not what it says
        self.__dict__.pop("skip_history_when_saving", None)
        if set(kwargs.get("update_fields") or ()) == {"last_login"}:
            self.skip_history_when_saving = True
        if hasattr(self, "_history_user"):
            super().save(*args, **kwargs)
            return
        self._history_user = self
        try:
            super().save(*args, **kwargs)
        finally:
            del self._history_user

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.rsplit(" ", 1)[-1]

    def post_on(self, day: dt.date) -> "Post | None":
        """Return the post that names this person on `day`: the one of the highest position."""
        posts = self.posts.filter(valid_on(day)).select_related("position", "unit")
        return posts.order_by("position__rank", "pk").first()


class Position(RecordedModel):
    """A chức danh: Trưởng phòng, Phó Trưởng phòng, Chuyên viên, Văn thư."""

    name = models.CharField("chức danh", max_length=150, unique=True)
    rank = models.PositiveSmallIntegerField("thứ bậc", default=100, help_text="Số nhỏ đứng trước.")
    is_active = models.BooleanField("đang dùng", default=True)
    history = kept_history()

    class Meta:
        verbose_name = "chức danh"
        verbose_name_plural = "chức danh"
        ordering = ["rank", "name"]

    def __str__(self) -> str:
        return self.name


class Post(RecordedModel):
    """A person holds a position in a unit, from a day until it ends."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name="người"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name="đơn vị")
    position = models.ForeignKey(
        Position, models.PROTECT, related_name="posts", verbose_name="chức danh"
    )
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "vị trí công tác"
        verbose_name_plural = "vị trí công tác"
        ordering = ["position__rank", "pk"]
        constraints = [
            models.CheckConstraint(condition=period_ordered(), name="post_period_ordered")
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.position}, {self.unit}"


class ObjectGrantQuerySet(models.QuerySet[Any]):
    def valid(self, *, on: dt.date) -> Self:
        return self.filter(valid_on(on))

    def held_by(self, user: Any, *, on: dt.date) -> Self:
        """Return those that give `user` something on the day; a closed account holds none."""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        return self.valid(on=on).filter(user=user)


class ObjectGrant(UserObjectPermissionBase, RecordedModel):
    """A permission on one record, its `content_object`, given to a person for a time, by someone.

    A concrete one says which records, by a foreign key of that name, and keeps its history.
    """

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
            # An empty period is one that was taken back before it began.
            models.CheckConstraint(
                condition=~Q(valid_to__lt=F("valid_from")), name="%(class)s_period_ordered"
            )
        ]

    @transaction.atomic
    def end(self, *, by: User, on: dt.date) -> None:
        """Take it back from `on` on; one that would begin later never does."""
        stored = type(self).objects.select_for_update(of=("self",)).get(pk=self.pk)
        last = max(on, stored.valid_from or on)
        if stored.valid_to is not None and stored.valid_to <= last:
            return
        self.valid_to = last
        self.record(by=by, reason="Thu hồi quyền", fields=["valid_to"])


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
            models.CheckConstraint(condition=period_ordered(), name="grant_period_ordered"),
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


def grant_role(
    user: User, role: Role, unit: Unit, *, by: User, valid_from: dt.date | None = None
) -> UnitGrant:
    """Give `user` the role on `unit` and all below it, from `valid_from` (None: always) on.

    Returns the grant that stands already, if there is one. Raises ValidationError for an account
    that cannot sign in.
    """
    if not user.is_active:
        raise ValidationError("Tài khoản đã khóa thì không giao quyền.")
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
    if not user.is_active:
        raise ValidationError("Tài khoản đã khóa thì không giao quyền.")
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


def default_agency(*, by: User) -> Unit:
    """Return the first agency of the tree; where there is none yet, one to be named later."""
    agency = Unit.objects.agencies().order_by("path").first()
    if agency is None:
        agency = Unit(code="CO-QUAN", name="Cơ quan", kind=Unit.Kind.AGENCY)
        agency.record(by=by, reason="Lập cơ quan ban đầu")
        profile = AgencyProfile(unit=agency, display_name="Cơ quan")
        profile.record(by=by, reason="Lập cơ quan ban đầu")
    return agency


def roles_of(user: Any, *, on: dt.date | None = None) -> frozenset[tuple[str, str]]:
    """Return the (role, unit path) pairs that `user` holds on the day; `on` None is today.

    The only function that reads roles. Nobody who is not signed in, or whose account is closed,
    holds any; being superuser gives none. Read once for each user object and day.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    day = on or today()
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


def units_of(user: Any, role: Role, *, on: dt.date | None = None) -> UnitQuerySet:
    """Return the units on which `user` holds `role` on the day: those granted and all below."""
    within = Q(pk__in=[])
    for held, path in roles_of(user, on=on):
        if held == role:
            within |= Q(path__startswith=path)
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


class AgencyProfile(RecordedModel):
    """What an agency prints and counts by: names, labels, patterns, intervals (its settings)."""

    class Numbering(models.TextChoices):
        TWO_COUNTERS = "two", "Hai số: lần ban hành và lần sửa đổi"
        ONE_COUNTER = "one", "Một số: chỉ lần ban hành"

    unit = models.OneToOneField(
        Unit, models.PROTECT, related_name="profile", verbose_name="cơ quan", editable=False
    )
    parent_name = models.CharField("cơ quan chủ quản", max_length=255, blank=True)
    display_name = models.CharField("tên cơ quan in trên tài liệu", max_length=255)
    place = models.CharField("địa danh", max_length=100, blank=True)
    address = models.CharField("địa chỉ", max_length=255, blank=True)
    code_pattern = models.CharField(
        "mẫu mã hiệu quy trình",
        max_length=60,
        default="QT-{seq:02}",
        help_text="Ví dụ QT-{seq:02}/GDĐT.",
    )
    numbering = models.CharField(
        "cách đánh số", max_length=5, choices=Numbering, default=Numbering.TWO_COUNTERS
    )
    prepared_label = models.CharField("nhãn người soạn thảo", max_length=40, default="Soạn thảo")
    reviewed_label = models.CharField("nhãn người xem xét", max_length=40, default="Xem xét")
    approved_label = models.CharField("nhãn người phê duyệt", max_length=40, default="Phê duyệt")
    standard = models.CharField("tiêu chuẩn áp dụng", max_length=60, default="TCVN ISO 9001:2015")
    review_interval_months = models.PositiveSmallIntegerField(
        "chu kỳ xem xét định kỳ tài liệu (tháng)",
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    update_deadline_months = models.PositiveSmallIntegerField(
        "hạn cập nhật thay đổi pháp luật (tháng)",
        default=3,  # QĐ 19/2014/QĐ-TTg, Điều 4 khoản 4 điểm a
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text="QĐ 19/2014/QĐ-TTg, Điều 4: 03 tháng kể từ ngày văn bản có hiệu lực.",
    )
    public_reading = models.BooleanField("cho đọc quy trình TTHC không cần tài khoản", default=True)
    catalogue_until = models.DateField("danh mục TTHC cập nhật đến", null=True, blank=True)
    scope_statement = models.TextField("phạm vi đã công bố HTQLCL", blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "hồ sơ cơ quan"
        verbose_name_plural = "hồ sơ cơ quan"

    def __str__(self) -> str:
        return self.display_name
