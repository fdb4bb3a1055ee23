"""Photos, files and confirmations of the field: the original is kept, a clean copy is shown."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from audits.actions.answering import check_dossier, locked_item
from audits.actions.team import must_be_answerable
from audits.models import (
    ChecklistItem,
    CorrectiveAction,
    Evidence,
    Finding,
    Nonconformity,
    SiteConfirmation,
    answer_sha256,
)
from qms.foundation.dates import today
from qms.foundation.text import clean
from qms.organisation.models import User
from qms.records import files, pictures
from qms.records.models import StoredFile
from qms.records.workflow import TransitionNotAllowed

Owner = ChecklistItem | Finding | Nonconformity | CorrectiveAction
_FIELD_OF: dict[type, str] = {
    ChecklistItem: "item",
    Finding: "finding",
    Nonconformity: "nonconformity",
    CorrectiveAction: "action",
}
KINDS = files.PHOTOS | files.FORMS


@dataclass(frozen=True)
class ConfirmationGiven:
    """Who of the unit confirms in the field; `answer` is the client's key of what they saw."""

    client_id: uuid.UUID
    name: str
    position: str
    confirmed_on: dt.date
    answer: uuid.UUID | None = None


State = Literal["stored", "known"]


@transaction.atomic
def add_evidence(
    owner: Owner,
    upload: UploadedFile,
    *,
    caption: str,
    evidence_on: dt.date,
    client_id: uuid.UUID,
    by: User,
    dossier: int | None = None,
) -> Evidence:
    """Keep the file as evidence of `owner`; sending the same `client_id` again changes nothing.

    The bytes are kept as they came. Of a picture a copy drawn anew is shown, without the place
    and device that a phone writes into it. `evidence_on` is the day it shows, not after today.
    Raises ValidationError at the field at fault, TransitionNotAllowed where nothing may be added.
    """
    known = evidence_sent_before(owner, client_id, by)
    if known is not None:
        return known
    owner = _locked(owner, by)
    known = evidence_sent_before(owner, client_id, by)
    if known is not None:
        return known
    if evidence_on > today():
        raise ValidationError({"evidence_on": "Ngày của bằng chứng không được sau hôm nay."})
    if dossier is not None and isinstance(owner, ChecklistItem):
        check_dossier(owner, dossier)
    original, shown, is_picture = _keep(upload, by)
    evidence = Evidence(
        dossier_id=dossier,
        client_id=client_id,
        caption=clean(caption)[:255],
        evidence_on=evidence_on,
        original=original,
        shown=shown,
        is_picture=is_picture,
        added_by=by,
        **{_FIELD_OF[type(owner)]: owner},
    )
    evidence.record(by=by, reason="Thêm bằng chứng")
    return evidence


def evidence_sent_before(owner: Owner, client_id: uuid.UUID, by: User) -> Evidence | None:
    """Return the evidence with this `client_id`. Raises ValidationError where it is another's."""
    known = Evidence.objects.filter(client_id=client_id).first()
    if known is not None:
        kept_at = getattr(known, f"{_FIELD_OF[type(owner)]}_id")
        if kept_at != owner.pk or known.added_by_id != by.pk:
            raise ValidationError({"client_id": "Mã của tệp này đã dùng cho tệp khác."})
    return known


def _locked(owner: Owner, by: User) -> Owner:
    """Return the owner, ready to take evidence. Raises TransitionNotAllowed when it is locked."""
    if isinstance(owner, ChecklistItem):
        return locked_item(owner, by=by)
    if isinstance(owner, Finding):
        must_be_answerable(owner.audit, by=by)
        return owner
    sheet = owner if isinstance(owner, Nonconformity) else owner.nonconformity
    if sheet.locked().is_settled:
        raise TransitionNotAllowed(f"Phiếu {sheet} đã xong, không thêm bằng chứng được.")
    return owner


def _keep(upload: UploadedFile, by: User) -> tuple[StoredFile, StoredFile, bool]:
    """Keep what was sent; return the original, what is shown of it, and whether it is a picture."""
    name = upload.name or ""
    try:
        data, kind = files.taken(upload, allowed=KINDS)
        copy = pictures.published_copy(data) if kind in files.PHOTOS else None
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal
    original = files.store(data, name, kind=kind, by=by)
    if copy is None:
        return original, original, False
    shown_kind = pictures.kind_of_copy(copy)
    shown = files.store(copy, f"anh.{shown_kind}", kind=shown_kind, by=by)
    return original, shown, True


@transaction.atomic
def withdraw_evidence(evidence: Evidence, *, by: User, reason: str) -> None:
    """Show the evidence no more; it is kept, with the reason.

    Raises ValidationError without a reason, TransitionNotAllowed once its report is signed, its
    sheet is settled or its action was verified.
    """
    if not clean(reason):
        raise ValidationError({"reason": "Hãy ghi lý do rút bằng chứng."})
    owner: Owner = (
        evidence.item or evidence.finding or evidence.nonconformity or evidence.action  # type: ignore[assignment]
    )
    _locked(owner, by)
    stored = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    if not stored.is_withdrawable:
        raise TransitionNotAllowed("Hành động này đã được kiểm tra xác nhận, không rút được nữa.")
    if stored.withdrawn_at is not None:
        return
    stored.withdrawn_at = timezone.now()
    stored.withdrawn_reason = clean(reason)
    stored.record(by=by, reason=f"Rút bằng chứng: {stored.withdrawn_reason}"[:100])


@transaction.atomic
def confirm_on_site(
    item: ChecklistItem, given: ConfirmationGiven, picture: UploadedFile, *, by: User
) -> tuple[State, SiteConfirmation]:
    """Keep that the unit confirms the standing answers of the question, as they are now.

    Raises ValidationError where nothing is answered yet, or where the answer they saw does not
    stand any more.
    """
    known = SiteConfirmation.objects.filter(client_id=given.client_id).first()
    if known is not None:
        if known.item_id != item.pk or known.recorded_by_id != by.pk:
            raise ValidationError({"client_id": "Mã của xác nhận này đã dùng cho câu khác."})
        return "known", known
    item = locked_item(item, by=by)
    answers = [answer for answer in item.answers.standing() if answer.result]
    if not answers:
        raise ValidationError("Hãy ghi câu trả lời trước khi đơn vị xác nhận.")
    if given.answer is not None and given.answer not in {a.client_id for a in answers}:
        raise ValidationError(
            "Câu trả lời đã khác với lúc đơn vị xem; hãy mời đơn vị xác nhận lại."
        )
    if given.confirmed_on > today():
        raise ValidationError({"evidence_on": "Ngày xác nhận không được sau hôm nay."})
    if not clean(given.name):
        raise ValidationError({"name": "Hãy ghi họ và tên người xác nhận."})
    original, shown, is_picture = _keep(picture, by)
    if not is_picture:
        raise ValidationError({"file": "Xác nhận cần chữ ký trên màn hình hoặc ảnh chụp."})
    confirmation = SiteConfirmation(
        item=item,
        client_id=given.client_id,
        name=clean(given.name)[:150],
        position=clean(given.position)[:150],
        original=original,
        picture=shown,
        sha256=answer_sha256(answers),
        confirmed_on=given.confirmed_on,
        recorded_by=by,
    )
    confirmation.save()
    return "stored", confirmation
