"""A register filled in: labels by the settings of the agency, rows with their numbers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from procedures.models import DocumentSettings
from procedures.registers.asking import Asked, Column, Entry, Register, Value
from qms.foundation.dates import format_date
from qms.organisation.models import AgencyProfile


@dataclass(frozen=True)
class Table:
    """What page, workbook and paper show alike; `labels` go with `columns`, each row with both."""

    register: Register
    parent: str
    issuer: str
    code: str
    title: str
    on: dt.date
    unit_name: str
    columns: tuple[Column, ...]
    labels: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def heading(self) -> str:
        return f"{self.code} {self.title}".strip()

    @property
    def name(self) -> str:
        """Return the title as a page says it: not all in capitals, as it is printed."""
        return self.title.capitalize() if self.title.isupper() else self.title

    @property
    def as_of(self) -> str:
        return f"Tính đến ngày {format_date(self.on)}"

    def shown(self, row: Sequence[Value]) -> tuple[str, ...]:
        """Return the values of a row as people read them."""
        return tuple(_shown(value, column) for value, column in zip(row, self.columns, strict=True))

    def numbered(self) -> list[tuple[Value, ...]]:
        """Return the rows, each with its number in front."""
        return [(number, *entry.values) for number, entry in enumerate(self.entries, start=1)]


def _shown(value: Value, column: Column) -> str:
    if isinstance(value, dt.date):
        return format_date(value)
    if isinstance(value, int):
        return f"{value:02d}" if column.kind == "padded" else str(value)
    return value or ""


def tabulate(register: Register, asked: Asked) -> Table:
    """Return the register of the day as the person may read it."""
    settings = DocumentSettings.of(asked.agency)
    profile = AgencyProfile.objects.filter(unit=asked.agency).first()
    code, title = settings.paper(register.key)
    return Table(
        register=register,
        parent=profile.parent_name if profile else "",
        issuer=profile.display_name if profile else asked.agency.name,
        code=code,
        title=title,
        on=asked.on,
        unit_name=str(asked.unit) if asked.is_narrowed else "",
        columns=register.columns,
        labels=tuple(
            settings.label(register.key, column.key, column.label) for column in register.columns
        ),
        entries=tuple(register.rows(asked)),
    )
