"""Internal audits, findings, nonconformities and corrective actions; stands on procedures."""

from django.apps import AppConfig

from audits.freezing import TRIGGERS
from qms.foundation import triggers


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Đánh giá nội bộ"

    def ready(self) -> None:
        triggers.register(TRIGGERS)
