"""Keeping the settings of an agency's documents."""

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.actions.drafting import lock_agency
from procedures.models import DocumentSettings
from qms.organisation.models import User


@transaction.atomic
def keep_settings(settings: DocumentSettings, *, by: User) -> None:
    """Store the settings. Raises ValidationError where somebody else was the first meanwhile."""
    lock_agency(settings.agency)
    is_first = settings.pk is None
    if is_first and DocumentSettings.objects.filter(agency=settings.agency).exists():
        raise ValidationError("Trong lúc đó người khác đã lưu thiết lập. Hãy tải lại trang.")
    settings.record(by=by, reason="Sửa thiết lập kiểm soát tài liệu")
