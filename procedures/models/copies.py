"""Numbered copies on paper (bản kiểm soát): who holds them, what became of them."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from procedures import workflow
from procedures.models.decisions import InForcePeriod
from procedures.models.versions import ProcedureVersion
from procedures.workflow import CopyStatus
from qms.foundation.dates import format_date
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit, User
from qms.records.models import StoredFile
from qms.records.workflow import WorkflowModel


class RecallRecord(RecordedModel):
    """One biên bản: copies that were called back or destroyed together (BM-01-05, BM-01-06)."""

    class Kind(models.TextChoices):
        RETURNED = "returned", "Thu hồi"
        DESTROYED = "destroyed", "Hủy"
        LOST = "lost", "Mất, thất lạc"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    number = models.CharField("số biên bản", max_length=60)
    kind = models.CharField("việc đã làm", max_length=10, choices=Kind)
    done_on = models.DateField("ngày")
    reason = models.TextField("lý do")
    way = models.CharField("cách thực hiện", max_length=255, blank=True)
    performed_by = models.CharField("người thực hiện", max_length=150)
    witnessed_by = models.CharField("người chứng kiến", max_length=150, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "biên bản thu hồi, hủy tài liệu"
        verbose_name_plural = "biên bản thu hồi, hủy tài liệu"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="recall_record_number_unique")
        ]

    def __str__(self) -> str:
        return f"Biên bản {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:recall-detail", args=[self.pk])

    def told_copies(self) -> "PrintedCopyQuerySet":
        """Return the copies that this record tells of, by procedure and number.

        One that was called back by it and destroyed by a later one is still among them: what
        became of a copy by then stands in its history.
        """
        then = PrintedCopy.history.filter(record_of_end=self.pk)
        copies = PrintedCopy.objects.filter(pk__in=then.values("id"))
        return copies.order_by("version__procedure__sort_key", "version", "number")

    @transaction.atomic
    def attach(self, file: StoredFile, *, by: User) -> None:
        """Keep the signed paper of this record. Raises ValidationError where it has one already."""
        stored = RecallRecord.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stored.file_id is not None:
            raise ValidationError("Biên bản này đã có bản chụp đã ký.")
        self.file = file
        self.record(by=by, reason="Lưu bản đã ký")


class PrintedCopyQuerySet(models.QuerySet["PrintedCopy"]):
    def in_use(self, *, on: dt.date) -> "PrintedCopyQuerySet":
        """Return the copies that are held, of versions in force on the day or later."""
        return self.filter(_holds(on), status=CopyStatus.HELD)

    def to_collect(self, *, on: dt.date) -> "PrintedCopyQuerySet":
        """Return the copies still held of versions that ended, were abolished or withdrawn."""
        return self.filter(~_holds(on), status=CopyStatus.HELD)

    def to_recall(self, *, on: dt.date) -> "PrintedCopyQuerySet":
        """Return what is out and should not be: `to_collect`, and the lost ones."""
        return self.filter(Q(status=CopyStatus.LOST) | (~_holds(on) & Q(status=CopyStatus.HELD)))


def _holds(on: dt.date) -> Exists:
    """Return the condition that the version of a copy is in force on the day, or will be."""
    later = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    periods = InForcePeriod.objects.standing().filter(later)
    return Exists(periods.filter(version=OuterRef("version")))


class PrintedCopy(WorkflowModel):
    """A numbered copy of a version, held by somebody until it comes back or is destroyed."""

    TRANSITIONS = workflow.COPY_MOVES

    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="copies")
    number = models.PositiveSmallIntegerField("bản số")
    token = models.CharField(max_length=32, unique=True, editable=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, verbose_name="đơn vị giữ"
    )
    holder = models.CharField("người giữ", max_length=255)
    handed_on = models.DateField("ngày giao")
    status = models.CharField(
        "trạng thái", max_length=10, choices=CopyStatus, default=CopyStatus.HELD
    )
    record_of_end = models.ForeignKey(
        RecallRecord, models.PROTECT, related_name="copies", null=True
    )
    ended_on = models.DateField("ngày thu hồi, hủy", null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()
    objects = PrintedCopyQuerySet.as_manager()

    class Meta:
        verbose_name = "bản kiểm soát"
        verbose_name_plural = "bản kiểm soát"
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "number"], name="printed_copy_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=CopyStatus.values), name="printed_copy_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="held", ended_on__isnull=True, record_of_end__isnull=True)
                | (~Q(status="held") & Q(ended_on__isnull=False, record_of_end__isnull=False)),
                name="printed_copy_ended_by_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}, bản số {self.number:02d}"

    @property
    def held_by(self) -> str:
        """Return who holds it: the person, the unit, or `person, unit`."""
        return ", ".join(part for part in (self.holder, str(self.unit or "")) if part)

    def end(self, record: RecallRecord, *, by: User) -> None:
        """Note that the copy came back, was destroyed or lost, as `record` tells.

        A copy that came back may be destroyed later, a lost one may turn up. Raises
        ValidationError for a day before it was handed out or before it ended the last time,
        TransitionNotAllowed where the table of moves does not list it.
        """
        since = self.ended_on or self.handed_on
        if record.done_on < since:
            raise ValidationError(
                f"Bản số {self.number:02d} của {self.version.procedure.code}: ngày không được "
                f"trước ngày {format_date(since)}."
            )
        self._move(
            record.kind,
            by=by,
            reason=f"{record.get_kind_display()} theo {record}",
            record_of_end=record,
            ended_on=record.done_on,
        )
