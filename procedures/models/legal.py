"""The legal register: external documents (ISO 9001 7.5.3) and what became of them."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from procedures.models.catalogue import TTHCChange
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, comparison_key, fold
from qms.records.models import StoredFile


class LegalDocumentQuerySet(models.QuerySet["LegalDocument"]):
    def numbered(self, number: str) -> "LegalDocument | None":
        return self.filter(number_key=comparison_key(number)).first()


class LegalDocument(RecordedModel):
    """A law, decree, circular or decision of another body that the office works by."""

    class Precision(models.TextChoices):
        DAY = "day", "ngày"
        YEAR = "year", "năm"
        UNKNOWN = "unknown", "chưa rõ"

    class Trust(models.TextChoices):
        YES = "yes", "đã kiểm chứng"
        PARTLY = "partly", "kiểm chứng một phần"
        NO = "no", "chưa kiểm chứng"

    number = models.CharField("số, ký hiệu", max_length=120)
    number_key = models.CharField(max_length=120, unique=True, editable=False)
    kind = models.CharField("loại văn bản", max_length=60, blank=True)
    issuer = models.CharField("cơ quan ban hành", max_length=255, blank=True)
    title = models.TextField("trích yếu", blank=True)
    issued_on = models.DateField("ngày ban hành", null=True, blank=True)
    issued_precision = models.CharField(
        "độ chính xác của ngày", max_length=10, choices=Precision, default=Precision.DAY
    )
    effective_on = models.DateField("ngày có hiệu lực", null=True, blank=True)
    status_note = models.TextField("tình trạng như nguồn ghi", blank=True)
    kept_at = models.CharField("nơi lưu", max_length=255, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    source_url = models.TextField("nguồn", blank=True)
    trust = models.CharField("kiểm chứng", max_length=10, choices=Trust, default=Trust.NO)
    note = models.TextField("ghi chú", blank=True)
    search_key = models.TextField(editable=False)
    history = kept_history()
    objects = LegalDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "văn bản"
        verbose_name_plural = "văn bản"
        ordering = ["number_key"]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}".strip()

    def get_absolute_url(self) -> str:
        return reverse("procedures:legal-detail", args=[self.pk])

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.number, self.title = clean(self.number), clean(self.title)
        self.number_key = comparison_key(self.number)
        self.search_key = fold(f"{self.number} {self.kind} {self.title}")
        super().record(by=by, reason=reason, fields=fields)


class LegalChange(RecordedModel):
    """A legal document is amended, replaced or no longer valid, from a day on."""

    class Kind(models.TextChoices):
        AMENDED = "amended", "được sửa đổi, bổ sung"
        REPLACED = "replaced", "bị thay thế"
        EXPIRED = "expired", "hết hiệu lực"

    ENDING = (Kind.REPLACED, Kind.EXPIRED)

    document = models.ForeignKey(LegalDocument, models.PROTECT, related_name="changes")
    kind = models.CharField("loại thay đổi", max_length=12, choices=Kind)
    by_document = models.ForeignKey(
        LegalDocument, models.PROTECT, related_name="changes_made", null=True, blank=True
    )
    effective_on = models.DateField("có hiệu lực từ")
    is_verified = models.BooleanField("đã kiểm chứng", default=False)
    source_url = models.TextField("nguồn", blank=True)
    note = models.TextField("ghi chú", blank=True)
    is_void = models.BooleanField("ghi nhầm", default=False)
    history = kept_history()

    class Meta:
        verbose_name = "thay đổi văn bản"
        verbose_name_plural = "thay đổi văn bản"
        ordering = ["effective_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "kind", "effective_on"],
                condition=Q(is_void=False),
                name="legal_change_once",
            ),
            models.CheckConstraint(
                condition=Q(by_document__isnull=True) | ~Q(by_document=F("document")),
                name="legal_change_by_another",
            ),
        ]

    def __str__(self) -> str:
        by = f" bởi {self.by_document.number}" if self.by_document else ""
        return f"{self.document.number} {self.get_kind_display()}{by}"

    def ends_by(self, day: dt.date) -> bool:
        """Tell whether the document is no longer valid on `day` because of this change."""
        return not self.is_void and self.kind in self.ENDING and self.effective_on <= day


def validity(changes: Iterable[LegalChange], document: LegalDocument, day: dt.date) -> str:
    """Return what the badge shows of a document on the day, empty where nothing is known.

    Only what was recorded is said: no change recorded is no proof that it is valid.
    """
    ended = [change.kind for change in changes if change.ends_by(day)]
    if ended:
        return "replaced" if ended[-1] == LegalChange.Kind.REPLACED else "ended"
    if document.effective_on is None:
        return ""
    return "scheduled" if document.effective_on > day else "in_force"


class Review(RecordedModel):
    """A procedure was looked at because of one change, or at its interval: keep, revise, abolish.

    A review of a change that says *keep* takes that change up for the procedure from its day on.
    """

    class Verdict(models.TextChoices):
        KEEP = "keep", "không ảnh hưởng, giữ nguyên"
        REVISE = "revise", "phải sửa"
        ABOLISH = "abolish", "bãi bỏ"

    procedure = models.ForeignKey("procedures.Procedure", models.PROTECT, related_name="reviews")
    tthc_change = models.ForeignKey(
        TTHCChange, models.PROTECT, related_name="reviews", null=True, blank=True
    )
    legal_change = models.ForeignKey(
        LegalChange, models.PROTECT, related_name="reviews", null=True, blank=True
    )
    verdict = models.CharField("kết luận", max_length=10, choices=Verdict)
    reason = models.TextField("lý do")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewed_on = models.DateField("ngày xem xét")
    batch = models.ForeignKey(
        "procedures.ReviewBatch", models.PROTECT, related_name="reviews", null=True
    )
    history = kept_history()

    class Meta:
        verbose_name = "xem xét tài liệu"
        verbose_name_plural = "xem xét tài liệu"
        ordering = ["reviewed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tthc_change__isnull=True) | Q(legal_change__isnull=True),
                name="review_of_one_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}: {self.get_verdict_display()}"
