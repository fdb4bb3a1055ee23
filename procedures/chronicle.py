"""Who changed what in a procedure, when and why, in words of its content."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from procedures.comparison import Change, Kind, changes
from procedures.content import Content
from procedures.models import InForcePeriod, Procedure, ProcedureVersion, Review, VersionAuthor
from procedures.workflow import FROZEN_VERSION, VersionStatus
from qms.foundation.dates import format_date

_FACTS = {
    "code": "Mã hiệu",
    "title": "Tên",
    "kind": "Loại tài liệu",
    "owner": "Đơn vị quản lý",
    "issuer_name": "Cơ quan ban hành",
    "is_restricted": "Hạn chế người đọc",
}


class Extent(StrEnum):
    """How much of a version's history a person is told."""

    WHOLE = "whole"  # every save and move, from the first draft on
    HANDED_OVER = "handed over"  # its moves, and what it said, from submission on
    APPROVED = "approved"  # from approval on: drafts are their authors' own

    def tells(self, status: str) -> bool:
        """Tell whether a row of the history in which the version had `status` is told."""
        if self is Extent.WHOLE:
            return True
        if self is Extent.HANDED_OVER:
            return status not in (VersionStatus.DRAFT, VersionStatus.DISCARDED)
        return status in FROZEN_VERSION


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
    changes: tuple[Change, ...] = field(default=(), compare=False)


def rows_of(
    procedure: Procedure,
    *,
    versions: Iterable[ProcedureVersion],
    extents: Mapping[int, Extent],
) -> list[_Row]:
    """Return what may be told, newest first; six queries, whatever their number.

    `extents` say by the key of a version how much of it. What happened to the procedure itself is
    told from the first moment on of which anything else is.
    """
    known = {version.pk: version for version in versions}
    rows = [*_version_rows(known, extents), *_author_rows(known, extents)]
    rows += [*_period_rows(procedure, known), *_review_rows(procedure)]
    is_inside = Extent.WHOLE in extents.values()
    since = None if is_inside else min((row.at for row in rows), default=None)
    rows += _procedure_rows(procedure, since=since)
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
        return row.changes
    old, new = contents.get(row.before_id, ""), contents.get(row.history_id, "")
    if old == new or not old or not new:
        return ()
    return tuple(changes(Content.parse(old), Content.parse(new)))


def _procedure_rows(procedure: Procedure, *, since: dt.datetime | None) -> Iterable[_Row]:
    history: Any = procedure.history
    before: Any = None
    for row in history.select_related("history_user", "owner").order_by("history_id"):
        told = _facts_changed(before, row) if before else ()
        before = row
        if since is not None and row.history_date < since:
            continue
        yield _Row(
            row.history_date,
            "procedure",
            row.history_id,
            None,
            str(row.history_user or ""),
            row.history_change_reason or "",
            row.code,
            changes=told,
        )


def _facts_changed(old: Any, new: Any) -> tuple[Change, ...]:
    """Return what changed of the procedure itself, such as its owner."""
    texts = [(label, _fact(old, name), _fact(new, name)) for name, label in _FACTS.items()]
    return tuple(
        Change("procedure", Kind.CHANGED, label, was, now)
        for label, was, now in texts
        if was != now
    )


def _fact(row: Any, name: str) -> str:
    if name == "is_restricted":
        return "có" if row.is_restricted else "không"
    return str(row.get_kind_display() if name == "kind" else getattr(row, name) or "")


def _version_rows(
    known: Mapping[int, ProcedureVersion], extents: Mapping[int, Extent]
) -> Iterable[_Row]:
    """Yield what is told of each version; the first is set against the issued one it began from."""
    history: Any = ProcedureVersion.history
    found = history.filter(id__in=list(known)).select_related("history_user")
    last: dict[int, int] = {}
    issued: dict[int, int] = {}
    for row in found.defer("content", "search_key").order_by("history_id"):
        version = known[row.id]
        if row.status == VersionStatus.ISSUED:
            issued[row.id] = row.history_id
        if not extents[row.id].tells(row.status):
            continue
        yield _Row(
            row.history_date,
            "version",
            row.history_id,
            row.id,
            str(row.history_user or ""),
            row.history_change_reason or "",
            _named(version),
            last.get(row.id) or issued.get(version.base_id or 0),
        )
        last[row.id] = row.history_id


def _author_rows(
    known: Mapping[int, ProcedureVersion], extents: Mapping[int, Extent]
) -> Iterable[_Row]:
    history: Any = VersionAuthor.history
    shown = [pk for pk in known if extents[pk] is Extent.WHOLE]
    for row in history.filter(version_id__in=shown).select_related("history_user", "person"):
        yield _Row(
            row.history_date,
            "author",
            row.history_id,
            row.version_id,
            str(row.history_user or ""),
            f"{row.history_change_reason}: {row.person}",
            _named(known[row.version_id]),
        )


def _period_rows(procedure: Procedure, known: Mapping[int, ProcedureVersion]) -> Iterable[_Row]:
    history: Any = InForcePeriod.history
    for row in history.filter(procedure_id=procedure.pk).select_related("history_user"):
        version = known.get(row.version_id)
        if version is None:
            continue
        if row.ended_by_id is None:
            until = f" đến trước {format_date(row.valid_to)}" if row.valid_to else ""
            reason = f"{row.history_change_reason} từ {format_date(row.valid_from)}{until}"
        else:
            reason = f"{row.history_change_reason} từ {format_date(row.valid_to)}"
        yield _Row(
            row.history_date,
            "period",
            row.history_id,
            row.version_id,
            str(row.history_user or ""),
            reason,
            _named(version),
        )


def _review_rows(procedure: Procedure) -> Iterable[_Row]:
    """Yield each time the procedure was looked at again: at its interval, or for a change."""
    history: Any = Review.history
    found = history.filter(procedure_id=procedure.pk).select_related(
        "history_user",
        "tthc_change__tthc",
        "legal_change__document",
        "legal_change__by_document",
    )
    for row in found:
        cause = row.tthc_change or row.legal_change
        why = f"Đánh giá tác động ({_cause(row)})" if cause else "Xem xét định kỳ tài liệu"
        yield _Row(
            row.history_date,
            "review",
            row.history_id,
            None,
            str(row.history_user or ""),
            f"{why}: {row.get_verdict_display()}. {row.reason}",
            procedure.code,
        )


def _cause(row: Any) -> str:
    if row.tthc_change:
        return f"TTHC {row.tthc_change.tthc.code}: {row.tthc_change}"
    return str(row.legal_change)


def _named(version: ProcedureVersion) -> str:
    if version.issue_no is None:
        return f"Bản {version.get_status_display().lower()}"
    return version.number_text[0].upper() + version.number_text[1:]
