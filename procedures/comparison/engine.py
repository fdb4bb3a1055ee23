"""Everything in which two contents differ, and the sections that it is told in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from procedures.comparison.change import Change, Kind
from procedures.comparison.rows import row_changes
from procedures.comparison.texts import same
from procedures.comparison.wording import SCALARS, SECTIONS, TABLES, scalar_text
from procedures.content import Content

_SECTION_OF = {name: title for title, names in SECTIONS.items() for name in names}
_FIRST, _LAST = next(iter(SECTIONS)), next(reversed(SECTIONS))


@dataclass(frozen=True)
class Section:
    """What changed in one part of the document; `number` names it in an address."""

    number: int
    title: str
    changes: tuple[Change, ...]


def changes(old: Content, new: Content) -> list[Change]:
    """Return every difference from `old` to `new`, section by section in the page's order."""
    found: list[Change] = []
    for name, label in SCALARS.items():
        before, after = scalar_text(old, name), scalar_text(new, name)
        if not same(before, after):
            found.append(Change(name, Kind.CHANGED, label, before, after))
    for name in TABLES:
        found += row_changes(name, old, new)
    return found


def by_section(found: Iterable[Change]) -> list[Section]:
    """Return the changes section by section, in the order of the document."""
    listed = list(found)
    made = [
        Section(number, title, tuple(each for each in listed if section_title(each) == title))
        for number, title in enumerate(SECTIONS, 1)
    ]
    return [section for section in made if section.changes]


def untouched(sections: Sequence[Section], document: Content) -> list[str]:
    """Return the titles of the sections that say something and in which nothing changed."""
    known = {section.title for section in sections} | {_LAST}
    return [
        title
        for title, names in SECTIONS.items()
        if title not in known and any(getattr(document, name, None) for name in names)
    ]


def section_title(change: Change) -> str:
    """Return the title of the section that a change is told in."""
    return _SECTION_OF.get(change.section, _FIRST)
