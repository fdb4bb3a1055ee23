"""What every record needs: states, signatures, files, the PDF page."""

from django.apps import AppConfig

from qms.foundation import triggers


class RecordsConfig(AppConfig):
    name = "qms.records"
    label = "records"
    verbose_name = "Hồ sơ"

    def ready(self) -> None:
        triggers.register(triggers.never_changes("records_signature", "Chữ ký"))
        triggers.register(triggers.never_changes("records_storedfile", "Tệp đã lưu"))
