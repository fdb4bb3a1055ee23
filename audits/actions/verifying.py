"""Verifying, closing, and looking again later whether the cause went away."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from audits.actions.raising import store_numbered
from audits.models import AuditSettings, EffectivenessCheck, Nonconformity, Treatment
from audits.models.signing import sign_on_day
from audits.workflow import NonconformityStatus
from qms.foundation.dates import add_months, format_date, today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import User
from qms.records.models import Signature
from qms.records.signatures import Signing
from qms.records.workflow import TransitionNotAllowed

_VERIFIED, _CLOSED = NonconformityStatus.VERIFIED, NonconformityStatus.CLOSED


@transaction.atomic
def verify(
    nc: Nonconformity,
    *,
    by: User,
    on: dt.date | None = None,
    is_effective: bool,
    comment: str = "",
    seen: str | None = None,
) -> None:
    """Verify what was carried out; where it does not work, a new round begins at the cause.

    The old round keeps its treatment, actions and signatures; the new one starts from the
    correction. Raises TransitionNotAllowed for whoever did or answers for any of it, and
    ValidationError without a comment on what does not work (ISO 9001:2015, 10.2.1 d).
    """
    nc.must_be(NonconformityStatus.IMPLEMENTED)
    nc.must_be_seen(seen, nc.sha256())
    _must_be_another(nc, by)
    if not is_effective and not clean(comment):
        raise ValidationError({"comment": "Hãy ghi điểm chưa đạt."})
    day, treatment = nc.civil_day(on), nc.treatment()
    if treatment is None:
        raise TransitionNotAllowed("Phiếu chưa có nội dung xử lý.")
    treatment.is_effective = is_effective
    treatment.verification = clean_lines(comment)
    treatment.verified_by, treatment.verified_on = by, day
    treatment.record(by=by, reason="Kiểm tra xác nhận")
    sign_on_day(treatment, Signature.Act.VERIFIED, by=by, on=day, sha256=nc.sha256())
    if is_effective:
        months = AuditSettings.of(nc.agency).effect_months
        nc.proceed(
            _VERIFIED,
            by=by,
            on=day,
            reason="Kiểm tra xác nhận: đạt",
            verified_by=by,
            verified_on=day,
            effect_due_on=add_months(day, months),
        )
        return
    _begin_round(nc, treatment, by=by, on=day)


@transaction.atomic
def check_effect(
    nc: Nonconformity,
    *,
    by: User,
    on: dt.date | None = None,
    is_effective: bool,
    comment: str = "",
) -> EffectivenessCheck:
    """Append whether the cause went away, on a day after the verification, closed or not."""
    nc.must_be(_VERIFIED, _CLOSED)
    _must_be_another(nc, by)
    if not is_effective and not clean(comment):
        raise ValidationError({"comment": "Hãy ghi vì sao chưa có hiệu lực."})
    day = nc.civil_day(on)
    check = EffectivenessCheck(
        nonconformity=nc,
        round=nc.round,
        checked_on=day,
        is_effective=is_effective,
        comment=clean_lines(comment),
        checked_by=by,
    )
    check.save()
    nc.note_day(
        by=by, on=day, reason=f"Đánh giá hiệu lực: {'đạt' if is_effective else 'không đạt'}"
    )
    return check


def missing_for_closing(nc: Nonconformity) -> list[str]:
    """Return what still keeps a verified one from being closed, in words."""
    missing = []
    check = _last_check(nc)
    if nc.grade == Nonconformity.Grade.MAJOR and (check is None or not check.is_effective):
        missing.append("KPH nặng chỉ đóng sau khi đánh giá hiệu lực đạt.")
    if nc.source == Nonconformity.Source.EXTERNAL_CHECK and nc.external_state not in (
        Nonconformity.External.REPORTED,
        Nonconformity.External.ACCEPTED,
    ):
        missing.append("Kết quả khắc phục phải báo cáo đoàn kiểm tra, và không bị từ chối.")
    return missing


@transaction.atomic
def close(
    nc: Nonconformity,
    *,
    by: User,
    on: dt.date | None = None,
    signing: Signing,
    seen: str | None = None,
) -> None:
    """Close it, signed by the leader; a day before today is that of a signature on paper.

    Raises ValidationError that lists what `missing_for_closing` does.
    """
    nc.must_be(_VERIFIED)
    nc.must_be_seen(seen, nc.sha256())
    if missing := missing_for_closing(nc):
        raise ValidationError(missing)
    day = nc.civil_day(on or signing.day)
    if signing.is_paper and signing.day != day:
        raise ValidationError({"on": f"Bản giấy được ký ngày {format_date(signing.day)}."})
    nc.proceed(_CLOSED, by=by, on=day, reason="Đóng phiếu", closed_on=day)
    sign_on_day(nc, Signature.Act.CLOSED, by=by, on=day, sha256=nc.sha256(), method=signing.method)


@transaction.atomic
def follow_up(nc: Nonconformity, *, by: User, on: dt.date | None = None) -> Nonconformity:
    """Put a further one down whose forerunner's measures proved to be without effect, once.

    It repeats its forerunner, and so asks for whys and a corrective action. Raises
    TransitionNotAllowed where the last check found an effect, and none from outside refused it.
    """
    nc.must_be(_VERIFIED, _CLOSED)
    check = _last_check(nc)
    is_refused = nc.external_state == Nonconformity.External.NOT_ACCEPTED
    if not is_refused and (check is None or check.is_effective):
        raise TransitionNotAllowed("Chỉ lập phiếu tiếp theo khi biện pháp không có hiệu lực.")
    if nc.followed_by.exists():
        raise TransitionNotAllowed("Phiếu tiếp theo đã có.")
    day = nc.civil_day(on)
    found = f"Biện pháp của phiếu {nc.number} không có hiệu lực."
    if check and not check.is_effective:
        found = f"{found}\n{check.comment}"
    further = Nonconformity(
        agency=nc.agency,
        source=Nonconformity.Source.SELF_CHECK,
        grade=nc.grade,
        unit=nc.unit,
        procedure=nc.procedure,
        version=nc.version,
        step_key=nc.step_key,
        step_text=nc.step_text,
        clause=nc.clause,
        edition=nc.edition,
        requirement=nc.requirement,
        evidence_text=found,
        gap=nc.gap,
        found_on=day,
        found_by=check.checked_by if check and not check.is_effective else by,
        owner=nc.owner,
        auditor=nc.auditor,
        due_on=day + dt.timedelta(days=AuditSettings.of(nc.agency).treatment_days),
        repeats=nc,
        follows=nc,
        is_illustrative=nc.is_illustrative,
    )
    return store_numbered(further, by=by, on=day)


def _begin_round(nc: Nonconformity, old: Treatment, *, by: User, on: dt.date) -> None:
    nc.proceed(
        NonconformityStatus.ANALYSED,
        by=by,
        on=on,
        reason=f"Kiểm tra xác nhận: không đạt. {old.verification}",
        round=nc.round + 1,
        analysed_on=on,
        planned_on=None,
        implemented_on=None,
    )
    further = Treatment(
        nonconformity=nc,
        round=nc.round,
        correction=old.correction,
        corrected_by=old.corrected_by,
        corrected_on=old.corrected_on,
    )
    further.record(by=by, reason=f"Bắt đầu lần {nc.round}")


def _must_be_another(nc: Nonconformity, by: User) -> None:
    if by.pk in nc.doers():
        raise TransitionNotAllowed(
            "Người thực hiện, người chịu trách nhiệm không tự kiểm tra xác nhận."
        )


def _last_check(nc: Nonconformity) -> EffectivenessCheck | None:
    """Return the last check of the measures that stand: those of this round."""
    checks = nc.effectiveness_checks.filter(round=nc.round, checked_on__lte=today())
    return checks.order_by("checked_on", "pk").last()
