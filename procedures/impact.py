"""What a change of a document or of a TTHC touches, and how far its sheet is settled."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from procedures.models import (
    ChangeRequest,
    ImpactRow,
    ImpactSheet,
    InForcePeriod,
    LegalChange,
    Review,
    TTHCChange,
    VersionBasis,
    VersionTakesUp,
    VersionTTHC,
)
from procedures.workflow import OPEN_VERSION, ChangeRequestStatus, VersionStatus
from qms.foundation.dates import LOCAL, covers

Change = LegalChange | TTHCChange
Reach = ImpactRow.Reach
_STRENGTH = (Reach.GENERAL, Reach.DIRECT, Reach.TTHC)
_OPEN_REQUEST = (ChangeRequestStatus.REQUESTED, ChangeRequestStatus.ACCEPTED)


@dataclass
class _Citing:
    """A version that cites a document or covers a TTHC of some of the changes."""

    procedure_id: int
    agency_id: int
    status: str
    created_on: dt.date
    spans: list[tuple[dt.date, dt.date | None]] = field(default_factory=list)

    def counts_on(self, days: Iterable[dt.date]) -> bool:
        """Tell whether it is being drafted, or in force on one of the days."""
        if self.status in OPEN_VERSION:
            return True
        return any(covers(begin, end, day) for begin, end in self.spans for day in days)

    def knew(self, change: Change) -> bool:
        """Tell whether it began when the change was in effect, and that left its basis standing.

        As coverage sees it: such a version was written by the text as changed.
        """
        first = min((begin for begin, _ in self.spans), default=self.created_on)
        ends = isinstance(change, LegalChange) and change.kind in LegalChange.ENDING
        return change.effective_on <= first and not ends


@dataclass(frozen=True)
class Touched:
    """A procedure that a change touches, and how."""

    procedure_id: int
    agency_id: int
    reach: Reach


def touched_by(changes: Sequence[Change], *, on: dt.date) -> dict[tuple[str, int], list[Touched]]:
    """Return the procedures that each change touches, by `key_of`; four questions for all.

    Those of which a version that is in force on the day, or will be when the change takes effect,
    or that is being drafted, cites the document or covers the TTHC, and has not taken the change
    up.
    """
    cited, citing = _cited(changes)
    taken = _taken_up(changes)
    found: dict[tuple[str, int], list[Touched]] = {}
    for change in changes:
        days = (on, max(on, change.effective_on))
        reaches: dict[int, Touched] = {}
        for version_id, reach in cited[_subject(change)]:
            version = citing[version_id]
            if not version.counts_on(days) or version.knew(change):
                continue
            if (version_id, key_of(change)) in taken:
                continue
            known = reaches.get(version.procedure_id)
            if known is None or _STRENGTH.index(known.reach) < _STRENGTH.index(reach):
                touched = Touched(version.procedure_id, version.agency_id, reach)
                reaches[version.procedure_id] = touched
        found[key_of(change)] = list(reaches.values())
    return found


def key_of(change: Change) -> tuple[str, int]:
    """Return what tells a change from all others of both kinds."""
    return ("legal" if isinstance(change, LegalChange) else "tthc"), change.pk


def _subject(change: Change) -> tuple[str, int]:
    if isinstance(change, LegalChange):
        return "legal", change.document_id
    return "tthc", change.tthc_id


def _cited(
    changes: Sequence[Change],
) -> tuple[dict[tuple[str, int], list[tuple[int, Reach]]], dict[int, _Citing]]:
    """Return which versions cite each subject, with what is to be known of each version."""
    documents = [c.document_id for c in changes if isinstance(c, LegalChange)]
    tthc = [c.tthc_id for c in changes if isinstance(c, TTHCChange)]
    names: dict[str, Any] = {
        "procedure": F("version__procedure"),
        "agency": F("version__procedure__agency"),
        "status": F("version__status"),
        "created_at": F("version__created_at"),
    }
    wanted = Q(version__status__in=[*OPEN_VERSION, VersionStatus.ISSUED])
    cited: dict[tuple[str, int], list[tuple[int, Reach]]] = defaultdict(list)
    citing: dict[int, _Citing] = {}
    if documents:
        bases = VersionBasis.objects.filter(wanted, document__in=documents)
        rows: Any = bases.values("version_id", "document_id", "is_direct", **names)
        for row in rows:
            reach = Reach.DIRECT if row["is_direct"] else Reach.GENERAL
            cited["legal", row["document_id"]].append((row["version_id"], reach))
            citing.setdefault(row["version_id"], _citing(row))
    if tthc:
        covering = VersionTTHC.objects.filter(wanted, tthc__in=tthc)
        rows = covering.values("version_id", "tthc_id", **names)
        for row in rows:
            cited["tthc", row["tthc_id"]].append((row["version_id"], Reach.TTHC))
            citing.setdefault(row["version_id"], _citing(row))
    periods = InForcePeriod.objects.standing().filter(version__in=list(citing))
    for version_id, begin, end in periods.values_list("version_id", "valid_from", "valid_to"):
        citing[version_id].spans.append((begin, end))
    return cited, citing


def _citing(row: dict[str, Any]) -> _Citing:
    created_on = row["created_at"].astimezone(LOCAL).date()
    return _Citing(row["procedure"], row["agency"], row["status"], created_on)


def _taken_up(changes: Sequence[Change]) -> set[tuple[int, tuple[str, int]]]:
    """Return (version, key of the change) for each change that a version names."""
    rows = VersionTakesUp.objects.filter(
        Q(legal_change__in=[c.pk for c in changes if isinstance(c, LegalChange)])
        | Q(tthc_change__in=[c.pk for c in changes if isinstance(c, TTHCChange)])
    ).values_list("version_id", "legal_change_id", "tthc_change_id")
    return {
        (version_id, ("legal", legal) if legal else ("tthc", tthc))
        for version_id, legal, tthc in rows
    }


# --- how far a sheet is settled ---


def reviews_of(sheet: ImpactSheet) -> QuerySet[Review]:
    """Return the verdicts on the change of the sheet, for procedures of its agency, in order."""
    return Review.objects.filter(
        legal_change=sheet.legal_change_id,
        tthc_change=sheet.tthc_change_id,
        procedure__agency=sheet.agency_id,
    ).order_by("reviewed_on", "pk")


def _last_review() -> QuerySet[Review]:
    """Return the reviews of a row's change and procedure, the last one first."""
    of_change = Q(legal_change=OuterRef("sheet__legal_change")) | Q(
        tthc_change=OuterRef("sheet__tthc_change")
    )
    reviews = Review.objects.filter(of_change, procedure=OuterRef("procedure"))
    return reviews.order_by("-reviewed_on", "-pk")


