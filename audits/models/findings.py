"""Findings: what an audit states, each bound to its requirement (ISO 19011:2018, 6.4.8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from audits.models.audits import Audit
from audits.models.checklist import ChecklistItem, SampledDossier
from procedures.models import ProcedureVersion
from qms.foundation.constraints import paired
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit


class FindingQuerySet(models.QuerySet["Finding"]):
    def standing(self) -> "FindingQuerySet":
        return self.filter(withdrawn_at=None)

    def nonconformities(self) -> "FindingQuerySet":
        return self.filter(grade__in=sorted(Finding.NONCONFORMING))


class Finding(RecordedModel):
    """A finding of an audit; a nonconformity needs requirement, evidence and gap.

    The lead grades it before the closing meeting; the unit answers after it; with the report it
    is locked.
    """

    class Grade(models.TextChoices):
        NONCONFORM = "nonconform", "Không phù hợp (chưa xếp mức)"
        MAJOR = "major", "Không phù hợp nặng"
        MINOR = "minor", "Không phù hợp nhẹ"
        OBSERVATION = "observation", "Lưu ý"
        IMPROVEMENT = "improvement", "Cơ hội cải tiến"

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "Đơn vị thống nhất"
        CONTESTED = "contested", "Đơn vị có ý kiến khác"

    NONCONFORMING = frozenset({Grade.NONCONFORM, Grade.MAJOR, Grade.MINOR})

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="findings")
    seq = models.PositiveSmallIntegerField("số thứ tự")
    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, related_name="findings", null=True, blank=True
    )
    dossier = models.ForeignKey(
        SampledDossier, models.PROTECT, related_name="findings", null=True, blank=True
    )
    client_id = models.UUIDField(unique=True)  # makes sending it twice harmless
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="findings", null=True, blank=True
    )
    step_key = models.CharField(max_length=16, blank=True)
    step_text = models.TextField("bước", blank=True)  # as it read in that version
    clause = models.CharField("điều khoản", max_length=12, blank=True)
    grade = models.CharField("mức", max_length=12, choices=Grade)
    requirement = models.TextField("yêu cầu", blank=True)
    evidence_text = models.TextField("bằng chứng", blank=True)
    gap = models.TextField("điểm chưa phù hợp", blank=True)
    found_on = models.DateField("ngày phát hiện")
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    found_at = models.DateTimeField(auto_now_add=True)
    graded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    graded_at = models.DateTimeField(null=True)
    answer = models.CharField("ý kiến đơn vị", max_length=10, choices=Answer, blank=True)
    answer_comment = models.TextField("nội dung ý kiến", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField(null=True)
    answered_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.TextField("lý do rút", blank=True)
    history = kept_history()
    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "phát hiện đánh giá"
        verbose_name_plural = "phát hiện đánh giá"
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "seq"], name="finding_seq_unique"),
            models.CheckConstraint(
                condition=paired("answered_by", "answered_at", "answered_on"),
                name="finding_answer_paired",
            ),
            models.CheckConstraint(
                condition=paired("graded_by", "graded_at"), name="finding_grade_paired"
            ),
            models.CheckConstraint(
                condition=~Q(answer="contested") | ~Q(answer_comment=""),
                name="finding_contested_with_comment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} – {self.get_grade_display()}"

    def get_absolute_url(self) -> str:
        return reverse("audits:finding-detail", args=[self.audit.slug, self.seq])

    @property
    def label(self) -> str:
        """Return `PH-03`, its number within the audit."""
        return f"PH-{self.seq:02d}"

    @property
    def is_nonconforming(self) -> bool:
        return self.grade in self.NONCONFORMING
