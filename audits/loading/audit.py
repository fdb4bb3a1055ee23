"""One audit from its planning to its end: team, meetings, dossiers, answers, findings, report."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from audits.actions.answering import AnswerGiven, record_answer
from audits.actions.checklist import assign_items, generate_checklist
from audits.actions.findings import FindingGiven, add_finding
from audits.actions.meetings import Attendant, hold_closing, start_audit
from audits.actions.planning import AuditGiven, NewAudit, SubjectGiven, notify_audit, plan_audit
from audits.actions.reporting import approve_report, close_audit, sign_report
from audits.actions.sampling import DossierGiven, add_dossier
from audits.actions.team import add_member, countersign
from audits.actions.timetable import SessionGiven, add_session
from audits.loading.cast import Cast, client_id
from audits.loading.programme import on_paper
from audits.models import (
    Audit,
    AuditMember,
    AuditProgramme,
    AuditSession,
    AuditSubject,
    ChecklistItem,
    Finding,
    ProgrammeLine,
    Result,
    SampledDossier,
)
from audits.models.reports import report_sha256
from procedures.loading.known import one_ever
from qms.foundation.dates import LOCAL
from qms.organisation.models import User

_ANSWERING = dt.timedelta(minutes=3)  # from one question to the next


class AuditLoading:
    """Brings the audit of the facts in, in the names of the demo people."""

    def __init__(self, facts: Mapping[str, Any], cast: Cast) -> None:
        self.facts, self.cast, self.told = facts, cast, facts["audit"]
        self.secretary = cast.people[facts["secretary"]]
        self.lines = facts["programme"]["lines"]
        self.members: dict[str, AuditMember] = {}
        self.subjects: list[AuditSubject] = []
        self.dossiers: dict[str, SampledDossier] = {}

    @transaction.atomic
    def load(self) -> int:
        """Carry the audit through, whole or not at all, where it never was; return 1 or 0."""
        if one_ever(Audit, agency=self.cast.agency, title=self.told["title"]):
            return 0
        audit = self._plan()
        self._prepare(audit)
        lead = self._lead()
        start_audit(
            audit,
            by=lead,
            on=self.told["starts_on"],
            attendance=self._attendance(),
            minutes=self.told["minutes"]["opening"],
        )
        self._answer(audit)
        for row in self.told["findings"]:
            self._find(audit, row)
        self._report(audit, lead)
        return 1

    def _lead(self) -> User:
        return next(m.person for m in self.members.values() if m.role == AuditMember.Role.LEAD)

    def _session_of(self, subject: int) -> dict[str, Any]:
        """Return the row of the timetable in which a subject, counted from 0, is audited."""
        return next(row for row in self.told["sessions"] if row.get("subject") == subject + 1)

    def _auditor_of(self, subject: int) -> User:
        return self.cast.people[self._session_of(subject)["auditors"][0]]

    def _subject_of(self, code: str) -> int:
        """Return the place, from 0, of the subject that is the procedure of this code."""
        codes = [self.lines[row["line"] - 1].get("procedure") for row in self.told["subjects"]]
        return codes.index(code)

    # --- before ---

    def _plan(self) -> Audit:
        about = AuditGiven(
            edition=self.facts["edition"],
            **{
                name: self.told[name]
                for name in ("title", "purpose", "scope", "criteria", "starts_on", "ends_on")
            },
        )
        rows = [self.lines[row["line"] - 1] for row in self.told["subjects"]]
        subjects = tuple(
            SubjectGiven(
                procedure=self.cast.procedures[row["procedure"]],
                clauses=tuple(row["clauses"]),
                line=self._line(row["procedure"]),
            )
            for row in rows
        )
        audit = plan_audit(
            NewAudit(self.cast.agency, about, subjects, is_illustrative=True), by=self.secretary
        )
        self.subjects = list(audit.subjects.select_related("procedure__owner").order_by("pk"))
        return audit

    def _line(self, code: str) -> ProgrammeLine | None:
        plan = AuditProgramme.objects.in_effect(self.cast.agency, self.facts["programme"]["year"])
        lines = plan.standing_lines() if plan else ProgrammeLine.objects.none()
        return lines.filter(procedure=self.cast.procedures[code]).first()

    def _prepare(self, audit: Audit) -> None:
        """Decide on team and timetable, bear the doubts, write the questions, tell the audited."""
        leader = self.cast.people[self.facts["leader"]]
        for row in self.told["team"]:
            self.members[row["person"]] = add_member(
                audit,
                self.cast.people[row["person"]],
                row["role"],
                by=self.secretary,
                reason=row["reason"],
            )
        for member in self.members.values():
            countersign(member, by=leader, signing=on_paper(self.told["countersigned_on"]))
        audit.record_team_decision(**self.told["team_decision"], file=None, by=self.secretary)
        for row in self.told["sessions"]:
            add_session(audit, self._session(row), by=self.secretary)
        generate_checklist(audit, by=self._lead())
        for number, subject in enumerate(self.subjects):
            items = list(audit.items.standing().filter(subject=subject))
            auditor = self.members[self._session_of(number)["auditors"][0]]
            assign_items(audit, items, auditor, by=self._lead())
        notify_audit(audit, by=self.secretary, on=self.told["notified_on"])

    def _session(self, row: Mapping[str, Any]) -> SessionGiven:
        subject = self.subjects[row["subject"] - 1] if "subject" in row else None
        return SessionGiven(
            kind=row.get("kind", AuditSession.Kind.WORK),
            on=row["day"],
            begins=dt.time.fromisoformat(row["begins"]),
            ends=dt.time.fromisoformat(row["ends"]),
            place=row.get("place", ""),
            unit=subject.procedure.owner if subject and subject.procedure else None,
            subject=subject,
            topic=row.get("topic", ""),
            auditors=tuple(self.members[name] for name in row.get("auditors", ())),
        )

    # --- on the days ---

    def _attendance(self) -> list[Attendant]:
        present = [self.cast.people[name] for name in self.told["attendance"]]
        present += [member.person for member in self.members.values()]
        return [
            Attendant(str(person), _position(person, self.told["starts_on"]), person)
            for person in present
        ]

    def _answer(self, audit: Audit) -> None:
        """Sample the dossiers and answer every question: a step by its dossiers, others once."""
        for row in self.told["dossiers"]:
            by = self._auditor_of(self._subject_of(row["procedure"]))
            self.dossiers[row["code"]] = add_dossier(audit, self._dossier(row), by=by)
        for number, subject in enumerate(self.subjects):
            session = self._session_of(number)
            begins = dt.time.fromisoformat(session["begins"])
            now = dt.datetime.combine(session["day"], begins, tzinfo=LOCAL)
            items = audit.items.standing().filter(subject=subject)
            for item in items.select_related("audit", "version__procedure"):
                for code, result in self._cells(item):
                    given = self._given(item, code, result, now)
                    record_answer(item, given, by=self._auditor_of(number))
                now += _ANSWERING

    def _dossier(self, row: Mapping[str, Any]) -> DossierGiven:
        known = self.cast.people
        return DossierGiven(
            procedure=self.cast.procedures[row["procedure"]],
            code=row["code"],
            received_on=row["received_on"],
            due_on=row["due_on"],
            returned_on=row["returned_on"],
            is_sheet_complete=row["sheet"],
            people=tuple(known[name] for name in row["handlers"] if name in known),
            names=tuple(name for name in row["handlers"] if name not in known),
        )

    def _cells(self, item: ChecklistItem) -> list[tuple[str, str]]:
        """Return (code of a dossier, result) for a step; otherwise one result of no dossier."""
        cells = [
            (row["code"], row["cells"][item.row_key])
            for row in self.told["dossiers"]
            if item.kind == ChecklistItem.Kind.STEP
            and self.dossiers[row["code"]].version_id == item.version_id
            and item.row_key in row["cells"]
        ]
        return cells or [("", Result.CONFORM)]

    def _given(
        self, item: ChecklistItem, code: str, result: str, answered_at: dt.datetime
    ) -> AnswerGiven:
        dossier = self.dossiers.get(code)
        found = [
            row["evidence"]
            for row in self.told["findings"]
            if row.get("dossier") == code and row["step"] == item.row_key
        ]
        note = found[0] if found and result != Result.CONFORM else self.told["notes"][item.kind]
        return AnswerGiven(
            client_id=client_id("answer", str(item.pk), code),
            base=None,
            result=result,
            note=note,
            is_verbal=False,
            seen_on=answered_at.date(),
            answered_at=answered_at,
            dossier=dossier.pk if dossier else None,
        )

    def _find(self, audit: Audit, row: Mapping[str, Any]) -> None:
        """Record a finding as its auditor does, and grade it as the lead does."""
        number = self._subject_of(row["procedure"])
        step = {"kind": ChecklistItem.Kind.STEP, "row_key": row["step"]}
        item = audit.items.standing().get(subject=self.subjects[number], **step)
        is_nonconforming = row["grade"] in (Finding.Grade.MAJOR, Finding.Grade.MINOR)
        given = FindingGiven(
            client_id=client_id("finding", row["key"]),
            grade=Finding.Grade.NONCONFORM if is_nonconforming else Finding.Grade.OBSERVATION,
            found_on=self._session_of(number)["day"],
            item=item,
            dossier=self.dossiers.get(row.get("dossier", "")),
            clause=row.get("clause", ""),
            requirement=row.get("requirement", ""),
            evidence_text=row["evidence"],
            gap=row.get("gap", ""),
        )
        finding = add_finding(audit, given, by=self._auditor_of(number))
        finding.grade_as(row["grade"], by=self._lead())

    # --- after ---

    def _report(self, audit: Audit, lead: User) -> None:
        """Hold the closing meeting, let the unit answer, sign, approve and end it."""
        told = self.told
        hold_closing(
            audit,
            by=lead,
            on=told["ends_on"],
            attendance=self._attendance(),
            minutes=told["minutes"]["closing"],
        )
        self._respond(audit)
        audit.write_report(
            by=lead,
            strengths=told["strengths"],
            conclusion=told["conclusion"],
            recommendations=told["recommendations"],
        )
        sign_report(
            audit,
            by=lead,
            on=told["report_signed_on"],
            seen=report_sha256(audit),
            signing=on_paper(told["report_signed_on"]),
        )
        approve_report(
            audit,
            by=self.cast.people[self.facts["leader"]],
            on=told["reported_on"],
            seen=audit.report_sha256,
            signing=on_paper(told["reported_on"]),
        )
        close_audit(audit, by=lead, on=told["closed_on"], signing=on_paper(told["closed_on"]))

    def _respond(self, audit: Audit) -> None:
        answers = dict(self.told["answers"])
        day = answers.pop("day")
        for key, said in answers.items():
            finding = audit.findings.get(client_id=client_id("finding", key))
            finding.respond(
                said["answer"],
                by=self.cast.people[self.facts["head"]],
                seen=finding.sha256(),
                comment=said.get("comment", ""),
                on=day,
            )


def _position(person: User, day: dt.date) -> str:
    post = person.post_on(day)
    return f"{post.position}, {post.unit}" if post else ""
