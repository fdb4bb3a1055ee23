"""An office that has lived: a record of nearly every kind, each made by its own verb."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from audits.actions.meetings import Attendant, hold_closing
from audits.actions.programmes import LineGiven
from audits.actions.reporting import close_audit
from audits.actions.team import countersign
from audits.models import Audit, Nonconformity
from audits.workflow import NonconformityStatus, ProgrammeStatus
from procedures import actions
from procedures.actions.circulation import acknowledge
from procedures.actions.renditions import make_renditions
from procedures.content import FormUse, LegalBasis, TakenUp
from procedures.exclusions import propose_exclusion
from procedures.models import LegalChange, LegalDocument, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from tests.audits.making import approve, lead_of, make_clause, make_programme, sign_as_lead
from tests.audits.making_nc import advance_nonconformity, make_nonconformity
from tests.audits.making_papers import make_told
from tests.audits.worlds import join, make_world, take_up
from tests.factories import (
    BY_PASSWORD,
    Office,
    make_blank,
    make_blank_issue,
    make_change_request,
    make_draft,
    make_next_version,
    make_tthc,
    make_version,
)
from tests.procedures.coverage.builders import basis, in_force, make_legal, make_legal_change

MONTH = dt.timedelta(days=30)


@dataclass
class Lived:
    """What came of it, for the tests to point at."""

    office: Office
    version: ProcedureVersion
    draft: ProcedureVersion
    audit: Audit
    nonconformity: Nonconformity


def make_lived() -> Lived:
    """A procedure issued, revised, read and corrected; an audit closed; a sheet closed."""
    office = Office()
    make_blank_issue(make_blank(office), valid_from=today())
    law = make_legal()
    change = make_legal_change(law, today())
    told = make_told(office=office, **_citing(law, change))
    version = told.filled.version
    acknowledge([version], by=office.staff)
    make_renditions([version.pk], by=office.secretary)
    make_change_request(office, version.procedure)
    second = make_next_version(office, version, effective_on=today() + MONTH)
    decision = second.decision_items.get().decision
    right = actions.Correction(
        number="99/QĐ-PGDĐT",
        signed_on=decision.signed_on or today(),
        effective_on=decision.effective_on or today(),
        reason="Ghi nhầm số",
    )
    actions.correct_decision(decision, right, by=office.leader, signing=BY_PASSWORD)
    draft = make_draft(office)
    draft.submit(by=office.staff, answers={})
    draft.send_back(by=office.reviewer, comment="Bổ sung căn cứ")
    hold_closing(
        told.audit, by=lead_of(told.audit), attendance=[Attendant("Tạ Thị Dự", "Trưởng bộ phận")]
    )
    audit = sign_as_lead(told.audit)
    approve(audit, office)
    close_audit(audit, by=lead_of(audit), on=today(), signing=BY_PASSWORD)
    sheet = make_nonconformity(office, grade=Nonconformity.Grade.MAJOR)
    advance_nonconformity(sheet, NonconformityStatus.CLOSED, office)
    _sign_the_rest(office, version)
    return Lived(office, second, draft, audit, sheet)


def _sign_the_rest(office: Office, version: ProcedureVersion) -> None:
    """What else is signed: reviews, an exclusion, a withdrawal, a plan, a countersignature."""
    actions.review_periodically(
        office.agency,
        [version.procedure],
        verdict="keep",
        reason="Vẫn phù hợp",
        by=office.secretary,
        signing=BY_PASSWORD,
    )
    other = make_legal("1/2020/TT")
    in_force(office, make_tthc(office.agency), bases=(basis(other.number),))
    recorded = actions.record_legal_change(
        other,
        kind=LegalChange.Kind.REPLACED,
        by_number="125/2024/NĐ-CP",
        by_kind="Nghị định",
        effective_on=today(),
        by=office.secretary,
    )
    (sheet,) = recorded.sheets
    actions.settle_rows(
        sheet,
        sheet.rows.all(),
        verdict="keep",
        reason="Không đổi",
        by=office.secretary,
        signing=BY_PASSWORD,
    )
    responsibility = make_tthc(office.agency).responsibilities.get()
    proposed = propose_exclusion(responsibility, by=office.secretary, reason="only_assists")
    proposed.accept(by=office.leader, signing=BY_PASSWORD)
    later = make_version(VersionStatus.ISSUED, office, effective_on=today() + MONTH)
    decision = later.decision_items.get().decision
    actions.withdraw_decision(decision, by=office.leader, reason="Nhầm", signing=BY_PASSWORD)
    _approve_a_plan_that_was_sent_back(office)
    world = make_world()
    take_up(world)
    member = join(world, "author", reason="Phòng chỉ có hai người")
    countersign(member, by=world.office.leader, signing=BY_PASSWORD)


def _approve_a_plan_that_was_sent_back(office: Office) -> None:
    make_clause("9.2")
    line = LineGiven(months=[3], clauses=["9.2"], note="Theo dõi việc năm trước")
    plan = make_programme(office, line, status=ProgrammeStatus.SUBMITTED)
    plan.send_back(by=office.leader, comment="Ghi mục đích")
    plan.rewrite(by=office.secretary, purpose="Xem hệ thống có hiệu lực không", note="")
    plan.submit(by=office.secretary)
    plan.approve(by=office.leader, seen=plan.sha256(), signing=BY_PASSWORD)


def _citing(law: LegalDocument, change: LegalChange) -> dict[str, Any]:
    """What a content says that cites a document, takes up its change and uses a form."""
    return {
        "bases": (LegalBasis(number=law.number, kind="direct"),),
        "taken_up": (
            TakenUp(
                kind="legal",
                subject=law.number,
                change=change.kind,
                effective_on=change.effective_on,
            ),
        ),
        "forms": (FormUse(kind="internal", code="BM-01", name="Mẫu BM-01"),),
    }
