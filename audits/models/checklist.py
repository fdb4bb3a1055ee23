"""Checklists, sampled dossiers and answers: what an auditor asks and finds in the field.

Questions are written down when they are generated: later versions of a procedure never change an
old audit. Answers are only ever added; `superseded_at` and `is_disputed` tell which one stands.
"""

import hashlib
import json
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from audits.models.audits import Audit, AuditSubject
from audits.models.team import AuditMember
from procedures.models import Procedure, ProcedureVersion
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit
from qms.records.ledger.entries import LedgeredModel
from qms.records.models import StoredFile


class Result(models.TextChoices):
    """What an auditor answers; a question without an answer has no row, which is its own value."""

    CONFORM = "conform", "Phù hợp"
    NONCONFORM = "nonconform", "Không phù hợp"
    OBSERVATION = "observation", "Lưu ý"
    NOT_APPLICABLE = "not_applicable", "Không áp dụng"


# The worst of several cells is the item's result.
SEVERITY: dict[str, int] = {
    Result.NONCONFORM: 3,
    Result.OBSERVATION: 2,
    Result.CONFORM: 1,
    Result.NOT_APPLICABLE: 0,
}


def worst(results: Iterable[str]) -> str:
    """Return the worst of `results`, empty where none of them is an answer."""
    return max(filter(None, results), key=SEVERITY.__getitem__, default="")


class ChecklistItemQuerySet(models.QuerySet["ChecklistItem"]):
    def standing(self) -> "ChecklistItemQuerySet":
        """Return the questions that are asked: those that nobody removed."""
        return self.filter(removed_at=None)


class ChecklistItem(RecordedModel):
    """One question, bound to a row of the content, to a clause, or typed."""

    class Kind(models.TextChoices):
        STEP = "step", "Bước"
        DOSSIER = "dossier", "Thành phần hồ sơ"
        FORM = "form", "Biểu mẫu"
        RECORD = "record", "Hồ sơ lưu"
        DOCUMENT = "document", "Tài liệu"  # of which no rows are known
        CLAUSE = "clause", "Điều khoản"
        LAW = "law", "Nội dung kiểm tra theo TT 26/2014/TT-BKHCN, Điều 36"
        OWN = "own", "Câu hỏi riêng"

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="items")
    subject = models.ForeignKey(
        AuditSubject, models.PROTECT, related_name="items", null=True, blank=True
    )
    kind = models.CharField("loại", max_length=8, choices=Kind)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="đơn vị"
    )
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="checklist_items", null=True, blank=True
    )
    row_key = models.CharField(max_length=16, blank=True)  # the key of the content's row
    row_text = models.TextField("nội dung trong quy trình", blank=True)  # as it read then
    clause = models.CharField("điều khoản", max_length=12, blank=True)
    question = models.TextField("câu hỏi")
    expects = models.TextField("hồ sơ, bằng chứng cần xem", blank=True)
    position = models.PositiveIntegerField("thứ tự", default=0)
    auditor = models.ForeignKey(
        AuditMember, models.PROTECT, related_name="items", null=True, blank=True
    )
    source = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()
    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = "câu hỏi đánh giá"
        verbose_name_plural = "câu hỏi đánh giá"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "version", "kind", "row_key"],
                condition=Q(removed_at__isnull=True, version__isnull=False) & ~Q(row_key=""),
                name="checklist_row_once",
            )
        ]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return reverse("audits:item-detail", args=[self.audit.slug, self.pk])


class SampledDossierQuerySet(models.QuerySet["SampledDossier"]):
    def standing(self) -> "SampledDossierQuerySet":
        return self.filter(removed_at=None)


