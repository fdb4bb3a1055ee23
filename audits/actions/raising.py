"""Raising nonconformities: one for each finding of a reported audit, or reported by somebody."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from audits.models import Audit, AuditMember, AuditSettings, Finding, Nonconformity
from audits.workflow import REPORTED_AUDIT
from procedures.models import Procedure, ProcedureVersion
from qms.foundation.dates import add_months, today
from qms.foundation.text import clean, clean_lines, slugify
from qms.organisation.models import Unit, User, holders_of
from qms.organisation.roles import Role
from qms.records.numbers import take_number
from qms.records.workflow import TransitionNotAllowed

SERIES = "nonconformity"
_FUTURE = "Ngày không được ở tương lai."
_GRADES: dict[str, str] = {
    Finding.Grade.MAJOR: Nonconformity.Grade.MAJOR,
    Finding.Grade.MINOR: Nonconformity.Grade.MINOR,
}


@dataclass(frozen=True)
class NewNonconformity:
    """What is told of a nonconformity that no audit found.

    `due_on` None is the usual deadline; `found_by` None leaves the finder to `finder_name`, and
    where that is empty too, to whoever reports it.
    """

    agency: Unit
    source: str
    unit: Unit
    requirement: str
    evidence_text: str
    gap: str
    found_on: dt.date
    grade: str = Nonconformity.Grade.MINOR
    procedure: Procedure | None = None
    version: ProcedureVersion | None = None
    step_key: str = ""
    step_text: str = ""
    clause: str = ""
    edition: str = ""
    found_by: User | None = None
    finder_name: str = ""
    due_on: dt.date | None = None
    owner: User | None = None
    minutes_on: dt.date | None = None
    repeats: Nonconformity | None = None
    repeat_denied: str = ""
    is_illustrative: bool = False


@transaction.atomic
def raise_all(audit: Audit, *, by: User, on: dt.date | None = None) -> list[Nonconformity]:
    """Raise a nonconformity for each standing nonconforming finding that has none yet."""
    findings = audit.findings.standing().nonconformities().filter(nonconformity=None)
    wanted = findings.select_related("version__procedure", "found_by", "unit").order_by("seq")
    return [raise_nonconformity(finding, by=by, on=on) for finding in wanted]


@transaction.atomic
def raise_nonconformity(finding: Finding, *, by: User, on: dt.date | None = None) -> Nonconformity:
    """Turn `finding` into a nonconformity, once; its finder is the first to have signed it.

    The audit is reported already, and `on` (None: today) is the day it was; the deadline counts
    from it. Raises TransitionNotAllowed before the report, for a finding that is withdrawn or
    not graded, and where there is one already (ISO 9001:2015, 10.2.1).
    """
    audit = finding.audit
    audit.locked()  # who raises the same at the same moment waits, and is told
    day = on or today()
    if day > today():
        raise ValidationError({"on": _FUTURE})
    if audit.status not in REPORTED_AUDIT:
        raise TransitionNotAllowed("Phiếu KPH chỉ lập khi báo cáo đánh giá đã được phê duyệt.")
    if finding.withdrawn_at is not None or finding.grade not in _GRADES:
        raise TransitionNotAllowed(f"{finding.label} không phải là sự không phù hợp đã xếp mức.")
    if Nonconformity.objects.filter(finding=finding).exists():
        raise TransitionNotAllowed(f"{finding.label} đã có phiếu KPH.")
    nonconformity = Nonconformity(
        agency=audit.agency,
        source=Nonconformity.Source.AUDIT,
        finding=finding,
        grade=_GRADES[finding.grade],
        unit=finding.unit,
        procedure=finding.version.procedure if finding.version else None,
        version=finding.version,
        step_key=finding.step_key,
        step_text=finding.step_text,
        clause=finding.clause,
        edition=audit.edition,
        requirement=finding.requirement,
        evidence_text=finding.evidence_text,
        gap=finding.gap,
        found_on=finding.found_on,
        found_by=finding.found_by,
        auditor=_follower(finding),
        owner=head_of(finding.unit, on=day),
        due_on=day + dt.timedelta(days=AuditSettings.of(audit.agency).treatment_days),
        is_illustrative=audit.is_illustrative,
    )
    return store_numbered(nonconformity, by=by, on=day)


@transaction.atomic
def report_nonconformity(given: NewNonconformity, *, by: User) -> Nonconformity:
    """Put down a nonconformity that no audit found.

    One found from outside is due some months after its minutes (TT 26/2014/TT-BKHCN, Điều 37).
    Raises ValidationError by field for what is missing or contradicts itself.
    """
    _must_be_whole(given)
    own = AuditSettings.of(given.agency)
    is_external = given.source == Nonconformity.Source.EXTERNAL_CHECK
    due_on = given.due_on or given.found_on + dt.timedelta(days=own.treatment_days)
    if is_external and given.minutes_on:
        due_on = given.due_on or add_months(given.minutes_on, own.external_answer_months)
    version = given.version
    names_finder = given.found_by is not None or clean(given.finder_name) != ""
    nonconformity = Nonconformity(
        agency=given.agency,
        source=given.source,
        grade=given.grade,
        unit=given.unit,
        procedure=given.procedure or (version.procedure if version else None),
        version=version,
        step_key=given.step_key,
        step_text=clean_lines(given.step_text),
        clause=clean(given.clause),
        edition=given.edition,
        requirement=clean_lines(given.requirement),
        evidence_text=clean_lines(given.evidence_text),
        gap=clean_lines(given.gap),
        found_on=given.found_on,
        found_by=given.found_by if names_finder else by,
        finder_name=clean(given.finder_name),
        owner=given.owner or head_of(given.unit, on=today()),
        due_on=due_on,
        minutes_on=given.minutes_on if is_external else None,
        external_state=Nonconformity.External.WAITING if is_external else "",
        repeats=given.repeats,
        repeat_denied="" if given.repeats else clean_lines(given.repeat_denied),
        is_illustrative=given.is_illustrative,
    )
    return store_numbered(nonconformity, by=by, on=given.found_on)


def head_of(unit: Unit, *, on: dt.date) -> User | None:
    """Return the one head of the unit: of those over it the nearest; None where it is not one."""
    over = [
        (path, person)
        for path, person in holders_of(Role.UNIT_HEAD, on=on)
        if (unit.path or "").startswith(path)
    ]
    nearest = max((path for path, _ in over), key=len, default="")
    people = {person for path, person in over if path == nearest}
    return User.objects.get(pk=people.pop()) if len(people) == 1 else None


def store_numbered(nonconformity: Nonconformity, *, by: User, on: dt.date) -> Nonconformity:
    """Number it, last of all, and store it with its first move and the finder's signature."""
    own = AuditSettings.of(nonconformity.agency)
    nonconformity.reported_by = by
    nonconformity.number = take_number(
        nonconformity.agency, SERIES, year=on.year, pattern=own.nonconformity_pattern
    )
    nonconformity.slug = _free_slug(nonconformity.number)
    nonconformity.put_down(by=by, on=on)
    return nonconformity


