"""The tree of units, as it is on any day."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q

from qms.foundation.constraints import period_ordered
from qms.foundation.dates import valid_on
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, sort_key
from qms.organisation.roles import Role


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
