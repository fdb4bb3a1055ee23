"""Recording who looks after which field, and who signs by a mandate (ADR 0026)."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.models import Field, FieldAssignment
from procedures.models.capacities import heads_on, holds_post
from qms.foundation.dates import format_date
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User
from qms.records.models import Mandate, StoredFile


@dataclass(frozen=True)
class Paper:
    """The paper by which something is given, and its days `[valid_from, valid_to)`."""

    number: str
    issued_on: dt.date
    valid_from: dt.date
    valid_to: dt.date | None = None


@transaction.atomic
def assign(
    agency: Unit,
    person: User,
    *,
    by: User,
    scope: str,
    paper: Paper,
    field: Field | None = None,
) -> FieldAssignment:
    """Record that `person`, a deputy head, looks after a field, the system or all of the agency.

    Raises ValidationError for oneself, for somebody without a post in the agency, for the head,
    and for days that are none.
    """
    _check_paper(paper)
    if person == by:
        raise ValidationError({"person": "Người khác ghi phân công của bạn."})
    if not holds_post(person, agency, on=paper.valid_from):
        raise ValidationError({"person": f"{person} chưa có vị trí công tác tại {agency}."})
    if heads_on(agency, on=paper.valid_from).filter(pk=person.pk).exists():
        raise ValidationError({"person": f"{person} là người đứng đầu, ký trực tiếp."})
    assignment = FieldAssignment(
        agency=agency,
        person=person,
        scope=FieldAssignment.Scope(scope),
        field=field,
        recorded_by=by,
        number=clean(paper.number),
        issued_on=paper.issued_on,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
    )
    assignment.record(by=by, reason="Ghi phân công phụ trách")
    return assignment


@dataclass(frozen=True)
class Given:
    """What a mandate says: from whom, to whom, of which kind, for what."""

    kind: str
    giver: User
    holder: User
    content: str
    for_documents: bool
    for_audits: bool
    file: StoredFile | None = None


@transaction.atomic
def give_mandate(agency: Unit, given: Given, *, by: User, paper: Paper) -> Mandate:
    """Record a mandate that the head of the agency gave in writing.

    Raises ValidationError where its giver is not the head on its first day, for whoever signs by a
    mandate cannot pass it on (NĐ 30/2020/NĐ-CP, Điều 13 khoản 3); for a *TUQ.* without an end; and
    where its holder records it.
    """
    _check_paper(paper)
    if given.kind == Mandate.Kind.TUQ and paper.valid_to is None:
        raise ValidationError({"until_on": "Thừa ủy quyền phải có ngày hết hạn."})
    if given.holder == by:
        raise ValidationError({"holder": "Người khác ghi văn bản giao cho bạn."})
    if given.holder == given.giver:
        raise ValidationError({"holder": "Người giao không giao cho chính mình."})
    if not heads_on(agency, on=paper.valid_from).filter(pk=given.giver.pk).exists():
        day = format_date(paper.valid_from)
        raise ValidationError(
            {
                "giver": f"{given.giver} không đứng đầu {agency} vào ngày {day}; người được giao "
                "ký không được giao lại."
            }
        )
    if not holds_post(given.holder, agency, on=paper.valid_from):
        raise ValidationError({"holder": f"{given.holder} chưa có vị trí công tác tại {agency}."})
    mandate = Mandate(
        agency=agency,
        kind=given.kind,
        giver=given.giver,
        holder=given.holder,
        content=clean_lines(given.content),
        for_documents=given.for_documents,
        for_audits=given.for_audits,
        file=given.file,
        recorded_by=by,
        number=clean(paper.number),
        issued_on=paper.issued_on,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
    )
    mandate.record(by=by, reason="Ghi văn bản giao ký")
    return mandate


def _check_paper(paper: Paper) -> None:
    if paper.valid_to is not None and paper.valid_to <= paper.valid_from:
        raise ValidationError({"until_on": "Ngày cuối không được trước ngày đầu."})
    if paper.issued_on > paper.valid_from:
        raise ValidationError({"valid_from": "Không giao từ ngày trước ngày ký văn bản."})
