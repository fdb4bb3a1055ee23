"""What a register is: its columns, its rows, and who asks for them of which day."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from django.db.models import QuerySet

from procedures.models import InForcePeriod, Procedure
from procedures.permissions import visible_procedures
from qms.organisation.models import Unit

Value = int | str | dt.date | None
Kind = Literal["int", "padded", "text", "date", "code"]  # padded: shown with two digits


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its usual label, what stands in it, its width in letters.

    On the page it stands beneath the column `under`, where one is named; what is left to be written
    by hand, as a signature is, has no place there.
    """

    key: str
    label: str
    kind: Kind
    width: int
    under: str = ""
    is_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: a value for each column but the first, its number; `url` is where it is told whole.

    A date of which only the year is known is the text of that year.
    """

    values: tuple[Value, ...]
    url: str = ""


@dataclass(frozen=True)
class Asked:
    """Whose register, of which day, as `user` may read it.

    `unit` narrows it to what a unit of the agency, and those below it, answer for.
    """

    agency: Unit
    on: dt.date
    user: Any
    unit: Unit | None = None

    @cached_property
    def procedures(self) -> QuerySet[Procedure]:
        """The procedures of the agency, or unit, that the person may read."""
        found = visible_procedures(self.user).filter(agency=self.agency)
        if self.unit is None or self.unit == self.agency:
            return found
        return found.filter(owner__path__startswith=self.unit.path or "-")

    @property
    def is_narrowed(self) -> bool:
        return self.unit is not None and self.unit != self.agency

    def in_force(self) -> QuerySet[InForcePeriod]:
        """Return the periods in force on the day, by code."""
        periods = InForcePeriod.objects.valid(on=self.on).filter(procedure__in=self.procedures)
        return (
            periods.select_related("version__procedure", "procedure__owner", "begun_by__decision")
            .defer("version__search_key")
            .order_by("procedure__sort_key", "procedure_id")
        )


@dataclass(frozen=True, slots=True)
class Register:
    """A register by the key of its settings; `rows` gives its entries in constant queries."""

    key: str
    name: str
    about: str
    slug: str
    columns: tuple[Column, ...]
    rows: Callable[[Asked], Iterable[Entry]]
    is_of_holders: bool = False  # tells who holds what: not for everybody
