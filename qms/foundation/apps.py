"""The floor that everything stands on."""

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class FoundationConfig(AppConfig):
    name = "qms.foundation"
    label = "foundation"
    verbose_name = "Nền tảng"

    def ready(self) -> None:
        from qms.foundation import checks, roles, triggers, writers  # noqa: F401, PLC0415  needs loaded apps

        # Both are sent for each app that has models: once before all and once after is enough.
        migrated = [config for config in apps.get_app_configs() if config.models_module]
        pre_migrate.connect(
            triggers.stand_aside, sender=migrated[0], dispatch_uid="foundation.triggers.aside"
        )
        post_migrate.connect(
            triggers.install, sender=migrated[-1], dispatch_uid="foundation.triggers"
        )
        post_migrate.connect(
            roles.give_rights, sender=migrated[-1], dispatch_uid="foundation.roles"
        )
        connection_created.connect(writers.queue_writers, dispatch_uid="foundation.writers")
