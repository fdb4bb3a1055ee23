"""Gather what a version's content is checked against, from the catalogue and the registers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from procedures.checks import Facts, KnownLimit
from procedures.models.blanks import Form
from procedures.models.catalogue import TTHC, on_day
from procedures.models.documents import Procedure
from procedures.models.legal import LegalDocument
from qms.foundation.dates import format_date
from qms.foundation.text import comparison_key

if TYPE_CHECKING:
    from procedures.content import Content
    from procedures.models.versions import ProcedureVersion


def gather_facts(version: ProcedureVersion, *, on: dt.date) -> Facts:
    """Return the facts of the day for the version's content; five queries, whatever its size."""
    document, procedure = version.document, version.procedure
    catalogue = TTHC.objects.filter(code__in={c.code for c in document.tthc})
    rows = list(catalogue.select_related("field").prefetch_related("changes__field"))
    codes = {comparison_key(f.code) for f in document.forms if f.kind == Form.Kind.INTERNAL}
    known = Form.objects.filter(
        agency_id=procedure.agency_id, ref_key__in={f"i:{code}"[:320] for code in codes}
    )
    confusable = procedure.confusable()
    return Facts(
        is_tthc_kind=procedure.kind == Procedure.Kind.TTHC,
        limits={tthc.code: _limits(tthc, on) for tthc in rows},
        known_tthc=frozenset(tthc.code for tthc in rows),
        known_forms=frozenset(form.ref_key.removeprefix("i:") for form in known),
        ended_bases=_ended(document, on),
        code_confusable_with=str(confusable) if confusable else "",
    )


def _limits(tthc: TTHC, on: dt.date) -> KnownLimit:
    state = on_day(tthc, list(tthc.changes.all()), on)
    return KnownLimit(law=state.known_limit("law"), local=state.known_limit("local"))


def _ended(document: Content, on: dt.date) -> dict[str, str]:
    numbers = {comparison_key(basis.number): basis.number for basis in document.bases}
    cited = LegalDocument.objects.filter(number_key__in=numbers)
    ended = {}
    for basis in cited.prefetch_related("changes__by_document"):
        for change in basis.changes.all():
            if change.ends_by(on):
                by = f" bởi {change.by_document.number}" if change.by_document else ""
                since = format_date(change.effective_on)
                ended[numbers[basis.number_key]] = f"đã {change.get_kind_display()}{by} từ {since}"
    return ended
