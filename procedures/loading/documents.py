"""Procedures of the office: drafted, issued by one paper decision, or taken over from paper."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from procedures import actions
from procedures.content import Content, CoveredTTHC, TimeKind
from procedures.loading.conversion import KnownBasis, Setting, Wording, content_of, metadata_of
from procedures.loading.facts import Facts
from procedures.loading.known import ever, one_ever
from procedures.loading.organisation import REASON
from procedures.loading.scan import illustrative_scan
from procedures.models import (
    TTHC,
    Decision,
    Form,
    LegalDocument,
    Procedure,
    ProcedureVersion,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date
from qms.organisation.models import Unit, User
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing

SCAN_LABEL = "ban-quet-minh-hoa.pdf"


class Documents:
    """Brings the procedures of `facts` into the system, in the names of its demo people."""

    def __init__(self, facts: Facts, *, agency: Unit, by: User) -> None:
        self.facts, self.agency, self.by = facts, agency, by
        self.office = facts.office
        self.people = {
            duty: one_ever(User, username=self.office[duty])
            for duty in ("author", "reviewer", "approver", "secretary", "clerk")
        }
        self.codes = {
            code: shown["code"] for code, shown in facts.illustrations["procedures"].items()
        }

    def load(self) -> int:
        """Bring in every procedure that never was; return how many. Each on its own, whole."""
        known = ever(Procedure, "agency", "code")
        decision, paper = self.office["decision"], self.office["paper"]
        missing = [
            facts
            for facts in self.facts.procedures
            if (self.agency.pk, self.codes[facts["code"]]) not in known
        ]
        if missing:
            dated = self._setting(decision["signed_on"])
            for facts in missing:
                if facts["code"] == paper["tthc"]:
                    self._take_over(facts, paper)
                else:
                    self._draft(facts, dated)
        if one_ever(Decision, number=decision["number"]) is None:
            self._issue(decision)
        self._print()
        return len(missing)

    def _setting(self, decided_on: dt.date | None) -> Setting:
        rows = TTHC.objects.values_list("code", "name", "decision_no")
        return Setting(
            wording=Wording.of(self.office),
            illustrations=self.facts.illustrations,
            tthc={
                code: CoveredTTHC(code=code, name=name, decision=decision)
                for code, name, decision in rows
            },
            bases=_known_bases(),
            decided_on=decided_on,
        )

    @transaction.atomic
    def _draft(self, facts: Mapping[str, Any], dated: Setting) -> None:
        """Draft it; go on to *reviewed* where the facts are enough, else it stays a draft.

        A draft cites also what came after the decision, for it is decided later.
        """
        author, decision = self.people["author"], self.office["decision"]
        content = content_of(facts, dated)
        is_enough = _is_enough(content)
        if not is_enough:
            content = content_of(facts, self._setting(None))
        self._register_forms(content)
        version = actions.start_procedure(
            actions.NewProcedure(
                self.agency,
                self.agency,
                Procedure.Kind.TTHC,
                self.codes[facts["code"]],
                content.title,
            ),
            by=author,
            content=content,
        )
        problems = version.problems()
        answers = {p.name: self.office["answers"].get(p.code, "") for p in problems}
        if is_enough and all(answers.values()):
            version.submit(by=author, answers=answers, signing=_on_paper(decision["submitted_on"]))
            version.review(
                by=self.people["reviewer"],
                seen=version.content_sha256,
                signing=_on_paper(decision["reviewed_on"]),
            )

    def _register_forms(self, content: Content) -> None:
        """Put the forms that the law sets into the register of forms."""
        known = ever(Form, "agency", "ref_key")
        for used in content.forms:
            key = Form.key_of(used.kind, used.code, used.name, used.source)
            if (self.agency.pk, key) not in known:
                form = Form(
                    agency=self.agency,
                    kind=used.kind,
                    code=used.code,
                    name=used.name,
                    source=used.source,
                )
                form.record(by=self.by, reason=REASON)

    @transaction.atomic
    def _issue(self, facts: Mapping[str, Any]) -> None:
        """Issue all that was reviewed by one decision, signed on paper, marked as made up."""
        secretary = self.people["secretary"]
        reviewed = ProcedureVersion.objects.filter(
            status=VersionStatus.REVIEWED,
            submitted_by=self.people["author"],
            procedure__agency=self.agency,
            procedure__code__in=self.codes.values(),
        ).select_related("procedure")
        versions = [
            version
            for version in reviewed
            if not version.procedure.decision_items.filter(closed_at=None).exists()
        ]
        if not versions:
            return
        decision = actions.compose_decision(
            self.agency, by=secretary, subject=facts["subject"], versions=versions
        )
        self._mark(decision, facts["note"])
        decision.submit(by=secretary)
        actions.approve_decision(
            decision,
            by=self.people["approver"],
            seen=decision.sha256(),
            signing=_on_paper(facts["signed_on"]),
        )
        actions.issue_decision(
            decision,
            actions.Numbering(facts["number"], facts["signed_on"], facts["effective_on"]),
            by=self.people["clerk"],
        )

    def _mark(self, decision: Decision, note: str) -> None:
        decision.is_illustrative, decision.note = True, note
        decision.record(by=self.people["secretary"], reason="Đánh dấu minh họa")

    @transaction.atomic
    def _take_over(self, facts: Mapping[str, Any], paper: Mapping[str, Any]) -> None:
        """Register it as issued on paper, with the scan, and have the leader accept it."""
        secretary = self.people["secretary"]
        content = metadata_of(facts, self._setting(paper["signed_on"]))
        procedure = Procedure(
            agency=self.agency,
            owner=self.agency,
            kind=Procedure.Kind.TTHC,
            code=self.codes[facts["code"]],
            title=content.title,
        )
        procedure.record(by=secretary, reason="Lập quy trình")
        version = actions.register_paper(
            procedure,
            actions.PaperIssue(
                issue_no=paper["issue_no"],
                revision_no=paper["revision_no"],
                decision_no=paper["number"],
                decided_on=paper["signed_on"],
                effective_on=paper["effective_on"],
                signers=tuple((act, name, position) for act, name, position in paper["signers"]),
                scan=files.store(_scan_of(procedure, paper), SCAN_LABEL, kind="pdf", by=secretary),
            ),
            by=secretary,
            content=content,
        )
        self._mark(version.decision_items.get().decision, paper["note"])
        actions.accept_paper(
            version,
            by=self.people["approver"],
            seen=version.content_sha256,
            signing=_on_paper(self.office["decision"]["signed_on"]),
        )

    def _print(self) -> None:
        """Make the PDFs that an interrupted run left unmade."""
        waiting = ProcedureVersion.objects.filter(
            status=VersionStatus.ISSUED,
            rendition=None,
            procedure__agency=self.agency,
            procedure__code__in=self.codes.values(),
        )
        actions.make_renditions(waiting.values_list("pk", flat=True), by=self.by)


def _on_paper(day: dt.date) -> Signing:
    return Signing(method=Signature.Method.PAPER, on=day)


def _is_enough(content: Content) -> bool:
    """Tell whether the facts make a procedure to work by: a dossier and a timed step."""
    timed = any(t.kind is TimeKind.WORKING for step in content.steps for t in step.times)
    return bool(content.dossier) and timed


def _known_bases() -> dict[str, KnownBasis]:
    """Return what the register knows of each document, by its comparison key."""
    known = {}
    for document in LegalDocument.objects.prefetch_related("changes"):
        ends = [
            change.effective_on
            for change in document.changes.all()
            if change.kind in change.ENDING and not change.is_void
        ]
        known[document.number_key] = KnownBasis(
            title=document.title, issued_on=document.issued_on, ended_on=min(ends, default=None)
        )
    return known


def _scan_of(procedure: Procedure, paper: Mapping[str, Any]) -> bytes:
    return illustrative_scan(
        [
            f"Quy trình {procedure.code}",
            procedure.title,
            f"Ban hành theo Quyết định số {paper['number']} ngày {format_date(paper['signed_on'])}",
            f"Có hiệu lực từ ngày {format_date(paper['effective_on'])}",
            *(f"{position}: {name}" for _, name, position in paper["signers"]),
        ]
    )
