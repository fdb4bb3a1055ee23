"""Treating a nonconformity: correction, cause, measures, and that they are carried out."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.models import (
    AuditSettings,
    CorrectiveAction,
    DueExtension,
    Nonconformity,
    Treatment,
)
from audits.models.signing import sign_on_day
from audits.recurrence import similar_to
from audits.workflow import NonconformityStatus
from procedures import actions as procedure_actions
from procedures.models import ChangeRequest
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import User
from qms.records.models import Signature
from qms.records.workflow import TransitionNotAllowed

MOST_WHYS = 5
_OPEN, _ANALYSED = NonconformityStatus.OPEN, NonconformityStatus.ANALYSED


@dataclass(frozen=True)
class TreatmentGiven:
    """What is written of a round: the correction apart from the cause and from the measures.

    `root` is the place of the chosen one among `whys`, from 0. Empty whys are left out, and the
    root stays with its sentence.
    """

    correction: str = ""
    corrected_by: User | None = None
    corrected_on: dt.date | None = None
    cause: str = ""
    whys: tuple[str, ...] = ()
    root: int | None = None
    category: str = ""
    has_similar: bool | None = None
    similar: str = ""
    no_action_reason: str = ""


@transaction.atomic
def save_treatment(nc: Nonconformity, given: TreatmentGiven, *, by: User) -> Treatment:
    """Store what is written of the present round; the same again writes nothing.

    It may still be incomplete: `analyse` and `propose_measures` ask for the rest. Raises
    ValidationError by field, TransitionNotAllowed once the measures were laid before the auditor.
    """
    nc.must_be(_OPEN, _ANALYSED)
    treatment = nc.treatment() or Treatment(nonconformity=nc, round=nc.round)
    treatment.must_be_open()
    values = _written(nc, given)
    before = {name: getattr(treatment, name) for name in values}
    if treatment.pk is not None and before == values:
        return treatment
    for name, value in values.items():
        setattr(treatment, name, value)
    treatment.record(by=by, reason="Ghi khắc phục, nguyên nhân")
    return treatment


@transaction.atomic
def analyse(
    nc: Nonconformity, *, by: User, on: dt.date | None = None, seen: str | None = None
) -> None:
    """Sign correction and cause for the unit: it is analysed.

    Who signs is from now on responsible, where nobody was named. Raises ValidationError that
    lists what is missing, TransitionNotAllowed before the unit confirmed it.
    """
    nc.must_be(_OPEN)
    nc.must_be_seen(seen, nc.sha256())
    if nc.confirmed_at is None:
        raise TransitionNotAllowed("Đơn vị chưa xác nhận sự không phù hợp này.")
    treatment = nc.treatment()
    _raise_missing(missing_in_analysis(nc, treatment))
    day = nc.civil_day(on)
    nc.proceed(
        _ANALYSED,
        by=by,
        on=day,
        reason="Phân tích nguyên nhân",
        analysed_on=day,
        owner=nc.owner or by,
    )
    if treatment:
        sign_on_day(treatment, Signature.Act.APPROVED, by=by, on=day, sha256=nc.sha256())


@transaction.atomic
def add_action(
    nc: Nonconformity, *, what: str, person: User, due_on: dt.date, by: User
) -> CorrectiveAction:
    """Add a measure that somebody carries out by a day, which is not after the whole's."""
    nc.must_be(_OPEN, _ANALYSED)
    _must_be_open(nc)
    wrong: dict[str, str] = {}
    if not clean(what):
        wrong["what"] = "Hãy ghi biện pháp."
    if not person.is_active:
        wrong["person"] = "Tài khoản của người này đã khóa."
    if due_on < nc.found_on:
        wrong["due_on"] = "Hạn không được trước ngày phát hiện."
    elif due_on > nc.due_on:
        wrong["due_on"] = _beyond(nc)
    if wrong:
        raise ValidationError(wrong)
    action = CorrectiveAction(
        nonconformity=nc, round=nc.round, what=clean_lines(what), person=person, due_on=due_on
    )
    action.record(by=by, reason="Thêm hành động khắc phục")
    return action


@transaction.atomic
def remove_action(action: CorrectiveAction, *, by: User) -> None:
    """Take a measure out before it is laid before the auditor; it stays in the history."""
    nc = action.nonconformity
    nc.must_be(_OPEN, _ANALYSED)
    _must_be_open(nc)
    _standing(nc, action)
    action.removed_at = timezone.now()
    action.record(by=by, reason="Bỏ hành động khắc phục")


