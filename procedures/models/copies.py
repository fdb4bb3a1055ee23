"""Numbered copies on paper (bản kiểm soát): who holds them, what became of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from procedures import workflow
from procedures.models.versions import ProcedureVersion
from procedures.workflow import CopyStatus
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit
from qms.records.models import StoredFile
from qms.records.workflow import WorkflowModel


class RecallRecord(RecordedModel):
    """One biên bản: copies that were called back or destroyed together (BM-01-05, BM-01-06)."""

    class Kind(models.TextChoices):
        RETURNED = "returned", "Thu hồi"
        DESTROYED = "destroyed", "Hủy"
        LOST = "lost", "Mất, thất lạc"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    number = models.CharField("số biên bản", max_length=60)
    kind = models.CharField("việc đã làm", max_length=10, choices=Kind)
    done_on = models.DateField("ngày")
    reason = models.TextField("lý do")
    way = models.CharField("cách thực hiện", max_length=255, blank=True)
    performed_by = models.CharField("người thực hiện", max_length=150)
    witnessed_by = models.CharField("người chứng kiến", max_length=150, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "biên bản thu hồi, hủy tài liệu"
        verbose_name_plural = "biên bản thu hồi, hủy tài liệu"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="recall_record_number_unique")
        ]

    def __str__(self) -> str:
        return f"Biên bản {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:recall-detail", args=[self.pk])


class PrintedCopy(WorkflowModel):
    """A numbered copy of a version, held by somebody until it comes back or is destroyed."""

    TRANSITIONS = workflow.COPY_MOVES

    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="copies")
    number = models.PositiveSmallIntegerField("bản số")
    token = models.CharField(max_length=32, unique=True, editable=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, verbose_name="đơn vị giữ"
    )
    holder = models.CharField("người giữ", max_length=255)
    handed_on = models.DateField("ngày giao")
    status = models.CharField(
        "trạng thái", max_length=10, choices=CopyStatus, default=CopyStatus.HELD
    )
    record_of_end = models.ForeignKey(
        RecallRecord, models.PROTECT, related_name="copies", null=True
    )
    ended_on = models.DateField("ngày thu hồi, hủy", null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "bản kiểm soát"
        verbose_name_plural = "bản kiểm soát"
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "number"], name="printed_copy_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=CopyStatus.values), name="printed_copy_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="held", ended_on__isnull=True, record_of_end__isnull=True)
                | (~Q(status="held") & Q(ended_on__isnull=False, record_of_end__isnull=False)),
                name="printed_copy_ended_by_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}, bản số {self.number:02d}"
