"""Who changed what in a procedure, when and why, in words of its content."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from procedures.comparison import Change, changes
from procedures.content import Content
from procedures.models import InForcePeriod, Procedure, ProcedureVersion, VersionAuthor
from procedures.workflow import FROZEN_VERSION, VersionStatus
from qms.foundation.dates import format_date

_VISIBLE_TO_READERS = (*FROZEN_VERSION,)


@dataclass(frozen=True)
class Entry:
    """One line of the history: when, who, of what, why, and what changed."""

    at: dt.datetime
    by: str
    about: str
    reason: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class _Row:
    """A history row as listed: enough to sort and page by, the content is read later."""

    at: dt.datetime
    table: str
    history_id: int
    version_id: int | None
    by: str
    reason: str
    about: str
    before_id: int | None = None


def rows_of(
    procedure: Procedure, *, versions: Iterable[ProcedureVersion], whole: Iterable[int]
) -> list[_Row]:
    """Return what may be told, newest first; four queries.

    Of `versions` those whose key is in `whole` are told with every save and move; of the others
    only what happened from approval on, for drafts are their authors' own.
    """
    known = {version.pk: version for version in versions}
    open_to = set(whole)
    rows = [*_procedure_rows(procedure), *_version_rows(known, open_to)]
    rows += _author_rows(known, open_to)
    rows += _period_rows(procedure, known)
    return sorted(rows, key=lambda row: (row.at, row.history_id), reverse=True)


def entries(rows: Sequence[_Row]) -> list[Entry]:
    """Return the lines for a page of rows, with what changed in the content; one query."""
    wanted = {row.history_id for row in rows if row.table == "version"}
    wanted |= {row.before_id for row in rows if row.before_id}
    history: Any = ProcedureVersion.history
    contents = dict(history.filter(history_id__in=wanted).values_list("history_id", "content"))
    return [Entry(row.at, row.by, row.about, row.reason, _changed(row, contents)) for row in rows]


def _changed(row: _Row, contents: dict[int, str]) -> tuple[Change, ...]:
    if row.table != "version" or row.before_id is None:
        return ()
    old, new = contents.get(row.before_id, ""), contents.get(row.history_id, "")
    if old == new or not old or not new:
        return ()
    return tuple(changes(Content.parse(old), Content.parse(new)))


def _procedure_rows(procedure: Procedure) -> Iterable[_Row]:
    history: Any = procedure.history
    for row in history.select_related("history_user"):
        yield _Row(
            row.history_date,
            "procedure",
            row.history_id,
            None,
            str(row.history_user or ""),
            row.history_change_reason or "",
            f"{row.code} {row.title}",
        )


def _version_rows(known: dict[int, ProcedureVersion], open_to: set[int]) -> Iterable[_Row]:
    history: Any = ProcedureVersion.history
    found = history.filter(id__in=list(known)).select_related("history_user")
    last: dict[int, int] = {}
    first_of_base: dict[int, int] = {}
    for row in found.defer("content", "search_key").order_by("history_id"):
        version = known[row.id]
        is_told = row.id in open_to or row.status in _VISIBLE_TO_READERS
        before = last.get(row.id) or first_of_base.get(version.base_id or 0)
        if is_told:
            yield _Row(
                row.history_date,
                "version",
                row.history_id,
                row.id,
                str(row.history_user or ""),
                row.history_change_reason or "",
                _named(version),
                before if before != row.history_id else None,
            )
            last[row.id] = row.history_id
        if row.status == VersionStatus.ISSUED:
            first_of_base[row.id] = row.history_id


def _author_rows(known: dict[int, ProcedureVersion], open_to: set[int]) -> Iterable[_Row]:
    history: Any = VersionAuthor.history
    shown = [pk for pk in known if pk in open_to]
    for row in history.filter(version_id__in=shown).select_related("history_user", "person"):
        reason = f"{row.history_change_reason}: {row.person}"
        yield _Row(
            row.history_date,
            "author",
            row.history_id,
            row.version_id,
            str(row.history_user or ""),
            reason,
            _named(known[row.version_id]),
        )


def _period_rows(procedure: Procedure, known: dict[int, ProcedureVersion]) -> Iterable[_Row]:
    history: Any = InForcePeriod.history
    for row in history.filter(procedure_id=procedure.pk).select_related("history_user"):
        version = known.get(row.version_id)
        if version is None:
            continue
        until = f", hết hiệu lực từ {format_date(row.valid_to)}" if row.valid_to else ""
        reason = f"{row.history_change_reason} từ {format_date(row.valid_from)}{until}"
        yield _Row(
            row.history_date,
            "period",
            row.history_id,
            row.version_id,
            str(row.history_user or ""),
            reason,
            _named(version),
        )


def _named(version: ProcedureVersion) -> str:
    return version.number_text[0].upper() + version.number_text[1:]
