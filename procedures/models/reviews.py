"""Looking at documents again: because of one change, or at the interval."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from procedures.models.catalogue import TTHCChange
from procedures.models.documents import Procedure
from procedures.models.legal import LegalChange
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit


class ImpactSheet(RecordedModel):
    """What one change of a document or of a TTHC means for the procedures of an agency.

    Its rows are the procedures that the change touches; a row's verdict is the last `Review` of
    that change for that procedure.
    """

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    legal_change = models.ForeignKey(
        LegalChange, models.PROTECT, related_name="impact_sheets", null=True
    )
    tthc_change = models.ForeignKey(
        TTHCChange, models.PROTECT, related_name="impact_sheets", null=True
    )
    number = models.CharField("số phiếu", max_length=60)
    due_on = models.DateField("hạn cập nhật")  # the last day in time (QĐ 19/2014, Điều 4.4 a)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "phiếu đánh giá tác động"
        verbose_name_plural = "phiếu đánh giá tác động"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(legal_change__isnull=True) ^ Q(tthc_change__isnull=True),
                name="impact_sheet_of_one_change",
            ),
            models.UniqueConstraint(
                fields=["agency", "legal_change"], name="impact_sheet_once_a_legal_change"
            ),
            models.UniqueConstraint(
                fields=["agency", "tthc_change"], name="impact_sheet_once_a_tthc_change"
            ),
            models.UniqueConstraint(fields=["agency", "number"], name="impact_sheet_number_unique"),
        ]

    def __str__(self) -> str:
        return f"Phiếu đánh giá tác động {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:impact-detail", args=[self.pk])


class ImpactRow(RecordedModel):
    """A procedure that the change of a sheet touches, and how."""

    class Reach(models.TextChoices):
        DIRECT = "direct", "căn cứ trực tiếp"
        GENERAL = "general", "viện dẫn chung"
        TTHC = "tthc", "giải quyết TTHC"

    sheet = models.ForeignKey(ImpactSheet, models.PROTECT, related_name="rows")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="impact_rows")
    reach = models.CharField("liên quan", max_length=10, choices=Reach)
    history = kept_history()

    class Meta:
        verbose_name = "dòng đánh giá tác động"
        verbose_name_plural = "dòng đánh giá tác động"
        ordering = ["procedure__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "procedure"], name="impact_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.sheet.number}: {self.procedure.code}"


class ReviewBatch(RecordedModel):
    """Reviews given together: one verdict, one reason, one signature on all of them.

    Without a sheet they are periodic (xem xét định kỳ tài liệu).
    """

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    sheet = models.ForeignKey(ImpactSheet, models.PROTECT, related_name="batches", null=True)
    verdict = models.CharField("kết luận", max_length=10)
    reason = models.TextField("lý do")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewed_on = models.DateField("ngày xem xét")
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "đợt xem xét tài liệu"
        verbose_name_plural = "đợt xem xét tài liệu"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["keep", "revise", "abolish"]) & ~Q(reason=""),
                name="review_batch_says_why",
            )
        ]

    def __str__(self) -> str:
        return f"Xem xét tài liệu lần {self.pk}"
