"""The floor that everything stands on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FoundationConfig(AppConfig):
    name = "qms.foundation"
    label = "foundation"
    verbose_name = "Nền tảng"

    def ready(self) -> None:
        from qms.foundation import checks, triggers  # noqa: F401, PLC0415  needs loaded apps

        post_migrate.connect(triggers.install, dispatch_uid="foundation.triggers")
