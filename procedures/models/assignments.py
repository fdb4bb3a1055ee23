"""What a deputy head looks after, by which paper: for that they sign KT."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from procedures.models.catalogue import Field
from qms.foundation.constraints import period_not_reversed
from qms.foundation.dates import format_date, valid_on
from qms.foundation.recorded import kept_history
from qms.organisation.models import PersonalTerm, Unit, User


class FieldAssignmentQuerySet(models.QuerySet["FieldAssignment"]):
    def valid(self, *, on: dt.date) -> "FieldAssignmentQuerySet":
        return self.filter(valid_on(on))

    def held_by(self, person: User, agency: Unit, *, on: dt.date) -> "FieldAssignmentQuerySet":
        return self.valid(on=on).filter(person=person, agency=agency)


class FieldAssignment(PersonalTerm):
    """A deputy head looks after a field, in writing, from a day until it ends.

    NĐ 30/2020/NĐ-CP, Điều 13 khoản 1: deputies sign KT. what lies in the fields assigned to them.
    """

    class Scope(models.TextChoices):
        FIELD = "field", "Một lĩnh vực TTHC"
        SYSTEM = "system", "Hệ thống quản lý chất lượng (tài liệu chung, đánh giá nội bộ)"
        AGENCY = "agency", "Toàn bộ công việc của cơ quan"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="cấp phó"
    )
    scope = models.CharField("phạm vi", max_length=8, choices=Scope)
    field = models.ForeignKey(
        Field, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="lĩnh vực"
    )
    number = models.CharField("số, ký hiệu văn bản", max_length=60)
    issued_on = models.DateField("ngày văn bản")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = kept_history()
    objects = FieldAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "phân công phụ trách"
        verbose_name_plural = "phân công phụ trách"
        ordering = ["person__sort_key", "-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=period_not_reversed(), name="assignment_period_ordered"
            ),
            models.CheckConstraint(
                condition=Q(scope="field", field__isnull=False)
                | (~Q(scope="field") & Q(field__isnull=True)),
                name="assignment_of_something",
            ),
            models.CheckConstraint(
                condition=~Q(recorded_by=F("person")), name="assignment_not_by_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} theo văn bản số {self.number} ngày {format_date(self.issued_on)}"

    @property
    def what(self) -> str:
        return f"lĩnh vực {self.field}" if self.field else str(self.get_scope_display())
