"""The catalogue of TTHC and the legal register."""

import datetime as dt

from django.db import transaction

from procedures.imports.carry_out import ImportFile, import_list
from procedures.imports.plan import Terms
from procedures.imports.table import read_table
from procedures.loading.facts import Row
from procedures.loading.known import ever
from procedures.loading.organisation import REASON
from procedures.models import TTHC, LegalChange, LegalDocument
from qms.foundation.text import comparison_key
from qms.organisation.models import Unit, User


def load_tthc(source: ImportFile, rows: list[Row], *, agency: Unit, by: User) -> int:
    """Import the TTHC of the list that never were, as a person would; return how many.

    Since when is not known: in force, and answered for by `agency`, since before records begin.
    """
    known = ever(TTHC, "code")
    missing = [row for row in rows if row["code"] not in known]
    if missing:
        table = read_table(source.data, source.name)
        there = frozenset(str(row.row) for row in table.rows if row.code in known)
        import_list(source, Terms(leave_out=there), unit=agency, by=by)
    return len(missing)


@transaction.atomic
def load_documents(rows: list[Row], *, by: User) -> int:
    """Put the legal documents that never were into the register; return how many."""
    known = ever(LegalDocument, "number_key")
    made = 0
    for row in rows:
        if comparison_key(row["number"]) not in known:
            _document(row).record(by=by, reason=REASON)
            made += 1
    return made


def _document(row: Row) -> LegalDocument:
    day, precision = _issued(row["date_of_issue"])
    trusts = {"yes": LegalDocument.Trust.YES, "partly": LegalDocument.Trust.PARTLY}
    notes = [row["note"]]
    if row["cited_in_plan"] == "yes":
        notes.append("Được viện dẫn trong Kế hoạch CCHC năm 2022.")
    status = row["status"]
    if status and row["status_verified"] != "yes":
        status += " (chưa kiểm chứng)"
    return LegalDocument(
        number=row["number"],
        kind=row["kind"],
        issuer=row["issuer"],
        title=row["title"],
        issued_on=day,
        issued_precision=precision,
        status_note=status,
        source_url=row["source_url"],
        trust=trusts.get(row["verified"], LegalDocument.Trust.NO),
        note=" ".join(note for note in notes if note),
    )


def _issued(text: str) -> tuple[dt.date | None, LegalDocument.Precision]:
    """Return the day, the first of a year of which no more is known, or none."""
    if not text:
        return None, LegalDocument.Precision.UNKNOWN
    if len(text) == len("2021"):
        return dt.date(int(text), 1, 1), LegalDocument.Precision.YEAR
    return dt.date.fromisoformat(text), LegalDocument.Precision.DAY


@transaction.atomic
def load_changes(rows: list[Row], *, by: User) -> int:
    """Record the changes of legal documents that never were; return how many.

    A change without a day stays in the file: nothing can be computed from it.
    """
    documents = ever(LegalDocument, "number_key")
    known = ever(LegalChange, "document_id", "kind", "effective_on")
    made = 0
    for row in rows:
        if not row["effective_on"]:
            continue
        subject = documents[comparison_key(row["document"])]
        day = dt.date.fromisoformat(row["effective_on"])
        if (subject, row["kind"], day) in known:
            continue
        LegalChange(
            document_id=subject,
            kind=LegalChange.Kind(row["kind"]),
            by_document_id=documents.get(comparison_key(row["by_document"])),
            effective_on=day,
            is_verified=row["verified"] == "yes",
            source_url=row["source_url"],
            note=row["note"],
        ).record(by=by, reason=REASON)
        made += 1
    return made
