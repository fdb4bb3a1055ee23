"""Of each kind of record that an address of `audits` names, one in each state that matters."""

import uuid
from typing import Any

from audits.actions.checklist import generate_checklist
from audits.actions.evidence import add_evidence
from audits.actions.findings import FindingGiven, add_finding
from audits.actions.programmes import LineGiven
from audits.actions.sampling import DossierGiven, add_dossier
from audits.actions.treating import complete_action, propose_measures, save_treatment
from audits.actions.verifying import check_effect
from audits.models import (
    Audit,
    AuditMember,
    AuditorCertificate,
    AuditSession,
    Evidence,
    Finding,
    Nonconformity,
)
from audits.workflow import AuditStatus, NonconformityStatus, ProgrammeStatus
from procedures.models import Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import Unit
from tests.audits.filling import answer
from tests.audits.making import (
    advance_audit,
    approve,
    close_meeting,
    first_subject,
    make_audit,
    make_auditor,
    make_programme,
    sign_as_lead,
)
from tests.audits.making_nc import (
    advance_nonconformity,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.audits.making_papers import photo
from tests.factories import Office, make_version
from tests.matrix.documents import DAY, PAST, Records, scan_of


class Team:
    """The lead and the auditor of every audit of an office."""

    def __init__(self, office: Office) -> None:
        self.lead = make_auditor(office, "Lý Thị Trưởng Đoàn")
        self.auditor = make_auditor(office, "Tô Văn Đánh Giá")


def make_auditing(office: Office, team: Team, unit: Unit, mark: str) -> Records:
    """Make all of them for the office, `mark` in each of their titles; `unit` is audited."""
    version = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=PAST,
        effective_on=PAST,
        title=f"{mark} được đánh giá",
        kind=Procedure.Kind.SYSTEM,
    )
    audits = Audits(office, team, unit, version, mark)
    return (
        audits.records()
        | _programmes(office)
        | _certificates(office, team)
        | _nonconformities(office, version, mark)
    )


class Audits:
    """One audit in each state, all over one procedure and one unit."""

    def __init__(
        self, office: Office, team: Team, unit: Unit, version: ProcedureVersion, mark: str
    ) -> None:
        self.office, self.team, self.unit = office, team, unit
        self.version, self.mark = version, mark
        self.day = today()

    def records(self) -> Records:
        states = AuditStatus
        found = {
            "audit": self._audit(),
            "audit notified": self._audit(states.NOTIFIED),
            "audit under way": self._audit(states.UNDER_WAY),
            "audit cancelled": self._audit(states.CANCELLED),
        }
        for name in ("audit after closing", "audit signed", "audit reported", "audit closed"):
            found[name] = self._audit(states.UNDER_WAY)
        records = {name: self._parts(audit) for name, audit in found.items()}
        for name in ("audit under way", "audit after closing", "audit signed", "audit reported"):
            is_disputed = name == "audit under way"  # a report is not signed on such an answer
            records[name] |= self._inside(found[name], is_disputed=is_disputed)
            records[f"{name}, evidence"] = {"pk": records[name].pop("evidence")}
        for name in ("audit after closing", "audit signed", "audit reported", "audit closed"):
            close_meeting(found[name], self.office)
        written = Audit.objects.get(pk=found["audit after closing"].pk)
        written.write_report(
            by=self.team.lead, strengths="", conclusion="Phù hợp.", recommendations=""
        )
        for name in ("audit signed", "audit reported", "audit closed"):
            sign_as_lead(Audit.objects.get(pk=found[name].pk))
        for name in ("audit reported", "audit closed"):
            approve(Audit.objects.get(pk=found[name].pk), self.office)
        closed = Audit.objects.get(pk=found["audit closed"].pk)
        advance_audit(closed, states.CLOSED, self.office)
        return self._split(records)

    def _audit(self, status: AuditStatus = AuditStatus.PLANNED) -> Audit:
        self.day -= DAY  # nobody is in two audits at one time
        audit = make_audit(
            self.office,
            self.version.procedure,
            lead=self.team.lead,
            auditors=(self.team.auditor,),
            unit=self.unit,
            starts_on=self.day,
            title=f"{self.mark} cuộc đánh giá",
        )
        audit.record_team_decision(
            by=self.office.clerk,
            number=f"{audit.pk}/QĐ",
            decided_on=today(),
            signer="Hoàng Văn Trưởng",
            file=scan_of(self.office, f"doan-{audit.pk}"),
        )
        return advance_audit(audit, status, self.office)

    def _parts(self, audit: Audit) -> dict[str, Any]:
        """What an address of the audit may name besides it."""
        auditor = AuditMember.objects.get(audit=audit, person=self.team.auditor)
        session = AuditSession.objects.filter(audit=audit, kind=AuditSession.Kind.WORK).first()
        assert session is not None
        return {
            "slug": audit.slug,
            "ending": "pdf",
            "kind": "notification",
            "member": auditor.pk,
            "subject": first_subject(audit).pk,
            "session": session.pk,
        }

    def _inside(self, audit: Audit, *, is_disputed: bool) -> dict[str, Any]:
        """A question with an answer, a dossier, evidence and a finding."""
        lead, auditor = self.team.lead, self.team.auditor
        generate_checklist(audit, by=lead)
        item = audit.items.filter(removed_at=None).order_by("pk")[0]
        said = answer(item, lead, note="Hồ sơ đủ").answer
        if is_disputed:
            said = answer(item, auditor, "nonconform", note="Hồ sơ thiếu", base=None).answer
        evidence = self._evidence(item)
        dossier = add_dossier(
            audit, DossierGiven(self.version.procedure, f"HS-{audit.pk}", today()), by=lead
        )
        finding = add_finding(
            audit,
            FindingGiven(
                client_id=uuid.uuid4(),
                grade=Finding.Grade.NONCONFORM,
                unit=self.unit,
                requirement=f"{self.mark} bước 2",
                evidence_text="Hồ sơ không có phiếu kiểm soát",
                gap="Không ghi phiếu",
                found_on=today(),
                item=item,
            ),
            by=auditor,
        )
        finding.grade_as(Finding.Grade.MINOR, by=lead)
        names = {"item": item.pk, "answer": said.pk, "dossier": dossier.pk, "seq": finding.seq}
        return names | {"evidence": evidence.pk}

    def _evidence(self, item: Any) -> Evidence:
        return add_evidence(
            item,
            photo(),
            caption=f"{self.mark} ảnh",
            evidence_on=today(),
            client_id=uuid.uuid4(),
            by=self.team.auditor,
        )

    @staticmethod
    def _split(records: Records) -> Records:
        """Name each part of an audit by itself, for an address calls them all `pk`."""
        parts: Records = {}
        for name, record in records.items():
            for part in ("member", "subject", "session", "item", "dossier"):
                if part in record:
                    parts[f"{name}, {part}"] = record | {"pk": record[part]}
        parts |= {
            f"{name}, checklist paper": record | {"kind": "checklist"}
            for name, record in records.items()
            if "slug" in record
        }
        return records | parts


