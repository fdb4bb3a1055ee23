"""The catalogue of TTHC, procedures and versions, decisions, coverage; knows no audit."""

from django.apps import AppConfig

from procedures.freezing import TRIGGERS
from qms.foundation import triggers


class ProceduresConfig(AppConfig):
    name = "procedures"
    verbose_name = "Quy trình và TTHC"

    def ready(self) -> None:
        triggers.register(TRIGGERS)
