"""What coverage is counted from, free of the database."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from procedures.models import (
    LegalChange,
    ProcedureVersion,
    Review,
    TTHCChange,
    stands_on,
)
from qms.foundation.dates import covers
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
    begun_by_id: int | None
    is_illustrative: bool


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


def review_verdict(
    kept: Kept, version: VersionFacts, change: Change, day: dt.date
) -> Review.Verdict | None:
    """Return what the last review of that change for the procedure, dated by the day, says."""
    reviews = [r for r in kept.get((version.procedure_id, change.key), ()) if r[0] <= day]
    return Review.Verdict(reviews[-1][2]) if reviews else None
