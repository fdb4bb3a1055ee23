"""Many drafts begun for one cause: a re-issue without change, or a reorganisation."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from procedures.models.versions import ProcedureVersion
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Position, Unit


class DraftBundle(RecordedModel):
    """Drafts that go the same way together: handed in, reviewed, put into one decision."""

    class Kind(models.TextChoices):
        REISSUE = "reissue", "Ban hành lại, không đổi nội dung"
        REORGANISATION = "reorganisation", "Sắp xếp tổ chức"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    kind = models.CharField("loại", max_length=16, choices=Kind)
    title = models.CharField("tên đợt", max_length=255)
    reason = models.TextField("lý do, căn cứ")
    effective_on = models.DateField("từ ngày", null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "đợt soạn lại"
        verbose_name_plural = "đợt soạn lại"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="draft_bundle_says_why")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("procedures:bundle-detail", args=[self.pk])


class BundleDraft(RecordedModel):
    """A draft of a bundle."""

    bundle = models.ForeignKey(DraftBundle, models.PROTECT, related_name="drafts")
    version = models.OneToOneField(ProcedureVersion, models.PROTECT, related_name="bundle_link")
    history = kept_history()

    class Meta:
        verbose_name = "bản của đợt soạn lại"
        verbose_name_plural = "bản của đợt soạn lại"
        ordering = ["version__procedure__sort_key"]

    def __str__(self) -> str:
        return f"{self.bundle_id}: {self.version_id}"


class OrganisationChange(RecordedModel):
    """What a reorganisation does to a unit or a position from its day on."""

    class Kind(models.TextChoices):
        RENAME_UNIT = "rename_unit", "Đổi tên đơn vị"
        MERGE_UNITS = "merge_units", "Sáp nhập đơn vị"
        SPLIT_UNIT = "split_unit", "Tách đơn vị"
        MOVE_UNIT = "move_unit", "Chuyển đơn vị"
        END_UNIT = "end_unit", "Kết thúc, bàn giao đơn vị"
        RENAME_POSITION = "rename_position", "Đổi tên chức danh"

    bundle = models.ForeignKey(DraftBundle, models.PROTECT, related_name="organisation_changes")
    kind = models.CharField("loại", max_length=16, choices=Kind)
    old_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True)
    new_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True)
    old_position = models.ForeignKey(Position, models.PROTECT, related_name="+", null=True)
    new_position = models.ForeignKey(Position, models.PROTECT, related_name="+", null=True)
    history = kept_history()

    class Meta:
        verbose_name = "thay đổi tổ chức"
        verbose_name_plural = "thay đổi tổ chức"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(old_unit__isnull=False) ^ Q(old_position__isnull=False),
                name="organisation_change_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id}: {self.get_kind_display()}"
