"""Names and numbers that the drafting page suggests, and what it completes from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from procedures.content import Content
from procedures.drafting.typed import Names
from procedures.models import (
    TTHC,
    Form,
    LegalChange,
    LegalDocument,
    ProcedureVersion,
    TTHCChange,
    VersionBasis,
    on_day,
)
from qms.foundation.dates import format_date, today
from qms.foundation.text import comparison_key
from qms.organisation.models import Position, Unit


@dataclass(frozen=True)
class OfficeNames(Names):
    """Positions and units by name, and what the catalogue and the register know."""

    tthc: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # code → name, decision
    titles: Mapping[str, str] = field(default_factory=dict)  # number key → title

    def completed(self, document: Content) -> Content:
        """Return `document` with the names of TTHC and bases that were left empty filled in."""
        tthc = tuple(
            covered.model_copy(
                update={
                    "name": covered.name or self.tthc.get(covered.code, ("", ""))[0],
                    "decision": covered.decision or self.tthc.get(covered.code, ("", ""))[1],
                }
            )
            for covered in document.tthc
        )
        bases = tuple(
            basis.model_copy(
                update={"title": basis.title or self.titles.get(comparison_key(basis.number), "")}
            )
            for basis in document.bases
        )
        return document.revised(tthc=tthc, bases=bases)


def names_for(version: ProcedureVersion) -> OfficeNames:
    """Return the names of today that what is typed may refer to; four queries."""
    rows = TTHC.objects.select_related("field").prefetch_related("changes__field")
    states = [on_day(row, list(row.changes.all()), today()) for row in rows]
    return OfficeNames(
        positions=frozenset(Position.objects.values_list("name", flat=True)),
        units=dict(Unit.objects.values_list("name", "code")),
        tthc={s.tthc.code: (s.name, str(s.values["decision_no"])) for s in states},
        titles=dict(LegalDocument.objects.values_list("number_key", "title")),
    )


def suggestions(version: ProcedureVersion) -> dict[str, Any]:
    """Return the lists behind the page's fields; five queries, whatever the draft's size."""
    agency = version.procedure.agency_id
    forms = Form.objects.filter(agency_id=agency, kind=Form.Kind.INTERNAL)
    return {
        "positions": Position.objects.filter(is_active=True).values_list("name", flat=True),
        "units": Unit.objects.filter(valid_to=None).values_list("name", flat=True),
        "tthc_codes": TTHC.objects.order_by("code").values_list("code", "name"),
        "legal_numbers": LegalDocument.objects.values_list("number", "title"),
        "form_codes": forms.values_list("code", "name"),
    }


def changes_to_take_up(version: ProcedureVersion) -> list[tuple[str, str]]:
    """Return (value, words) of the changes that concern the draft: of its TTHC and its bases."""
    codes = [covered.code for covered in version.document.tthc]
    of_tthc = TTHCChange.objects.filter(tthc__code__in=codes, is_void=False).exclude(
        kind=TTHCChange.Kind.ANNOUNCED
    )
    numbers = {comparison_key(basis.number) for basis in version.document.bases}
    cited = VersionBasis.objects.filter(version_id=version.base_id, is_direct=True)
    of_bases = LegalChange.objects.filter(is_void=False).filter(
        document__in=LegalDocument.objects.filter(number_key__in=numbers)
        | LegalDocument.objects.filter(pk__in=cited.values("document"))
    )
    listed = [
        (
            f"tthc|{change.tthc.code}|{change.kind}|{change.effective_on.isoformat()}",
            f"TTHC {change.tthc.code}: {change}, hiệu lực {format_date(change.effective_on)}",
        )
        for change in of_tthc.select_related("tthc")
    ]
    listed += [
        (
            f"legal|{change.document.number}|{change.kind}|{change.effective_on.isoformat()}",
            f"{change}, hiệu lực {format_date(change.effective_on)}",
        )
        for change in of_bases.select_related("document", "by_document")
    ]
    return listed
