"""Word files that were read in: the untouched original, what was understood, what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from procedures.models.versions import ProcedureVersion
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit
from qms.records.models import StoredFile


class WordImport(RecordedModel):
    """One Word file: `reading` is what was understood, or `refused` says why nothing was.

    `version` is the draft, or the version registered as issued, that it became.
    """

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
