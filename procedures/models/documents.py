"""Controlled documents: a procedure through all its versions."""

from django.db import models
from django.urls import reverse

from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, comparison_key, confusable_key, slugify, sort_key
from qms.organisation.models import Unit


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def coded(self, agency: Unit, code: str) -> "Procedure | None":
        return self.filter(agency=agency, code_key=comparison_key(code)).first()


class Procedure(RecordedModel):
    """A controlled document through all its versions: its code never changes, nor is used again."""

    class Kind(models.TextChoices):
        TTHC = "tthc", "Quy trình giải quyết TTHC"
        SYSTEM = "system", "Quy trình hệ thống"
        POLICY = "policy", "Chính sách, mục tiêu, sổ tay"
        INSTRUCTION = "instruction", "Hướng dẫn công việc"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    owner = models.ForeignKey(
        Unit, models.PROTECT, related_name="procedures", verbose_name="đơn vị quản lý"
    )
    issuer_name = models.CharField("cơ quan ban hành", max_length=255, blank=True)
    kind = models.CharField("loại tài liệu", max_length=12, choices=Kind, default=Kind.TTHC)
    code = models.CharField("mã hiệu", max_length=60)
    code_key = models.CharField(max_length=60, editable=False)
    confusable_key = models.CharField(max_length=60, editable=False)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    title = models.CharField("tên", max_length=1100)
    sort_key = models.CharField(max_length=200, editable=False)
    predecessor = models.ForeignKey(
        "self", models.PROTECT, related_name="successors", null=True, verbose_name="tiếp nối"
    )  # the one of another agency from which it was handed over
    is_restricted = models.BooleanField("hạn chế người đọc", default=False)
    history = kept_history()
    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = "quy trình"
        verbose_name_plural = "quy trình"
        ordering = ["sort_key"]
        permissions = [("read_procedure", "Đọc quy trình")]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "code_key"],
                name="procedure_code_unique",
                violation_error_message="Mã hiệu này đã được dùng.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:procedure-detail", args=[self.slug])

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.code, self.title = clean(self.code), clean(self.title)
        self.code_key, self.confusable_key = comparison_key(self.code), confusable_key(self.code)
        self.sort_key = sort_key(self.code)[:200]
        if not self.slug:
            self.slug = self._free_slug()
        super().record(by=by, reason=reason, fields=fields)

    def _free_slug(self) -> str:
        stem = slugify(self.code)[:70] or "quy-trinh"
        taken = set(Procedure.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
        numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
        return next(slug for slug in (stem, *numbered) if slug not in taken)

    def confusable(self) -> "Procedure | None":
        """Return another procedure of the agency whose code is easily mistaken for this one's."""
        others = Procedure.objects.filter(agency=self.agency, confusable_key=self.confusable_key)
        return others.exclude(pk=self.pk).exclude(code_key=self.code_key).first()
