"""What is done about a nonconformity, round by round, and what came of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audits.models.nonconformities import Nonconformity
from audits.workflow import NonconformityStatus
from qms.foundation.constraints import paired
from qms.foundation.recorded import RecordedModel, kept_history
from qms.records.ledger.entries import LedgeredModel
from qms.records.workflow import TransitionNotAllowed


class Treatment(RecordedModel):
    """What is done in one round: correction, cause, and why no action is needed if none is."""

    nonconformity = models.ForeignKey(Nonconformity, models.PROTECT, related_name="treatments")
    round = models.PositiveSmallIntegerField()
    correction = models.TextField("khắc phục tức thời", blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    corrected_on = models.DateField("ngày khắc phục", null=True, blank=True)
    cause = models.TextField("nguyên nhân", blank=True)
    whys = models.JSONField("vì sao", default=list, blank=True)  # up to five sentences, in order
    root = models.PositiveSmallIntegerField("nguyên nhân gốc", null=True, blank=True)  # index
    category = models.CharField("nhóm nguyên nhân", max_length=20, blank=True)
    has_similar = models.BooleanField("có trường hợp tương tự", null=True, blank=True)
    similar = models.TextField("trường hợp tương tự", blank=True)
    no_action_reason = models.TextField("không cần hành động khắc phục vì", blank=True)
    measures_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )  # the head who laid the measures before the auditor
    measures_at = models.DateTimeField(null=True)
    refusal = models.TextField("ý kiến của chuyên gia đánh giá", blank=True)
    is_effective = models.BooleanField("kết quả kiểm tra", null=True)
    verification = models.TextField("nhận xét khi kiểm tra", blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    verified_on = models.DateField(null=True)
    history = kept_history()

    class Meta:
        verbose_name = "xử lý sự không phù hợp"
        verbose_name_plural = "xử lý sự không phù hợp"
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["nonconformity", "round"], name="treatment_round_once"),
            models.CheckConstraint(
                condition=paired("measures_by", "measures_at"), name="treatment_measures_paired"
            ),
            models.CheckConstraint(
                condition=paired("is_effective", "verified_by", "verified_on"),
                name="treatment_verified_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nonconformity.number}, lần {self.round}"

    @property
    def is_laid(self) -> bool:
        """Tell whether its measures lie before the auditor, or were agreed to."""
        return self.measures_at is not None

    @property
    def root_text(self) -> str:
        """Return the cause in one place: the chosen root, or the one box."""
        if self.root is not None and self.root < len(self.whys):
            return str(self.whys[self.root])
        return self.cause

    def content(self) -> dict[str, Any]:
        """Return what is signed of it."""
        return {
            "correction": self.correction,
            "corrected": [
                self.corrected_by_id,
                self.corrected_on.isoformat() if self.corrected_on else None,
            ],
            "cause": self.cause,
            "whys": self.whys,
            "root": self.root,
            "category": self.category,
            "similar": [self.has_similar, self.similar],
            "no_action_reason": self.no_action_reason,
            "verification": [self.is_effective, self.verification],
        }

    def must_be_open(self) -> None:
        """Raise TransitionNotAllowed once it is laid before the auditor."""
        if self.is_laid:
            raise TransitionNotAllowed(
                "Biện pháp đã trình chuyên gia đánh giá, không sửa được nữa."
            )


class CorrectiveAction(RecordedModel):
    """A measure that removes the cause: who, by when, what shows that it was done."""

    nonconformity = models.ForeignKey(Nonconformity, models.PROTECT, related_name="actions")
    round = models.PositiveSmallIntegerField()
    what = models.TextField("biện pháp")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="corrective_actions",
        verbose_name="người thực hiện",
    )
    due_on = models.DateField("hạn thực hiện")  # the last day on which it is on time
    done_on = models.DateField("ngày thực hiện", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    done_at = models.DateTimeField(null=True)
    done_note = models.TextField("kết quả, bằng chứng", blank=True)
    change_request = models.ForeignKey(
        "procedures.ChangeRequest", models.PROTECT, related_name="+", null=True, blank=True
    )
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "hành động khắc phục"
        verbose_name_plural = "hành động khắc phục"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=paired("done_by", "done_at", "done_on"), name="action_done_paired"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | ~Q(done_note=""), name="action_done_shown"
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def content(self) -> dict[str, Any]:
        """Return what is signed of it."""
        return {
            "what": self.what,
            "person": self.person_id,
            "due_on": self.due_on.isoformat(),
            "done": [
                self.done_by_id,
                self.done_on.isoformat() if self.done_on else None,
                self.done_note,
            ],
        }


class DueExtension(LedgeredModel):
    """A deadline was put off: the old one stays, and why. Of the whole, or of one action."""

    LEDGER_ACTOR = "granted_by"

    nonconformity = models.ForeignKey(Nonconformity, models.PROTECT, related_name="extensions")
    action = models.ForeignKey(
        CorrectiveAction, models.PROTECT, related_name="extensions", null=True
    )
    old_due_on = models.DateField()
    new_due_on = models.DateField()
    reason = models.TextField("lý do")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "gia hạn"
        verbose_name_plural = "gia hạn"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")), name="extension_later"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.nonconformity.number}: {self.reason}"


class EffectivenessCheck(LedgeredModel):
    """Some time after the actions: did the cause go away? Appended (ISO 9001:2015, 10.2.1 d)."""

    LEDGER_ACTOR = "checked_by"

    nonconformity = models.ForeignKey(
        Nonconformity, models.PROTECT, related_name="effectiveness_checks"
    )
    round = models.PositiveSmallIntegerField()
    checked_on = models.DateField("ngày đánh giá hiệu lực")
    is_effective = models.BooleanField("có hiệu lực")
    comment = models.TextField("nhận xét", blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "đánh giá hiệu lực"
        verbose_name_plural = "đánh giá hiệu lực"
        ordering = ["checked_on", "pk"]

    def __str__(self) -> str:
        return f"{self.nonconformity.number}: {'đạt' if self.is_effective else 'không đạt'}"


class NonconformityMove(LedgeredModel):
    """Each move with its civil day beside its time of recording; appended, never changed.

    What is done on a day without moving on, such as the unit's confirmation, stands here too, in
    the status that stood.
    """

    LEDGER_ACTOR = "by"

    nonconformity = models.ForeignKey(Nonconformity, models.PROTECT, related_name="moves")
    status = models.CharField(max_length=12, choices=NonconformityStatus)
    round = models.PositiveSmallIntegerField()
    on = models.DateField("ngày")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "bước xử lý KPH"
        verbose_name_plural = "bước xử lý KPH"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.nonconformity.number}: {self.get_status_display()}"
