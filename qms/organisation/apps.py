"""People, posts, units and grants."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class OrganisationConfig(AppConfig):
    name = "qms.organisation"
    label = "organisation"
    verbose_name = "Tổ chức và con người"

    def ready(self) -> None:
        """Let every way of signing in begin a session of ours (ADR 0025), and tell the log."""
        from qms.organisation import sessions, sign_ins  # noqa: PLC0415  they need the models

        user_logged_in.connect(sessions.begin)
        sign_ins.listen()
