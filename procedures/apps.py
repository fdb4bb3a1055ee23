"""The catalogue of TTHC, procedures and versions, decisions, coverage; knows no audit."""

from django.apps import AppConfig

from procedures.freezing import TRIGGERS
from qms.foundation import triggers


class ProceduresConfig(AppConfig):
    name = "procedures"
    verbose_name = "Quy trình và TTHC"

    def ready(self) -> None:
        from procedures import verifying as ours  # noqa: PLC0415  needs loaded apps
        from qms.records import verifying  # noqa: PLC0415  needs loaded apps

        triggers.register(TRIGGERS)
        verifying.register("procedures.contents", ours.check_contents)
        verifying.register("procedures.decided", ours.check_decided)
        verifying.register("procedures.statements", ours.check_statements)
        verifying.register("procedures.links", ours.check_links)
        verifying.number_series("change_request", ours.numbered_requests)
        verifying.number_series("impact", ours.numbered_sheets)
        verifying.number_series("recall", ours.numbered_recalls)
