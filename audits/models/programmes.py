"""Kế hoạch đánh giá nội bộ năm (ISO 9001:2015, 9.2.2 a; label trap: ISO calls it programme)."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from audits import workflow
from audits.models.days import move_day
from audits.workflow import OPEN_PROGRAMME, ProgrammeStatus
from procedures.models import Procedure
from procedures.models.capacities import AUDITING, in_capacity
from qms.foundation.constraints import paired
from qms.foundation.dates import format_date
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User
from qms.records.models import Signature
from qms.records.signatures import Signing, sign
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed, WorkflowModel


class ProgrammeQuerySet(models.QuerySet["AuditProgramme"]):
    def approved(self) -> "ProgrammeQuerySet":
        return self.filter(status=ProgrammeStatus.APPROVED)

    def with_later(self) -> "ProgrammeQuerySet":
        """Annotate `has_later`: a further revision of the year is approved."""
        later = AuditProgramme.objects.approved().filter(
            agency=OuterRef("agency"), year=OuterRef("year"), revision__gt=OuterRef("revision")
        )
        return self.annotate(has_later=Exists(later))

    def in_effect(self, agency: Unit, year: int) -> "AuditProgramme | None":
        """Return the last approved revision of the year."""
        return self.approved().filter(agency=agency, year=year).order_by("-revision").first()


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
    objects = ProgrammeQuerySet.as_manager()

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

    @property
    def badge(self) -> str:
        """Return what the status badge shows: an approved plan waits for no number."""
        is_approved = self.status == ProgrammeStatus.APPROVED
        return "programme_approved" if is_approved else self.status

    def standing_lines(self) -> "models.QuerySet[ProgrammeLine]":
        """Return the lines that were not taken out, with what they name."""
        lines = self.lines.filter(removed_at=None)
        return lines.select_related("unit", "procedure__owner")

    def sha256(self) -> str:
        """Return the hash of exactly what is approved: the year, the purpose, each line."""
        return self.signed_sha256(self.standing_lines())

    def signed_sha256(self, lines: "Iterable[ProgrammeLine]") -> str:
        """Return the same with the lines of some time."""
        content: list[Any] = [self.agency_id, self.year, self.revision, self.edition, self.purpose]
        content += [line.said() for line in lines]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def must_be_draft(self) -> None:
        """Lock the row. Raises TransitionNotAllowed once the plan is before the leader."""
        stored = self.locked()
        if stored.status != ProgrammeStatus.DRAFT:
            raise TransitionNotAllowed(
                f"Kế hoạch đang ở trạng thái “{stored.get_status_display()}”, không sửa được."
            )

    @transaction.atomic
    def rewrite(self, *, by: User, purpose: str, note: str) -> None:
        """Set purpose and note of a draft."""
        self.must_be_draft()
        self.purpose, self.note = clean_lines(purpose), clean_lines(note)
        self.record(by=by, reason="Sửa mục đích, ghi chú", fields=["purpose", "note"])

    @transaction.atomic
    def submit(self, *, by: User, signing: Signing = Signing()) -> None:  # noqa: B008
        """Lay the plan before the leader. Raises TransitionNotAllowed when it has no line."""
        self.locked()
        if not self.standing_lines().exists():
            raise TransitionNotAllowed("Kế hoạch chưa có nội dung nào để đánh giá.")
        self._move(
            ProgrammeStatus.SUBMITTED,
            by=by,
            reason="Trình phê duyệt",
            submitted_by=by,
            submitted_at=timezone.now(),
        )
        sign(
            self,
            Signature.Act.PREPARED,
            by=by,
            sha256=self.sha256(),
            signing=signing,
            round_no=self.round,
        )

    @transaction.atomic
    def send_back(self, *, by: User, comment: str) -> None:
        """Return it to who composed it. Raises ValidationError without a comment."""
        if not clean(comment):
            raise ValidationError({"comment": "Hãy ghi lý do trả lại."})
        self._move(
            ProgrammeStatus.DRAFT,
            by=by,
            reason=f"Trả lại: {clean(comment)}",
            round=self.round + 1,
            submitted_by=None,
            submitted_at=None,
        )

    @transaction.atomic
    def approve(self, *, by: User, seen: str, signing: Signing, on: dt.date | None = None) -> None:
        """Approve the plan as `by` saw it (`sha256()`), on the civil day `on` (None: signing's).

        Raises TransitionNotAllowed when `by` composed or submitted it, may sign it in no capacity,
        or it is not what was seen;
        ValidationError at `on` for a day to come, or another than that of the signature: only what
        was signed on paper bears a day that is past.
        """
        day = move_day(on or signing.day)
        if day != signing.day:
            raise ValidationError(
                {"on": f"Chữ ký mang ngày {format_date(signing.day)}, không phải ngày khác."}
            )
        if self.locked().sha256() != seen:
            raise SeenVersionChanged(
                "Nội dung đã thay đổi sau khi bạn mở trang. Hãy đọc lại rồi thực hiện."
            )
        if by.pk in (self.composed_by_id, self.submitted_by_id):
            raise TransitionNotAllowed("Người lập kế hoạch không được tự phê duyệt.")
        signing = in_capacity(signing, by=by, agency=self.agency, matter=AUDITING)
        self._move(
            ProgrammeStatus.APPROVED,
            by=by,
            reason="Phê duyệt",
            approved_by=by,
            approved_at=timezone.now(),
            approved_on=day,
        )
        sign(
            self,
            Signature.Act.APPROVED,
            by=by,
            sha256=seen,
            signing=signing,
            round_no=self.round,
        )

    def cancel(self, *, by: User, reason: str) -> None:
        """Give a draft up. Raises ValidationError without a reason."""
        if not clean(reason):
            raise ValidationError({"comment": "Hãy ghi lý do hủy."})
        self._move(ProgrammeStatus.CANCELLED, by=by, reason=f"Hủy: {clean(reason)}")


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

    @property
    def key(self) -> tuple[int | None, int | None, tuple[str, ...]]:
        """Return what makes this line the same in every revision of the year's plan."""
        return self.unit_id, self.procedure_id, tuple(self.clauses)

    def said(self) -> list[Any]:
        """Return all that the line says, for the hash that is signed."""
        return [
            self.unit.code if self.unit else None,
            self.procedure.code if self.procedure else None,
            self.clauses,
            self.months,
            self.scope,
            self.team,
            self.note,
            self.reasons,
        ]

    @transaction.atomic
    def take_out(self, *, by: User) -> None:
        """Take the line out of a draft. Raises TransitionNotAllowed when it is out already."""
        self.programme.must_be_draft()
        if ProgrammeLine.objects.filter(pk=self.pk, removed_at=None).exists():
            self.removed_at = timezone.now()
            self.record(by=by, reason="Bỏ khỏi kế hoạch", fields=["removed_at"])
            return
        raise TransitionNotAllowed("Dòng này đã được bỏ khỏi kế hoạch.")
