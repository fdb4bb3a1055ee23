"""What an outside auditor is given: one audit, for its dates."""

from django.db import models

from audits.models.audits import Audit
from qms.foundation.recorded import kept_history
from qms.organisation.models import ObjectGrant


class AuditGrant(ObjectGrant):
    """Somebody from outside takes part in one audit for a time."""

    TAKE_PART = "take_part_in_audit"

    content_object = models.ForeignKey(
        Audit, models.PROTECT, related_name="grants", verbose_name="cuộc đánh giá"
    )
    history = kept_history()

    class Meta(ObjectGrant.Meta):
        verbose_name = "quyền theo cuộc đánh giá"
        verbose_name_plural = "quyền theo cuộc đánh giá"
        ordering = ["content_object", "user__sort_key"]

    def __str__(self) -> str:
        return f"{self.user}: {self.permission.name} – {self.content_object}"
