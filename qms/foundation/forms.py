"""How forms are rendered here."""

from django.forms.renderers import TemplatesSetting


class OfficeRenderer(TemplatesSetting):
    """One template a field, one a form."""
