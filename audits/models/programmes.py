"""Kế hoạch đánh giá nội bộ năm (ISO 9001:2015, 9.2.2 a; label trap: ISO calls it programme)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from audits import workflow
from audits.workflow import OPEN_PROGRAMME, ProgrammeStatus
from procedures.models import Procedure
from qms.foundation.constraints import paired
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit
from qms.records.workflow import WorkflowModel


class AuditProgramme(WorkflowModel):
    """The audits of a year in an agency; what changes after approval is a further revision."""

    TRANSITIONS = workflow.PROGRAMME_MOVES

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    year = models.PositiveSmallIntegerField("năm")
    revision = models.PositiveSmallIntegerField("lần điều chỉnh", default=0)
    edition = models.CharField("tiêu chuẩn", max_length=60)
    purpose = models.TextField("mục đích", blank=True)
    note = models.TextField("ghi chú", blank=True)
    status = models.CharField(
        "trạng thái", max_length=12, choices=ProgrammeStatus, default=ProgrammeStatus.DRAFT
    )
    round = models.PositiveSmallIntegerField(default=1)
    is_illustrative = models.BooleanField("minh họa", default=False)
    composed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    composed_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    approved_at = models.DateTimeField(null=True)
    approved_on = models.DateField("ngày phê duyệt", null=True)
    history = kept_history()

    class Meta:
        verbose_name = "kế hoạch đánh giá nội bộ năm"
        verbose_name_plural = "kế hoạch đánh giá nội bộ năm"
        ordering = ["-year", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "year", "revision"],
                condition=~Q(status="cancelled"),
                name="programme_revision_unique",
                violation_error_message="Kế hoạch của năm này đã có.",
            ),
            models.UniqueConstraint(
                fields=["agency", "year"],
                condition=Q(status__in=sorted(OPEN_PROGRAMME)),
                name="programme_one_open",
                violation_error_message="Năm này đang có một bản kế hoạch chưa phê duyệt.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ProgrammeStatus.values), name="programme_status_known"
            ),
            models.CheckConstraint(
                condition=paired("submitted_by", "submitted_at"), name="programme_submit_paired"
            ),
            models.CheckConstraint(
                condition=paired("approved_by", "approved_at", "approved_on"),
                name="programme_approve_paired",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_at__isnull=False),
                name="programme_approved_by_someone",
            ),
        ]

    def __str__(self) -> str:
        revised = f" (điều chỉnh lần {self.revision})" if self.revision else ""
        return f"Kế hoạch đánh giá nội bộ năm {self.year}{revised}"

    def get_absolute_url(self) -> str:
        return reverse("audits:programme-detail", args=[self.pk])


class ProgrammeLine(RecordedModel):
    """A unit, a procedure or clauses, and the months in which they are audited."""

    programme = models.ForeignKey(AuditProgramme, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="đơn vị"
    )
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="quy trình"
    )
    clauses = models.JSONField("điều khoản", default=list, blank=True)  # numbers in the edition
    months = models.JSONField("tháng", default=list)  # whole numbers, 1 to 12, ascending
    scope = models.TextField("phạm vi, chuẩn mực", blank=True)
    team = models.CharField("chuyên gia, đoàn", max_length=255, blank=True)
    note = models.TextField("ghi chú", blank=True)
    reasons = models.TextField("lý do đề xuất", blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "dòng kế hoạch đánh giá"
        verbose_name_plural = "dòng kế hoạch đánh giá"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """Return what is audited, in words."""
        named = [str(part) for part in (self.procedure, self.unit) if part]
        listed = ", ".join(self.clauses)
        return " – ".join([*named, *([f"điều {listed}"] if listed else [])])
