"""Word files that were read in: the untouched original, what was understood, what became of it."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from procedures.models.versions import ProcedureVersion
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit, User
from qms.records.models import StoredFile
from qms.records.workflow import TransitionNotAllowed


class WordImportQuerySet(models.QuerySet["WordImport"]):
    def unread(self) -> "WordImportQuerySet":
        """Return those that nobody has read or dropped yet."""
        return self.filter(read_at=None, refused="", dropped_at=None)

    def unsettled(self) -> "WordImportQuerySet":
        """Return those that have become nothing yet and were not dropped."""
        return self.filter(version=None, dropped_at=None)

    def in_state(self, state: str) -> "WordImportQuerySet":
        """Return those in a state of `WordImport.State`; of any other word, all."""
        read = self.unsettled().exclude(read_at=None)
        from_paper = Q(version__origin=ProcedureVersion.Origin.PAPER)
        match state:
            case WordImport.State.UNREAD:
                return self.unread()
            case WordImport.State.REFUSED:
                return self.unsettled().exclude(refused="")
            case WordImport.State.READ:
                return read.filter(refused="")
            case WordImport.State.DRAFTED:
                return self.exclude(version=None).exclude(from_paper)
            case WordImport.State.REGISTERED:
                return self.filter(from_paper)
            case WordImport.State.DROPPED:
                return self.exclude(dropped_at=None)
        return self


class WordImport(RecordedModel):
    """One Word file: `reading` is what was understood, or `refused` says why nothing was.

    `version` is the draft, or the version registered as issued, that it became.
    """

    class State(models.TextChoices):
        """Computed from what is stored; no column holds it."""

        UNREAD = "dang-doc", "Đang đọc"
        REFUSED = "khong-doc-duoc", "Không đọc được"
        READ = "da-doc", "Đã đọc"
        DRAFTED = "thanh-du-thao", "Đã thành dự thảo"
        REGISTERED = "da-ghi-nhan", "Đã ghi nhận"
        DROPPED = "bo-qua", "Bỏ qua"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    label = models.CharField("tên tệp", max_length=150)
    batch = models.CharField(max_length=16)  # files sent together
    reading = models.JSONField("kết quả đọc", default=dict)
    refused = models.TextField("không đọc được", blank=True)
    read_at = models.DateTimeField("đọc lúc", null=True)
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="word_imports", null=True
    )
    dropped_at = models.DateTimeField("bỏ qua lúc", null=True)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()
    objects = WordImportQuerySet.as_manager()

    class Meta:
        verbose_name = "tệp Word đã nhập"
        verbose_name_plural = "tệp Word đã nhập"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=True) | Q(dropped_at__isnull=True),
                name="word_import_settled_once",
            )
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("procedures:word-import-detail", args=[self.pk])

    @property
    def state(self) -> "WordImport.State":
        """Return how it stands; asks for the version, which lists select with it."""
        if self.dropped_at:
            return self.State.DROPPED
        if self.version is not None:
            is_paper = self.version.origin == ProcedureVersion.Origin.PAPER
            return self.State.REGISTERED if is_paper else self.State.DRAFTED
        if self.refused:
            return self.State.REFUSED
        return self.State.READ if self.read_at else self.State.UNREAD

    @transaction.atomic
    def keep_reading(self, reading: dict[str, Any], *, by: User) -> None:
        """Hold what was understood; one that was read or dropped in the meantime stays as it is."""
        if self._is_still_unread():
            self.reading, self.read_at = reading, timezone.now()
            self.record(by=by, reason="Đọc tệp Word", fields=["reading", "read_at"])

    @transaction.atomic
    def keep_refusal(self, sentence: str, *, by: User) -> None:
        """Hold why nothing was understood; else as `keep_reading()`."""
        if self._is_still_unread():
            self.refused = sentence
            self.record(by=by, reason="Không đọc được tệp Word", fields=["refused"])

    @transaction.atomic
    def become(self, version: ProcedureVersion, *, by: User) -> None:
        """Note which version came of it; call it in the transaction that `lock_unsettled` began."""
        self.version = version
        self.record(by=by, reason=f"{self.state.label} từ tệp Word", fields=["version"])

    @transaction.atomic
    def drop(self, *, by: User) -> None:
        """Leave it aside; the file stays kept. Raises what `lock_unsettled()` raises."""
        self.lock_unsettled()
        self.dropped_at = timezone.now()
        self.record(by=by, reason="Bỏ qua tệp Word", fields=["dropped_at"])

    def lock_unsettled(self) -> None:
        """Let nobody else settle it until the transaction ends.

        Raises TransitionNotAllowed when somebody has already.
        """
        stored = self._stored()
        if stored.version_id is not None or stored.dropped_at is not None:
            raise TransitionNotAllowed(
                f"Trong lúc đó tệp này đã được xử lý: “{stored.state.label}”."
            )

    def _is_still_unread(self) -> bool:
        stored = self._stored()
        return not (stored.read_at or stored.refused or stored.dropped_at)

    def _stored(self) -> "WordImport":
        locked = WordImport.objects.select_for_update(of=("self",)).defer("reading")
        return locked.get(pk=self.pk)