def _follower(finding: Finding) -> User | None:
    """Return who agrees to the measures: the finder; the lead for one from outside the agency.

    Somebody from outside reads the audit for its days alone. Without a lead of the agency's own
    it is None, which leaves it to the internal auditors and the secretary.
    """
    members = finding.audit.members.select_related("person")
    if not members.filter(person=finding.found_by, is_outside=True).exists():
        return finding.found_by
    lead = members.filter(role=AuditMember.Role.LEAD, is_outside=False, removed_at=None).first()
    return lead.person if lead else None


def _free_slug(number: str) -> str:
    """Return the address part of a number; another agency's may be the same."""
    slug = slugify(number)[:70]
    taken = set(Nonconformity.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    free, again = slug, 1
    while free in taken:
        again += 1
        free = f"{slug}-{again}"
    return free


def _must_be_whole(given: NewNonconformity) -> None:
    """Raise ValidationError by field for what is missing or contradicts itself."""
    wrong = _wrong_places(given) | _wrong_days(given)
    for field in ("requirement", "evidence_text", "gap"):
        if not clean(getattr(given, field)):
            wrong[field] = "Sự không phù hợp phải có đủ yêu cầu, bằng chứng và điểm chưa phù hợp."
    sources = set(Nonconformity.Source.values) - {Nonconformity.Source.AUDIT}
    if given.source not in sources:
        wrong["source"] = "Hãy chọn nguồn; phiếu của cuộc đánh giá do hệ thống lập từ phát hiện."
    if given.grade not in Nonconformity.Grade.values:
        wrong["grade"] = "Hãy chọn mức nặng hoặc nhẹ."
    if wrong:
        raise ValidationError(wrong)


def _wrong_places(given: NewNonconformity) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not (given.unit.path or "").startswith(given.agency.path or ""):
        wrong["unit"] = "Đơn vị không thuộc cơ quan này."
    if given.procedure and given.procedure.agency_id != given.agency.pk:
        wrong["procedure"] = "Quy trình không thuộc cơ quan này."
    if given.version and given.procedure and given.version.procedure_id != given.procedure.pk:
        wrong["version"] = "Phiên bản không phải của quy trình này."
    if given.repeats and (
        given.repeats.agency_id != given.agency.pk or given.repeats.found_on > given.found_on
    ):
        wrong["repeats"] = "Hãy chọn một phiếu đã có từ trước của cơ quan."
    return wrong


def _wrong_days(given: NewNonconformity) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if given.found_on > today():
        wrong["found_on"] = _FUTURE
    if given.minutes_on and given.minutes_on > today():
        wrong["minutes_on"] = _FUTURE
    if given.source == Nonconformity.Source.EXTERNAL_CHECK and given.minutes_on is None:
        wrong["minutes_on"] = "Hãy ghi ngày ký biên bản kiểm tra."
    if given.due_on and given.due_on < given.found_on:
        wrong["due_on"] = "Hạn không được trước ngày phát hiện."
    return wrong
