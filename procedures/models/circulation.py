"""Who has read what: acknowledgements, and meetings that disseminate (ISO 9001 7.5.3.1, 7.3)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from procedures.models.versions import ProcedureVersion
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit
from qms.records.models import StoredFile


class Dissemination(RecordedModel):
    """A buổi phổ biến: who was there has read the versions that were gone through."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    held_on = models.DateField("ngày phổ biến")
    place = models.CharField("địa điểm", max_length=255, blank=True)
    led_by = models.CharField("người phổ biến", max_length=150, blank=True)
    content = models.TextField("nội dung")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "buổi phổ biến"
        verbose_name_plural = "buổi phổ biến"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(content=""), name="dissemination_has_content")
        ]

    def __str__(self) -> str:
        return f"Buổi phổ biến ngày {self.held_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:dissemination-detail", args=[self.pk])


class DisseminationVersion(RecordedModel):
    """A version that was gone through at a meeting."""

    dissemination = models.ForeignKey(Dissemination, models.PROTECT, related_name="versions")
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="dissemination_links"
    )
    history = kept_history()

    class Meta:
        verbose_name = "tài liệu phổ biến"
        verbose_name_plural = "tài liệu phổ biến"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dissemination", "version"], name="dissemination_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dissemination_id}: {self.version_id}"


class DisseminationAttendee(RecordedModel):
    """Somebody who was there."""

    dissemination = models.ForeignKey(Dissemination, models.PROTECT, related_name="attendees")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = kept_history()

    class Meta:
        verbose_name = "người dự"
        verbose_name_plural = "người dự"
        ordering = ["person__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["dissemination", "person"], name="dissemination_attendee_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dissemination_id}: {self.person_id}"


class Acknowledgement(RecordedModel):
    """A person has read a version: by a button, or by being at a meeting."""

    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="acknowledgements")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="acknowledgements"
    )
    dissemination = models.ForeignKey(
        Dissemination, models.PROTECT, related_name="acknowledgements", null=True
    )
    acknowledged_on = models.DateField("ngày đọc")
    content_sha256 = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "xác nhận đã đọc"
        verbose_name_plural = "xác nhận đã đọc"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="acknowledgement_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.version_id}"
