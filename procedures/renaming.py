"""New names of units and positions, put into the steps of a content; and where old ones remain."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from procedures.comparison.wording import SECTIONS
from procedures.content import Content, Step
from qms.foundation.text import comparison_key, fold
from qms.organisation.models import Position, Unit

_OF_ITSELF = frozenset({"change_summary", "is_significant", "procedure"})


@dataclass(frozen=True)
class Names:
    """What is called otherwise from a day on: units by code, positions by name."""

    units: Mapping[str, Unit] = field(default_factory=dict)  # by the code of the old one
    old_units: Collection[Unit] = ()
    positions: Mapping[str, Position] = field(default_factory=dict)  # by the old name

    def unit_of(self, step: Step) -> Unit | None:
        """Return what follows the unit of the step: by its code, without one by its name."""
        if step.unit_code:
            return self.units.get(step.unit_code)
        name = comparison_key(step.unit_name)
        named = (old for old in self.old_units if name and comparison_key(old.name) == name)
        return next((self.units[old.code] for old in named), None)

    def responsible_of(self, step: Step) -> str:
        """Return the new name where the responsible is written as the old one and no more."""
        said = comparison_key(step.responsible)
        new = {old.name: self.units[old.code].name for old in self.old_units}
        new |= {old: position.name for old, position in self.positions.items()}
        named = (new[old] for old in new if said and comparison_key(old) == said)
        return next(named, "")


def is_named(content: Content, names: Names) -> bool:
    """Tell whether a step names one of the old units or positions."""
    return any(
        names.unit_of(step) is not None
        or step.position in names.positions
        or names.responsible_of(step)
        for step in content.steps
    )


def renamed(content: Content, names: Names) -> Content:
    """Return the content with the new names in its steps; every other text stays to be edited."""
    return content.revised(steps=tuple(_step(step, names) for step in content.steps))


def _step(step: Step, names: Names) -> Step:
    values: dict[str, str] = {}
    unit = names.unit_of(step)
    if unit is not None:
        values |= {"unit_code": unit.code, "unit_name": unit.name}
    if responsible := names.responsible_of(step):
        values["responsible"] = responsible
    if step.position in names.positions:
        values["position"] = names.positions[step.position].name
    return step.model_copy(update=values)


def remaining(content: Content, gone: Iterable[str]) -> list[str]:
    """Return the titles of the sections of the page in which a name that is gone stands."""
    wanted = [folded for name in gone if (folded := fold(name))]
    return [
        title
        for title, fields in SECTIONS.items()
        if any(_says(content, name, wanted) for name in fields if name not in _OF_ITSELF)
    ]


def _says(content: Content, name: str, wanted: Collection[str]) -> bool:
    alone = Content(**{name: getattr(content, name)})
    texts = [fold(text) for text in alone.texts()]
    return any(each in text for each in wanted for text in texts)
