"""The documents in force on a day, what became of them, and those of other bodies."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Prefetch, Q

from procedures.models import InForcePeriod, LegalChange, LegalDocument, PrintedCopy, VersionBasis
from procedures.models.legal import validity
from procedures.permissions.copies import visible_copies
from procedures.registers.asking import Asked, Entry, Value
from procedures.registers.holdings import ends_of
from procedures.revisions import issued_rows
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date

_UNKNOWN = "chưa rõ"
_UNVERIFIED = "chưa kiểm chứng"
_STATES = {
    "in_force": "còn hiệu lực",
    "ended": "hết hiệu lực",
    "replaced": "hết hiệu lực (bị thay thế)",
    "scheduled": "chưa có hiệu lực",
    "": _UNKNOWN,
}


# --- tài liệu nội bộ (BM-01-01) ---


def internal_rows(asked: Asked) -> Iterator[Entry]:
    """Yield the documents in force on the day; who holds a copy only where it may be known."""
    periods = list(asked.in_force().defer("version__content", "version__search_key"))
    held = _held_copies(asked, periods)
    for period in periods:
        version, procedure = period.version, period.procedure
        values = (
            version.title,
            procedure.code,
            version.issue_no,
            version.revision_no,
            period.begun_by.decision.signed_on,
            period.valid_from,
            str(procedure.owner),
            _places(held[version.pk], is_restricted=procedure.is_restricted),
            _note_of(period),
        )
        yield Entry(values, version.get_absolute_url())


def _held_copies(
    asked: Asked, periods: Sequence[InForcePeriod]
) -> defaultdict[int, list[PrintedCopy]]:
    versions = [period.version_id for period in periods]
    copies = visible_copies(asked.user).filter(version__in=versions, handed_on__lte=asked.on)
    listed = list(copies.select_related("unit").order_by("number"))
    ended = ends_of(listed, on=asked.on)
    held: defaultdict[int, list[PrintedCopy]] = defaultdict(list)
    for copy in listed:
        if copy.pk not in ended:
            held[copy.version_id].append(copy)
    return held


def _places(copies: Iterable[PrintedCopy], *, is_restricted: bool) -> str:
    """Return where the document is: on the system, and as numbered copies on paper."""
    readers = "người được phép đọc" if is_restricted else "toàn cơ quan"
    papers = "; ".join(f"bản số {copy.number:02d}: {copy.held_by}" for copy in copies)
    return f"Bản điện tử: {readers}" + (f"; {papers}" if papers else "")


def _note_of(period: InForcePeriod) -> str:
    notes = []
    if period.version.origin == period.version.Origin.PAPER:
        notes.append("nhập từ bản giấy")
    if period.valid_to is not None:
        notes.append(f"hết hiệu lực từ {format_date(period.valid_to)}")
    return "; ".join(notes)


# --- tài liệu bên ngoài (BM-01-02) ---


def external_rows(asked: Asked) -> Iterator[Entry]:
    """Yield the documents of other bodies that had been issued by the day, with their validity.

    Of a unit only those that its documents in force cite. Of which it is not known when they were
    issued, all are told.
    """
    cited = _citing_codes(asked)
    standing = LegalChange.objects.filter(is_void=False).select_related("by_document")
    documents = (
        LegalDocument.objects.filter(Q(issued_on=None) | Q(issued_on__lte=asked.on))
        .defer("search_key")
        .prefetch_related(Prefetch("changes", queryset=standing.order_by("effective_on", "pk")))
        .order_by("number_key")
    )
    for document in documents:
        if asked.is_narrowed and document.pk not in cited:
            continue
        changes = [change for change in document.changes.all() if change.effective_on <= asked.on]
        values = (
            document.number,
            f"{document.kind} {document.title}".strip(),
            document.issuer or _UNKNOWN,
            _issued(document),
            document.effective_on,
            _state(document, changes, asked.on),
            _successors(changes),
            document.kept_at,
            ", ".join(cited[document.pk]),
        )
        yield Entry(values, document.get_absolute_url())


def _citing_codes(asked: Asked) -> defaultdict[int, list[str]]:
    """Return, by document, the codes of the documents in force on the day that cite it."""
    periods = InForcePeriod.objects.valid(on=asked.on).filter(procedure__in=asked.procedures)
    links = VersionBasis.objects.filter(version__in=periods.values("version"))
    rows = links.order_by("version__procedure__sort_key").values_list(
        "document", "version__procedure__code"
    )
    cited: defaultdict[int, list[str]] = defaultdict(list)
    for document, code in rows:
        if code not in cited[document]:
            cited[document].append(code)
    return cited


def _issued(document: LegalDocument) -> Value:
    if document.issued_on and document.issued_precision == LegalDocument.Precision.YEAR:
        return f"năm {document.issued_on.year}"
    return document.issued_on


def _state(document: LegalDocument, changes: Sequence[LegalChange], on: dt.date) -> str:
    """Return the validity on the day, as far as it was recorded and verified."""
    code = validity(changes, document, on)
    state = _STATES[code]
    if code in ("in_force", "") and changes:
        state = f"{state}, đã được sửa đổi, bổ sung"
    if not code and not changes:
        return state
    is_unverified = document.trust == LegalDocument.Trust.NO or any(
        not change.is_verified for change in changes
    )
    return f"{state} ({_UNVERIFIED})" if is_unverified else state


def _successors(changes: Iterable[LegalChange]) -> str:
    by = [
        f"{change.by_document.number} (từ {format_date(change.effective_on)})"
        for change in changes
        if change.kind == LegalChange.Kind.REPLACED and change.by_document
    ]
    return "; ".join(by)


# --- theo dõi sửa đổi (BM-01-04) ---


def revision_entries(asked: Asked) -> Iterator[Entry]:
    """Yield every edition whose decision was signed by the day, with what it changed."""
    periods = InForcePeriod.objects.standing().filter(
        procedure__in=asked.procedures,
        version__status=VersionStatus.ISSUED,
        begun_by__decision__signed_on__lte=asked.on,
    )
    periods = periods.select_related("version__procedure").order_by("procedure__sort_key", "pk")
    versions = {period.version_id: period.version for period in periods}
    for version, row in issued_rows(versions.values()):
        values = (
            version.procedure.code,
            version.title,
            row.issue_no,
            row.revision_no,
            row.date,
            row.decision,
            row.request_ref,
            row.location,
            row.told,
            "\n".join(text for text in (row.reason, *row.legal_basis) if text),
            row.note,
        )
        yield Entry(values, version.get_absolute_url())
