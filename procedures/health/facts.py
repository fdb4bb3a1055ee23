"""What the rules look at, read by a constant number of queries for any number of procedures."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from procedures.checks import Facts
from procedures.circulation import Standing, standing_of
from procedures.content import Content
from procedures.models import (
    TTHC,
    Decision,
    Exclusion,
    Form,
    FormIssue,
    InForcePeriod,
    LegalChange,
    LegalDocument,
    PrintedCopy,
    Procedure,
    ProcedureVersion,
    Responsibility,
    Review,
    TTHCChange,
    VersionTTHC,
    stands_on,
)
from procedures.models.facts import gather_all
from procedures.workflow import OPEN_VERSION, CopyStatus, DecisionStatus
from qms.foundation.text import comparison_key
from qms.organisation.models import Unit


@dataclass(frozen=True)
class Scope:
    """Whose documents are looked at, on which day; `drafts` are the open versions to tell of."""

    units: QuerySet[Unit]
    drafts: QuerySet[ProcedureVersion]
    on: dt.date

    @classmethod
    def whole(cls, units: QuerySet[Unit], on: dt.date) -> "Scope":
        """Return the scope of somebody who may see every draft of `units`."""
        drafts = ProcedureVersion.objects.open().filter(procedure__owner__in=units)
        return cls(units, drafts, on)


@dataclass(frozen=True)
class InForce:
    """A version in force, its content, and the facts of the day that it is held against."""

    version: ProcedureVersion
    period: InForcePeriod
    facts: Facts

    @property
    def procedure(self) -> Procedure:
        return self.version.procedure

    @property
    def document(self) -> Content:
        return self.version.document

    @property
    def is_tthc(self) -> bool:
        return self.procedure.kind == Procedure.Kind.TTHC

    @property
    def is_typed(self) -> bool:
        """Tell whether the content is here; of a document taken over from paper it may follow."""
        said = self.document
        return bool(said.steps or said.bases or said.dossier)


class Found:
    """The records that the rules ask about; each is read once, when the first rule asks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.on = scope.on

    @cached_property
    def in_force(self) -> list[InForce]:
        periods = (
            InForcePeriod.objects.valid(on=self.on)
            .filter(procedure__owner__in=self.scope.units)
            .select_related("version__procedure__agency__profile", "begun_by__decision")
            .defer("version__search_key")
            .order_by("procedure__sort_key", "procedure_id")
        )
        listed = list(periods)
        facts = gather_all([period.version for period in listed], on=self.on)
        return [InForce(p.version, p, facts[p.version_id]) for p in listed]

    @cached_property
    def open_versions(self) -> list[ProcedureVersion]:
        listed = self.scope.drafts.filter(status__in=OPEN_VERSION).select_related(
            "procedure", "base"
        )
        return list(listed.defer("content", "search_key").order_by("procedure__sort_key"))

    @cached_property
    def known_numbers(self) -> frozenset[str]:
        """The comparison keys of the documents that the versions cite and the register has."""
        cited = {comparison_key(b.number) for each in self.in_force for b in each.document.bases}
        rows = LegalDocument.objects.filter(number_key__in=cited)
        return frozenset(rows.values_list("number_key", flat=True))

    @cached_property
    def kept_bases(self) -> frozenset[tuple[int, str]]:
        """Procedure and document, where a review of the ending change said *keep*."""
        rows = Review.objects.filter(
            verdict=Review.Verdict.KEEP,
            legal_change__kind__in=LegalChange.ENDING,
            procedure__owner__in=self.scope.units,
            reviewed_on__lte=self.on,
        )
        return frozenset(rows.values_list("procedure_id", "legal_change__document__number_key"))

    @cached_property
    def _blanks(self) -> list[tuple[int, str, int, bool]]:
        """Agency, reference and key of each form, and whether it has a file on the day."""
        issue = FormIssue.objects.filter(form=OuterRef("pk"), valid_from__lte=self.on)
        agencies = {each.procedure.agency_id for each in self.in_force}
        rows = Form.objects.filter(agency__in=agencies).annotate(has_file=Exists(issue))
        return list(rows.values_list("agency_id", "ref_key", "pk", "has_file"))

    @cached_property
    def blank_keys(self) -> frozenset[tuple[int, str]]:
        """Agency and key of each form that has a file in force on the day."""
        return frozenset((agency, key) for agency, key, _, has_file in self._blanks if has_file)

    @cached_property
    def fileless_blanks(self) -> dict[tuple[int, str], int]:
        """The key of each form that is listed without a file, by agency and reference."""
        return {(agency, key): pk for agency, key, pk, has_file in self._blanks if not has_file}

    @cached_property
    def last_reviews(self) -> dict[int, dt.date]:
        """The last periodic review of each procedure, by its key."""
        rows = Review.objects.filter(
            tthc_change=None,
            legal_change=None,
            procedure__owner__in=self.scope.units,
            reviewed_on__lte=self.on,
        )
        return dict(rows.order_by("reviewed_on").values_list("procedure_id", "reviewed_on"))

    @cached_property
    def tthc_in_force(self) -> dict[str, bool]:
        """Whether each TTHC that a version in force covers is in force itself, by its code."""
        codes = {c.code for each in self.in_force for c in each.document.tthc}
        rows = TTHC.objects.filter(code__in=codes).prefetch_related(_standing_changes("changes"))
        return {tthc.code: stands_on(tthc.changes.all(), self.on) for tthc in rows}

    @cached_property
    def duties(self) -> list[Responsibility]:
        """The responsibilities that count on the day: not excluded, their TTHC in force."""
        signed_out = Exclusion.objects.valid(on=self.on).filter(responsibility=OuterRef("pk"))
        rows = (
            Responsibility.objects.valid(on=self.on)
            .filter(~Exists(signed_out), unit__in=self.scope.units)
            .select_related("tthc", "unit")
            .prefetch_related(_standing_changes("tthc__changes"))
            .order_by("tthc__code", "unit__path")
        )
        return [duty for duty in rows if stands_on(duty.tthc.changes.all(), self.on)]

    @cached_property
    def serving(self) -> dict[str, set[str]]:
        """The paths of the agencies whose versions in force cover a TTHC, by its code."""
        tthc = {duty.tthc_id for duty in self.duties}
        rows = InForcePeriod.objects.valid(on=self.on).filter(version__tthc_links__tthc__in=tthc)
        paths: dict[str, set[str]] = defaultdict(set)
        for code, path in rows.values_list(
            "version__tthc_links__tthc__code", "procedure__agency__path"
        ):
            paths[code].add(path or "")
        return paths

    @cached_property
    def drafted(self) -> frozenset[str]:
        """The codes of the TTHC that a draft covers, among the drafts to tell of."""
        rows = VersionTTHC.objects.filter(version__in=[v.pk for v in self.open_versions])
        return frozenset(rows.values_list("tthc__code", flat=True))

    @cached_property
    def decisions(self) -> list[Decision]:
        rows = Decision.objects.filter(agency__in=self.scope.units)
        wanted = Q(status=DecisionStatus.APPROVED) | Q(
            status=DecisionStatus.ISSUED, signed_file=None
        )
        return list(rows.filter(wanted).order_by("approved_at", "pk"))

    @cached_property
    def open_items(self) -> dict[int, str]:
        """The address of the open decision that holds a reviewed version, by the version's key."""
        rows = Decision.objects.filter(
            items__closed_at=None, items__version__in=[v.pk for v in self.open_versions]
        )
        pairs = rows.values_list("items__version_id", "pk")
        decisions = {pk: Decision(pk=pk).get_absolute_url() for _, pk in pairs}
        return {version: decisions[pk] for version, pk in pairs if version is not None}

    @cached_property
    def codes(self) -> list[Procedure]:
        rows = Procedure.objects.filter(owner__in=self.scope.units)
        return list(rows.order_by("sort_key"))

    @cached_property
    def held_copies(self) -> list[PrintedCopy]:
        """The copies still held of versions that are not, and will not be, in force."""
        standing = InForcePeriod.objects.standing().filter(
            Q(valid_to=None) | Q(valid_to__gt=self.on), version=OuterRef("version")
        )
        rows = PrintedCopy.objects.filter(
            ~Exists(standing),
            status=CopyStatus.HELD,
            version__procedure__owner__in=self.scope.units,
        )
        rows = rows.select_related("version__procedure").defer(
            "version__content", "version__search_key"
        )
        return list(rows.order_by("version__procedure__sort_key", "version_id", "number"))

    @cached_property
    def unread(self) -> list[Standing]:
        """The versions that somebody is late to read."""
        keys = [each.version.pk for each in self.in_force]
        standings = standing_of(ProcedureVersion.objects.filter(pk__in=keys), on=self.on)
        return [standing for standing in standings if standing.overdue]


def _standing_changes(name: str) -> Prefetch[str, QuerySet[TTHCChange]]:
    changes = TTHCChange.objects.filter(is_void=False).order_by("effective_on", "pk")
    return Prefetch(name, queryset=changes)


def served(duty: Responsibility, agency_paths: Iterable[str]) -> bool:
    """Tell whether one of the agencies is on one branch with the unit that answers."""
    path = duty.unit.path or ""
    return any(path.startswith(agency) or agency.startswith(path) for agency in agency_paths)
