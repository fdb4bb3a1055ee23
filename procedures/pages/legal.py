"""One legal document: what became of it, and everything that cites it on a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from procedures.content import Content
from procedures.models import (
    TTHC,
    Form,
    ImpactSheet,
    InForcePeriod,
    LegalChange,
    LegalDocument,
    ProcedureVersion,
    VersionBasis,
    VersionTTHC,
)
from procedures.models.legal import validity
from procedures.permissions import (
    reader_agencies,
    visible_drafts,
    visible_issued,
    visible_procedures,
)
from procedures.permissions.reviews import visible_sheets
from procedures.workflow import OPEN_VERSION
from qms.foundation.dates import today
from qms.foundation.text import comparison_key

_DIRECT, _GENERAL = "căn cứ trực tiếp", "viện dẫn chung"


@dataclass(frozen=True)
class Citation:
    """A version that cites the document; `tthc` are those for which it does."""

    version: ProcedureVersion
    is_direct: bool
    tthc: tuple[TTHC, ...]

    @property
    def reach(self) -> str:
        return _DIRECT if self.is_direct else _GENERAL


@dataclass(frozen=True)
class ChangeView:
    """A change of the document, or one that it makes, with the sheets that this person sees."""

    change: LegalChange
    is_to_come: bool
    sheets: tuple[ImpactSheet, ...]


@dataclass(frozen=True)
class DocumentView:
    """All that the page of a document shows, as of the day."""

    document: LegalDocument
    day: dt.date
    status: str
    changes: list[ChangeView]
    made: list[LegalChange]
    in_force: list[Citation]
    drafts: list[Citation]
    forms: list[Form]
    tthc: list[TTHC]

    @property
    def ended_by(self) -> LegalChange | None:
        """Return the change by which it is no longer valid on the day."""
        ended = [v.change for v in self.changes if v.change.ends_by(self.day)]
        return ended[0] if ended else None

    @property
    def replaced(self) -> list[LegalChange]:
        return [change for change in self.made if change.kind == LegalChange.Kind.REPLACED]

    @property
    def amended(self) -> list[LegalChange]:
        return [change for change in self.made if change.kind == LegalChange.Kind.AMENDED]


def document_view(user: Any, document: LegalDocument, day: dt.date) -> DocumentView:
    """Read what the page shows; as many queries for one citing procedure as for forty."""
    changes = list(document.changes.select_related("by_document").order_by("effective_on", "pk"))
    sheets: dict[int, list[ImpactSheet]] = defaultdict(list)
    for sheet in visible_sheets(user).filter(legal_change__in=changes).order_by("pk"):
        sheets[sheet.legal_change_id or 0].append(sheet)
    made = document.changes_made.filter(is_void=False).select_related("document")
    in_force, drafts = _citations(user, document, day)
    return DocumentView(
        document=document,
        day=day,
        status=validity([c for c in changes if not c.is_void], document, day),
        changes=[
            ChangeView(change, change.effective_on > day, tuple(sheets[change.pk]))
            for change in changes
        ],
        made=list(made),
        in_force=in_force,
        drafts=drafts,
        forms=_forms(user, document),
        tthc=_tthc(document, in_force),
    )


def _citations(
    user: Any, document: LegalDocument, day: dt.date
) -> tuple[list[Citation], list[Citation]]:
    """Return the versions in force on the day, and the open ones, that this person may read."""
    periods = InForcePeriod.objects.valid(on=day).values("version")
    readable = Q(pk__in=visible_issued(user).filter(pk__in=periods).values("pk")) | Q(
        pk__in=visible_drafts(user).filter(status__in=OPEN_VERSION).values("pk")
    )
    bases = VersionBasis.objects.filter(document=document).select_related("tthc")
    cited: dict[int, list[VersionBasis]] = defaultdict(list)
    for basis in bases:
        cited[basis.version_id].append(basis)
    versions = list(
        ProcedureVersion.objects.filter(readable, pk__in=list(cited))
        .select_related("procedure")
        .defer("content", "search_key")
        .order_by("procedure__sort_key")
    )
    covered: dict[int, list[TTHC]] = defaultdict(list)
    links = VersionTTHC.objects.filter(version__in=versions).select_related("tthc")
    for link in links.order_by("tthc__code"):
        covered[link.version_id].append(link.tthc)
    found = [_citation(version, cited[version.pk], covered[version.pk]) for version in versions]
    found.sort(key=lambda citation: not citation.is_direct)
    return (
        [citation for citation in found if not citation.version.is_open],
        [citation for citation in found if citation.version.is_open],
    )


def _citation(
    version: ProcedureVersion, bases: list[VersionBasis], covered: list[TTHC]
) -> Citation:
    named = [basis.tthc for basis in bases if basis.tthc is not None]
    is_for_all = any(basis.tthc_id is None for basis in bases)
    tthc = covered if is_for_all else sorted(named, key=lambda tthc: tthc.code)
    return Citation(version, any(basis.is_direct for basis in bases), tuple(tthc))


def _tthc(document: LegalDocument, in_force: Iterable[Citation]) -> list[TTHC]:
    """Return the TTHC that stand on the document: by the procedures, or by the catalogue."""
    keys = {tthc.pk for citation in in_force for tthc in citation.tthc}
    says = Q(legal_basis__contains=document.number) | Q(
        changes__legal_basis__contains=document.number, changes__is_void=False
    )
    return list(TTHC.objects.filter(Q(pk__in=keys) | says).distinct().order_by("code"))


def _forms(user: Any, document: LegalDocument) -> list[Form]:
    """Return the forms that the document sets, of the agencies that this person belongs to."""
    forms = Form.objects.filter(agency__in=reader_agencies(user)).exclude(source="")
    return [form for form in forms if document.number_key in comparison_key(form.source)]


def unknown_numbers(user: Any) -> list[tuple[str, str, list[ProcedureVersion]]]:
    """Return (number, title as cited, versions) of what is cited and stands in no register.

    Of the versions in force today and the open ones that this person may read.
    """
    in_force = ProcedureVersion.objects.filter(
        periods__in=InForcePeriod.objects.valid(on=today()), procedure__in=visible_procedures(user)
    )
    drafts = visible_drafts(user).filter(status__in=OPEN_VERSION)
    wanted = Q(pk__in=in_force.values("pk")) | Q(pk__in=drafts.values("pk"))
    known = set(LegalDocument.objects.values_list("number_key", flat=True))
    found: dict[str, tuple[str, str, list[ProcedureVersion]]] = {}
    versions = ProcedureVersion.objects.filter(wanted).select_related("procedure")
    for version in versions.order_by("procedure__sort_key"):
        document: Content = version.document
        for basis in document.bases:
            key = comparison_key(basis.number)
            if key and key not in known:
                line = found.setdefault(key, (basis.number, basis.title, []))
                if version not in line[2]:
                    line[2].append(version)
    return [found[key] for key in sorted(found)]
