"""A wrong number or date of an issued decision is mended by an appended, signed đính chính."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from procedures.models.decisions import Decision
from qms.foundation.recorded import RecordedModel, kept_history
from qms.records.models import StoredFile


class DecisionCorrection(RecordedModel):
    """What a decision said of its number and dates, what it says from now on, why, by whom."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="corrections")
    old_number = models.CharField("số cũ", max_length=60)
    new_number = models.CharField("số đúng", max_length=60)
    old_signed_on = models.DateField("ngày cũ")
    new_signed_on = models.DateField("ngày đúng")
    old_effective_on = models.DateField("hiệu lực cũ")
    new_effective_on = models.DateField("hiệu lực đúng")
    reason = models.TextField("lý do đính chính")
    reference = models.CharField("văn bản đính chính", max_length=120, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "đính chính"
        verbose_name_plural = "đính chính"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="decision_correction_says_why"),
            models.CheckConstraint(
                condition=~Q(new_number="")
                & (
                    ~Q(old_number=models.F("new_number"))
                    | ~Q(old_signed_on=models.F("new_signed_on"))
                    | ~Q(old_effective_on=models.F("new_effective_on"))
                ),
                name="decision_correction_changes_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Đính chính {self.decision_id}"
