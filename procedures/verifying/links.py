"""Link tables against the contents they are rebuilt from.

Links are made when a content is saved, by the names and codes of that time. What bore a name at
any time may be linked by it; only what never bore another, and was there before, must be.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from procedures.content import Content, sha256_of
from procedures.models import (
    TTHC,
    Form,
    LegalChange,
    LegalDocument,
    ProcedureVersion,
    StepDuty,
    TTHCChange,
    VersionBasis,
    VersionForm,
    VersionTakesUp,
    VersionTTHC,
)
from qms.foundation.text import comparison_key
from qms.organisation.models import Position, Unit
from qms.records.verifying.found import CHUNK, Difference, Report, chunks

_TABLES: tuple[Any, ...] = (VersionTTHC, VersionBasis, VersionForm, StepDuty, VersionTakesUp)


@dataclass
class _Names:
    """By which values the records of one kind were known, and since when."""

    ever: dict[int, set[Any]] = field(default_factory=dict)
    since: dict[int, dt.datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Any, *columns: str) -> "_Names":
        names = cls()
        rows = model.history.order_by("history_id").values_list("id", "history_date", *columns)
        for key, moment, *values in rows.iterator(chunk_size=CHUNK):
            known = tuple(values) if len(values) > 1 else values[0]
            names.ever.setdefault(key, set()).add(known)
            names.since.setdefault(key, moment)
        return names

    def may(self, key: int, known: set[Any]) -> bool:
        """Tell whether the record bore one of `known` at some time."""
        return bool(self.ever.get(key, set()) & known)

    def must(self, known: set[Any], *, before: dt.datetime) -> set[int]:
        """Return the records that never bore anything but one of `known`, since `before`."""
        return {
            key
            for key, values in self.ever.items()
            if len(values) == 1 and values <= known and self.since[key] < before
        }


@dataclass(frozen=True)
class _Book:
    """The names of everything that is linked to."""

    tthc: _Names
    documents: _Names
    forms: _Names
    positions: _Names
    units: _Names
    tthc_changes: _Names
    legal_changes: _Names
    agencies: dict[int, int]  # of each form

    @classmethod
    def read(cls) -> "_Book":
        said = ("kind", "effective_on", "is_void")
        return cls(
            _Names.of(TTHC, "code"),
            _Names.of(LegalDocument, "number_key"),
            _Names.of(Form, "ref_key"),
            _Names.of(Position, "name"),
            _Names.of(Unit, "code"),
            _Names.of(TTHCChange, "tthc_id", *said),
            _Names.of(LegalChange, "document_id", *said),
            dict(Form.objects.values_list("pk", "agency_id")),
        )


def check_links(report: Report) -> Iterator[Difference]:
    """The link tables name what the contents name: nothing else, and nothing is left out."""
    book = _Book.read()
    for versions in chunks(ProcedureVersion):
        keys = [version.pk for version in versions]
        linked: dict[tuple[Any, int], list[Any]] = {}
        for table in _TABLES:
            for row in table._default_manager.filter(version__in=keys).order_by("pk"):
                linked.setdefault((table, row.version_id), []).append(row)
        agencies = dict(
            ProcedureVersion.objects.filter(pk__in=keys).values_list("pk", "procedure__agency_id")
        )
        for version in versions:
            if sha256_of(version.content) != version.content_sha256:
                continue  # told by its hash: what it says now is not what was linked
            own = {table: linked.get((table, version.pk), []) for table in _TABLES}
            for table, rows in own.items():
                yield from _strange(table, rows, version.document, book)
            yield from _wanting(version, own, book, agencies[version.pk])


def _strange(table: Any, rows: list[Any], document: Content, book: _Book) -> Iterator[Difference]:
    """Tell of rows that the content gives no reason for, and by which column."""
    for row in rows:
        if column := _COLUMN_OF[table](row, document, book):
            message = "Liên kết này không có trong nội dung của phiên bản."
            yield Difference("link", message, table._meta.db_table, str(row.pk), column)


def _of_tthc(row: Any, document: Content, book: _Book) -> str:
    return "" if book.tthc.may(row.tthc_id, _codes(document)) else "tthc_id"


def _of_basis(row: Any, document: Content, book: _Book) -> str:
    bases = [
        basis
        for basis in document.bases
        if book.documents.may(row.document_id, {comparison_key(basis.number)})
    ]
    if not bases:
        return "document_id"
    codes = {code for basis in bases for code in basis.tthc}
    if row.tthc_id is not None and not book.tthc.may(row.tthc_id, codes):
        return "tthc_id"
    return "" if row.is_direct in {basis.kind == "direct" for basis in bases} else "is_direct"


def _of_form(row: Any, document: Content, book: _Book) -> str:
    return "" if book.forms.may(row.form_id, _form_keys(document)) else "form_id"


def _of_duty(row: Any, document: Content, book: _Book) -> str:
    step = next((step for step in document.steps if step.key == row.step_key), None)
    if step is None:
        return "step_key"
    if not book.positions.may(row.position_id, {step.position}):
        return "position_id"
    if row.unit_id is not None and not book.units.may(row.unit_id, {step.unit_code}):
        return "unit_id"
    return ""


def _of_taken(row: Any, document: Content, book: _Book) -> str:
    column = "tthc_change_id" if row.tthc_change_id else "legal_change_id"
    changes = book.tthc_changes if row.tthc_change_id else book.legal_changes
    said = changes.ever.get(getattr(row, column), set())
    matching = (
        taken
        for taken in document.taken_up
        if (taken.kind == "tthc") == bool(row.tthc_change_id)
        for subject, kind, day, _ in said
        if (kind, day) == (taken.change, taken.effective_on) and _is_subject(subject, taken, book)
    )
    return "" if any(True for _ in matching) else column


_COLUMN_OF: dict[Any, Any] = {
    VersionTTHC: _of_tthc,
    VersionBasis: _of_basis,
    VersionForm: _of_form,
    StepDuty: _of_duty,
    VersionTakesUp: _of_taken,
}


def _is_subject(key: int, taken: Any, book: _Book) -> bool:
    if taken.kind == "tthc":
        return book.tthc.may(key, {taken.subject})
    return book.documents.may(key, {comparison_key(taken.subject)})


def _wanting(
    version: ProcedureVersion, own: dict[Any, list[Any]], book: _Book, agency: int
) -> Iterator[Difference]:
    """Tell of links that the content gives reason for and that are not there."""
    document, before = version.document, version.saved_at
    tthc = book.tthc.must(_codes(document), before=before)
    numbers = {comparison_key(basis.number) for basis in document.bases}
    forms = book.forms.must(_form_keys(document), before=before)
    wanted: dict[Any, tuple[str, set[Any]]] = {
        VersionTTHC: ("tthc_id", tthc),
        VersionBasis: ("document_id", book.documents.must(numbers, before=before)),
        VersionForm: ("form_id", {key for key in forms if book.agencies.get(key) == agency}),
        StepDuty: (
            "step_key",
            {
                step.key
                for step in document.steps
                if step.position and book.positions.must({step.position}, before=before)
            },
        ),
    }
    for table, (column, keys) in wanted.items():
        for key in sorted(keys - {getattr(row, column) for row in own[table]}, key=str):
            yield _missing(table, version, column, key)
    yield from _not_taken(version, own[VersionTakesUp], book)


def _not_taken(version: ProcedureVersion, rows: list[Any], book: _Book) -> Iterator[Difference]:
    for taken in version.document.taken_up:
        is_tthc = taken.kind == "tthc"
        column = "tthc_change_id" if is_tthc else "legal_change_id"
        subject = {taken.subject if is_tthc else comparison_key(taken.subject)}
        subjects = (book.tthc if is_tthc else book.documents).must(subject, before=version.saved_at)
        said = {(key, taken.change, taken.effective_on, False) for key in subjects}
        changes = book.tthc_changes if is_tthc else book.legal_changes
        wanted = changes.must(said, before=version.saved_at)
        if wanted and not wanted & {getattr(row, column) for row in rows}:
            yield _missing(VersionTakesUp, version, column, min(wanted))


def _missing(table: Any, version: ProcedureVersion, column: str, key: object) -> Difference:
    message = f"Phiên bản {version.pk} thiếu liên kết {column} = {key} mà nội dung có."
    return Difference("link", message, table._meta.db_table, "", column)


def _codes(document: Content) -> set[str]:
    return {covered.code for covered in document.tthc}


def _form_keys(document: Content) -> set[str]:
    return {Form.key_of(f.kind, f.code, f.name, f.source) for f in document.forms}
