"""My work, search and reports: reads all, owns nothing."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = "Việc của tôi"
