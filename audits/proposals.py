"""What a year's plan should hold, by risk (ISO 9001:2015, 9.2.2 a): never audited, due, changed,
with nonconformities, out of date. Pure reading, a bounded number of queries."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from audits.models import AuditSettings, AuditSubject, ChecklistItem, Nonconformity
from audits.workflow import REPORTED_AUDIT, NonconformityStatus
from procedures.coverage import coverage_on
from procedures.models import InForcePeriod, Procedure
from qms.foundation.dates import add_months, format_date
from qms.organisation.models import Unit, UnitQuerySet

# How much each reason weighs; the sum orders the proposals.
_NEVER, _DUE, _OVERDUE, _CHANGED, _OPEN, _REPEATED, _STALE = 3, 2, 3, 2, 2, 3, 2
HIGH, MIDDLE = 5, 3


@dataclass(frozen=True)
class Proposal:
    """A unit or a procedure that should be audited in the year, and why."""

    reasons: list[str]
    urgency: int
    unit: Unit | None = None
    procedure: Procedure | None = None

    @property
    def key(self) -> str:
        """Return a short name for forms: `d12` a unit, `q7` a procedure."""
        return f"q{self.procedure.pk}" if self.procedure else f"d{self.unit.pk if self.unit else 0}"

    @property
    def subject(self) -> str:
        return str(self.procedure or self.unit)

    @property
    def level(self) -> str:
        """Return the urgency in a word."""
        return "cao" if self.urgency >= HIGH else "vừa" if self.urgency >= MIDDLE else "thường"


@dataclass(frozen=True)
class _Troubles:
    """Nonconformities of one unit or procedure on the day: open ones, and repeats among all."""

    standing: int = 0
    repeated: int = 0


def proposals(agency: Unit, *, year: int, on: dt.date) -> list[Proposal]:
    """Return what should be audited in `year`, as known on the day, the most pressing first.

    A unit or procedure counts as audited by an audit that is reported by the day and names it, or
    asked questions about it.
    """
    settings = AuditSettings.of(agency)
    ends = dt.date(year, 12, 31)
    offered = [
        *_of_units(agency, settings, ends, on),
        *_of_procedures(agency, settings, ends, on),
    ]
    return sorted(offered, key=lambda proposal: -proposal.urgency)


def plannable_units(agency: Unit) -> UnitQuerySet:
    """Return the units that an agency's plan and audits may name: all of it, and the one-stop desk
    it shares with the agencies beside it."""
    above = agency.ancestor_ids()[:-1]
    return Unit.objects.filter(
        Q(path__startswith=agency.path) | Q(parent__in=above, kind=Unit.Kind.ONE_STOP)
    )


def is_plannable(agency: Unit, unit: Unit) -> bool:
    """Tell whether an agency's plan and audits may name the unit."""
    return plannable_units(agency).filter(pk=unit.pk).exists()


def audited_units(agency: Unit, *, on: dt.date) -> list[Unit]:
    """Return the units that are to be audited regularly: those of the day, schools left out.

    The agency as a whole where it has no sections of its own.
    """
    units = plannable_units(agency).existing(on=on).exclude(kind=Unit.Kind.SCHOOL)
    within = [unit for unit in units if unit.pk != agency.pk]
    agencies = [unit.path or "" for unit in within if unit.kind == Unit.Kind.AGENCY]
    own = [unit for unit in within if not any((unit.path or "").startswith(p) for p in agencies)]
    return own if any(unit.kind != Unit.Kind.ONE_STOP for unit in own) else [agency, *own]


def procedures_in_force(agency: Unit, *, on: dt.date) -> dict[Procedure, dt.date]:
    """Return the agency's procedures in force on the day, with since when the version is."""
    periods = InForcePeriod.objects.valid(on=on).filter(procedure__agency=agency)
    rows = periods.select_related("procedure__owner").order_by("procedure__sort_key")
    return {period.procedure: period.valid_from for period in rows}


def _of_units(
    agency: Unit, settings: AuditSettings, ends: dt.date, on: dt.date
) -> Iterator[Proposal]:
    last = _last_audited(agency, on, "unit", "unit")
    troubles = _troubles(agency, settings, on, "unit")
    for unit in audited_units(agency, on=on):
        found = [
            *_by_time(last.get(unit.pk), settings.unit_audit_months, ends, on),
            *_by_troubles(troubles.get(unit.pk, _Troubles())),
        ]
        if found:
            yield Proposal(*_weighed(found), unit=unit)


