"""An audit under way with a filled scope, for the tests of checklists; made by the real verbs."""

import datetime as dt
import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from audits.actions.answering import AnswerGiven, Outcome, record_answer
from audits.actions.checklist import generate_checklist
from audits.actions.meetings import Attendant, start_audit
from audits.actions.planning import AuditGiven, NewAudit, SubjectGiven, notify_audit, plan_audit
from audits.actions.team import add_member
from audits.actions.timetable import SessionGiven, add_session
from audits.models import Audit, AuditMember, AuditSession, ChecklistItem, Clause
from procedures.models import ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import Unit, User
from qms.organisation.roles import Role
from tests.factories import Office, make_unit, make_user, make_version, system

EDITION = "TCVN ISO 9001:2015"
_numbers = itertools.count(1)


def make_auditor(office: Office, name: str = "", *, unit: Unit | None = None) -> User:
    """An internal auditor who works in a section of their own, far from what is audited."""
    section = unit or make_unit(office.agency)
    return make_user(
        Role.INTERNAL_AUDITOR,
        unit=section,
        name=name or f"Đánh Giá {next(_numbers)}",
        position="Chuyên gia",
    )


def make_clause(number: str = "7.5", title: str = "Thông tin dạng văn bản") -> Clause:
    clause = Clause.objects.filter(edition=EDITION, number=number).first()
    if clause is None:
        clause = Clause(edition=EDITION, number=number, title_vi=title)
        clause.record(by=system(), reason="Lập danh mục")
    return clause


@dataclass
class Filled:
    """An audit with its office, its lead, a second auditor and the version it audits."""

    office: Office
    audit: Audit
    lead: User
    auditor: User
    version: ProcedureVersion
    extra: dict[str, Any] = field(default_factory=dict)

    def item(self, kind: str = ChecklistItem.Kind.STEP) -> ChecklistItem:
        """The first question of the kind."""
        found = ChecklistItem.objects.select_related("audit", "version__procedure")
        first = found.filter(audit=self.audit, kind=kind, removed_at=None).first()
        assert first is not None
        return first


def plan(
    office: Office,
    *subjects: SubjectGiven,
    starts_on: dt.date | None = None,
    people: tuple[User, ...] = (),
) -> tuple[Audit, User, User]:
    """A planned audit of today with a lead and an auditor."""
    day = starts_on or today()
    lead, auditor = people or (make_auditor(office), make_auditor(office))
    about = AuditGiven(title="Đánh giá nội bộ", starts_on=day, ends_on=day, edition=EDITION)
    audit = plan_audit(NewAudit(office.agency, about, subjects), by=office.secretary)
    add_member(audit, lead, AuditMember.Role.LEAD, by=office.secretary)
    add_member(audit, auditor, AuditMember.Role.AUDITOR, by=office.secretary)
    return audit, lead, auditor


def begin(audit: Audit, office: Office, lead: User, on: dt.date | None = None) -> Audit:
    """Notify the audit and hold its opening meeting."""
    member = audit.members.get(person=lead)
    hours = [(AuditSession.Kind.OPENING, 8), (AuditSession.Kind.WORK, 9), ("closing", 16)]
    for kind, hour in hours:
        auditors = (member,) if kind == AuditSession.Kind.WORK else ()
        given = SessionGiven(
            kind, audit.starts_on, dt.time(hour), dt.time(hour + 1), auditors=auditors
        )
        add_session(audit, given, by=office.secretary)
    notify_audit(audit, by=office.secretary, on=on)
    start_audit(audit, by=lead, on=on, attendance=[Attendant(name="Nguyễn Văn Dự")])
    return Audit.objects.get(pk=audit.pk)


def make_filled(office: Office | None = None, *, clauses: int = 1, **content: Any) -> Filled:
    """An audit under way over one procedure and a clause, its checklist generated."""
    office = office or Office()
    version = make_version(VersionStatus.ISSUED, office, **content)
    numbers = tuple(make_clause(f"7.{5 + n}").number for n in range(clauses))
    subjects = [SubjectGiven(procedure=version.procedure)]
    if numbers:
        subjects.append(SubjectGiven(unit=make_unit(office.agency), clauses=numbers))
    audit, lead, auditor = plan(office, *subjects)
    generate_checklist(audit, by=lead)
    audit = begin(audit, office, lead)
    return Filled(office, audit, lead, auditor, version)


def given(result: str = "conform", **fields: Any) -> AnswerGiven:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "base": None,
        "result": result,
        "note": "",
        "is_verbal": False,
        "seen_on": today(),
        "answered_at": timezone.now(),
    } | fields
    return AnswerGiven(**values)


def answer(item: ChecklistItem, by: User, result: str = "conform", **fields: Any) -> Outcome:
    """Answer a question upon the answer that stands."""
    standing = item.answers.standing().filter(dossier=fields.get("dossier")).first()
    fields.setdefault("base", standing.pk if standing else None)
    return record_answer(item, given(result, **fields), by=by)
