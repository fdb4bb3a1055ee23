"""Chương trình đánh giá: the timetable of one audit, its meetings and who was there.

Label trap: what ISO 19011 calls audit plan, the office calls chương trình đánh giá (DOMAIN 6.6).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from audits.models.audits import Audit, AuditSubject
from audits.models.team import AuditMember
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit


class AuditSession(RecordedModel):
    """A line of the timetable: when, where, which unit and subject, who audits."""

    class Kind(models.TextChoices):
        OPENING = "opening", "Họp khai mạc"
        WORK = "work", "Đánh giá"
        CLOSING = "closing", "Họp kết thúc"

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="sessions")
    kind = models.CharField("loại", max_length=8, choices=Kind, default=Kind.WORK)
    on = models.DateField("ngày")
    begins = models.TimeField("từ")
    ends = models.TimeField("đến")
    place = models.CharField("địa điểm", max_length=255, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="đơn vị"
    )
    subject = models.ForeignKey(
        AuditSubject, models.PROTECT, related_name="sessions", null=True, blank=True
    )
    topic = models.CharField("nội dung", max_length=500, blank=True)
    minutes = models.TextField("diễn biến, ý kiến", blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "mục chương trình đánh giá"
        verbose_name_plural = "mục chương trình đánh giá"
        ordering = ["on", "begins", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "kind"],
                condition=Q(removed_at__isnull=True) & ~Q(kind="work"),
                name="audit_meeting_once",
                violation_error_message="Cuộc họp này đã có trong chương trình.",
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=models.F("begins")),
                name="audit_session_ordered",
                violation_error_message="Giờ kết thúc phải sau giờ bắt đầu.",
            ),
        ]

    def __str__(self) -> str:
        return self.topic or self.get_kind_display()


class SessionAuditor(RecordedModel):
    """A member of the team who audits in a session."""

    session = models.ForeignKey(AuditSession, models.PROTECT, related_name="auditors")
    member = models.ForeignKey(AuditMember, models.PROTECT, related_name="sessions")
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "phân công đánh giá"
        verbose_name_plural = "phân công đánh giá"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "member"],
                condition=Q(removed_at__isnull=True),
                name="session_auditor_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.session}"


class Attendance(RecordedModel):
    """Who was at the opening or the closing meeting; a name need not have an account."""

    session = models.ForeignKey(AuditSession, models.PROTECT, related_name="attendance")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    name = models.CharField("họ và tên", max_length=150)
    position = models.CharField("chức danh, đơn vị", max_length=255, blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    history = kept_history()

    class Meta:
        verbose_name = "người dự họp"
        verbose_name_plural = "người dự họp"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