def _programmes(office: Office) -> Records:
    records: Records = {}
    for name, status, year in (
        ("plan", ProgrammeStatus.DRAFT, 2022),
        ("plan submitted", ProgrammeStatus.SUBMITTED, 2023),
        ("plan approved", ProgrammeStatus.APPROVED, 2024),
        ("plan cancelled", ProgrammeStatus.CANCELLED, 2025),
    ):
        lines = (LineGiven(months=[3], unit=office.agency),)
        plan = make_programme(office, *lines, year=year, status=status)
        records[name] = {"pk": plan.pk, "line": plan.lines.get().pk, "ending": "pdf"}
    return records


def _certificates(office: Office, team: Team) -> Records:
    certificate = AuditorCertificate.objects.get(person=team.lead)
    certificate.file = scan_of(office, "chung-chi")
    certificate.record(by=office.secretary, reason="Lưu tệp")
    return {"certificate": {"pk": certificate.pk}}


def _nonconformities(office: Office, version: ProcedureVersion, mark: str) -> Records:
    def sheet(status: str = NonconformityStatus.OPEN, **fields: Any) -> Nonconformity:
        nc = make_nonconformity(office, gap=f"{mark} không ghi phiếu", **fields)
        return advance_nonconformity(nc, status, office)

    states, source = NonconformityStatus, Nonconformity.Source
    confirmed = sheet()
    confirmed.confirm(by=office.staff)
    save_treatment(confirmed, treatment_of(office, confirmed), by=office.staff)
    analysed = sheet(states.ANALYSED, procedure=version.procedure)
    action = make_action(office, analysed)
    laid = sheet(states.ANALYSED)
    make_action(office, laid)
    propose_measures(laid, by=office.reviewer)
    planned, done = sheet(states.PLANNED), sheet(states.PLANNED)
    complete_action(done.standing_actions().get(), by=office.staff, note="Sổ kiểm tra tuần")
    failed = sheet(states.VERIFIED)
    check_effect(failed, by=office.secretary, is_effective=False, comment="Tái diễn")
    found = {
        "sheet": sheet(),
        "sheet confirmed": confirmed,
        "sheet analysed": analysed,
        "sheet laid": laid,
        "sheet without action": sheet(states.ANALYSED),
        "sheet planned": planned,
        "sheet done": done,
        "sheet implemented": sheet(states.IMPLEMENTED),
        "sheet verified": sheet(states.VERIFIED),
        "sheet without effect": failed,
        "sheet closed": sheet(states.CLOSED),
        "sheet rejected": sheet(states.REJECTED),
        "sheet of a check": sheet(source=source.EXTERNAL_CHECK, minutes_on=today()),
    }
    records: Records = {name: {"slug": nc.slug, "ending": "pdf"} for name, nc in found.items()}
    doing = planned.standing_actions().get()
    records["action to be laid"] = {"slug": analysed.slug, "pk": action.pk}
    records["action to be done"] = {"slug": planned.slug, "pk": doing.pk}
    return records
