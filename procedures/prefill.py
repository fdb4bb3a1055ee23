"""What a new draft starts from: nothing, a TTHC of the catalogue, or another version."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from procedures.content import (
    Case,
    Content,
    CoveredTTHC,
    LegalBasis,
    Origin,
    Row,
    Statement,
    TimeLimit,
    Unit,
    new_key,
)
from procedures.models import (
    TTHC,
    LegalDocument,
    Procedure,
    ProcedureVersion,
    TTHCOnDay,
    on_day,
)
from qms.foundation.dates import today
from qms.foundation.patterns import numbered
from qms.foundation.text import comparison_key
from qms.organisation.models import AgencyProfile
from qms.organisation.models import Unit as OfficeUnit

_NUMBER = re.compile(r"\b\d{1,5}/(?:\d{4}/)?[A-ZĐ][A-ZĐƯƠÂÊÔĂ0-9&.-]*(?:-[A-ZĐ][A-ZĐƯƠÂÊÔĂ0-9&]*)*")
_SPLIT = re.compile(r"[;\n]")


def from_tthc(tthc: Sequence[TTHC], *, on: dt.date) -> Content:
    """Return a content prefilled from the catalogue as it stood on the day.

    Known legal documents named in the catalogue become direct bases; limits, fee, place and the
    announcing decision are taken over, marked unverified where the TTHC is.
    """
    states = [on_day(row, list(row.changes.select_related("field")), on) for row in tthc]
    many = len(states) > 1
    return Content(
        title=states[0].name if states else "",
        tthc=tuple(
            CoveredTTHC(code=s.tthc.code, name=s.name, decision=str(s.values["decision_no"]))
            for s in states
        ),
        cases=(Case(key="c1"),),
        bases=tuple(_bases(states)),
        limits=tuple(_limit(state, only=many) for state in states),
        fees=tuple(_fee(state, only=many) for state in states if state.values["fee"]),
        reception_place=str(states[0].values["receiving_place"]) if states else "",
    )


def _origin(state: TTHCOnDay) -> Origin:
    return Origin.STATED if state.tthc.is_verified else Origin.UNVERIFIED


def _limit(state: TTHCOnDay, *, only: bool) -> TimeLimit:
    known = state.known_limit("local") or state.known_limit("law") or (Unit.UNKNOWN, None)
    return TimeLimit(
        tthc=state.tthc.code if only else "",
        unit=known[0],
        minutes=known[1],
        text=str(state.values["limit_text"]),
        origin=_origin(state),
    )


def _fee(state: TTHCOnDay, *, only: bool) -> Statement:
    codes = (state.tthc.code,) if only else ()
    return Statement(text=str(state.values["fee"]), tthc=codes, origin=_origin(state))


def _bases(states: Iterable[TTHCOnDay]) -> Iterable[LegalBasis]:
    wanted: dict[str, str] = {}
    for state in states:
        for part in _SPLIT.split(str(state.values["legal_basis"])):
            found = _NUMBER.search(part)
            number = found.group() if found else part.strip()
            if number:
                wanted.setdefault(comparison_key(number), number)
    known = {d.number_key: d for d in LegalDocument.objects.filter(number_key__in=wanted)}
    for key in wanted:
        if key in known:
            yield LegalBasis(number=known[key].number, title=known[key].title)


def from_version(content: Content) -> Content:
    """Return what the next version of the same procedure starts from: all but what was changed."""
    return content.revised(change_summary="", taken_up=(), is_significant=True)


def from_another(content: Content) -> Content:
    """Return a content for a new procedure: new keys, no title, no TTHC, nothing taken up."""
    fresh: dict[str, str] = {}

    def key(old: str) -> str:
        return fresh.setdefault(old, new_key()) if old else ""

    def renewed(row: Row) -> Row:
        changes: dict[str, object] = {"key": key(row.key)}
        for name in ("case", "form"):
            if hasattr(row, name):
                changes[name] = key(getattr(row, name))
        if hasattr(row, "tthc"):
            changes["tthc"] = () if isinstance(row.tthc, tuple) else ""
        if hasattr(row, "times"):
            changes["times"] = tuple(
                time.model_copy(update={"case": key(time.case)}) for time in row.times
            )
        if isinstance(getattr(row, "forms", None), tuple):
            changes["forms"] = tuple(key(form) for form in row.forms)  # type: ignore[attr-defined]
        return row.model_copy(update=changes)

    rows = {
        name: tuple(renewed(row) for row in getattr(content, name))
        for name in (
            *("cases", "limits", "dossier", "steps", "bases", "forms"),
            *("records", "fees", "results", "abbreviations"),
        )
    }
    return content.revised(
        **rows, title="", tthc=(), taken_up=(), change_summary="", is_significant=True
    )


def serving(tthc: Iterable[TTHC], agency: OfficeUnit) -> QuerySet[Procedure]:
    """Return the agency's procedures that serve one of `tthc` today, or are being drafted to."""
    versions = ProcedureVersion.objects.filter(tthc_links__tthc__in=list(tthc))
    current = Q(versions__in=versions.in_force(on=today())) | Q(versions__in=versions.open())
    return Procedure.objects.filter(current, agency=agency).distinct()


def next_code(agency: OfficeUnit) -> str:
    """Return the first code of the agency's pattern that no procedure has; only a proposal."""
    profile = AgencyProfile.objects.filter(unit=agency).first()
    pattern = profile.code_pattern if profile else "QT-{seq:02}"
    taken = set(Procedure.objects.filter(agency=agency).values_list("code_key", flat=True))
    number = 1
    while comparison_key(numbered(pattern, seq=number)) in taken:
        number += 1
    return numbered(pattern, seq=number)
