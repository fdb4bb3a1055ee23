"""Forms (biểu mẫu) and their issues: the blanks that procedures use."""

from django.db import models

from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, comparison_key
from qms.organisation.models import Unit
from qms.records.models import StoredFile


class Form(RecordedModel):
    """A biểu mẫu: the office's own (with a code and issues), or one that the law sets."""

    class Kind(models.TextChoices):
        INTERNAL = "internal", "biểu mẫu nội bộ"
        LEGAL = "legal", "mẫu do văn bản quy phạm pháp luật quy định"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="forms")
    kind = models.CharField("loại", max_length=10, choices=Kind, default=Kind.INTERNAL)
    code = models.CharField("mã hiệu", max_length=60, blank=True)
    name = models.CharField("tên biểu mẫu", max_length=500)
    source = models.CharField("văn bản quy định mẫu", max_length=120, blank=True)
    ref_key = models.CharField(max_length=320, editable=False)
    ended_on = models.DateField("ngừng dùng từ", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, verbose_name="thay bằng"
    )
    history = kept_history()

    class Meta:
        verbose_name = "biểu mẫu"
        verbose_name_plural = "biểu mẫu"
        ordering = ["code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "ref_key"],
                name="form_unique",
                violation_error_message="Biểu mẫu này đã có.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()

    @staticmethod
    def key_of(kind: str, code: str, name: str, source: str) -> str:
        """Return what tells a form from all others of the agency."""
        if kind == Form.Kind.INTERNAL:
            return f"i:{comparison_key(code)}"[:320]
        return f"l:{comparison_key(source)}|{comparison_key(code or name)}"[:320]

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.code, self.name, self.source = clean(self.code), clean(self.name), clean(self.source)
        self.ref_key = self.key_of(self.kind, self.code, self.name, self.source)
        super().record(by=by, reason=reason, fields=fields)


class FormIssue(RecordedModel):
    """One issue of a form: the file that is filled in from a day on."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="issues")
    issue_no = models.PositiveSmallIntegerField("lần ban hành")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    valid_from = models.DateField("có hiệu lực từ")
    history = kept_history()

    class Meta:
        verbose_name = "lần ban hành biểu mẫu"
        verbose_name_plural = "lần ban hành biểu mẫu"
        ordering = ["form", "valid_from", "issue_no"]
        constraints = [
            models.UniqueConstraint(fields=["form", "issue_no"], name="form_issue_unique"),
            models.UniqueConstraint(fields=["form", "valid_from"], name="form_issue_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.form} lần {self.issue_no:02d}"
