"""Keeping the settings of an agency's audits."""

from django.core.exceptions import ValidationError
from django.db import transaction

from audits.models import AuditSettings
from procedures.actions.drafting import lock_agency
from qms.organisation.models import User


@transaction.atomic
def keep_settings(settings: AuditSettings, *, by: User) -> None:
    """Store the settings. Raises ValidationError where somebody else was the first meanwhile."""
    lock_agency(settings.agency)
    if settings.pk is None and AuditSettings.objects.filter(agency=settings.agency).exists():
        raise ValidationError("Trong lúc đó người khác đã lưu thiết lập. Hãy tải lại trang.")
    settings.record(by=by, reason="Sửa thiết lập đánh giá nội bộ")
