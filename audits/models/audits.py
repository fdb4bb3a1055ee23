"""One audit: its scope, its team, its timetable, its meetings (ISO 9001:2015, 9.2.2 b–f)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from audits import workflow
from audits.models.days import move_day
from audits.models.programmes import ProgrammeLine
from audits.workflow import OPEN_AUDIT, REPORTED_AUDIT, AuditStatus
from procedures.models import Procedure
from qms.foundation.constraints import paired
from qms.foundation.dates import today
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, clean_lines, slugify
from qms.organisation.models import Unit, User
from qms.records.ledger.entries import LedgeredModel
from qms.records.models import StoredFile
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed, WorkflowModel


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

    def record(self, *, by: models.Model, reason: str, fields: Any = None) -> None:
        """Save; an audit without an address gets one from its number."""
        if not self.slug:
            self.slug = self._free_slug()
        super().record(by=by, reason=reason, fields=fields)

    def _free_slug(self) -> str:
        stem = slugify(self.number)[:70] or "danh-gia"
        taken = set(Audit.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
        numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
        return next(slug for slug in (stem, *numbered) if slug not in taken)

    def _round(self) -> int:
        return self.report_round

    # --- how it stands ---

    @property
    def day(self) -> dt.date:
        """Return the day whose procedures are audited: the first of the audit."""
        return self.starts_on

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither reported nor cancelled."""
        return self.status in OPEN_AUDIT

    @property
    def is_signed(self) -> bool:
        """Tell whether the lead has signed the report, which then waits for the leader."""
        return self.report_signed_at is not None

    @property
    def is_changeable(self) -> bool:
        """Tell whether something of it may be changed: open, and its report not signed."""
        return self.is_open and not self.is_signed

    @property
    def is_reported(self) -> bool:
        return self.status in REPORTED_AUDIT

    def must_be_open(self) -> "Audit":
        """Lock the audit and return it as stored; the guard of whatever changes a part of it.

        Call it inside `transaction.atomic()`. Raises TransitionNotAllowed when the report is
        signed, or the audit reported, closed or cancelled.
        """
        stored = self.locked()
        if not stored.is_open:
            raise TransitionNotAllowed(
                f"Cuộc đánh giá đang ở trạng thái “{stored.get_status_display()}”, "
                "không sửa được nữa."
            )
        if stored.is_signed:
            raise TransitionNotAllowed(
                "Trưởng đoàn đã ký báo cáo nên không sửa được. Trưởng đoàn rút chữ ký nếu cần sửa."
            )
        return stored

    def must_be_in_preparation(self) -> "Audit":
        """As `must_be_open`, and the opening meeting not held: scope and days may still change."""
        stored = self.must_be_open()
        if stored.status == AuditStatus.UNDER_WAY:
            raise TransitionNotAllowed("Cuộc đánh giá đã khai mạc nên không sửa được nội dung này.")
        return stored

    # --- verbs; those that look at other records are called by `audits.actions` ---

    def _stamp(self, *, by: User, reason: str, **stamps: Any) -> None:
        """Change `stamps` without a move: lock, compare with what was read, save one row.

        Raises TransitionNotAllowed when state or round were changed meanwhile.
        """
        stored = self.locked()
        if (stored.status, stored.report_round) != (self.status, self.report_round):
            raise TransitionNotAllowed(
                f"Trong lúc đó trạng thái đã là “{stored.get_status_display()}”. "
                "Hãy tải lại trang để xem bản mới nhất.",
                code="stale",
            )
        self._take_over(stored)
        for name, value in stamps.items():
            setattr(self, name, value)
        self.record(by=by, reason=reason)

    @transaction.atomic
    def mark_notified(self, *, by: User, on: dt.date | None = None) -> None:
        """Send the timetable to the audited; `actions.planning.notify_audit` checks it first."""
        day = move_day(on)
        self._move(AuditStatus.NOTIFIED, by=by, reason="Thông báo cuộc đánh giá", notified_on=day)

    @transaction.atomic
    def mark_started(self, *, by: User, on: dt.date | None = None) -> None:
        """Hold the opening meeting; `actions.meetings.start_audit` writes who was there."""
        day = move_day(on, after=self.notified_on, what="ngày thông báo")
        self._move(AuditStatus.UNDER_WAY, by=by, reason="Họp khai mạc", opened_on=day)

    @transaction.atomic
    def mark_closing_held(self, *, by: User, on: dt.date | None = None) -> None:
        """Hold the closing meeting; `actions.meetings.hold_closing` looks at the findings.

        It may be held anew until the report is signed. Raises TransitionNotAllowed before the
        opening meeting.
        """
        stored = self.must_be_open()
        if stored.status != AuditStatus.UNDER_WAY:
            raise TransitionNotAllowed("Chưa họp khai mạc nên chưa ghi họp kết thúc được.")
        day = move_day(on, after=stored.opened_on, what="ngày họp khai mạc")
        self._stamp(by=by, reason="Họp kết thúc", closing_held_on=day)

    @transaction.atomic
    def write_report(
        self, *, by: User, strengths: str, conclusion: str, recommendations: str
    ) -> None:
        """Store what the lead writes beside the findings; the same again writes nothing."""
        stored = self.must_be_open()
        if stored.status != AuditStatus.UNDER_WAY:
            raise TransitionNotAllowed("Chưa họp khai mạc nên chưa viết báo cáo được.")
        texts = {
            "strengths": clean_lines(strengths),
            "conclusion": clean_lines(conclusion),
            "recommendations": clean_lines(recommendations),
        }
        if any(getattr(stored, name) != text for name, text in texts.items()):
            self._stamp(by=by, reason="Viết báo cáo", **texts)

    def mark_signed(self, *, by: User, on: dt.date, sha256: str) -> None:
        """Stamp the lead's signature; `actions.reporting.sign_report` compares what was seen."""
        self._stamp(
            by=by,
            reason="Trưởng đoàn ký báo cáo",
            report_signed_by=by,
            report_signed_at=timezone.now(),
            report_signed_on=on,
            report_sha256=sha256,
        )

    @transaction.atomic
    def withdraw_signature(self, *, by: User) -> None:
        """Take the lead's signature back, to change something. Only the one who signed may."""
        if self.report_signed_by_id != by.pk:
            raise TransitionNotAllowed("Chỉ người đã ký báo cáo được rút chữ ký.")
        self._open_report(by=by, reason="Rút chữ ký báo cáo")

    @transaction.atomic
    def return_report(self, *, by: User, comment: str) -> None:
        """Return the signed report to the lead. Raises ValidationError without a comment."""
        if not comment.strip():
            raise ValidationError({"comment": "Hãy ghi lý do trả lại."})
        if self.report_signed_by_id == by.pk:
            raise TransitionNotAllowed("Người ký báo cáo rút chữ ký, không tự trả lại.")
        self._open_report(by=by, reason=f"Trả lại báo cáo: {clean(comment)}")

    def _open_report(self, *, by: User, reason: str) -> None:
        stored = self.locked()
        if stored.status != AuditStatus.UNDER_WAY or not stored.is_signed:
            raise TransitionNotAllowed("Báo cáo không ở trạng thái chờ phê duyệt.")
        self._stamp(
            by=by,
            reason=reason,
            report_round=self.report_round + 1,
            report_signed_by=None,
            report_signed_at=None,
            report_signed_on=None,
            report_sha256="",
        )

    def mark_reported(self, *, by: User, on: dt.date, seen: str) -> None:
        """Stamp the leader's approval; `actions.reporting.approve_report` does the rest."""
        stored = self.locked()
        if not stored.is_signed:
            raise TransitionNotAllowed("Trưởng đoàn chưa ký báo cáo.")
        if stored.report_signed_by_id == by.pk:
            raise TransitionNotAllowed("Trưởng đoàn không tự phê duyệt báo cáo của mình.")
        if seen != stored.report_sha256:
            raise SeenVersionChanged(
                "Báo cáo đã thay đổi sau khi bạn mở trang. Hãy đọc lại rồi phê duyệt."
            )
        self._move(
            AuditStatus.REPORTED,
            by=by,
            reason="Phê duyệt báo cáo",
            approved_by=by,
            approved_at=timezone.now(),
            reported_on=on,
        )

    def mark_closed(self, *, by: User, on: dt.date | None = None) -> dt.date:
        """End it; `actions.reporting.close_audit` asks who does and signs."""
        day = move_day(on, after=self.reported_on, what="ngày phê duyệt báo cáo")
        self._move(AuditStatus.CLOSED, by=by, reason="Kết thúc cuộc đánh giá", closed_on=day)
        return day

    @transaction.atomic
    def cancel(self, *, by: User, reason: str, on: dt.date | None = None) -> None:
        """Give it up; what was written down stays. Raises ValidationError without a reason."""
        if not reason.strip():
            raise ValidationError({"reason": "Hãy ghi lý do hủy."})
        stored = self.must_be_open()
        held = [d for d in (stored.notified_on, stored.opened_on, stored.closing_held_on) if d]
        day = move_day(on, after=max(held, default=None))
        self._move(
            AuditStatus.CANCELLED,
            by=by,
            reason=f"Hủy: {clean(reason)}",
            cancelled_on=day,
            cancel_reason=clean_lines(reason),
        )

    @transaction.atomic
    def record_team_decision(
        self,
        *,
        number: str,
        decided_on: dt.date,
        signer: str,
        file: StoredFile | None,
        by: User,
    ) -> None:
        """Write down the quyết định thành lập đoàn, which the văn thư numbers; no `Decision`.

        A file that was kept stays where no other is given. Raises ValidationError for a day of
        the future.
        """
        stored = self.must_be_open()
        if decided_on > today():
            raise ValidationError({"decided_on": "Ngày quyết định không được ở tương lai."})
        self._stamp(
            by=by,
            reason="Ghi quyết định thành lập đoàn",
            team_number=clean(number),
            team_decided_on=decided_on,
            team_signer=clean(signer),
            team_file=file or stored.team_file,
        )


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


class AuditPaper(LedgeredModel):
    """A printed record that was issued, kept as the file it was (PDF); appended, never changed."""

    LEDGER_ACTOR = "made_by"

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
