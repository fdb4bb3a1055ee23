"""How the templates tell the differences between two contents."""

from collections.abc import Iterable

from django import template

from procedures import comparison
from procedures.comparison import Change, Section

register = template.Library()


@register.filter
def by_section(changes: Iterable[Change]) -> list[Section]:
    """Return the changes section by section."""
    return comparison.by_section(changes)
