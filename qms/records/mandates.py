"""Who may sign in somebody's stead, by which paper, for which days and what."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qms.foundation.constraints import period_not_reversed
from qms.foundation.dates import format_date, valid_on
from qms.foundation.recorded import kept_history
from qms.organisation.models import PersonalTerm, Unit, User


class MandateQuerySet(models.QuerySet["Mandate"]):
    def valid(self, *, on: dt.date) -> "MandateQuerySet":
        return self.filter(valid_on(on))

    def held_by(self, person: User, agency: Unit, *, on: dt.date) -> "MandateQuerySet":
        """Return those by which `person` signs for the agency on the day."""
        return self.valid(on=on).filter(holder=person, agency=agency)


class Mandate(PersonalTerm):
    """A written mandate: `holder` signs for the agency in the stead of `giver` (its head).

    *TUQ.* is limited in time and content and cannot be passed on (NĐ 30/2020/NĐ-CP, Điều 13 khoản
    3); *TL.* stands in the working rules and may be open-ended (khoản 4). Once recorded it is only
    ended, or ended earlier, never changed: the database refuses it (`qms/records/freezing.py`).
    """

    HOLDERS: ClassVar[tuple[str, ...]] = ("holder",)

    class Kind(models.TextChoices):
        TUQ = "TUQ.", "Thừa ủy quyền (TUQ.)"
        TL = "TL.", "Thừa lệnh (TL.)"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    kind = models.CharField("loại", max_length=5, choices=Kind)
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người giao"
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người được giao"
    )
    number = models.CharField("số, ký hiệu văn bản", max_length=60)
    issued_on = models.DateField("ngày văn bản")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    content = models.TextField("nội dung được giao")
    for_documents = models.BooleanField("quyết định, tài liệu", default=False)
    for_audits = models.BooleanField("kế hoạch, báo cáo đánh giá nội bộ", default=False)
    file = models.ForeignKey("records.StoredFile", models.PROTECT, related_name="+", null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = kept_history()
    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "văn bản giao ký"
        verbose_name_plural = "văn bản giao ký"
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=period_not_reversed(), name="mandate_period_ordered"),
            models.CheckConstraint(
                condition=~Q(kind="TUQ.") | Q(valid_to__isnull=False), name="mandate_tuq_limited"
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("holder")), name="mandate_of_somebody_else"
            ),
            models.CheckConstraint(
                condition=~Q(recorded_by=F("holder")), name="mandate_not_by_holder"
            ),
            models.CheckConstraint(
                condition=Q(for_documents=True) | Q(for_audits=True), name="mandate_for_something"
            ),
        ]

    def __str__(self) -> str:
        return f"văn bản số {self.number} ngày {format_date(self.issued_on)}"

    @classmethod
    def ending_with(cls, person: User) -> "models.QuerySet[Any]":
        """Return those of `person`; a *TUQ.* ends with its giver too, a *TL.* is the office's."""
        given = Q(giver=person, kind=cls.Kind.TUQ)
        return cls.objects.filter(Q(holder=person) | given)
