"""One audit: its scope, its team, its timetable, its meetings (ISO 9001:2015, 9.2.2 b–f)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from audits import workflow
from audits.models.programmes import ProgrammeLine
from audits.workflow import AuditStatus
from procedures.models import Procedure
from qms.foundation.constraints import paired
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit
from qms.records.models import StoredFile
from qms.records.workflow import TransitionNotAllowed, WorkflowModel


class Audit(WorkflowModel):
    """An internal audit. Each move bears the civil day on which it was made (`…_on`).

    The report is signed by the lead, then approved by the leader: that is `reported`, and from
    then on nothing of it changes.
    """

    TRANSITIONS = workflow.AUDIT_MOVES

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    number = models.CharField("số", max_length=60)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    title = models.CharField("tên cuộc đánh giá", max_length=255)
    edition = models.CharField("tiêu chuẩn", max_length=60)
    purpose = models.TextField("mục đích", blank=True)
    scope = models.TextField("phạm vi", blank=True)
    criteria = models.TextField("chuẩn mực", blank=True)
    starts_on = models.DateField("từ ngày")
    ends_on = models.DateField("đến ngày")  # inclusive, as a timetable says it
    status = models.CharField(
        "trạng thái", max_length=12, choices=AuditStatus, default=AuditStatus.PLANNED
    )
    is_illustrative = models.BooleanField("minh họa", default=False)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(auto_now_add=True)

    # Quyết định thành lập đoàn: a document of the audit, numbered by the văn thư, no Decision.
    team_number = models.CharField("số quyết định thành lập đoàn", max_length=60, blank=True)
    team_decided_on = models.DateField("ngày quyết định", null=True, blank=True)
    team_signer = models.CharField("người ký", max_length=255, blank=True)
    team_file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", null=True, blank=True
    )

    notified_on = models.DateField("ngày thông báo", null=True)
    opened_on = models.DateField("ngày họp khai mạc", null=True)
    closing_held_on = models.DateField("ngày họp kết thúc", null=True)

    # The report: what the lead writes; the findings stand in their own rows.
    strengths = models.TextField("điểm mạnh", blank=True)
    conclusion = models.TextField("kết luận", blank=True)
    recommendations = models.TextField("kiến nghị", blank=True)
    report_round = models.PositiveSmallIntegerField(default=1)
    report_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    report_signed_at = models.DateTimeField(null=True)
    report_signed_on = models.DateField("ngày trưởng đoàn ký", null=True)
    report_sha256 = models.CharField(max_length=64, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    approved_at = models.DateTimeField(null=True)
    reported_on = models.DateField("ngày báo cáo được phê duyệt", null=True)
    closed_on = models.DateField("ngày kết thúc", null=True)
    cancelled_on = models.DateField("ngày hủy", null=True)
    cancel_reason = models.TextField("lý do hủy", blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "cuộc đánh giá"
        verbose_name_plural = "cuộc đánh giá"
        ordering = ["-starts_on", "-pk"]
        permissions = [("take_part_in_audit", "Tham gia cuộc đánh giá")]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number"],
                name="audit_number_unique",
                violation_error_message="Số cuộc đánh giá này đã có.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=AuditStatus.values), name="audit_status_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")),
                name="audit_days_ordered",
                violation_error_message="Ngày kết thúc không được trước ngày bắt đầu.",
            ),
            models.CheckConstraint(
                condition=paired("report_signed_by", "report_signed_at", "report_signed_on"),
                name="audit_report_signed_paired",
            ),
            models.CheckConstraint(
                condition=paired("approved_by", "approved_at", "reported_on"),
                name="audit_approved_paired",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["reported", "closed"])
                | Q(approved_at__isnull=False, report_signed_at__isnull=False),
                name="audit_reported_signed",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=models.F("report_signed_by")),
                name="audit_report_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_on__isnull=False),
                name="audit_closed_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("audits:audit-detail", args=[self.slug])

    @property
    def day(self) -> dt.date:
        """Return the day whose procedures are audited: the first of the audit."""
        return self.starts_on

    def must_be_open(self) -> None:
        """Raise TransitionNotAllowed where the report is signed, or the audit has ended."""
        if self.status not in workflow.OPEN_AUDIT or self.report_signed_at is not None:
            raise TransitionNotAllowed("Báo cáo đánh giá đã ký, không thay đổi được nữa.")


class AuditSubject(RecordedModel):
    """A part of an audit's scope: a unit, a procedure, clauses; none needs a TTHC."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="subjects")
    line = models.ForeignKey(
        ProgrammeLine, models.PROTECT, related_name="subjects", null=True, blank=True
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="đơn vị"
    )
    procedure = models.ForeignKey(
        Procedure,
        models.PROTECT,
        related_name="audit_subjects",
        null=True,
        blank=True,
        verbose_name="quy trình",
    )
    clauses = models.JSONField("điều khoản", default=list, blank=True)  # numbers in the edition
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "nội dung đánh giá"
        verbose_name_plural = "nội dung đánh giá"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "procedure"],
                condition=Q(removed_at__isnull=True, procedure__isnull=False),
                name="audit_procedure_once",
                violation_error_message="Quy trình này đã có trong phạm vi.",
            )
        ]

    def __str__(self) -> str:
        named = [str(part) for part in (self.procedure, self.unit) if part]
        listed = ", ".join(self.clauses)
        return " – ".join([*named, *([f"điều {listed}"] if listed else [])])


class AuditPaper(models.Model):
    """A printed record that was issued, kept as the file it was (PDF); appended, never changed."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="papers")
    kind = models.CharField("loại", max_length=20)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "bản in đã lưu"
        verbose_name_plural = "bản in đã lưu"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["audit", "kind"], name="audit_paper_once")]

    def __str__(self) -> str:
        return f"{self.audit.number}: {self.kind}"
