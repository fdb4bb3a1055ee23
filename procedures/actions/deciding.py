"""Composing decisions, approving them with all they hold, giving them up."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from procedures.actions.drafting import set_authors, start_version, taken_up_by
from procedures.actions.issuing import set_effects
from procedures.models import Decision, DecisionItem, Procedure, ProcedureVersion
from procedures.models.capacities import check_capacity, matter_of_decision
from procedures.wording import proposed_grounds, proposed_recipients
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.text import clean
from qms.organisation.models import Unit, User
from qms.records.signatures import Signing
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed


@dataclass(frozen=True)
class Words:
    """What a decision says around its items; grounds and recipients one a line, as printed."""

    subject: str
    issuer_name: str = ""
    grounds: str = ""
    recipients: str = ""
    transition: str = ""


@transaction.atomic
def compose_decision(
    agency: Unit,
    *,
    by: User,
    subject: str,
    versions: Iterable[ProcedureVersion] = (),
    abolish: Iterable[Procedure] = (),
    issuer_name: str = "",
) -> Decision:
    """Begin a decision over reviewed versions and procedures to abolish.

    Its grounds and recipients are proposed, for the secretary to edit. Raises what `add_items`
    raises.
    """
    versions = list(versions)
    decision = Decision(
        agency=agency,
        subject=clean(subject),
        composed_by=by,
        issuer_name=issuer_name,
        grounds=proposed_grounds(agency, versions),
        recipients=proposed_recipients(agency),
    )
    decision.record(by=by, reason="Soạn quyết định")
    add_items(decision, by=by, versions=versions, abolish=abolish)
    return decision


@transaction.atomic
def add_items(
    decision: Decision,
    *,
    by: User,
    versions: Iterable[ProcedureVersion] = (),
    abolish: Iterable[Procedure] = (),
) -> None:
    """Put reviewed versions, and procedures to abolish, into a decision that is being composed.

    Raises ValidationError for a version not reviewed, for a procedure that has an open version or
    that another open decision holds. All are put in, or none.
    """
    _must_compose(decision)
    for version in versions:
        if version.locked().status != VersionStatus.REVIEWED:
            raise ValidationError(f"{version.procedure.code} chưa xem xét xong, chưa đưa vào được.")
        _add(decision, DecisionItem.Kind.ISSUE, version.procedure, version, by=by)
    for procedure in abolish:
        if procedure.versions.open().exists():
            raise ValidationError(f"{procedure.code} đang có bản dự thảo; hãy hủy bản đó trước.")
        _add(decision, DecisionItem.Kind.ABOLISH, procedure, None, by=by)


@transaction.atomic
def edit_decision(
    decision: Decision, words: Words, *, by: User, effects: Mapping[int, dt.date | None]
) -> None:
    """Store what a decision says around its items, and days of effect of single ones.

    Raises TransitionNotAllowed when it is not being composed any more.
    """
    decision.save_words(
        by=by,
        subject=words.subject,
        issuer_name=words.issuer_name,
        grounds=words.grounds,
        recipients=words.recipients,
        transition=words.transition,
    )
    set_effects(decision, effects, by=by)


@transaction.atomic
def remove_item(item: DecisionItem, *, by: User, reason: str) -> None:
    """Take a line out of a decision that is being composed; its version stays reviewed."""
    _must_compose(item.decision)
    item.take_out(by=by, reason=clean(reason) or "Bỏ khỏi quyết định")


@transaction.atomic
def return_version(version: ProcedureVersion, *, by: User, comment: str) -> None:
    """Send a version back to its authors, out of the decision that it stands in.

    The rest of a submitted decision stays before the leader; an empty rest goes back to composing.
    Raises what `ProcedureVersion.send_back` raises.
    """
    item = version.decision_items.filter(closed_at=None).select_related("decision").first()
    decision = item.decision.locked() if item else None
    version.send_back(by=by, comment=comment)
    if item is None or decision is None:
        return
    item.take_out(by=by, reason=f"Trả lại: {clean(comment)}")
    if decision.status == DecisionStatus.SUBMITTED and not decision.standing_items().exists():
        decision.send_back(by=by, comment=comment)


@transaction.atomic
def approve_decision(decision: Decision, *, by: User, seen: str, signing: Signing) -> None:
    """Approve the decision and every version in it, frozen from now on; all or none.

    `seen` is `Decision.sha256()` as `by` was shown it: subject, lines and the content of each.
    Raises TransitionNotAllowed when `by` wrote or reviewed one, may not sign all of it in that
    capacity, or this is not what was seen.
    """
    stored = decision.locked()
    if stored.status != DecisionStatus.SUBMITTED:
        raise TransitionNotAllowed(
            f"Trong lúc đó quyết định đã ở trạng thái “{stored.get_status_display()}”."
        )
    if stored.sha256() != seen:
        raise SeenVersionChanged(
            "Nội dung đã thay đổi sau khi bạn mở trang. Hãy đọc lại rồi thực hiện."
        )
    matter = matter_of_decision(stored)
    check_capacity(signing, by=by, agency=stored.agency, matter=matter)
    for item in decision.standing_items():
        if item.version:
            version = item.version
            version.approve(by=by, seen=version.content_sha256, signing=signing)
    decision.mark_approved(by=by, signing=signing)


@transaction.atomic
def cancel_decision(decision: Decision, *, by: User, reason: str) -> None:
    """Give a decision up that was not issued.

    Before approval its versions stay reviewed. After it they are discarded, for their content is
    frozen, and each continues as a new draft with the same content and the same requests.
    """
    if not clean(reason):
        raise ValidationError("Hãy ghi lý do hủy.")
    if decision.origin == Decision.Origin.PAPER:
        raise TransitionNotAllowed("Quyết định nhập từ bản giấy: hãy hủy từng bản đã ghi nhận.")
    was_approved = decision.locked().status == DecisionStatus.APPROVED
    items = list(decision.standing_items())
    decision.mark_cancelled(by=by, reason=reason)
    for item in items:
        item.closed_at = timezone.now()
        item.record(by=by, reason="Quyết định bị hủy")
        if was_approved and item.version:
            _redraft(item.version, by=by, reason=reason)


def _redraft(version: ProcedureVersion, *, by: User, reason: str) -> None:
    people = [link.person for link in version.author_links.filter(removed_at=None)]
    version.discard(by=by, reason=reason)
    draft = start_version(
        version.procedure,
        by=version.created_by,
        content=version.document,
        change_type=version.change_type,
        base=version.base,
        takes_up=taken_up_by(version),
    )
    set_authors(draft, people or [version.created_by], by=by)


def _must_compose(decision: Decision) -> None:
    if decision.locked().status != DecisionStatus.COMPOSING:
        raise TransitionNotAllowed("Quyết định không còn ở bước soạn, không thêm bớt được.")


def _add(
    decision: Decision,
    kind: str,
    procedure: Procedure,
    version: ProcedureVersion | None,
    *,
    by: User,
) -> DecisionItem:
    Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    held = procedure.decision_items.filter(closed_at=None).select_related("decision").first()
    if held is not None:
        raise ValidationError(f"{procedure.code} đang nằm trong “{held.decision}”.")
    item = DecisionItem(decision=decision, kind=kind, procedure=procedure, version=version)
    item.record(by=by, reason="Đưa vào quyết định")
    return item
