"""Sampled dossiers: which were looked at, who handled them, by which version they are judged."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.actions.checklist import generate_checklist
from audits.independence import check_handlers
from audits.models import Audit, DossierHandler, SampledDossier
from procedures.models import Procedure, ProcedureVersion
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean, comparison_key
from qms.organisation.models import User
from qms.records.workflow import TransitionNotAllowed

RECOMMENDED = (3, 5)  # dossiers a procedure, fewest and most


@dataclass(frozen=True)
class DossierGiven:
    """A dossier as its papers show it; `names` are those who have no account here."""

    procedure: Procedure
    code: str
    received_on: dt.date
    due_on: dt.date | None = None
    returned_on: dt.date | None = None
    is_sheet_complete: bool | None = None
    people: tuple[User, ...] = ()
    names: tuple[str, ...] = ()


@transaction.atomic
def add_dossier(audit: Audit, given: DossierGiven, *, by: User) -> SampledDossier:
    """Take a dossier into the sample; the questions of its version are asked too.

    Raises ValidationError at the field at fault: no version was in force when it came in, a
    member of the team handled it or approved that version, or the days are in the wrong order.
    """
    stored = audit.must_be_open()
    version = _check(stored, given)
    dossier = SampledDossier(audit=stored, procedure=given.procedure, version=version)
    _put(dossier, given)
    _record(dossier, by, "Lấy mẫu hồ sơ")
    _name_handlers(dossier, given, by)
    if not stored.items.standing().filter(version=version).exists():
        generate_checklist(stored, by=by)
    return dossier


@transaction.atomic
def change_dossier(dossier: SampledDossier, given: DossierGiven, *, by: User) -> None:
    """Correct what is written of a dossier; raises what `add_dossier` raises.

    Another version than the one that its answers were given by is refused.
    """
    audit = dossier.audit.must_be_open()
    stored = _standing(dossier)
    version = _check(audit, given)
    is_other = (given.procedure.pk, version.pk) != (stored.procedure_id, stored.version_id)
    if is_other and stored.answers.exists():
        raise ValidationError(
            {
                "received_on": "Hồ sơ đã được đánh giá theo "
                f"{stored.version.number_text}; ngày này thuộc {version.number_text}."
            }
        )
    before = _content(stored)
    stored.procedure, stored.version = given.procedure, version
    _put(stored, given)
    if before != _content(stored):
        _record(stored, by, "Sửa hồ sơ lấy mẫu")
    _name_handlers(stored, given, by)
    if not audit.items.standing().filter(version=version).exists():
        generate_checklist(audit, by=by)


@transaction.atomic
def remove_dossier(dossier: SampledDossier, *, by: User) -> None:
    """Take a dossier that nobody looked at yet out of the sample."""
    dossier.audit.must_be_open()
    stored = _standing(dossier)
    if stored.answers.exists() or stored.evidence.exists() or stored.findings.exists():
        raise TransitionNotAllowed(f"Hồ sơ {stored} đã có kết quả đánh giá nên không bỏ được.")
    stored.removed_at = timezone.now()
    stored.record(by=by, reason="Bỏ hồ sơ khỏi mẫu")


def _standing(dossier: SampledDossier) -> SampledDossier:
    stored = SampledDossier.objects.select_related("version", "audit").get(pk=dossier.pk)
    if stored.removed_at is not None:
        raise TransitionNotAllowed("Hồ sơ này đã được bỏ khỏi mẫu.")
    return stored


def _check(audit: Audit, given: DossierGiven) -> ProcedureVersion:
    """Return the version that judges the dossier. Raises ValidationError at the field at fault."""
    subjects = audit.subjects.filter(removed_at=None, procedure=given.procedure)
    if not subjects.exists():
        raise ValidationError({"procedure": "Quy trình này không trong phạm vi đánh giá."})
    if not clean(given.code):
        raise ValidationError({"code": "Hãy ghi mã hồ sơ."})
    if given.received_on > today():
        raise ValidationError({"received_on": "Ngày tiếp nhận không được sau hôm nay."})
    if given.returned_on and given.returned_on > today():
        raise ValidationError({"returned_on": "Ngày trả không được sau hôm nay."})
    version = _version(given.procedure, given.received_on)
    if refused := check_handlers(audit, given.people, version=version):
        raise ValidationError({"people": refused})
    return version


def _version(procedure: Procedure, day: dt.date) -> ProcedureVersion:
    in_force = ProcedureVersion.objects.in_force(on=day).filter(procedure=procedure)
    version = in_force.select_related("procedure").first()
    if version is None:
        raise ValidationError(
            {
                "received_on": f"Ngày {format_date(day)} {procedure.code} không có lần ban hành "
                "nào có hiệu lực. Kiểm tra lại ngày, hoặc chọn hồ sơ khác."
            }
        )
    return version


def _put(dossier: SampledDossier, given: DossierGiven) -> None:
    dossier.code = clean(given.code)[:60]
    dossier.received_on, dossier.due_on = given.received_on, given.due_on
    dossier.returned_on = given.returned_on
    dossier.is_sheet_complete = given.is_sheet_complete


def _content(dossier: SampledDossier) -> tuple[object, ...]:
    names = ("procedure_id", "version_id", "code", "received_on", "due_on", "returned_on")
    return tuple(getattr(dossier, name) for name in (*names, "is_sheet_complete"))


def _record(dossier: SampledDossier, by: User, reason: str) -> None:
    dossier.validate_constraints()
    dossier.record(by=by, reason=reason)


def _name_handlers(dossier: SampledDossier, given: DossierGiven, by: User) -> None:
    """Let exactly the given people be named as handlers; who is named already stays."""
    wanted: dict[object, tuple[User | None, str]] = {p.pk: (p, str(p)) for p in given.people}
    wanted |= {comparison_key(name): (None, name) for name in _distinct(given.names)}
    for handler in dossier.handlers.filter(removed_at=None):
        key = handler.person_id or comparison_key(handler.name)
        if key in wanted:
            del wanted[key]
        else:
            handler.removed_at = timezone.now()
            handler.record(by=by, reason="Bỏ tên người giải quyết")
    for person, name in wanted.values():
        handler = DossierHandler(dossier=dossier, person=person, name=name)
        handler.record(by=by, reason="Ghi người giải quyết hồ sơ")


def _distinct(names: Iterable[str]) -> list[str]:
    return [name for name in (clean(name)[:150] for name in names) if name]
