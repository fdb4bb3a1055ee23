"""The audit team and its independence (ISO 9001:2015, 9.2.2 c)."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q

from audits.models.audits import Audit
from qms.foundation.constraints import paired
from qms.foundation.recorded import RecordedModel, kept_history


class AuditMember(RecordedModel):
    """Somebody of the audit team, with the one reason why a doubt of independence is borne.

    `conflicts` are the doubts as the leader saw them when countersigning; others that come later
    need a countersignature anew.
    """

    class Role(models.TextChoices):
        LEAD = "lead", "Trưởng đoàn"
        AUDITOR = "auditor", "Thành viên"
        EXPERT = "expert", "Chuyên gia kỹ thuật"
        OBSERVER = "observer", "Quan sát viên"

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="members")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="audit_memberships"
    )
    role = models.CharField("vai trò", max_length=10, choices=Role, default=Role.AUDITOR)
    is_outside = models.BooleanField("ngoài cơ quan", default=False)
    reason = models.TextField("lý do vẫn phân công", blank=True)
    conflicts = models.JSONField(default=list, blank=True)  # sorted sentences, as countersigned
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    countersigned_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "thành viên đoàn đánh giá"
        verbose_name_plural = "thành viên đoàn đánh giá"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "person"],
                condition=Q(removed_at__isnull=True),
                name="audit_member_once",
                violation_error_message="Người này đã có trong đoàn.",
            ),
            models.UniqueConstraint(
                fields=["audit"],
                condition=Q(removed_at__isnull=True, role="lead"),
                name="audit_one_lead",
                violation_error_message="Đoàn đã có trưởng đoàn.",
            ),
            models.CheckConstraint(
                condition=paired("countersigned_by", "countersigned_at"),
                name="audit_member_countersigned_paired",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_at__isnull=True) | ~Q(reason=""),
                name="audit_member_countersigned_reason",
            ),
            models.CheckConstraint(
                condition=~Q(countersigned_by=models.F("person")),
                name="audit_member_countersigned_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display().lower()})"

    def doubts_sha256(self) -> str:
        """Return the hash of what is countersigned: who, why, and each doubt."""
        said = "\n".join([str(self.person_id), self.reason, *self.conflicts])
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def is_auditing(self) -> bool:
        """Tell whether this person audits, rather than looks on."""
        return self.removed_at is None and self.role != self.Role.OBSERVER
