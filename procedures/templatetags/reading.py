"""Words of the reading page that templates need for single values."""

from django import template
from django.utils.safestring import mark_safe

from procedures.content import KeptRecord, Origin
from procedures.reading import origin_word, retention_text

register = template.Library()


@register.filter
def origin(value: Origin) -> str:
    """Return what is said beside a fact the office does not itself state."""
    return origin_word(value)


@register.filter
def retention(record: KeptRecord) -> str:
    """Return how long a record is kept."""
    return retention_text(record)


@register.filter
def html_text(value: str) -> str:
    """Return narrative HTML, which the content has sanitised, as safe."""
    return mark_safe(value)  # noqa: S308  sanitised by procedures.content on every way in