class SampledDossier(RecordedModel):
    """A dossier that was looked at; it is judged by the version in force on the day it came in."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="dossiers")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    code = models.CharField("mã hồ sơ", max_length=60)
    received_on = models.DateField("ngày tiếp nhận")
    due_on = models.DateField("ngày hẹn trả", null=True, blank=True)
    returned_on = models.DateField("ngày trả kết quả", null=True, blank=True)
    is_sheet_complete = models.BooleanField(
        "phiếu kiểm soát ghi đủ", null=True, blank=True
    )  # None: not looked at
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()
    objects = SampledDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "hồ sơ lấy mẫu"
        verbose_name_plural = "hồ sơ lấy mẫu"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "procedure", "code"],
                condition=Q(removed_at__isnull=True),
                name="sampled_dossier_once",
                violation_error_message="Hồ sơ này đã có trong mẫu.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("received_on")),
                name="sampled_dossier_due_ordered",
                violation_error_message="Ngày hẹn trả không được trước ngày tiếp nhận.",
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(returned_on__gte=F("received_on")),
                name="sampled_dossier_returned_ordered",
                violation_error_message="Ngày trả không được trước ngày tiếp nhận.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_late(self) -> bool:
        """Tell whether it was returned after the day it was due."""
        return bool(self.due_on and self.returned_on and self.returned_on > self.due_on)


class DossierHandler(RecordedModel):
    """Who handled a sampled dossier: whoever did may not audit it."""

    dossier = models.ForeignKey(SampledDossier, models.PROTECT, related_name="handlers")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    name = models.CharField("họ và tên", max_length=150)
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "người giải quyết hồ sơ"
        verbose_name_plural = "người giải quyết hồ sơ"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class AnswerQuerySet(models.QuerySet["ItemAnswer"]):
    def standing(self) -> "AnswerQuerySet":
        """Return the answers that stand: the last of each item and dossier, none in dispute."""
        return self.filter(superseded_at__isnull=True, is_disputed=False)

    def disputed(self) -> "AnswerQuerySet":
        """Return those that were given beside another's and wait for somebody to choose."""
        return self.filter(is_disputed=True, superseded_at__isnull=True)


class ItemAnswer(LedgeredModel):
    """An answer, of an item or of its cell for one dossier. Added, never overwritten.

    `base` is the answer its author saw. One whose base is no longer the standing answer is kept
    as disputed, and somebody is asked; `client_id` makes sending it twice harmless.
    """

    LEDGER_ACTOR = "answered_by"
    LEDGER_CHANGES = ("is_disputed", "superseded_at")

    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="answers")
    dossier = models.ForeignKey(
        SampledDossier, models.PROTECT, related_name="answers", null=True, blank=True
    )
    client_id = models.UUIDField(unique=True)
    base = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    settles = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    result = models.CharField("kết quả", max_length=16, choices=Result, blank=True)
    note = models.TextField("ghi chép", blank=True)
    is_verbal = models.BooleanField("đã nhắc tại chỗ", default=False)
    seen_on = models.DateField("ngày xem")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField("ghi lúc")  # by the clock of the device
    recorded_at = models.DateTimeField(auto_now_add=True)
    is_disputed = models.BooleanField(default=False)
    superseded_at = models.DateTimeField(null=True)
    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "câu trả lời"
        verbose_name_plural = "câu trả lời"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(superseded_at__isnull=True, is_disputed=False, dossier__isnull=True),
                name="answer_one_stands",
            ),
            models.UniqueConstraint(
                fields=["item", "dossier"],
                condition=Q(superseded_at__isnull=True, is_disputed=False, dossier__isnull=False),
                name="answer_one_stands_a_cell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_result_display()} ({self.answered_by})"

    @property
    def content(self) -> tuple[str, str, bool]:
        """Return what it says, to tell whether another says the same."""
        return self.result, self.note, self.is_verbal


def answer_sha256(answers: Iterable[ItemAnswer]) -> str:
    """Return the SHA-256 of what the standing answers of one item say, cell by cell.

    A site confirmation holds it: once an answer changes, it is not confirmed any more.
    """
    said = sorted(
        [answer.dossier_id or 0, answer.pk, *answer.content, answer.seen_on.isoformat()]
        for answer in answers
    )
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class SiteConfirmation(LedgeredModel):
    """The unit confirms in the field what was written down: a name, and a signature or a photo."""

    LEDGER_ACTOR = "recorded_by"

    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="confirmations")
    client_id = models.UUIDField(unique=True)
    name = models.CharField("họ và tên", max_length=150)
    position = models.CharField("chức danh", max_length=150, blank=True)
    picture = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    original = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)  # of the answer it confirms, see `answer_sha256`
    confirmed_on = models.DateField("ngày xác nhận")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "xác nhận tại chỗ"
        verbose_name_plural = "xác nhận tại chỗ"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
