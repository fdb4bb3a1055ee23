"""Decisions that issue and abolish, and the periods in force that they open and end."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from procedures import workflow
from procedures.models.documents import Procedure
from procedures.models.versions import ProcedureVersion
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.constraints import paired, period_ordered
from qms.foundation.dates import format_date, valid_on
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User
from qms.records.ledger.entries import LedgeredModel
from qms.records.models import Signature, StoredFile
from qms.records.signatures import Signing, sign
from qms.records.workflow import TransitionNotAllowed, WorkflowModel


class Decision(WorkflowModel):
    """One decision issues and abolishes any number of procedures together, all or none.

    The leader approves; then the văn thư types number, date and effect, and that issues. Numbers
    are given after the signature (NĐ 30/2020/NĐ-CP); they are never ours.
    """

    TRANSITIONS = workflow.DECISION_MOVES

    class Origin(models.TextChoices):
        SYSTEM = "system", "trên hệ thống"
        PAPER = "paper", "nhập từ bản giấy"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    issuer_name = models.CharField("cơ quan ban hành", max_length=255, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.SYSTEM)
    status = models.CharField(
        "trạng thái", max_length=12, choices=DecisionStatus, default=DecisionStatus.COMPOSING
    )
    subject = models.CharField("trích yếu", max_length=500)
    number = models.CharField("số, ký hiệu", max_length=60, blank=True)
    signed_on = models.DateField("ngày quyết định", null=True, blank=True)
    effective_on = models.DateField("có hiệu lực từ", null=True, blank=True)
    signed_file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    signed_check = models.JSONField("kiểm tra chữ ký số", default=list)
    grounds = models.TextField("căn cứ", blank=True)  # one a line, as printed
    recipients = models.TextField("nơi nhận", blank=True)  # one a line, as printed
    transition = models.TextField("điều khoản chuyển tiếp", blank=True)
    note = models.TextField("ghi chú", blank=True)
    is_illustrative = models.BooleanField("minh họa", default=False)
    round = models.PositiveSmallIntegerField(default=1)
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
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    issued_at = models.DateTimeField(null=True)
    history = kept_history()

    class Meta:
        verbose_name = "quyết định"
        verbose_name_plural = "quyết định"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DecisionStatus.values), name="decision_status_known"
            ),
            models.CheckConstraint(
                condition=paired("submitted_by", "submitted_at"), name="decision_submit_paired"
            ),
            models.CheckConstraint(
                condition=paired("approved_by", "approved_at"), name="decision_approve_paired"
            ),
            models.CheckConstraint(
                condition=paired("issued_by", "issued_at"), name="decision_issue_paired"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["issued", "withdrawn"])
                | (~Q(number="") & Q(signed_on__isnull=False, effective_on__isnull=False)),
                name="decision_issued_numbered",
            ),
        ]

    def __str__(self) -> str:
        if self.number:
            return f"Quyết định số {self.number} ngày {format_date(self.signed_on)}"
        return f"Quyết định: {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:decision-detail", args=[self.pk])

    def standing_items(self) -> "models.QuerySet[DecisionItem]":
        """Return the items that were not taken out, with what they name."""
        items = self.items.filter(removed_at=None)
        return items.select_related("version__procedure", "procedure")

    def sha256(self) -> str:
        """Return the hash of exactly what is decided: subject, each item with its content, words.

        The words are grounds, recipients and transitional clause; those that are empty leave the
        hash as it was before there were any. Dates are given after the signature.
        """
        lines = [self.subject]
        for item in self.standing_items():
            what = item.version.content_sha256 if item.version else "abolish"
            lines.append(f"{item.kind} {item.procedure.code} {what}")
        for name in ("transition", "grounds", "recipients"):
            if text := getattr(self, name):
                lines.append(f"{name} {hashlib.sha256(text.encode()).hexdigest()}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def effects(self) -> "list[dt.date]":
        """Return the day on which each item takes effect; none while the decision has no day."""
        days = [item.effective_on or self.effective_on for item in self.standing_items()]
        return sorted(day for day in days if day is not None)

    @transaction.atomic
    def save_words(
        self,
        *,
        by: User,
        subject: str,
        issuer_name: str,
        grounds: str,
        recipients: str,
        transition: str,
    ) -> None:
        """Store what the decision says around its items; the same again writes nothing.

        Raises TransitionNotAllowed when it is not being composed any more.
        """
        stored = self.locked()
        if stored.status != DecisionStatus.COMPOSING or stored.origin != self.Origin.SYSTEM:
            raise TransitionNotAllowed("Quyết định không còn ở bước soạn, không sửa được.")
        self._take_over(stored)
        said = {
            "subject": clean(subject),
            "issuer_name": clean(issuer_name),
            "grounds": clean_lines(grounds),
            "recipients": clean_lines(recipients),
            "transition": clean_lines(transition),
        }
        changed = [name for name, text in said.items() if getattr(self, name) != text]
        if changed:
            for name in changed:
                setattr(self, name, said[name])
            self.record(by=by, reason="Sửa lời văn của quyết định")

    @transaction.atomic
    def submit(self, *, by: User) -> None:
        """Lay it before the leader.

        Raises TransitionNotAllowed when it is empty, or an item is not ready for approval.
        """
        self.locked()
        items = list(self.standing_items())
        if not items:
            raise TransitionNotAllowed("Quyết định chưa có quy trình nào.")
        for item in items:
            if item.version and item.version.status != VersionStatus.REVIEWED:
                raise TransitionNotAllowed(
                    f"{item.procedure.code} đang ở trạng thái "
                    f"“{item.version.get_status_display()}”, chưa trình phê duyệt được."
                )
        self._move(
            DecisionStatus.SUBMITTED,
            by=by,
            reason="Trình phê duyệt",
            submitted_by=by,
            submitted_at=timezone.now(),
        )

    @transaction.atomic
    def send_back(self, *, by: User, comment: str) -> None:
        """Return it to who composed it. Raises ValidationError without a comment."""
        if not comment.strip():
            raise ValidationError("Hãy ghi lý do trả lại.")
        self._move(
            DecisionStatus.COMPOSING,
            by=by,
            reason=f"Trả lại: {clean(comment)}",
            round=self.round + 1,
            submitted_by=None,
            submitted_at=None,
        )

    def mark_approved(self, *, by: User, signing: Signing) -> None:
        """Sign the decision; `actions.approve_decision` approves its versions with it."""
        self._move(
            DecisionStatus.APPROVED,
            by=by,
            reason="Phê duyệt",
            approved_by=by,
            approved_at=timezone.now(),
        )
        sign(
            self,
            Signature.Act.APPROVED,
            by=by,
            sha256=self.sha256(),
            signing=signing,
            round_no=self.round,
        )

    def mark_issued(
        self,
        *,
        by: User,
        number: str,
        signed_on: dt.date,
        effective_on: dt.date,
        signed_file: StoredFile | None,
        signed_check: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Stamp number, date and effect; `actions.issue_decision` opens the periods with it.

        Only a decision taken over from paper is issued without an approval here.
        """
        if self.status == DecisionStatus.COMPOSING and self.origin != self.Origin.PAPER:
            raise TransitionNotAllowed("Quyết định chưa được phê duyệt thì không vào số.")
        self._move(
            DecisionStatus.ISSUED,
            by=by,
            reason="Vào số, ban hành",
            number=clean(number),
            signed_on=signed_on,
            effective_on=effective_on,
            signed_file=signed_file,
            signed_check=list(signed_check),
            issued_by=by,
            issued_at=timezone.now(),
        )

    def mark_cancelled(self, *, by: User, reason: str) -> None:
        """Give it up; `actions.cancel_decision` sees to its versions."""
        self._move(DecisionStatus.CANCELLED, by=by, reason=f"Hủy: {clean(reason)}")

    def mark_withdrawn(self, *, by: User, reason: str) -> None:
        """Take it back before effect; `actions.withdraw_decision` sees to its periods."""
        self._move(DecisionStatus.WITHDRAWN, by=by, reason=f"Thu hồi: {clean(reason)}")

    def mark_corrected(
        self, *, by: User, number: str, signed_on: dt.date, effective_on: dt.date
    ) -> None:
        """Say from now on what an appended correction says; `actions.correct_decision` signs it.

        The database refuses values of which there is no correction.
        """
        self.number, self.signed_on, self.effective_on = number, signed_on, effective_on
        self.record(by=by, reason="Đính chính", fields=["number", "signed_on", "effective_on"])


