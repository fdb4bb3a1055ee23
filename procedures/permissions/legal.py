"""Who keeps the legal register and records what became of documents and TTHC."""

from typing import Any

from procedures.models import LegalDocument
from procedures.permissions import is_secretary, reader_agencies


def can_read_register(user: Any) -> bool:
    """Reads the register of legal documents, files and all: whoever belongs to an agency."""
    return reader_agencies(user).exists()


def can_keep_register(user: Any, document: LegalDocument | None = None) -> bool:
    """Adds and edits documents, records their changes: a secretary; all agencies share it."""
    return is_secretary(user)


def can_record_tthc_change(user: Any) -> bool:
    """Records by hand what a decision changes of a TTHC: a secretary, as with imports."""
    return is_secretary(user)