@transaction.atomic
def propose_measures(
    nc: Nonconformity, *, by: User, on: dt.date | None = None, seen: str | None = None
) -> None:
    """Sign the measures for the unit and lay them before the auditor; then nothing changes them.

    Raises ValidationError that lists what is missing.
    """
    nc.must_be(_ANALYSED)
    nc.must_be_seen(seen, nc.sha256())
    treatment = nc.treatment()
    missing = missing_in_analysis(nc, treatment) + missing_in_correction(nc, treatment)
    if not nc.standing_actions().exists():
        missing.append("Chưa có hành động khắc phục nào.")
    _raise_missing(missing)
    if treatment is None or treatment.is_laid:
        raise TransitionNotAllowed("Biện pháp đã trình chuyên gia đánh giá.")
    day = nc.civil_day(on)
    treatment.measures_by, treatment.measures_at, treatment.refusal = by, timezone.now(), ""
    treatment.record(by=by, reason="Trình biện pháp")
    nc.note_day(by=by, on=day, reason="Trình biện pháp")
    sign_on_day(treatment, Signature.Act.APPROVED, by=by, on=day, sha256=nc.sha256())


@transaction.atomic
def agree_measures(
    nc: Nonconformity, *, by: User, on: dt.date | None = None, seen: str | None = None
) -> None:
    """Agree, as the auditor, to the measures: they are planned.

    Raises TransitionNotAllowed before they are laid, and for who does or answers for them.
    """
    treatment = _laid(nc)
    nc.must_be_seen(seen, nc.sha256())
    if by.pk in nc.doers():
        raise TransitionNotAllowed("Người thực hiện, người chịu trách nhiệm không tự đồng ý.")
    day = nc.civil_day(on)
    nc.proceed(
        NonconformityStatus.PLANNED, by=by, on=day, reason="Đồng ý biện pháp", planned_on=day
    )
    sign_on_day(treatment, Signature.Act.AGREED, by=by, on=day, sha256=nc.sha256())


@transaction.atomic
def refuse_measures(
    nc: Nonconformity, *, by: User, comment: str, on: dt.date | None = None
) -> None:
    """Give the measures back to the unit with a comment. Raises ValidationError without one."""
    treatment = _laid(nc)
    if not clean(comment):
        raise ValidationError({"comment": "Hãy ghi điểm chưa đồng ý."})
    if by.pk in nc.doers():
        raise TransitionNotAllowed("Người thực hiện, người chịu trách nhiệm không tự xét.")
    day = nc.civil_day(on)
    treatment.measures_by = treatment.measures_at = None
    treatment.refusal = clean_lines(comment)
    treatment.record(by=by, reason="Chưa đồng ý biện pháp")
    nc.note_day(by=by, on=day, reason=f"Chưa đồng ý biện pháp: {clean_lines(comment)}")


@transaction.atomic
def complete_action(
    action: CorrectiveAction, *, by: User, on: dt.date | None = None, note: str
) -> None:
    """Say that a measure was carried out on a day, and what shows it."""
    nc = action.nonconformity
    nc.must_be(NonconformityStatus.PLANNED)
    _standing(nc, action)
    day = on or today()
    if day > today():
        raise ValidationError({"on": "Ngày không được ở tương lai."})
    if day < nc.found_on:
        raise ValidationError({"on": "Ngày không được trước ngày phát hiện."})
    if not clean(note):
        raise ValidationError({"note": "Hãy ghi kết quả, bằng chứng đã thực hiện."})
    if action.is_done:
        raise TransitionNotAllowed("Hành động này đã được ghi là thực hiện xong.")
    action.done_by, action.done_at, action.done_on = by, timezone.now(), day
    action.done_note = clean_lines(note)
    action.record(
        by=by, reason="Đã thực hiện", fields=["done_by", "done_at", "done_on", "done_note"]
    )


@transaction.atomic
def implement(
    nc: Nonconformity, *, by: User, on: dt.date | None = None, seen: str | None = None
) -> None:
    """Say for the unit that all is carried out.

    From `analysed` straight on only where it is minor, no repeat, and is said to need no
    corrective action and why. Raises ValidationError that lists what is missing.
    """
    nc.must_be(_ANALYSED, NonconformityStatus.PLANNED)
    nc.must_be_seen(seen, nc.sha256())
    treatment = nc.treatment()
    actions = list(nc.standing_actions())
    missing = missing_in_correction(nc, treatment)
    if nc.status == _ANALYSED:
        missing += missing_in_analysis(nc, treatment) + _missing_without_action(nc, treatment)
        if actions:
            missing.append("Đã có hành động khắc phục: hãy trình chuyên gia đánh giá đồng ý.")
    missing += [f"Chưa thực hiện: {action.what}" for action in actions if not action.is_done]
    _raise_missing(missing)
    day = nc.civil_day(on)
    done = [treatment.corrected_on if treatment else None, *(a.done_on for a in actions)]
    if (last := max(filter(None, done), default=day)) > day:
        raise ValidationError(
            {"on": f"Ngày không được trước ngày làm xong việc cuối ({format_date(last)})."}
        )
    was_analysed = nc.status == _ANALYSED
    nc.proceed(
        NonconformityStatus.IMPLEMENTED,
        by=by,
        on=day,
        reason="Thực hiện xong",
        implemented_on=day,
    )
    if was_analysed and treatment:
        _sign_once(treatment, by=by, on=day, sha256=nc.sha256())


