"""People, posts, units and grants."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "qms.organisation"
    label = "organisation"
    verbose_name = "Tổ chức và con người"
