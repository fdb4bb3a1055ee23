"""Findings: what an audit states, each bound to its requirement (ISO 19011:2018, 6.4.8)."""

import datetime as dt
import hashlib
import json

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from audits.models.audits import Audit
from audits.models.checklist import ChecklistItem, SampledDossier
from procedures.models import ProcedureVersion
from qms.foundation.constraints import paired
from qms.foundation.dates import today
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean_lines
from qms.organisation.models import Unit, User
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed

TEXTS = ("requirement", "evidence_text", "gap")
# What a person is told who left one of the three empty.
ASKED = {
    "requirement": "Hãy ghi yêu cầu không được đáp ứng (điều khoản, hoặc bước của quy trình).",
    "evidence_text": "Hãy ghi bằng chứng đã thấy.",
    "gap": "Hãy ghi điểm chưa phù hợp so với yêu cầu.",
}


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
    # What an auditor records in the field; the lead grades it later.
    RECORDED = (Grade.NONCONFORM, Grade.OBSERVATION)

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

    @property
    def is_graded(self) -> bool:
        """Tell whether the lead need not grade it any more before the closing meeting."""
        return self.grade != self.Grade.NONCONFORM

    def sha256(self) -> str:
        """Return the hash of what it states, which an answer and a later change are bound to."""
        said = {name: getattr(self, name) for name in (*TEXTS, "clause", "grade", "step_text")}
        said |= {"unit": self.unit_id, "found_on": self.found_on.isoformat()}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    # --- verbs ---

    @transaction.atomic
    def change(
        self,
        *,
        by: User,
        seen: str,
        grade: str,
        unit: Unit,
        clause: str,
        requirement: str,
        evidence_text: str,
        gap: str,
        found_on: dt.date,
    ) -> None:
        """Put other words or another kind in its place; what the unit said of the old ones goes.

        `grade` is one that is recorded in the field: a graded nonconformity stays as graded.
        `seen` is `sha256()` of what the person started from. Raises SeenVersionChanged when
        something else was stored meanwhile, TransitionNotAllowed once the report is signed,
        ValidationError at the field that is wrong. The same again writes nothing.
        """
        self._lock(seen=seen)
        before = self.sha256()
        self._take_kind(grade)
        self.unit, self.clause, self.found_on = unit, clause, found_on
        for name, text in (
            ("requirement", requirement),
            ("evidence_text", evidence_text),
            ("gap", gap),
        ):
            setattr(self, name, clean_lines(text))
        self.check_stated()
        if self.sha256() == before:
            return
        self._drop_answer()
        self.record(by=by, reason="Sửa phát hiện")

    @transaction.atomic
    def grade_as(self, grade: str, *, by: User) -> None:
        """Grade it: major or minor where it is a nonconformity, else observation or improvement.

        Raises ValidationError at `grade` for another one, TransitionNotAllowed once the report is
        signed. What the unit answered stays, for what is stated is the same.
        """
        self._lock()
        allowed = self.grades()
        if grade not in allowed:
            labels = " hoặc ".join(f"“{self.Grade(each).label}”" for each in allowed)
            raise ValidationError({"grade": f"Phát hiện này chỉ xếp mức {labels}."})
        if grade == self.grade and self.graded_at:
            return
        self.grade, self.graded_by, self.graded_at = grade, by, timezone.now()
        self.record(by=by, reason=f"Xếp mức: {self.get_grade_display()}")

    @transaction.atomic
    def withdraw(self, *, by: User, reason: str) -> None:
        """Take it back; it stays to be read with its reason, and counts no more.

        Raises ValidationError without a reason, TransitionNotAllowed once the report is signed.
        """
        reason = clean_lines(reason)
        if not reason:
            raise ValidationError({"reason": "Hãy ghi lý do rút phát hiện."})
        self._lock()
        self.withdrawn_at, self.withdrawn_reason = timezone.now(), reason
        self.record(by=by, reason=f"Rút phát hiện: {reason}")

    @transaction.atomic
    def respond(
        self, answer: str, *, by: User, seen: str, comment: str = "", on: dt.date | None = None
    ) -> None:
        """Say what the unit thinks of it: accepted, or contested with a comment.

        `seen` is `sha256()` of what was read; `on` is the civil day (None: today). Raises
        SeenVersionChanged when it reads otherwise by now, TransitionNotAllowed before the closing
        meeting and once the report is signed, ValidationError at the field that is wrong.
        """
        audit = self._lock(seen=seen)
        if audit.closing_held_on is None:
            raise TransitionNotAllowed("Đơn vị có ý kiến về phát hiện sau họp kết thúc.")
        comment, day = clean_lines(comment), on or today()
        if answer == self.Answer.CONTESTED and not comment:
            raise ValidationError({"comment": "Hãy ghi ý kiến của đơn vị."})
        if day > today():
            raise ValidationError({"on": "Ngày cho ý kiến không được sau hôm nay."})
        if day < audit.closing_held_on:
            raise ValidationError({"on": "Ngày cho ý kiến không được trước ngày họp kết thúc."})
        self.answer, self.answer_comment = self.Answer(answer), comment
        self.answered_by, self.answered_at, self.answered_on = by, timezone.now(), day
        self.record(by=by, reason=f"Ý kiến đơn vị: {self.get_answer_display().lower()}")

    # --- questions ---

    def grades(self) -> tuple[str, ...]:
        """Return the grades between which the lead chooses for this finding."""
        if self.is_nonconforming:
            return (self.Grade.MAJOR, self.Grade.MINOR)
        return (self.Grade.OBSERVATION, self.Grade.IMPROVEMENT)

    def check_stated(self) -> None:
        """Raise ValidationError at each field that lacks what its grade asks for."""
        asked = TEXTS if self.is_nonconforming else ("evidence_text",)
        wrong = {name: ASKED[name] for name in asked if not getattr(self, name)}
        if self.found_on > today():
            wrong["found_on"] = "Ngày phát hiện không được sau hôm nay."
        elif self.found_on < min(self.audit.opened_on or dt.date.max, self.audit.starts_on):
            wrong["found_on"] = "Ngày phát hiện không được trước ngày bắt đầu cuộc đánh giá."
        if wrong:
            raise ValidationError(wrong)

    def _take_kind(self, grade: str) -> None:
        """Be of the kind that was recorded; what was graded within that kind stays graded."""
        if grade not in self.RECORDED:
            raise ValidationError({"grade": "Hãy chọn không phù hợp hoặc lưu ý."})
        if (grade == self.Grade.NONCONFORM) == self.is_nonconforming:
            return
        self.grade, self.graded_by, self.graded_at = self.Grade(grade), None, None

    def _drop_answer(self) -> None:
        self.answer, self.answer_comment = "", ""
        self.answered_by = self.answered_at = self.answered_on = None

    def _lock(self, *, seen: str | None = None) -> Audit:
        """Hold audit and finding as stored, until the transaction ends; refuse where locked."""
        audit = self.audit.locked()
        audit.must_be_open()
        type(self).objects.select_for_update(of=("self",)).get(pk=self.pk)
        self.refresh_from_db()
        self.audit = audit
        if self.withdrawn_at:
            raise TransitionNotAllowed(f"{self.label} đã được rút, không thay đổi nữa.")
        if seen is not None and seen != self.sha256():
            raise SeenVersionChanged(
                f"Trong lúc đó {self.label} đã được sửa. Hãy đọc lại bản mới rồi thực hiện."
            )
        return audit
