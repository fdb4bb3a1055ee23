"""Nonconformities and what is done about them (ISO 9001:2015, 10.2)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from audits import workflow
from audits.models.findings import Finding
from audits.workflow import SETTLED_NONCONFORMITY, NonconformityStatus
from procedures.models import Procedure, ProcedureVersion
from qms.foundation.constraints import paired
from qms.foundation.recorded import kept_history
from qms.organisation.models import Unit
from qms.records.workflow import WorkflowModel


class NonconformityQuerySet(models.QuerySet["Nonconformity"]):
    def open(self, *, on: dt.date) -> "NonconformityQuerySet":
        """Return those found by the day and neither closed nor rejected by it."""
        return self.filter(
            Q(closed_on__isnull=True) | Q(closed_on__gt=on),
            Q(rejected_on__isnull=True) | Q(rejected_on__gt=on),
            found_on__lte=on,
        )

    def closed(self, *, by: dt.date) -> "NonconformityQuerySet":
        """Return those closed by the day, that day included."""
        return self.filter(closed_on__lte=by)

    def unsettled(self) -> "NonconformityQuerySet":
        return self.exclude(status__in=sorted(SETTLED_NONCONFORMITY))


class Nonconformity(WorkflowModel):
    """A phiếu KPH. `found_on` and every `…_on` are civil days; all as-of figures read them."""

    TRANSITIONS = workflow.NONCONFORMITY_MOVES

    class Source(models.TextChoices):
        AUDIT = "audit", "Đánh giá nội bộ"
        EXTERNAL_CHECK = "external_check", "Kiểm tra bên ngoài"
        COMPLAINT = "complaint", "Khiếu nại, phản ánh"
        LATE_DOSSIER = "late_dossier", "Hồ sơ trễ hạn"
        SELF_CHECK = "self_check", "Tự phát hiện"
        MANAGEMENT_REVIEW = "review", "Xem xét của lãnh đạo"

    class Grade(models.TextChoices):
        MINOR = "minor", "Nhẹ"
        MAJOR = "major", "Nặng"

    class External(models.TextChoices):
        WAITING = "waiting", "Chưa báo cáo"
        REPORTED = "reported", "Đã báo cáo"
        ACCEPTED = "accepted", "Được chấp nhận"
        NOT_ACCEPTED = "not_accepted", "Chưa chấp nhận"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    number = models.CharField("số phiếu", max_length=60)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    status = models.CharField(
        "trạng thái", max_length=12, choices=NonconformityStatus, default=NonconformityStatus.OPEN
    )
    source = models.CharField("nguồn", max_length=16, choices=Source)
    finding = models.OneToOneField(
        Finding, models.PROTECT, related_name="nonconformity", null=True, blank=True
    )
    grade = models.CharField("mức", max_length=6, choices=Grade, default=Grade.MINOR)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="nonconformities", verbose_name="đơn vị"
    )
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="nonconformities", null=True, blank=True
    )
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="nonconformities", null=True, blank=True
    )
    step_key = models.CharField(max_length=16, blank=True)
    step_text = models.TextField("bước", blank=True)
    clause = models.CharField("điều khoản", max_length=12, blank=True)
    edition = models.CharField("tiêu chuẩn", max_length=60, blank=True)
    requirement = models.TextField("yêu cầu")
    evidence_text = models.TextField("bằng chứng")
    gap = models.TextField("mô tả sự không phù hợp")
    found_on = models.DateField("ngày phát hiện")
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    finder_name = models.CharField("người phát hiện", max_length=150, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField("hạn hoàn thành")  # the last day on which it is on time
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="người chịu trách nhiệm",
    )
    auditor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="người theo dõi, đồng ý biện pháp",
    )
    is_illustrative = models.BooleanField("minh họa", default=False)
    round = models.PositiveSmallIntegerField(default=1)

    # A check from outside: the minutes start the clock; the checking body may not accept.
    minutes_on = models.DateField("ngày ký biên bản", null=True, blank=True)
    external_state = models.CharField(
        "báo cáo đoàn kiểm tra", max_length=12, choices=External, blank=True
    )

    # Recurrence: linked to an earlier one, or denied with a reason.
    repeats = models.ForeignKey(
        "self", models.PROTECT, related_name="repeated_by", null=True, blank=True
    )
    repeat_denied = models.TextField("lý do không coi là lặp lại", blank=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, related_name="followed_by", null=True, blank=True
    )  # the one whose measures proved ineffective later

    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    confirmed_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField("ngày đơn vị xác nhận", null=True)
    analysed_on = models.DateField("ngày phân tích nguyên nhân", null=True)
    planned_on = models.DateField("ngày có biện pháp", null=True)
    implemented_on = models.DateField("ngày thực hiện xong", null=True)
    verified_on = models.DateField("ngày kiểm tra xác nhận", null=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    closed_on = models.DateField("ngày đóng", null=True)
    rejected_on = models.DateField("ngày kết luận không phải KPH", null=True)
    history = kept_history()
    objects = NonconformityQuerySet.as_manager()

    class Meta:
        verbose_name = "sự không phù hợp"
        verbose_name_plural = "sự không phù hợp"
        ordering = ["-found_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number"], name="nonconformity_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=NonconformityStatus.values),
                name="nonconformity_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(source="audit") | Q(finding__isnull=False),
                name="nonconformity_of_a_finding",
            ),
            models.CheckConstraint(
                condition=paired("confirmed_by", "confirmed_at", "confirmed_on"),
                name="nonconformity_confirm_paired",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_on__isnull=False)
                | (~Q(status="closed") & Q(closed_on__isnull=True)),
                name="nonconformity_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status="rejected", rejected_on__isnull=False)
                | (~Q(status="rejected") & Q(rejected_on__isnull=True)),
                name="nonconformity_rejected_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(repeats__isnull=True) | ~Q(repeats=F("id")),
                name="nonconformity_repeats_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("audits:nonconformity-detail", args=[self.slug])

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED_NONCONFORMITY

    @property
    def is_demanding(self) -> bool:
        """Tell whether whys, root, similar ones and an action are asked: major or repeated."""
        return self.grade == self.Grade.MAJOR or self.repeats_id is not None

    def is_overdue(self, *, on: dt.date) -> bool:
        return not self.is_settled and self.due_on < on
