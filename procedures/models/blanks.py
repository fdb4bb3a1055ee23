"""Forms (biểu mẫu) and their issues: the blanks that procedures use."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from qms.foundation.dates import format_date
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, comparison_key
from qms.organisation.models import Unit, User
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

    def get_absolute_url(self) -> str:
        return reverse("procedures:blank-detail", args=[self.pk])

    def is_used(self, *, on: dt.date) -> bool:
        """Tell whether it may still be filled in on the day."""
        return self.ended_on is None or on < self.ended_on

    def issue_on(self, on: dt.date) -> "FormIssue | None":
        """Return the issue to fill in on the day: the last that had begun."""
        begun = [issue for issue in self.issues.all() if issue.valid_from <= on]
        return max(begun, key=lambda issue: issue.valid_from, default=None)

    def end(self, *, on: dt.date, successor: "Form | None", by: User, reason: str) -> None:
        """Take it out of use from the day on, in favour of `successor` where there is one.

        Raises ValidationError where it ended already, an issue begins on the day or later, or the
        successor is none that may be used from that day on.
        """
        if self.ended_on is not None:
            raise ValidationError(f"Biểu mẫu đã ngừng dùng từ {format_date(self.ended_on)}.")
        if last := self.issues.filter(valid_from__gte=on).order_by("valid_from").last():
            raise ValidationError(
                {
                    "ended_on": f"Lần ban hành {last.issue_no:02d} dùng từ "
                    f"{format_date(last.valid_from)}: hãy chọn ngày sau đó."
                }
            )
        if successor is not None and (
            successor.pk == self.pk
            or successor.agency_id != self.agency_id
            or not successor.is_used(on=on)
        ):
            raise ValidationError({"successor": "Biểu mẫu này không dùng được từ ngày đó."})
        self.ended_on, self.successor = on, successor
        self.record(by=by, reason=reason)

    def resume(self, *, by: User, reason: str) -> None:
        """Take it into use again, as if it had not ended: for what was ended by mistake.

        Raises ValidationError where it has not ended.
        """
        if self.ended_on is None:
            raise ValidationError("Biểu mẫu này vẫn đang dùng.")
        self.ended_on, self.successor = None, None
        self.record(by=by, reason=reason)

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
