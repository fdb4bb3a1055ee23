"""Signatures and files, rows that are only ever added; how far each series has been numbered."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from qms.records.ledger.entries import LedgeredModel
from qms.records.ledger.entries import LedgerEntry as LedgerEntry
from qms.records.mandates import Mandate as Mandate


class StoredFile(LedgeredModel):
    """A file kept by its content; who may have it is asked where it is used."""

    LEDGER_ACTOR = "stored_by"

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField("cỡ (byte)")
    media_type = models.CharField(max_length=100)
    label = models.CharField("tên tệp", max_length=150)
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "tệp đã lưu"
        verbose_name_plural = "tệp đã lưu"

    def __str__(self) -> str:
        return self.label


class SignatureQuerySet(models.QuerySet["Signature"]):
    def on(self, record: models.Model) -> "SignatureQuerySet":
        kind = ContentType.objects.get_for_model(type(record))
        return self.filter(content_type=kind, object_id=record.pk)

    def on_all(self, records: Sequence[models.Model]) -> "SignatureQuerySet":
        """Return those on any of `records`, which are of one model and not none."""
        kind = ContentType.objects.get_for_model(type(records[0]))
        return self.filter(content_type=kind, object_id__in=[record.pk for record in records])


class Signature(LedgeredModel):
    """Who did which act on exactly which content; appended, never changed (ISO 9001 7.5.2 c)."""

    LEDGER_ACTOR = "recorded_by"

    class Act(models.TextChoices):
        PREPARED = "prepared", "Soạn thảo"
        REVIEWED = "reviewed", "Xem xét"
        APPROVED = "approved", "Phê duyệt"
        ACCEPTED = "accepted", "Chấp nhận"
        CONFIRMED = "confirmed", "Xác nhận"
        AGREED = "agreed", "Đồng ý"
        VERIFIED = "verified", "Kiểm tra xác nhận"
        CLOSED = "closed", "Đóng"

    class Capacity(models.TextChoices):
        OWN = "", "Ký trực tiếp"
        KT = "KT.", "KT. (ký thay)"
        Q = "Q.", "Q. (quyền)"
        TL = "TL.", "TL. (thừa lệnh)"
        TUQ = "TUQ.", "TUQ. (thừa ủy quyền)"
        TM = "TM.", "TM. (thay mặt)"

    class Method(models.TextChoices):
        CLICK = "click", "xác nhận trên hệ thống"
        PASSWORD = "password", "xác nhận bằng mật khẩu trên hệ thống"
        PAPER = "paper", "ký trên bản giấy"

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="signatures", null=True
    )
    person_name = models.CharField(max_length=150)
    position_name = models.CharField(max_length=150, blank=True)
    capacity = models.CharField(max_length=5, choices=Capacity, default=Capacity.OWN, blank=True)
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="signatures", null=True)
    act = models.CharField(max_length=12, choices=Act)
    method = models.CharField(max_length=10, choices=Method)
    round = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    signed_on = models.DateField("ngày ký")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = "chữ ký"
        verbose_name_plural = "chữ ký"
        ordering = ["pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="signature_target")]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "act", "round"],
                condition=~Q(act__in=["prepared", "confirmed"]),
                name="signature_once_a_round",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "act", "round", "person"],
                condition=Q(act__in=["prepared", "confirmed"]),
                name="signature_once_a_person",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(method="paper"), name="signature_by_someone"
            ),
            models.CheckConstraint(
                condition=Q(mandate__isnull=True) | Q(capacity__in=["TUQ.", "TL."]),
                name="signature_mandate_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.person_name}"


class Job(models.Model):
    """Something long that a worker does: how far it is, and the file that came of it.

    `started_at` and `finished_at` are aware; `failed` is a sentence for the person who asked.
    `seen_at` is when the worker last told of it: silence means that the worker died.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Đang chờ"
        RUNNING = "running", "Đang làm"
        DONE = "done", "Đã xong"
        FAILED = "failed", "Không xong"
        INTERRUPTED = "interrupted", "Bị gián đoạn"

    SILENCE = dt.timedelta(minutes=5)  # after which a job that was being done is taken for dead
    PATIENCE = dt.timedelta(minutes=1)  # after which one that waits has no worker, it seems

    agency = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    kind = models.CharField("việc", max_length=30)
    label = models.CharField("tên việc", max_length=255)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    total = models.PositiveIntegerField("tổng số", default=0)
    done = models.PositiveIntegerField("đã xong", default=0)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed = models.TextField(blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    result_url = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = "việc nền"
        verbose_name_plural = "việc nền"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.label

    def state(self, *, now: dt.datetime | None = None) -> "Job.State":
        """Return how it stands at `now`, aware (None: at this moment)."""
        if self.finished_at:
            return self.State.FAILED if self.failed else self.State.DONE
        if self.started_at is None:
            return self.State.WAITING
        silent = (now or timezone.now()) - (self.seen_at or self.started_at)
        return self.State.INTERRUPTED if silent > self.SILENCE else self.State.RUNNING

    def is_left_waiting(self, *, now: dt.datetime | None = None) -> bool:
        """Tell whether no worker has taken it for longer than one that is there would need."""
        waited = (now or timezone.now()) - self.asked_at
        return self.started_at is None and waited > self.PATIENCE


class NumberSeries(models.Model):
    """How far a series of an agency has been numbered in a year; moved by `take_number()` alone."""

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    name = models.CharField("dãy số", max_length=40)
    year = models.PositiveSmallIntegerField("năm")
    last = models.PositiveIntegerField("số cuối đã cấp", default=0)

    class Meta:
        verbose_name = "dãy số"
        verbose_name_plural = "dãy số"
        constraints = [
            models.UniqueConstraint(fields=["unit", "name", "year"], name="number_series_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}: {self.last}"
