"""Answers of auditors: added one after another, none lost when two answer the same question."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.actions.team import must_be_answerable
from audits.models import ChecklistItem, ItemAnswer, Result, SampledDossier
from qms.foundation.dates import today
from qms.foundation.text import clean_lines
from qms.organisation.models import User

NOTE_LENGTH = 5000


@dataclass(frozen=True)
class AnswerGiven:
    """What somebody answered, and which answer they saw when they did.

    `base` is the key of the answer that stood then, None where there was none; `settles` is the
    disputed one that this answer decides about. `result` is empty to take an answer back.
    """

    client_id: uuid.UUID
    base: int | None
    result: str
    note: str
    is_verbal: bool
    seen_on: dt.date
    answered_at: dt.datetime  # aware, by the clock of the device
    dossier: int | None = None
    settles: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an answer; `standing` is the one that stands afterwards."""

    state: Literal["stored", "known", "disputed"]
    answer: ItemAnswer
    standing: ItemAnswer | None


def locked_item(item: ChecklistItem, *, by: User) -> ChecklistItem:
    """Return the question as stored now, with its audit, whose row is locked.

    The lock of the audit makes answers come one after another, and a report that is being signed
    come before or after them. Raises TransitionNotAllowed when `by` may write nothing now.
    """
    audit = must_be_answerable(item.audit, by=by)
    stored = ChecklistItem.objects.get(pk=item.pk)
    stored.audit = audit
    if stored.removed_at is not None:
        raise ValidationError("Câu hỏi này đã được bỏ khỏi phiếu; hãy ghi ở một câu hỏi khác.")
    return stored


@transaction.atomic
def record_answer(item: ChecklistItem, given: AnswerGiven, *, by: User) -> Outcome:
    """Add an answer to the question, or to its cell for one dossier.

    It stands when its author saw the answer that stood until now, which it supersedes. Otherwise
    it is kept beside that one as disputed, unless it says the same; a later answer `settles` it.
    Sending the same `client_id` again changes nothing. Raises TransitionNotAllowed while the
    audit takes no answers, ValidationError for what cannot be an answer.
    """
    known = _sent_before(item, given, by)
    if known is not None:
        return Outcome("known", known, _standing(item, given.dossier))
    item = locked_item(item, by=by)
    known = _sent_before(item, given, by)
    if known is not None:
        return Outcome("known", known, _standing(item, given.dossier))
    _check(item, given)
    standing = _standing(item, given.dossier)
    if standing is None or _follows(given, standing, by):
        return _let_stand(item, given, standing, by)
    answer = _new(item, given, by)
    if answer.content == standing.content:  # both say the same: nobody need be asked
        answer.superseded_at = timezone.now()
        answer.save()
        return Outcome("stored", answer, standing)
    answer.is_disputed = True
    answer.save()
    return Outcome("disputed", answer, standing)


def _sent_before(item: ChecklistItem, given: AnswerGiven, by: User) -> ItemAnswer | None:
    """Return the answer with this `client_id`. Raises ValidationError where it is another's."""
    answer = ItemAnswer.objects.filter(client_id=given.client_id).first()
    if answer is not None and (answer.item_id != item.pk or answer.answered_by_id != by.pk):
        raise ValidationError({"client_id": "Mã của câu trả lời này đã dùng cho câu khác."})
    return answer


def _standing(item: ChecklistItem, dossier: int | None) -> ItemAnswer | None:
    return item.answers.standing().filter(dossier=dossier).first()


def _check(item: ChecklistItem, given: AnswerGiven) -> None:
    if given.result and given.result not in Result.values:
        raise ValidationError({"result": "Hãy chọn một trong bốn kết quả."})
    if given.seen_on > today():
        raise ValidationError({"seen_on": "Ngày xem không được sau hôm nay."})
    if len(given.note) > NOTE_LENGTH:
        raise ValidationError({"note": f"Ghi chép dài quá {NOTE_LENGTH} chữ; hãy ghi gọn lại."})
    if given.dossier is not None:
        check_dossier(item, given.dossier)
    cell = item.answers.filter(dossier=given.dossier)
    if given.base is not None and not cell.filter(pk=given.base).exists():
        raise ValidationError({"base": "Câu trả lời trước không thuộc câu hỏi này."})
    if given.settles is not None and not cell.filter(pk=given.settles, is_disputed=True).exists():
        raise ValidationError({"settles": "Không còn câu trả lời nào chờ chọn ở câu hỏi này."})


def check_dossier(item: ChecklistItem, dossier: int) -> SampledDossier:
    """Return the sampled dossier of the audit that this question is asked of.

    A dossier is judged by the version in force when it came in: it has cells only in the
    questions of that version. Raises ValidationError at the field for any other.
    """
    found = SampledDossier.objects.standing().filter(pk=dossier, audit=item.audit_id).first()
    if found is None:
        raise ValidationError({"dossier": "Hồ sơ này không còn trong mẫu."})
    if found.version_id != item.version_id:
        raise ValidationError(
            {"dossier": f"Hồ sơ {found} theo một lần ban hành khác của quy trình."}
        )
    return found


def _follows(given: AnswerGiven, standing: ItemAnswer, by: User) -> bool:
    """Tell whether its author knew the standing answer.

    Somebody without network answers twice upon the same base: the later of one's own follows.
    """
    if given.base == standing.pk:
        return True
    is_own = standing.answered_by_id == by.pk and standing.base_id == given.base
    return is_own and standing.answered_at <= given.answered_at


def _let_stand(
    item: ChecklistItem, given: AnswerGiven, standing: ItemAnswer | None, by: User
) -> Outcome:
    settled = item.answers.disputed().filter(pk=given.settles).first() if given.settles else None
    for old in (standing, settled):
        if old is not None:
            old.superseded_at = timezone.now()
            old.save(update_fields=["superseded_at"])
    answer = _new(item, given, by)
    answer.save()
    return Outcome("stored", answer, answer)


def _new(item: ChecklistItem, given: AnswerGiven, by: User) -> ItemAnswer:
    return ItemAnswer(
        item=item,
        dossier_id=given.dossier,
        client_id=given.client_id,
        base_id=given.base,
        settles_id=given.settles,
        result=given.result,
        note=clean_lines(given.note),
        is_verbal=given.is_verbal,
        seen_on=given.seen_on,
        answered_by=by,
        answered_at=given.answered_at,
    )
