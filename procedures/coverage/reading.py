"""Reading the facts of coverage: four queries, whatever the size of the catalogue."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, QuerySet

from procedures.coverage.facts import (
    Change,
    Duty,
    Facts,
    Period,
    Renaming,
    Span,
    TTHCFacts,
    VersionFacts,
)
from procedures.models import (
    LegalChange,
    ProcedureVersion,
    Responsibility,
    TTHCChange,
    VersionTTHC,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL
from qms.organisation.models import AgencyProfile, Unit


def profile_of(unit: Unit) -> AgencyProfile | None:
    """Return the settings of the nearest agency at or above `unit` that has any."""
    profiles = AgencyProfile.objects.filter(unit__in=unit.ancestor_ids())
    return profiles.order_by("-unit__path").first()


def load_facts(
    unit: Unit, profile: AgencyProfile | None, *, tthc: Iterable[int] | None = None
) -> Facts:
    """Read what coverage within `unit` is counted from; of some TTHC only where keys are given."""
    duties = Responsibility.objects.filter(unit__path__startswith=unit.path or "/")
    if tthc is not None:
        duties = duties.filter(tthc__in=list(tthc))
    found = _read_duties(duties)
    kept: dict[tuple[int, tuple[str, int]], set[tuple[dt.date, int, str]]] = defaultdict(set)
    scope = duties.order_by().values("tthc")
    _read_changes(found, scope, kept)
    versions = _read_versions(found, scope)
    _read_bases(versions, scope, kept)
    return Facts(unit, profile, found, {key: sorted(reviews) for key, reviews in kept.items()})


def _read_duties(duties: QuerySet[Responsibility]) -> dict[int, TTHCFacts]:
    found: dict[int, TTHCFacts] = {}
    rows = duties.order_by("tthc__code", "unit__path", "pk").values(
        "pk", "kind", "valid_from", "valid_to", "tthc_id", "tthc__code", "tthc__name",
        "tthc__field__name", "unit__code", "unit__name", "unit__path", "exclusions__valid_from",
        "exclusions__valid_to", "exclusions__accepted_at",
    )  # fmt: skip
    for row in rows:
        item = found.get(row["tthc_id"])
        if item is None:
            item = TTHCFacts(
                row["tthc_id"],
                row["tthc__code"],
                row["tthc__name"],
                row["tthc__field__name"] or "",
            )
            found[item.pk] = item
        duty = item.duties.get(row["pk"])
        if duty is None:
            duty = item.duties[row["pk"]] = Duty(
                row["pk"],
                row["unit__code"],
                row["unit__name"],
                row["unit__path"] or "",
                row["kind"],
                Span(row["valid_from"], row["valid_to"]),
            )
        if row["exclusions__accepted_at"]:
            span = Span(row["exclusions__valid_from"], row["exclusions__valid_to"])
            duty.exclusions.append(span)
    return found


def _read_changes(found: dict[int, TTHCFacts], scope: QuerySet[Any, Any], kept: Any) -> None:
    rows = TTHCChange.objects.filter(tthc__in=scope, is_void=False).values(
        "pk", "tthc_id", "kind", "effective_on", "decision_no", "name", "field__name",
        "reviews__pk", "reviews__procedure", "reviews__verdict", "reviews__reviewed_on",
    )  # fmt: skip
    for row in rows.order_by("effective_on", "pk"):
        item = found[row["tthc_id"]]
        label = TTHCChange.Kind(row["kind"]).label
        change = Change(
            "tthc",
            row["pk"],
            row["kind"],
            row["effective_on"],
            f"TTHC: {label.lower()} theo {row['decision_no']}",
        )
        item.changes[change.pk] = change
        item.renamings[change.pk] = Renaming(
            change.effective_on, row["name"], row["field__name"] or ""
        )
        _keep(kept, change, row)


def _keep(kept: Any, change: Change, row: Mapping[str, Any]) -> None:
    if row["reviews__pk"]:
        review = (row["reviews__reviewed_on"], row["reviews__pk"], row["reviews__verdict"])
        kept[row["reviews__procedure"], change.key].add(review)


def _read_versions(
    found: dict[int, TTHCFacts], scope: QuerySet[Any, Any]
) -> dict[int, VersionFacts]:
    versions: dict[int, VersionFacts] = {}
    rows = VersionTTHC.objects.filter(tthc__in=scope).values(
        "tthc_id",
        "version_id",
        procedure=F("version__procedure"),
        code=F("version__procedure__code"),
        slug=F("version__procedure__slug"),
        agency_path=F("version__procedure__agency__path"),
        owner_path=F("version__procedure__owner__path"),
        is_restricted=F("version__procedure__is_restricted"),
        status=F("version__status"),
        origin=F("version__origin"),
        issue_no=F("version__issue_no"),
        revision_no=F("version__revision_no"),
        created_at=F("version__created_at"),
        issued_at=F("version__issued_at"),
        discarded_at=F("version__discarded_at"),
        period=F("version__periods"),
        valid_from=F("version__periods__valid_from"),
        valid_to=F("version__periods__valid_to"),
        voided_at=F("version__periods__voided_at"),
        decided_on=F("version__periods__begun_by__decision__signed_on"),
        begun_by=F("version__periods__begun_by__decision__number"),
        ended_by=F("version__periods__ended_by__decision__number"),
        begun_by_id=F("version__periods__begun_by__decision"),
        is_illustrative=F("version__periods__begun_by__decision__is_illustrative"),
        taken_tthc=F("version__taken_up_links__tthc_change"),
        taken_legal=F("version__taken_up_links__legal_change"),
    )
    for row in rows.order_by("version__procedure__sort_key", "version_id", "period"):
        version = versions.get(row["version_id"])
        if version is None:
            version = versions[row["version_id"]] = _version(row)
        _add_period(version, row)
        if row["taken_tthc"]:
            version.taken_up.add(("tthc", row["taken_tthc"]))
        if row["taken_legal"]:
            version.taken_up.add(("legal", row["taken_legal"]))
        covering = found[row["tthc_id"]].versions
        if version not in covering:
            covering.append(version)
    return versions


def _version(row: Mapping[str, Any]) -> VersionFacts:
    return VersionFacts(
        pk=row["version_id"],
        procedure_id=row["procedure"],
        code=row["code"],
        slug=row["slug"],
        agency_path=row["agency_path"] or "",
        owner_path=row["owner_path"] or "",
        is_restricted=row["is_restricted"],
        status=row["status"],
        issue_no=row["issue_no"],
        revision_no=row["revision_no"],
        is_paper=row["origin"] == ProcedureVersion.Origin.PAPER,
        created_on=_local(row["created_at"]),
        issued_on=_local(row["issued_at"]),
        discarded_on=_local(row["discarded_at"]),
    )


def _local(moment: dt.datetime | None) -> dt.date | None:
    return moment.astimezone(LOCAL).date() if moment else None


def _add_period(version: VersionFacts, row: Mapping[str, Any]) -> None:
    if row["period"] and not row["voided_at"] and version.status == VersionStatus.ISSUED:
        version.periods[row["period"]] = Period(
            Span(row["valid_from"], row["valid_to"]),
            row["decided_on"],
            row["begun_by"] or "",
            row["ended_by"] or "",
            row["begun_by_id"],
            bool(row["is_illustrative"]),
        )


def _read_bases(versions: dict[int, VersionFacts], scope: QuerySet[Any, Any], kept: Any) -> None:
    covering = VersionTTHC.objects.filter(tthc__in=scope).values("version")
    changes = LegalChange.objects.filter(
        is_void=False,
        document__version_links__is_direct=True,
        document__version_links__version__in=covering,
    )
    rows = changes.values(
        "pk", "kind", "effective_on", "is_verified", "document__number", "by_document__number",
        "reviews__pk", "reviews__procedure", "reviews__verdict", "reviews__reviewed_on",
        version=F("document__version_links__version"),
        tthc=F("document__version_links__tthc"),
    )  # fmt: skip
    for row in rows.order_by("effective_on", "pk"):
        by = f" bởi {row['by_document__number']}" if row["by_document__number"] else ""
        change = Change(
            "legal",
            row["pk"],
            row["kind"],
            row["effective_on"],
            f"{row['document__number']} {LegalChange.Kind(row['kind']).label}{by}",
            row["is_verified"],
        )
        versions[row["version"]].bases[row["tthc"]][change.pk] = change
        _keep(kept, change, row)
