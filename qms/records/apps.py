"""What every record needs: states, signatures, files, the PDF page."""

from django.apps import AppConfig
from simple_history.signals import post_create_historical_record

from qms.foundation import readiness, triggers
from qms.records.freezing import TRIGGERS


class RecordsConfig(AppConfig):
    name = "qms.records"
    label = "records"
    verbose_name = "Hồ sơ"

    def ready(self) -> None:
        from qms.records.ledger import entries, kept  # noqa: PLC0415  needs loaded apps

        triggers.register(kept.triggers())
        triggers.register(TRIGGERS)
        readiness.register("ledger", entries.head_holds)
        post_create_historical_record.connect(entries.tell_history, dispatch_uid="records.ledger")
