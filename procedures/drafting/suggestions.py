"""Names and numbers that the drafting page suggests, and what it completes from them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from procedures.content import Content
from procedures.drafting.typed import Names, Typed
from procedures.models import (
    TTHC,
    Form,
    InForcePeriod,
    LegalChange,
    LegalDocument,
    ProcedureVersion,
    Responsibility,
    TTHCChange,
    VersionBasis,
    on_day,
)
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean, comparison_key
from qms.organisation.models import Position, Unit

_SHORT = 100  # letters of a title that a suggestion shows


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


def names_for(typed: Typed) -> OfficeNames:
    """Return the names of today that what is typed may refer to; five queries."""
    codes = {clean(row.values.get("code", "")) for row in typed.rows["tthc"]}
    numbers = {comparison_key(row.values.get("number", "")) for row in typed.rows["bases"]}
    rows = TTHC.objects.filter(code__in=codes).select_related("field")
    states = [
        on_day(row, list(row.changes.all()), today())
        for row in rows.prefetch_related("changes__field")
    ]
    cited = LegalDocument.objects.filter(number_key__in=numbers)
    return OfficeNames(
        positions=frozenset(Position.objects.values_list("name", flat=True)),
        units=dict(Unit.objects.values_list("name", "code")),
        tthc={s.tthc.code: (s.name, str(s.values["decision_no"])) for s in states},
        titles=dict(cited.values_list("number_key", "title")),
    )


def suggestions(version: ProcedureVersion) -> dict[str, Any]:
    """Return the lists behind the page's fields; five queries, whatever the draft's size.

    Of the TTHC only those some unit of the agency answers for, of the units only the agency's.
    """
    agency = version.procedure.agency
    duties = Responsibility.objects.filter(unit__in=Unit.objects.within(agency))
    tthc = TTHC.objects.filter(pk__in=duties.values("tthc")).order_by("code")
    in_use = Q(ended_on=None) | Q(ended_on__gt=today())
    forms = Form.objects.filter(in_use, agency=agency, kind=Form.Kind.INTERNAL)
    return {
        "positions": Position.objects.filter(is_active=True).values_list("name", flat=True),
        "units": Unit.objects.within(agency).filter(valid_to=None).values_list("name", flat=True),
        "tthc_codes": [(code, name[:_SHORT]) for code, name in tthc.values_list("code", "name")],
        "legal_numbers": [
            (number, title[:_SHORT])
            for number, title in LegalDocument.objects.values_list("number", "title")
        ],
        "form_codes": forms.values_list("code", "name"),
    }


def changes_to_take_up(version: ProcedureVersion) -> list[tuple[str, str]]:
    """Return (value, words) of the changes that the draft has to work in; four queries.

    Of its TTHC and its bases, those that took effect since the version it replaces began (for a
    first one: from today on), and those that end a basis it still stands on (DESIGN §2, Coverage).
    """
    since = _known_until(version)
    return [
        *(
            (
                f"tthc|{change.tthc.code}|{change.kind}|{change.effective_on.isoformat()}",
                f"TTHC {change.tthc.code}: {change}, hiệu lực {format_date(change.effective_on)}",
            )
            for change in _tthc_changes(version, since)
        ),
        *(
            (
                f"legal|{change.document.number}|{change.kind}|{change.effective_on.isoformat()}",
                f"{change}, hiệu lực {format_date(change.effective_on)}",
            )
            for change in _legal_changes(version, since)
        ),
    ]


def _known_until(version: ProcedureVersion) -> dt.date:
    periods = InForcePeriod.objects.standing().filter(version=version.base_id)
    return periods.values_list("valid_from", flat=True).first() or today()


def _tthc_changes(version: ProcedureVersion, since: dt.date) -> QuerySet[TTHCChange]:
    codes = [covered.code for covered in version.document.tthc]
    changes = TTHCChange.objects.filter(
        tthc__code__in=codes, is_void=False, effective_on__gt=since
    ).exclude(kind=TTHCChange.Kind.ANNOUNCED)
    return changes.select_related("tthc")


def _legal_changes(version: ProcedureVersion, since: dt.date) -> QuerySet[LegalChange]:
    numbers = {comparison_key(basis.number) for basis in version.document.bases}
    stood_on = VersionBasis.objects.filter(version_id=version.base_id, is_direct=True)
    documents = Q(document__number_key__in=numbers) | Q(document__in=stood_on.values("document"))
    due = Q(effective_on__gt=since) | Q(kind__in=LegalChange.ENDING)
    changes = LegalChange.objects.filter(documents, due, is_void=False)
    return changes.select_related("document", "by_document")
