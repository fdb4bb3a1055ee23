"""People, their positions and posts, and what ends when they leave."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from qms.foundation.constraints import period_not_reversed
from qms.foundation.dates import format_date, today, valid_on
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, sort_key
from qms.organisation.models.units import Unit


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
    left_on = models.DateField("nghỉ từ ngày", null=True, blank=True, editable=False)
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

    def has_left(self, *, on: dt.date | None = None) -> bool:
        """Tell whether the account is closed by its date on the day (None: today)."""
        return self.left_on is not None and self.left_on <= (on or today())

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether it is the password; of somebody who has left none is."""
        return super().check_password(raw_password) and not self.has_left()

    def get_session_auth_hash(self) -> str:
        """Return what sessions are compared with; none is good from the day somebody leaves.

        So the day closes the account by itself, however the person came in.
        """
        return "" if self.has_left() else super().get_session_auth_hash()

    @transaction.atomic
    def close(self, *, on: dt.date, by: "User", reason: str) -> None:
        """Close the account from `on` on, which may lie ahead; `leaving.leave` ends the rest.

        Raises ValidationError where it is closed already, or is to be.
        """
        stored = User.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stored.left_on is not None:
            raise ValidationError(f"Đã ghi nghỉ từ ngày {format_date(stored.left_on)}.")
        if not stored.is_active:
            raise ValidationError("Tài khoản này đã khóa.")
        self.left_on, self.is_active = on, on > today()
        self.record(by=by, reason=reason)

    @transaction.atomic
    def reopen(self, *, by: "User", reason: str) -> None:
        """Open a closed account; posts and grants that ended stay ended.

        Raises ValidationError where it is open.
        """
        stored = User.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stored.is_active and stored.left_on is None:
            raise ValidationError("Tài khoản này đang dùng.")
        self.left_on, self.is_active = None, True
        self.record(by=by, reason=reason)

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


class PersonalTerm(RecordedModel):
    """What a person is or may for a time, `[valid_from, valid_to)`; it ends when they leave.

    `HOLDERS` names the fields of those with whom it ends.
    """

    HOLDERS: ClassVar[tuple[str, ...]] = ("person",)

    valid_from: Any
    valid_to: Any

    class Meta:
        abstract = True

    @classmethod
    def ending_with(cls, person: User) -> "models.QuerySet[Any]":
        """Return those that end when `person` leaves, ended ones among them."""
        wanted = Q(pk__in=[])
        for name in cls.HOLDERS:
            wanted |= Q(**{name: person})
        return cls._default_manager.filter(wanted)

    def standing(self, *, on: dt.date | None = None) -> str:
        """Return `scheduled`, `in_force` or `ended` on the day (None: today)."""
        day = on or today()
        first, last = self.valid_from, self.valid_to
        if last is not None and (last <= day or (first is not None and last <= first)):
            return "ended"
        return "scheduled" if first is not None and first > day else "in_force"

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day on which it holds; None is open-ended."""
        last: dt.date | None = self.valid_to
        return last - dt.timedelta(days=1) if last else None

    @transaction.atomic
    def end(self, *, by: models.Model, on: dt.date, reason: str = "Thu hồi quyền") -> bool:
        """End it on `on`; one that would begin later never does. Tell whether that was later."""
        locked = type(self)._default_manager.select_for_update(of=("self",))
        stored: Any = locked.get(pk=self.pk)
        last = max(on, stored.valid_from or on)
        if stored.valid_to is not None and stored.valid_to <= last:
            return False
        self.valid_to = last
        self.record(by=by, reason=reason, fields=["valid_to"])
        return True


class Post(PersonalTerm):
    """A person holds a position in a unit, from a day until it ends.

    `is_acting` is *quyền*: they hold the head's position for the time being, and sign Q.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name="người"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name="đơn vị")
    position = models.ForeignKey(
        Position, models.PROTECT, related_name="posts", verbose_name="chức danh"
    )
    is_acting = models.BooleanField(
        "quyền",
        default=False,
        help_text="Giữ quyền người đứng đầu, ví dụ Quyền Trưởng phòng: ký với quyền hạn Q.",
    )
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "vị trí công tác"
        verbose_name_plural = "vị trí công tác"
        ordering = ["position__rank", "pk"]
        constraints = [
            models.CheckConstraint(condition=period_not_reversed(), name="post_period_ordered")
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.position}, {self.unit}"
