"""People, posts, units and grants."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "qms.organisation"
    label = "organisation"
    verbose_name = "Tổ chức và con người"

    def ready(self) -> None:
        from qms.organisation import sign_ins  # noqa: PLC0415  needs loaded models

        sign_ins.listen()
