"""Internal audits, findings, nonconformities and corrective actions; stands on procedures."""

from django.apps import AppConfig

from audits.freezing import TRIGGERS
from qms.foundation import triggers


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Đánh giá nội bộ"

    def ready(self) -> None:
        from audits import verifying as ours  # noqa: PLC0415  needs loaded apps
        from qms.records import verifying  # noqa: PLC0415  needs loaded apps

        triggers.register(TRIGGERS)
        verifying.register("audits.reports", ours.check_reports)
        verifying.register("audits.programmes", ours.check_programmes)
        verifying.register("audits.plans", ours.check_plans)
        verifying.register("audits.closed", ours.check_closed)
        verifying.register("audits.sheets", ours.check_sheets)
        verifying.register("audits.countersigned", ours.check_countersigned)
        verifying.number_series("audit", ours.numbered_audits)
        verifying.number_series("nonconformity", ours.numbered_nonconformities)