class DecisionItem(RecordedModel):
    """One line of a decision: a version is issued, or a procedure abolished."""

    class Kind(models.TextChoices):
        ISSUE = "issue", "ban hành"
        ABOLISH = "abolish", "bãi bỏ"

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="items")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ISSUE)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="decision_items")
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="decision_items", null=True
    )
    effective_on = models.DateField("có hiệu lực từ", null=True)
    removed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # taken out, or its decision is no longer open
    history = kept_history()

    class Meta:
        verbose_name = "mục của quyết định"
        verbose_name_plural = "mục của quyết định"
        ordering = ["procedure__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(closed_at__isnull=True),
                name="decision_item_one_open",
                violation_error_message="Quy trình này đang nằm trong một quyết định khác.",
            ),
            models.CheckConstraint(
                condition=Q(kind="issue", version__isnull=False)
                | Q(kind="abolish", version__isnull=True),
                name="decision_item_version",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(closed_at__isnull=False),
                name="decision_item_removed_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.procedure.code}"

    def take_effect_on(self, day: dt.date | None, *, by: User) -> None:
        """Let the line take effect on a day of its own; None is that of its decision."""
        if self.effective_on != day:
            self.effective_on = day
            self.record(by=by, reason="Ngày có hiệu lực riêng", fields=["effective_on"])

    def take_out(self, *, by: User, reason: str) -> None:
        """Take the line out of its decision. Raises TransitionNotAllowed when it is out already."""
        stored = DecisionItem.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stored.removed_at is not None:
            raise TransitionNotAllowed(f"{self.procedure.code} đã được bỏ khỏi quyết định.")
        self.removed_at = self.closed_at = timezone.now()
        self.record(by=by, reason=reason)


class InForcePeriodQuerySet(models.QuerySet["InForcePeriod"]):
    def standing(self) -> "InForcePeriodQuerySet":
        return self.filter(voided_at__isnull=True)

    def valid(self, *, on: dt.date) -> "InForcePeriodQuerySet":
        return self.standing().filter(valid_on(on))


class InForcePeriod(RecordedModel):
    """A version is in force on `[valid_from, valid_to)`; at most one of a procedure on any day."""

    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="periods")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="periods")
    valid_from = models.DateField("có hiệu lực từ")
    valid_to = models.DateField("hết hiệu lực từ", null=True)
    begun_by = models.ForeignKey(DecisionItem, models.PROTECT, related_name="periods_begun")
    ended_by = models.ForeignKey(
        DecisionItem, models.PROTECT, related_name="periods_ended", null=True
    )
    voided_at = models.DateTimeField(null=True)
    history = kept_history()
    objects = InForcePeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "thời gian hiệu lực"
        verbose_name_plural = "thời gian hiệu lực"
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(condition=period_ordered(), name="in_force_period_ordered"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(valid_to__isnull=False),
                name="in_force_period_ended_by",
            ),
        ]

    @property
    def transition(self) -> str:
        """Return the clause by which the ended version still serves what came in before."""
        return self.ended_by.decision.transition if self.ended_by else ""

    def __str__(self) -> str:
        until = f" đến trước {format_date(self.valid_to)}" if self.valid_to else ""
        return f"{self.version} từ {format_date(self.valid_from)}{until}"


