"""What coverage is counted from: read once, in four queries, whatever the size of the catalogue."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet

from procedures.models import (
    LegalChange,
    ProcedureVersion,
    Responsibility,
    Review,
    TTHCChange,
    VersionTTHC,
    stands_on,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL, covers
from qms.organisation.models import AgencyProfile, Unit

NO_FIELD = "Chưa rõ lĩnh vực"


@dataclass(frozen=True)
class Span:
    """`[valid_from, valid_to)`; None is open on that side."""

    valid_from: dt.date | None
    valid_to: dt.date | None

    def contains(self, day: dt.date) -> bool:
        return covers(self.valid_from, self.valid_to, day)

    def edges(self) -> Iterable[dt.date]:
        return (edge for edge in (self.valid_from, self.valid_to) if edge is not None)


@dataclass
class Duty:
    """A responsibility, with the times in which a leader took it out of the count."""

    pk: int
    unit_code: str
    unit_name: str
    unit_path: str
    kind: str
    span: Span
    exclusions: list[Span] = field(default_factory=list)

    def is_excluded(self, day: dt.date) -> bool:
        return any(span.contains(day) for span in self.exclusions)


@dataclass(frozen=True)
class Change:
    """A change of the TTHC (`tthc`) or of a document that a version cites directly (`legal`)."""

    source: str
    pk: int
    kind: str
    effective_on: dt.date
    text: str
    is_verified: bool = True

    @property
    def key(self) -> tuple[str, int]:
        return self.source, self.pk

    @property
    def ends_basis(self) -> bool:
        return self.source == "legal" and self.kind in LegalChange.ENDING


@dataclass(frozen=True)
class Renaming:
    """What a change says of name and field; empty where it leaves them."""

    effective_on: dt.date
    name: str
    field_name: str


@dataclass(frozen=True)
class Period:
    """A standing period in force; the decisions are those that began and ended it."""

    span: Span
    decided_on: dt.date | None
    begun_by: str
    ended_by: str


@dataclass(eq=False)
class VersionFacts:
    """A version that covers some TTHC; days are civil days in Asia/Ho_Chi_Minh."""

    pk: int
    procedure_id: int
    code: str
    slug: str
    agency_path: str
    owner_path: str
    is_restricted: bool
    status: str
    issue_no: int | None
    revision_no: int | None
    is_paper: bool
    created_on: dt.date | None
    issued_on: dt.date | None
    discarded_on: dt.date | None
    periods: dict[int, Period] = field(default_factory=dict)
    taken_up: set[tuple[str, int]] = field(default_factory=set)
    bases: dict[int | None, dict[int, Change]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def number_text(self) -> str:
        return self._as_model().number_text

    @property
    def number_slug(self) -> str:
        return self._as_model().number_slug

    def _as_model(self) -> ProcedureVersion:
        return ProcedureVersion(
            issue_no=self.issue_no, revision_no=self.revision_no, status=self.status
        )

    @property
    def first_day(self) -> dt.date | None:
        begins = [p.span.valid_from for p in self.periods.values() if p.span.valid_from]
        return min(begins, default=None)

    def is_in_force(self, day: dt.date) -> bool:
        return any(period.span.contains(day) for period in self.periods.values())

    def is_scheduled(self, day: dt.date) -> bool:
        """Tell whether a decision of that day or before puts it in force on a later one."""
        return any(
            period.span.valid_from
            and period.span.valid_from > day
            and (period.decided_on or period.span.valid_from) <= day
            for period in self.periods.values()
        )

    def is_drafted(self, day: dt.date) -> bool:
        """Tell whether it was being drafted at the end of the day, by the times of recording.

        What is taken over from paper was never drafted here; it counts once it is accepted.
        """
        if self.is_paper or self.created_on is None or self.created_on > day:
            return False
        ends = [end for end in (self.issued_on, self.discarded_on) if end is not None]
        return all(end > day for end in ends)

    def bases_for(self, tthc_id: int) -> dict[int, Change]:
        """Return the changes of the documents cited directly for the TTHC, or for all."""
        return self.bases.get(None, {}) | self.bases.get(tthc_id, {})


@dataclass(eq=False)
class TTHCFacts:
    """One TTHC of the catalogue with all that its coverage hangs on."""

    pk: int
    code: str
    name: str
    field_name: str
    duties: dict[int, Duty] = field(default_factory=dict)
    changes: dict[int, Change] = field(default_factory=dict)
    renamings: dict[int, Renaming] = field(default_factory=dict)
    versions: list[VersionFacts] = field(default_factory=list)

    def is_in_force(self, day: dt.date) -> bool:
        return stands_on(self.changes.values(), day)

    def name_on(self, day: dt.date) -> str:
        past = [r.name for r in self.renamings.values() if r.name and r.effective_on <= day]
        return past[-1] if past else self.name

    def field_on(self, day: dt.date) -> str:
        past = [r for r in self.renamings.values() if r.field_name and r.effective_on <= day]
        return (past[-1].field_name if past else self.field_name) or NO_FIELD

    def begun_on(self, day: dt.date) -> dt.date | None:
        """Return since when it has been in force, as an announcement says; None where unknown."""
        begun = None
        for change in self.changes.values():
            if change.effective_on > day:
                break
            if change.kind not in TTHCChange.LIVING:
                begun = None
            elif change.kind == TTHCChange.Kind.ANNOUNCED:
                begun = begun or change.effective_on
        return begun

    def event_days(self, kept: "Kept", until: dt.date) -> list[dt.date]:
        """Return the days up to `until` on which its class may become another, in order."""
        spans = [duty.span for duty in self.duties.values()]
        spans += [span for duty in self.duties.values() for span in duty.exclusions]
        days = {change.effective_on for change in self.changes.values()}
        keys = {(v.procedure_id, change.key) for v in self.versions for change in self._of(v)}
        for version in self.versions:
            spans += [period.span for period in version.periods.values()]
            days |= {change.effective_on for change in version.bases_for(self.pk).values()}
        days |= {day for key in keys for day, _, _ in kept.get(key, ())}
        days |= {edge for span in spans for edge in span.edges()}
        return sorted(day for day in days if day <= until)

    def _of(self, version: VersionFacts) -> list[Change]:
        return [*self.changes.values(), *version.bases_for(self.pk).values()]


# (procedure, change) → (reviewed on, key, verdict), in order
Kept = Mapping[tuple[int, tuple[str, int]], list[tuple[dt.date, int, str]]]


@dataclass(frozen=True)
class Facts:
    """All that coverage within `unit` is counted from, for any day."""

    unit: Unit
    profile: AgencyProfile | None
    tthc: dict[int, TTHCFacts]
    kept: Kept

    @property
    def months(self) -> int:
        """Return the time to take a change up: QĐ 19/2014/QĐ-TTg, Điều 4 says three months."""
        return self.profile.update_deadline_months if self.profile else 3

    @property
    def catalogue_until(self) -> dt.date | None:
        return self.profile.catalogue_until if self.profile else None


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


def review_verdict(
    kept: Kept, version: VersionFacts, change: Change, day: dt.date
) -> Review.Verdict | None:
    """Return what the last review of that change for the procedure, dated by the day, says."""
    reviews = [r for r in kept.get((version.procedure_id, change.key), ()) if r[0] <= day]
    return Review.Verdict(reviews[-1][2]) if reviews else None
