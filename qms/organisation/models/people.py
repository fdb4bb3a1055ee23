"""People, their positions and posts."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction

from qms.foundation.constraints import period_ordered
from qms.foundation.dates import valid_on
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