def open_rows(rows: QuerySet[ImpactRow]) -> QuerySet[ImpactRow]:
    """Return the rows on which something is still to be done.

    There is no verdict; or the last one asks for a change that was refused, or is not issued.
    A change that was recorded by mistake leaves nothing to do.
    """
    request = ChangeRequest.objects.filter(
        Q(review__legal_change=OuterRef("sheet__legal_change"))
        | Q(review__tthc_change=OuterRef("sheet__tthc_change")),
        procedure=OuterRef("procedure"),
    ).order_by("-pk")
    mistaken = Q(sheet__legal_change__is_void=True) | Q(sheet__tthc_change__is_void=True)
    return (
        rows.exclude(mistaken)
        .annotate(
            last_verdict=Subquery(_last_review().values("verdict")[:1]),
            last_request=Subquery(request.values("status")[:1]),
        )
        .filter(
            Q(last_verdict=None)
            | Q(last_verdict__in=[Review.Verdict.REVISE, Review.Verdict.ABOLISH])
            & ~Q(last_request=ChangeRequestStatus.ANSWERED)
        )
    )


def with_progress(sheets: QuerySet[ImpactSheet]) -> QuerySet[Any]:
    """Annotate `row_count`, `settled_count` (rows with a verdict) and `is_open`.

    The counts are None where there is no such row; open is what has something to be done.
    """
    rows = ImpactRow.objects.filter(sheet=OuterRef("pk")).order_by()
    settled = rows.filter(Exists(_last_review()))
    counted = Count("pk")

    def number(found: QuerySet[ImpactRow]) -> Subquery:
        return Subquery(found.values("sheet").annotate(n=counted).values("n")[:1])

    return sheets.annotate(
        row_count=number(rows),
        settled_count=number(settled),
        is_open=Exists(open_rows(rows)),
    )


@dataclass(frozen=True)
class RowState:
    """A row of a sheet as it stands: the last verdict, and the request that asks for the change.

    `tthc` are the codes for which the document is cited; empty: for all, or it is no document.
    """

    row: ImpactRow
    reviews: tuple[Review, ...]
    request: ChangeRequest | None
    tthc: tuple[str, ...]

    @property
    def review(self) -> Review | None:
        return self.reviews[-1] if self.reviews else None

    @property
    def verdict(self) -> str:
        return self.review.verdict if self.review else ""

    @property
    def is_done(self) -> bool:
        """Tell whether nothing is left to do; a request that was refused leaves it open."""
        if self.verdict == Review.Verdict.KEEP:
            return True
        return bool(
            self.verdict and self.request and self.request.status == ChangeRequestStatus.ANSWERED
        )


def rows_of_sheet(sheet: ImpactSheet, rows: Iterable[ImpactRow]) -> list[RowState]:
    """Return the rows, read with their procedure, with how each stands; three questions."""
    listed = list(rows)
    keys = [row.procedure_id for row in listed]
    reviews: dict[int, list[Review]] = defaultdict(list)
    for review in reviews_of(sheet).filter(procedure__in=keys).select_related("reviewed_by"):
        reviews[review.procedure_id].append(review)
    requests: dict[int, ChangeRequest] = {}
    asked = ChangeRequest.objects.filter(
        review__legal_change=sheet.legal_change_id,
        review__tthc_change=sheet.tthc_change_id,
        procedure__in=keys,
    )
    for request in asked.select_related("version", "procedure").order_by("pk"):
        requests[request.procedure_id] = request
    named = _named_tthc(sheet, keys)
    return [
        RowState(
            row,
            tuple(reviews[row.procedure_id]),
            requests.get(row.procedure_id),
            tuple(sorted(named[row.procedure_id])),
        )
        for row in listed
    ]


def _named_tthc(sheet: ImpactSheet, procedures: list[int]) -> dict[int, set[str]]:
    """Return the codes of the TTHC for which each procedure cites the document of the sheet."""
    found: dict[int, set[str]] = defaultdict(set)
    if sheet.legal_change is None:
        return found
    bases = VersionBasis.objects.filter(
        document=sheet.legal_change.document_id,
        version__procedure__in=procedures,
        version__status__in=[*OPEN_VERSION, VersionStatus.ISSUED],
        tthc__isnull=False,
    )
    for procedure_id, code in bases.values_list("version__procedure", "tthc__code"):
        found[procedure_id].add(code)
    return found


def has_open_request(state: RowState, kind: str) -> bool:
    """Tell whether a request of that kind waits already because of the change of the sheet."""
    request = state.request
    return request is not None and request.kind == kind and request.status in _OPEN_REQUEST
