"""The clauses of the standard's editions: numbers and titles, never its text (copyright)."""

from django.db import models

from qms.foundation.recorded import RecordedModel, kept_history


def clause_key(number: str) -> str:
    """Return a key that sorts clause numbers by value: 10.2 after 9.3."""
    return ".".join(f"{int(part):03d}" if part.isdecimal() else part for part in number.split("."))


class ClauseQuerySet(models.QuerySet["Clause"]):
    def of(self, edition: str) -> "ClauseQuerySet":
        return self.filter(edition=edition)

    def auditable(self) -> "ClauseQuerySet":
        return self.filter(is_auditable=True)

    def second_level(self) -> "ClauseQuerySet":
        """Return those of two numbers (4.1 … 10.3): what a plan is laid out by."""
        return self.filter(number__regex=r"^[0-9]+\.[0-9]+$")


class Clause(RecordedModel):
    """One clause of one edition; a next edition stands beside it and touches no old audit."""

    edition = models.CharField("tiêu chuẩn", max_length=60)
    number = models.CharField("số", max_length=12)
    parent = models.ForeignKey(
        "self", models.PROTECT, related_name="children", null=True, blank=True
    )
    title_vi = models.CharField("tên", max_length=255)
    title_en = models.CharField("tên tiếng Anh", max_length=255, blank=True)
    is_auditable = models.BooleanField("đánh giá được", default=True)
    inapplicable_reason = models.TextField("lý do không áp dụng", blank=True)
    sort_key = models.CharField(max_length=60, editable=False)
    history = kept_history()
    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = "điều khoản"
        verbose_name_plural = "điều khoản"
        ordering = ["edition", "sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="clause_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title_vi}"

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.sort_key = clause_key(self.number)
        super().record(by=by, reason=reason, fields=fields)
