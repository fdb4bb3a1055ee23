"""What was issued on paper before this system: recorded, then taken over by a leader."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from procedures.actions.drafting import (
    NewProcedure,
    lock_agency,
    make_procedure,
    start_version,
)
from procedures.actions.renditions import make_renditions
from procedures.content import Content
from procedures.models import Decision, DecisionItem, Procedure, ProcedureVersion, open_period
from procedures.models.capacities import in_capacity, matter_of_version
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean
from qms.organisation.models import User
from qms.records.models import StoredFile
from qms.records.signatures import Signing, sign_as_text


@dataclass(frozen=True)
class PaperIssue:
    """What a paper shows of a procedure that was issued before this system."""

    issue_no: int
    revision_no: int | None
    decision_no: str
    decided_on: dt.date
    effective_on: dt.date
    signers: tuple[tuple[str, str, str], ...] = ()  # act, name, position
    scan: StoredFile | None = None


@transaction.atomic
def register_new_paper(
    new: NewProcedure, paper: PaperIssue, *, by: User, content: Content
) -> ProcedureVersion:
    """Record a paper of a procedure that is not known yet; else as `register_paper`."""
    procedure = make_procedure(new, by=by, reason="Ghi nhận tài liệu đã ban hành trên giấy")
    return register_paper(procedure, paper, by=by, content=content)


@transaction.atomic
def register_paper(
    procedure: Procedure, paper: PaperIssue, *, by: User, content: Content
) -> ProcedureVersion:
    """Record a version that was issued on paper; it counts only when a leader accepts it.

    Raises ValidationError for dates that contradict each other or lie in the future, or a number
    that the procedure has already.
    """
    if paper.decided_on > today():
        raise ValidationError({"decided_on": "Ngày quyết định không được ở tương lai."})
    if paper.effective_on < paper.decided_on:
        raise ValidationError({"effective_on": "Ngày hiệu lực không được trước ngày quyết định."})
    same = procedure.versions.filter(
        issue_no=paper.issue_no, revision_no=paper.revision_no
    ).exclude(status=VersionStatus.DISCARDED)
    if same.exists():
        raise ValidationError({"issue_no": "Lần ban hành này đã có."})
    version = start_version(
        procedure,
        by=by,
        content=content,
        change_type=ProcedureVersion.Change.REISSUE,
        origin=ProcedureVersion.Origin.PAPER,
    )
    version.issue_no, version.revision_no = paper.issue_no, paper.revision_no
    version.scan = paper.scan
    version.record(by=by, reason="Ghi nhận tài liệu đã ban hành trên giấy")
    for act, name, position in paper.signers:
        sign_as_text(
            version,
            act,
            name=name,
            position=position,
            on=paper.decided_on,
            sha256=version.content_sha256,
            recorded_by=by,
        )
    item = DecisionItem(
        decision=_paper_decision(procedure, paper, by=by),
        kind=DecisionItem.Kind.ISSUE,
        procedure=procedure,
        version=version,
        effective_on=paper.effective_on,
    )
    item.record(by=by, reason="Ghi nhận tài liệu đã ban hành trên giấy")
    return version


def _paper_decision(procedure: Procedure, paper: PaperIssue, *, by: User) -> Decision:
    lock_agency(procedure.agency)
    known = (
        Decision.objects.filter(
            agency=procedure.agency, number=clean(paper.decision_no), signed_on=paper.decided_on
        )
        .exclude(status=DecisionStatus.CANCELLED)
        .first()
    )
    if known is not None and known.origin != Decision.Origin.PAPER:
        raise ValidationError(
            {"decision_no": "Quyết định này đã lập trên hệ thống, không phải bản giấy."}
        )
    if known is not None:
        return known
    decision = Decision(
        agency=procedure.agency,
        issuer_name=procedure.issuer_name,
        origin=Decision.Origin.PAPER,
        subject="Ban hành tài liệu hệ thống quản lý chất lượng",
        number=clean(paper.decision_no),
        signed_on=paper.decided_on,
        effective_on=paper.effective_on,
        composed_by=by,
    )
    decision.record(by=by, reason="Ghi nhận quyết định trên giấy")
    return decision


@transaction.atomic
def accept_paper(
    version: ProcedureVersion,
    *,
    by: User,
    seen: str,
    signing: Signing,
    ended_on: dt.date | None = None,
) -> None:
    """Take a version over from paper: it is issued, and in force for the days its paper says.

    `ended_on` is the first day on which it was not in force any more. Raises ValidationError when
    that is no later than the first, and what `ProcedureVersion.accept_paper` and `open_period`
    raise.
    """
    agency, matter = version.procedure.agency, matter_of_version(version)
    signing = in_capacity(signing, by=by, agency=agency, matter=matter)
    version.accept_paper(by=by, seen=seen, signing=signing)
    item = version.decision_items.get(closed_at=None)
    decision = item.decision.locked()
    if decision.status != DecisionStatus.ISSUED:
        decision.mark_issued(
            by=by,
            number=decision.number,
            signed_on=decision.signed_on or today(),
            effective_on=decision.effective_on or today(),
            signed_file=None,
        )
    begins = item.effective_on or decision.effective_on
    if begins is None:
        raise ValidationError("Chưa ghi ngày hiệu lực.")
    if ended_on is not None and ended_on <= begins:
        raise ValidationError(
            {"ended_on": f"Ngày hết hiệu lực phải sau ngày có hiệu lực ({format_date(begins)})."}
        )
    open_period(item, valid_from=begins, by=by, valid_to=ended_on)
    item.closed_at = timezone.now()
    item.record(by=by, reason="Chấp nhận tài liệu đã ban hành trên giấy")
    keys = [version.pk]
    transaction.on_commit(lambda: make_renditions(keys, by=by), robust=True)
