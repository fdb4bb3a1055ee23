"""The clauses of the standard's editions: numbers and titles, never its text (copyright)."""

from collections.abc import Iterable

from django.db import models, transaction

from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean_lines
from qms.organisation.models import User

NOT_APPLIED = " (không áp dụng)"


def clause_key(number: str) -> str:
    """Return a key that sorts clause numbers by value: 10.2 after 9.3."""
    return ".".join(f"{int(part):03d}" if part.isdecimal() else part for part in number.split("."))


class ClauseQuerySet(models.QuerySet["Clause"]):
    def of(self, edition: str) -> "ClauseQuerySet":
        return self.filter(edition=edition)

    def auditable(self) -> "ClauseQuerySet":
        return self.filter(is_auditable=True)

    def left_out(self) -> frozenset[str]:
        """Return the numbers that the office gave a reason for not applying."""
        return frozenset(self.exclude(inapplicable_reason="").values_list("number", flat=True))

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

    @transaction.atomic
    def leave_out(self, *, by: User, reason: str) -> None:
        """Say why the office does not apply it; without a reason it applies (ISO 9001:2015, 4.3).

        The same again writes nothing.
        """
        reason = clean_lines(reason)
        if reason == self.inapplicable_reason:
            return
        self.inapplicable_reason = reason
        self.record(by=by, reason="Không áp dụng điều khoản" if reason else "Áp dụng điều khoản")

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.sort_key = clause_key(self.number)
        super().record(by=by, reason=reason, fields=fields)


def is_left_out(number: str, left_out: Iterable[str]) -> bool:
    """Tell whether a clause, or one above it, is among those that are not applied."""
    return any(number == other or number.startswith(f"{other}.") for other in left_out)


def offered_clauses(clauses: Iterable[Clause], left_out: Iterable[str]) -> list[tuple[str, str]]:
    """Return clauses as choices: those that apply in their order, then the others, marked."""
    applied, out = [], []
    for clause in clauses:
        if is_left_out(clause.number, left_out):
            out.append((clause.number, f"{clause}{NOT_APPLIED}"))
        else:
            applied.append((clause.number, str(clause)))
    return applied + out