def _of_procedures(
    agency: Unit, settings: AuditSettings, ends: dt.date, on: dt.date
) -> Iterator[Proposal]:
    last = _last_audited(agency, on, "procedure", "version__procedure")
    troubles = _troubles(agency, settings, on, "procedure")
    stale = _stale(agency, on)
    for procedure, begun in procedures_in_force(agency, on=on).items():
        is_tthc = procedure.kind == Procedure.Kind.TTHC
        months = settings.tthc_audit_months if is_tthc else settings.system_audit_months
        audited = last.get(procedure.pk)
        found = [
            *_by_time(audited, months, ends, on),
            *_by_troubles(troubles.get(procedure.pk, _Troubles())),
        ]
        if audited and begun > audited:
            found.append((f"bản mới có hiệu lực từ {format_date(begun)}", _CHANGED))
        if procedure.pk in stale:
            found.append(("phải cập nhật theo quy định mới", _STALE))
        if found:
            yield Proposal(*_weighed(found), procedure=procedure)


def _weighed(found: Iterable[tuple[str, int]]) -> tuple[list[str], int]:
    reasons = list(found)
    return [text for text, _ in reasons], sum(weight for _, weight in reasons)


def _by_time(
    audited: dt.date | None, months: int, ends: dt.date, on: dt.date
) -> Iterator[tuple[str, int]]:
    if audited is None:
        yield "chưa từng được đánh giá", _NEVER
        return
    due = add_months(audited, months)
    if due < on:
        yield f"đánh giá gần nhất {format_date(audited)}, quá hạn từ {format_date(due)}", _OVERDUE
    elif due <= ends:
        yield f"đánh giá gần nhất {format_date(audited)}, đến hạn {format_date(due)}", _DUE


def _by_troubles(troubles: _Troubles) -> Iterator[tuple[str, int]]:
    if troubles.standing:
        yield f"{troubles.standing:02d} sự không phù hợp chưa đóng", _OPEN
    if troubles.repeated:
        yield f"{troubles.repeated:02d} sự không phù hợp lặp lại", _REPEATED


def _last_audited(
    agency: Unit, on: dt.date, of_subject: str, of_item: str
) -> Mapping[int, dt.date]:
    """Return the first day of the last audit of each unit or procedure; two queries."""
    reported = Q(
        audit__agency=agency,
        audit__status__in=sorted(REPORTED_AUDIT),
        audit__reported_on__lte=on,
        removed_at=None,
    )
    found: dict[int, dt.date] = {}
    for model, name in ((AuditSubject, of_subject), (ChecklistItem, of_item)):
        rows = model.objects.filter(reported, **{f"{name}__isnull": False})
        for key, day in rows.order_by().values_list(name).annotate(Max("audit__starts_on")):
            found[key] = max(day, found.get(key, day))
    return found


def _troubles(
    agency: Unit, settings: AuditSettings, on: dt.date, name: str
) -> dict[int, _Troubles]:
    """Return what was found of each unit or procedure, repeats within the months of settings."""
    still = (Q(closed_on__isnull=True) | Q(closed_on__gt=on)) & (
        Q(rejected_on__isnull=True) | Q(rejected_on__gt=on)
    )
    since = add_months(on, -settings.recurrence_months)
    repeated = Q(repeats__isnull=False, found_on__gte=since) & ~Q(
        status=NonconformityStatus.REJECTED
    )
    rows = (
        Nonconformity.objects.filter(agency=agency, found_on__lte=on, **{f"{name}__isnull": False})
        .order_by()
        .values(name)
        .annotate(standing=Count("pk", filter=still), again=Count("pk", filter=repeated))
        .values_list(name, "standing", "again")
    )
    return {key: _Troubles(standing, again) for key, standing, again in rows}


def _stale(agency: Unit, on: dt.date) -> set[int]:
    """Return the procedures in force that have not taken up a change; five queries."""
    rows = coverage_on(on, agency).rows
    return {reason.version.procedure_id for row in rows for reason in row.reasons}
