"""Internal audits and nonconformities: their home; the tables come with their first pages."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Đánh giá nội bộ"
