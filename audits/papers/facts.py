"""What an audit's papers are printed from: records with all that belongs to them, read before."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from audits.models import (
    Attendance,
    Audit,
    AuditMember,
    AuditSession,
    AuditSubject,
    Finding,
    SampledDossier,
)
from audits.papers.letterhead import Letterhead, Piece
from procedures.models import ProcedureVersion
from qms.foundation.dates import format_date
from qms.organisation.models import Unit
from qms.records.models import Signature


@dataclass(frozen=True, slots=True)
class Teammate:
    """Somebody of the team on the day of the audit.

    `place` is position and unit; `doubts` stand against their independence and are borne by
    nobody; `warnings` tell what is wanting in their certificates; `signed_on` is the civil day of
    the leader's countersignature.
    """

    member: AuditMember
    place: str
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]
    signed_on: dt.date | None = None

    @property
    def name(self) -> str:
        return str(self.member.person)

    @property
    def role(self) -> str:
        outside = " (ngoài cơ quan)" if self.member.is_outside else ""
        return f"{self.member.get_role_display()}{outside}"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the scope, with the version that was in force on the day of the audit.

    `name` is the procedure, or what stands in its place for who may not read it.
    """

    subject: AuditSubject
    version: ProcedureVersion | None
    name: str

    @property
    def unit(self) -> Unit | None:
        procedure = self.subject.procedure
        return self.subject.unit or (procedure.owner if procedure else None)

    @property
    def procedure(self) -> str:
        """Return the procedure with the issue that is audited, or nothing."""
        return f"{self.name} ({self.version.number_text})" if self.version else self.name

    @property
    def clauses(self) -> str:
        return ", ".join(self.subject.clauses)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A line of the timetable, with who audits and who was there."""

    session: AuditSession
    subject: str
    auditors: tuple[str, ...]
    attendance: tuple[Attendance, ...]


@dataclass(frozen=True)
class AuditFacts:
    """An audit as all its papers tell it."""

    head: Letterhead
    audit: Audit
    team: tuple[Teammate, ...]
    parts: tuple[Part, ...]
    sittings: tuple[Sitting, ...]
    signatures: tuple[Signature, ...]
    clauses: Mapping[str, str]  # titles by number
    programmes: tuple[str, ...]  # the approved plans from which the scope was taken

    @property
    def lead(self) -> Teammate | None:
        leads = (each for each in self.team if each.member.role == AuditMember.Role.LEAD)
        return next(leads, None)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Return the audited units, each once."""
        named = [part.unit for part in self.parts]
        named += [sitting.session.unit for sitting in self.sittings]
        return tuple({unit.pk: unit for unit in named if unit}.values())

    @property
    def team_decision(self) -> str:
        """Return `Quyết định số 12/QĐ-PGDĐT ngày 05/05/2022`, empty while it has no number."""
        audit = self.audit
        if not audit.team_number:
            return ""
        on = f" ngày {format_date(audit.team_decided_on)}" if audit.team_decided_on else ""
        return f"Quyết định số {audit.team_number}{on}"

    def sitting(self, kind: str) -> Sitting | None:
        """Return the meeting of the kind."""
        return next((each for each in self.sittings if each.session.kind == kind), None)

    def clause_text(self, number: str) -> str:
        """Return `điều 7.5.3 Kiểm soát thông tin dạng văn bản`."""
        return f"điều {number} {self.clauses.get(number, '')}".strip() if number else ""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its evidence, and the number of its nonconformity once it was raised."""

    finding: Finding
    evidence: tuple[Piece, ...]
    sheet: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A dossier that was looked at, and who had handled it."""

    dossier: SampledDossier
    handlers: tuple[str, ...]
