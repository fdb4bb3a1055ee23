"""Words of the reading page that templates need for single values."""

from django import template
from django.utils.safestring import mark_safe

from procedures.content import KeptRecord, Origin, sanitise
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
def narrative(value: str) -> str:
    """Return the narrative HTML of a content as markup, sanitised once more on its way out.

    The content has sanitised it on every way in; a row that was changed behind its back is thus
    shown bare of anything active. The one place that marks text as safe (test_conventions).
    """
    return mark_safe(sanitise(value))  # noqa: S308  nh3 has just cleaned it