@transaction.atomic
def extend(
    nc: Nonconformity,
    *,
    new_due_on: dt.date,
    reason: str,
    by: User,
    action: CorrectiveAction | None = None,
    on: dt.date | None = None,
) -> DueExtension:
    """Put a deadline off, of the whole or of one action; the old one is kept, and why.

    Raises ValidationError for a day that is no later, for an action's after the whole's, and
    without a reason; TransitionNotAllowed once it is closed or rejected.
    """
    nc.must_not_be(NonconformityStatus.CLOSED, NonconformityStatus.REJECTED)
    if action is not None and _standing(nc, action).is_done:
        raise TransitionNotAllowed("Hành động này đã được ghi là thực hiện xong.")
    target = action or nc
    day, old = on or today(), target.due_on
    wrong: dict[str, str] = {}
    last = nc.extensions.order_by("-granted_on").first()
    if day > today():
        wrong["on"] = "Ngày không được ở tương lai."
    elif day < (last.granted_on if last else nc.found_on):
        wrong["on"] = "Ngày gia hạn không được trước lần gia hạn trước hoặc ngày phát hiện."
    if new_due_on <= old:
        wrong["new_due_on"] = f"Hạn mới phải sau hạn hiện nay ({format_date(old)})."
    elif action is not None and new_due_on > nc.due_on:
        wrong["new_due_on"] = _beyond(nc)
    if not clean(reason):
        wrong["reason"] = "Hãy ghi lý do gia hạn."
    if wrong:
        raise ValidationError(wrong)
    extension = DueExtension(
        nonconformity=nc,
        action=action,
        old_due_on=old,
        new_due_on=new_due_on,
        reason=clean_lines(reason),
        granted_by=by,
        granted_on=day,
    )
    extension.save()
    target.due_on = new_due_on
    target.record(by=by, reason=f"Gia hạn: {clean(reason)}", fields=["due_on"])
    return extension


@transaction.atomic
def ask_for_change(
    action: CorrectiveAction, *, by: User, what: str, why: str, on: dt.date | None = None
) -> ChangeRequest:
    """Ask, on the day (None: today), that the procedure be changed as part of an action, once."""
    nc = action.nonconformity
    nc.must_not_be(NonconformityStatus.CLOSED, NonconformityStatus.REJECTED)
    _standing(nc, action)
    if action.change_request_id is not None:
        raise TransitionNotAllowed("Hành động này đã có đề nghị sửa đổi quy trình.")
    if nc.procedure is None:
        raise TransitionNotAllowed("Phiếu này không gắn với quy trình nào.")
    action.change_request = procedure_actions.request_change(
        nc.procedure,
        by=by,
        what=what,
        why=why,
        origin_text=nc.number,
        step_key=nc.step_key,
        step_text=nc.step_text,
        requested_on=on,
    )
    action.record(by=by, reason="Đề nghị sửa đổi quy trình", fields=["change_request"])
    return action.change_request


def missing_in_analysis(nc: Nonconformity, treatment: Treatment | None) -> list[str]:
    """Return what is missing before the cause may be signed, in words.

    Proportionate to the grade: one box for a minor one; whys with a root, a category and an
    answer about similar ones where it is major or repeated (ISO 9001:2015, 10.2.1 b, 10.2.2).
    """
    if treatment is None:
        return ["Chưa ghi khắc phục tức thời và nguyên nhân."]
    missing = [] if treatment.correction else ["Chưa ghi khắc phục tức thời."]
    if nc.is_demanding:
        if not treatment.whys:
            missing.append("Chưa trả lời “vì sao” lần nào (từ một đến năm lần).")
        if treatment.root is None:
            missing.append("Chưa chọn nguyên nhân gốc.")
        if not treatment.category:
            missing.append("Chưa chọn nhóm nguyên nhân.")
        if treatment.has_similar is None:
            missing.append("Chưa trả lời có trường hợp tương tự hay không.")
    elif not treatment.cause and not treatment.whys:
        missing.append("Chưa ghi nguyên nhân.")
    if treatment.has_similar and not treatment.similar:
        missing.append("Chưa ghi các trường hợp tương tự.")
    is_judged = nc.repeats_id is not None or nc.repeat_denied != ""
    if nc.grade == Nonconformity.Grade.MAJOR and not is_judged and similar_to(nc).exists():
        missing.append("Có phiếu tương tự: hãy liên kết là lặp lại, hoặc ghi vì sao không.")
    return missing


