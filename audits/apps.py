"""Internal audits, findings, nonconformities and corrective actions; stands on procedures."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Đánh giá nội bộ"