@transaction.atomic
def open_period(
    item: DecisionItem, *, valid_from: dt.date, by: User, valid_to: dt.date | None = None
) -> InForcePeriod:
    """Put the item's version in force from `valid_from` on, ending what stood on that day.

    Where a later version is scheduled already, the new period ends the day that one begins.
    Raises ValidationError when another version begins on the very day.
    """
    version = item.version
    if version is None:
        raise ValidationError("Mục bãi bỏ không mở thời gian hiệu lực.")
    Procedure.objects.select_for_update(of=("self",)).get(pk=item.procedure_id)
    others = InForcePeriod.objects.standing().filter(procedure_id=item.procedure_id)
    if others.filter(valid_from=valid_from).exists():
        raise ValidationError(
            f"{item.procedure.code} đã có bản có hiệu lực từ {format_date(valid_from)}."
        )
    later = others.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    if later and (valid_to is None or valid_to > later.valid_from):
        valid_to = later.valid_from
    standing = others.valid(on=valid_from).first()
    if standing:
        standing.valid_to, standing.ended_by = valid_from, item
        standing.record(by=by, reason=f"Được thay bằng {version}")
    period = InForcePeriod(
        version=version,
        procedure_id=item.procedure_id,
        valid_from=valid_from,
        valid_to=valid_to,
        begun_by=item,
    )
    period.record(by=by, reason="Có hiệu lực")
    return period


@transaction.atomic
def end_period(item: DecisionItem, *, on: dt.date, by: User) -> None:
    """Abolish: nothing of the procedure is in force from `on` on.

    Raises ValidationError when nothing is in force then, or a version is scheduled for later.
    """
    Procedure.objects.select_for_update(of=("self",)).get(pk=item.procedure_id)
    periods = InForcePeriod.objects.standing().filter(procedure_id=item.procedure_id)
    standing = periods.valid(on=on).first()
    if standing is None or standing.valid_from == on:
        raise ValidationError(
            f"{item.procedure.code} không có bản nào hiệu lực trước {format_date(on)}."
        )
    if periods.filter(valid_from__gt=on).exists():
        raise ValidationError(f"{item.procedure.code} có bản sẽ có hiệu lực sau {format_date(on)}.")
    standing.valid_to, standing.ended_by = on, item
    standing.record(by=by, reason="Bãi bỏ")


class Rendition(LedgeredModel):
    """The PDF of an issued version, made once and kept for ever."""

    version = models.OneToOneField(ProcedureVersion, models.PROTECT, related_name="rendition")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "bản PDF"
        verbose_name_plural = "bản PDF"

    def __str__(self) -> str:
        return f"PDF {self.version}"