def missing_in_correction(nc: Nonconformity, treatment: Treatment | None) -> list[str]:
    """Return what is missing before it may be said that the matter itself was put right."""
    if treatment and treatment.corrected_by_id and treatment.corrected_on:
        return []
    return ["Chưa ghi ai khắc phục tức thời, ngày nào."]


def _missing_without_action(nc: Nonconformity, treatment: Treatment | None) -> list[str]:
    if nc.is_demanding:
        return ["KPH nặng hoặc lặp lại phải có hành động khắc phục."]
    if treatment is None or not treatment.no_action_reason:
        return ["Chưa ghi vì sao không cần hành động khắc phục."]
    return []


def _written(nc: Nonconformity, given: TreatmentGiven) -> dict[str, Any]:
    """Return the values to store. Raises ValidationError by field."""
    whys = [clean_lines(why) for why in given.whys]
    wrong: dict[str, str] = {}
    if len(whys) > MOST_WHYS:
        wrong["whys"] = f"Nhiều nhất {MOST_WHYS} lần “vì sao”."
    root = given.root
    if root is not None and not (0 <= root < len(whys) and whys[root]):
        wrong["root"] = "Hãy chọn nguyên nhân gốc trong các câu trả lời “vì sao”."
    elif root is not None:
        root = sum(1 for why in whys[:root] if why)
    if given.category and given.category not in AuditSettings.of(nc.agency).cause_labels():
        wrong["category"] = "Hãy chọn nhóm nguyên nhân trong danh sách."
    if (given.corrected_by is None) != (given.corrected_on is None):
        wrong["corrected_on"] = "Hãy ghi cả người khắc phục và ngày khắc phục."
    elif given.corrected_on and not nc.found_on <= given.corrected_on <= today():
        wrong["corrected_on"] = "Ngày khắc phục phải từ ngày phát hiện đến hôm nay."
    if wrong:
        raise ValidationError(wrong)
    return {
        "correction": clean_lines(given.correction),
        "corrected_by": given.corrected_by,
        "corrected_on": given.corrected_on,
        "cause": clean_lines(given.cause),
        "whys": [why for why in whys if why],
        "root": root,
        "category": given.category,
        "has_similar": given.has_similar,
        "similar": clean_lines(given.similar) if given.has_similar else "",
        "no_action_reason": clean_lines(given.no_action_reason),
    }


def _sign_once(treatment: Treatment, *, by: User, on: dt.date, sha256: str) -> None:
    """Sign for the unit, unless exactly this content was signed already."""
    approved = Signature.objects.on(treatment).filter(act=Signature.Act.APPROVED)
    if not approved.filter(sha256=sha256).exists():
        sign_on_day(treatment, Signature.Act.APPROVED, by=by, on=on, sha256=sha256)


def _raise_missing(missing: list[str]) -> None:
    if missing:
        raise ValidationError(missing)


def _beyond(nc: Nonconformity) -> str:
    return (
        f"Hạn của hành động không được sau hạn của phiếu ({format_date(nc.due_on)}); "
        "hãy gia hạn phiếu trước."
    )


def _must_be_open(nc: Nonconformity) -> None:
    treatment = nc.treatment()
    if treatment:
        treatment.must_be_open()


def _laid(nc: Nonconformity) -> Treatment:
    """Return the treatment that lies before the auditor. Raises TransitionNotAllowed if none."""
    nc.must_be(_ANALYSED)
    treatment = nc.treatment()
    if treatment is None or not treatment.is_laid:
        raise TransitionNotAllowed("Đơn vị chưa trình biện pháp.")
    return treatment


def _standing(nc: Nonconformity, action: CorrectiveAction) -> CorrectiveAction:
    """Return the action, read anew now that its nonconformity is locked.

    Raises TransitionNotAllowed where it is not of this round, or was taken out.
    """
    if not nc.standing_actions().filter(pk=action.pk).exists():
        raise TransitionNotAllowed("Hành động này không còn trong phiếu.")
    action.refresh_from_db()
    action.nonconformity = nc
    return action
