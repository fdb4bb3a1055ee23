"""Make a draft of a Word procedure: one transaction, the untouched original kept and hashed."""

import hashlib
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from procedures.actions import NewProcedure, base_of, start_procedure, start_version
from procedures.docx_import.drafting import to_content
from procedures.docx_import.keeping import kept
from procedures.docx_import.opening import check_kind
from procedures.docx_import.reading import Reading
from procedures.models import Procedure, ProcedureVersion, WordImport
from qms.foundation.text import comparison_key, fold
from qms.organisation.models import Unit, User
from qms.records import files

_SAME_TITLE = 0.7  # of the letters
_LONGEST_CODE = 60  # letters, as the column holds


@dataclass(frozen=True)
class WordFile:
    """A Word file as it came: its bytes and the name it bore."""

    data: bytes
    name: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def kind(self) -> str:
        """Return docx or doc. Raises UnreadableWord."""
        return check_kind(self.data, self.name)


def imported_before(source: WordFile, agency: Unit) -> WordImport | None:
    """Return the import of this very file that became a version of the agency's, if any."""
    return (
        WordImport.objects.filter(agency=agency, file__sha256=source.sha256, dropped_at=None)
        .exclude(version=None)
        .select_related("version__procedure")
        .first()
    )


def import_document(
    source: WordFile, reading: Reading, *, agency: Unit, by: User, batch: str = ""
) -> WordImport:
    """Keep the file and make a draft of what was read; a file imported before changes nothing.

    A new code becomes a new procedure, a known one its next draft. Raises ValidationError, and
    then nothing is written, without code or title, while a draft is open, and when the code
    belongs to a procedure of another name.
    """
    with transaction.atomic():
        Unit.objects.select_for_update(of=("self",)).get(pk=agency.pk)
        done = imported_before(source, agency)
        if done is not None:
            return done
        stored = files.store(source.data, source.name, kind=source.kind, by=by)
        version = _draft(reading, agency=agency, by=by)
        row = WordImport(
            agency=agency,
            file=stored,
            label=files.label_of(source.name),
            batch=batch or source.sha256[:16],
            reading=kept(reading),
            read_at=timezone.now(),
            version=version,
            imported_by=by,
        )
        row.record(by=by, reason="Nhập từ tệp Word")
    return row


def code_conflict(reading: Reading, agency: Unit) -> str:
    """Return a sentence when the code belongs to a procedure of another name, else nothing."""
    known = _known(reading, agency)
    if known is None or not reading.front.title or is_same_title(known.title, reading.front.title):
        return ""
    return f"Mã hiệu “{reading.front.code}” đã dùng cho quy trình “{known.title}”."


def _known(reading: Reading, agency: Unit) -> Procedure | None:
    if not comparison_key(reading.front.code):
        return None
    return Procedure.objects.coded(agency, reading.front.code)


def is_same_title(one: str, other: str) -> bool:
    one, other = (fold(text).removeprefix("quy trinh ") for text in (one, other))
    return one in other or other in one or SequenceMatcher(None, one, other).ratio() > _SAME_TITLE


def _draft(reading: Reading, *, agency: Unit, by: User) -> ProcedureVersion:
    front = reading.front
    if not front.code or not front.title:
        missing = "mã hiệu" if not front.code else "tên quy trình"
        raise ValidationError(f"Không thấy {missing} trong tệp nên chưa lập được dự thảo.")
    if len(front.code) > _LONGEST_CODE:
        raise ValidationError(f"Mã hiệu “{front.code}” dài quá nên chưa lập được dự thảo.")
    conflict = code_conflict(reading, agency)
    if conflict:
        raise ValidationError(conflict)
    procedure = _known(reading, agency)
    content = to_content(reading)
    if procedure is None:
        kind = Procedure.Kind.TTHC if reading.is_about_tthc else Procedure.Kind.SYSTEM
        new = NewProcedure(agency, agency, kind, front.code, front.title)
        return start_procedure(new, by=by, content=content)
    return start_version(
        procedure,
        by=by,
        content=content,
        change_type=ProcedureVersion.Change.REISSUE,
        base=base_of(procedure),
    )
