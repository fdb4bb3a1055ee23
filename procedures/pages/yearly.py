"""What the pages of declarations show: what may be declared on a day, what has changed since."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from procedures.actions import Declared
from procedures.coverage import (
    Coverage,
    Row,
    Scope,
    Standing,
    VersionFacts,
    count,
    load_facts,
    profile_of,
    scope_on,
)
from procedures.models import DeclaredTTHC
from procedures.permissions import may_read
from qms.organisation.models import Unit

_HAVING = (Standing.COVERED, Standing.STALE)


@dataclass(frozen=True)
class Offer:
    """The TTHC that count on a day: what may be declared, and what is ticked at first."""

    rows: tuple[Row, ...]

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(row.code, _label(row)) for row in self.rows]

    @property
    def usual(self) -> list[str]:
        """Return the codes of those that have a procedure in force."""
        return [row.code for row in self.rows if row.standing in _HAVING]

    def declared(self, codes: Iterable[str]) -> list[Declared]:
        """Return those of the codes with name and procedure of the day."""
        wanted = set(codes)
        return [_declared(row) for row in self.rows if row.code in wanted]


def offer_on(agency: Unit, day: dt.date) -> Offer:
    """Return the TTHC of the agency that count on the day; five queries."""
    found = count(load_facts(agency, profile_of(agency)), day)
    return Offer(tuple(row for row in found.rows if row.standing != Standing.EXCLUDED))


def _label(row: Row) -> str:
    codes = ", ".join(dict.fromkeys(version.code for version in row.versions))
    return f"{row.code} – {row.name} ({codes or 'chưa có quy trình'})"


def _declared(row: Row) -> Declared:
    version = row.versions[0] if row.versions else None
    return Declared(
        row.tthc_id,
        row.name,
        version.procedure_id if version else None,
        version.code if version else "",
    )


@dataclass(frozen=True)
class Difference:
    """One line of what differs from what was declared."""

    code: str
    name: str
    text: str


@dataclass(frozen=True)
class ScopeView:
    """The declared scope as one reader sees it; `groups` are titles with what differs."""

    scope: Scope
    groups: tuple[tuple[str, tuple[Difference, ...]], ...]

    @property
    def number(self) -> int:
        return sum(len(rows) for _, rows in self.groups)


def scope_view(user: Any, found: Coverage) -> ScopeView:
    """Return what was declared against what `found` counts; three queries at most."""
    scope = scope_on(found)
    if not scope.is_outdated:
        return ScopeView(scope, ())
    groups = (
        (
            "Có quy trình nhưng chưa có trong QĐ công bố HTQLCL",
            tuple(Difference(r.code, r.name, _served(user, r.versions)) for r in scope.added),
        ),
        (
            "Có trong QĐ công bố HTQLCL nhưng không còn được tính",
            tuple(
                Difference(each.declared.tthc.code, each.declared.name, _gone(each.successor))
                for each in scope.removed
            ),
        ),
        (
            "Quy trình khác với khi công bố HTQLCL",
            tuple(
                Difference(each.row.code, each.row.name, _moved(user, each.declared, each.versions))
                for each in scope.changed
            ),
        ),
    )
    return ScopeView(scope, tuple(group for group in groups if group[1]))


def _served(user: Any, versions: Iterable[VersionFacts]) -> str:
    """Return the codes of the procedures, of a restricted one only that it is one."""
    codes = [
        version.code
        if may_read(
            user,
            is_restricted=version.is_restricted,
            owner_path=version.owner_path,
            procedure_id=version.procedure_id,
        )
        else "tài liệu hạn chế người đọc"
        for version in versions
    ]
    return ", ".join(dict.fromkeys(codes))


def _gone(successor: str) -> str:
    return f"được thay thế bằng TTHC {successor}" if successor else "hết hiệu lực hoặc đã loại trừ"


def _moved(user: Any, declared: DeclaredTTHC, versions: Iterable[VersionFacts]) -> str:
    now = _served(user, versions)
    return f"{declared.procedure_code} → {now or 'không còn quy trình có hiệu lực'}"
