"""What makes somebody an auditor: training, with the edition it was for (ISO 19011:2018, 7)."""

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from qms.foundation.constraints import period_ordered
from qms.foundation.dates import covers
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean
from qms.organisation.models import User
from qms.records.models import StoredFile
from qms.records.workflow import TransitionNotAllowed


class CertificateQuerySet(models.QuerySet["AuditorCertificate"]):
    def valid(self, *, on: dt.date) -> "CertificateQuerySet":
        """Return those that are not taken back and, on the day, issued and not expired."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on), issued_on__lte=on, withdrawn_at=None
        )


class AuditorCertificate(RecordedModel):
    """A certificate of training as internal auditor (TT 26/2014/TT-BKHCN, Điều 7)."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="certificates", verbose_name="người"
    )
    edition = models.CharField("tiêu chuẩn", max_length=60)
    name = models.CharField("tên, số chứng chỉ", max_length=255)
    issuer = models.CharField("nơi cấp", max_length=255, blank=True)
    issued_on = models.DateField("ngày cấp")
    valid_to = models.DateField("hết hạn từ ngày", null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField("ghi nhầm lúc", null=True, editable=False)
    history = kept_history()
    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "chứng chỉ chuyên gia đánh giá"
        verbose_name_plural = "chứng chỉ chuyên gia đánh giá"
        ordering = ["person__sort_key", "-issued_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=period_ordered("issued_on", "valid_to"), name="certificate_ordered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.name}"

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day on which it holds; None where it has no end."""
        return self.valid_to - dt.timedelta(days=1) if self.valid_to else None

    def is_valid(self, *, on: dt.date) -> bool:
        return self.withdrawn_at is None and covers(self.issued_on, self.valid_to, on)

    @transaction.atomic
    def withdraw(self, *, by: User, reason: str) -> None:
        """Take back what was entered by mistake; it stays in the history.

        Raises TransitionNotAllowed when it is taken back already.
        """
        stored = AuditorCertificate.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stored.withdrawn_at is not None:
            raise TransitionNotAllowed("Chứng chỉ này đã được ghi là nhập nhầm.")
        self.withdrawn_at = timezone.now()
        self.record(by=by, reason=f"Ghi nhầm: {clean(reason)}", fields=["withdrawn_at"])
