"""Gather what the content of versions is checked against, from the catalogue and the registers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from procedures.checks import Facts, KnownLimit
from procedures.models.blanks import Form
from procedures.models.catalogue import TTHC, on_day
from procedures.models.documents import Procedure
from procedures.models.legal import LegalDocument
from qms.foundation.dates import format_date
from qms.foundation.text import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from procedures.content import Content
    from procedures.models.versions import ProcedureVersion


def gather_facts(version: ProcedureVersion, *, on: dt.date) -> Facts:
    """Return the facts of the day for the version's content; as many queries as for several."""
    return gather_all([version], on=on)[version.pk]


def gather_all(versions: Iterable[ProcedureVersion], *, on: dt.date) -> dict[int, Facts]:
    """Return the facts of the day for each version by its key.

    Seven queries at most, however many versions there are and however long they are.
    """
    listed = list(versions)
    documents = [version.document for version in listed]
    limits = _limits({c.code for document in documents for c in document.tthc}, on)
    ended = _ended({basis.number for document in documents for basis in document.bases}, on)
    forms = _forms(listed)
    confusable = _confusable(listed)
    return {
        version.pk: Facts(
            is_tthc_kind=version.procedure.kind == Procedure.Kind.TTHC,
            limits=limits,
            known_tthc=frozenset(limits),
            known_forms=forms[version.procedure.agency_id],
            ended_bases=_cited(version.document, ended),
            code_confusable_with=confusable.get(version.procedure_id, ""),
        )
        for version in listed
    }


def _limits(codes: set[str], on: dt.date) -> dict[str, KnownLimit]:
    rows = TTHC.objects.filter(code__in=codes).select_related("field")
    states = [
        on_day(tthc, list(tthc.changes.all()), on)
        for tthc in rows.prefetch_related("changes__field")
    ]
    return {
        state.tthc.code: KnownLimit(law=state.known_limit("law"), local=state.known_limit("local"))
        for state in states
    }


def _forms(versions: Iterable[ProcedureVersion]) -> Mapping[int, frozenset[str]]:
    """Return by agency the comparison keys of its own forms that the versions cite."""
    cited = {
        (version.procedure.agency_id, comparison_key(form.code))
        for version in versions
        for form in version.document.forms
        if form.kind == Form.Kind.INTERNAL
    }
    rows = Form.objects.filter(
        agency__in={agency for agency, _ in cited},
        ref_key__in={f"i:{code}"[:320] for _, code in cited},
    )
    known: dict[int, frozenset[str]] = defaultdict(frozenset)
    for agency, ref_key in rows.values_list("agency_id", "ref_key"):
        known[agency] |= {ref_key.removeprefix("i:")}
    return known


def _confusable(versions: Iterable[ProcedureVersion]) -> dict[int, str]:
    """Return by procedure another one of its agency whose code is easily mistaken for its own."""
    procedures = [version.procedure for version in versions]
    alike = Procedure.objects.filter(
        agency__in={p.agency_id for p in procedures},
        confusable_key__in={p.confusable_key for p in procedures},
    )
    found: dict[int, str] = {}
    others = list(alike)
    for procedure in procedures:
        for other in others:
            same_key = (other.agency_id, other.confusable_key) == (
                procedure.agency_id,
                procedure.confusable_key,
            )
            if same_key and other.code_key != procedure.code_key:
                found.setdefault(procedure.pk, str(other))
    return found


def _ended(numbers: set[str], on: dt.date) -> dict[str, str]:
    """Return by comparison key why a document is not in force on the day."""
    cited = LegalDocument.objects.filter(number_key__in={comparison_key(n) for n in numbers})
    ended = {}
    for basis in cited.prefetch_related("changes__by_document"):
        for change in basis.changes.all():
            if change.ends_by(on):
                by = f" bởi {change.by_document.number}" if change.by_document else ""
                since = format_date(change.effective_on)
                ended[basis.number_key] = f"đã {change.get_kind_display()}{by} từ {since}"
    return ended


def _cited(document: Content, ended: Mapping[str, str]) -> dict[str, str]:
    return {
        basis.number: why
        for basis in document.bases
        if (why := ended.get(comparison_key(basis.number)))
    }
