"""What is printed of decisions: gathered from the records by a bounded number of queries."""

from collections.abc import Collection, Iterable, Sequence

from procedures.models import (
    Decision,
    DecisionCorrection,
    DecisionItem,
    InForcePeriod,
    Procedure,
    ProcedureVersion,
)
from procedures.models.capacities import chief_of
from procedures.papers.decision import (
    ILLUSTRATIVE,
    AnnexRow,
    CorrectionFacts,
    DecisionFacts,
    Letterhead,
    Signed,
    correction_paper,
    decision_paper,
)
from procedures.workflow import FROZEN_VERSION, DecisionStatus
from qms.foundation.dates import format_date, today, valid_on
from qms.organisation.models import AgencyProfile
from qms.records.models import Signature
from qms.records.paper import Paper
from qms.records.signatures import manner

_MARKS = {DecisionStatus.CANCELLED: "ĐÃ HỦY", DecisionStatus.WITHDRAWN: "ĐÃ THU HỒI"}
_UNNAMED = "Tài liệu hạn chế người đọc"
_PROCEDURES = {Procedure.Kind.TTHC, Procedure.Kind.SYSTEM}
_WHAT = ("Quyết định số", "Ngày quyết định", "Có hiệu lực từ ngày")


def paper_of_decision(decision: Decision, *, unnamed: Collection[int] = ()) -> Paper:
    """Return the decision as it is printed, with what it was called when it was issued.

    Of the procedures whose keys are `unnamed` its annex says only that there is one.
    """
    items = list(decision.standing_items())
    profile = _profile(decision)
    kinds = {item.procedure.kind for item in items}
    approval = Signature.objects.on(decision).filter(act=Signature.Act.APPROVED).last()
    return decision_paper(
        DecisionFacts(
            head=_letterhead(decision, profile),
            subject=decision.subject,
            number=decision.number,
            signed_on=decision.signed_on,
            effective_on=decision.effective_on,
            grounds=_lines(decision.grounds),
            recipients=_lines(decision.recipients),
            transition=_lines(decision.transition),
            rows=tuple(_rows(decision, items, profile, unnamed)),
            what="quy trình" if kinds <= _PROCEDURES else "tài liệu",
            signed=_signed(decision, approval),
            marks=_marks(decision),
        )
    )


def paper_of_correction(correction: DecisionCorrection) -> Paper:
    """Return the đính chính as it is printed; its day is that of its signature."""
    decision = correction.decision
    signature = Signature.objects.on(correction).last()
    old = f"Quyết định số {correction.old_number} ngày {format_date(correction.old_signed_on)}"
    pairs = (
        (correction.old_number, correction.new_number),
        (format_date(correction.old_signed_on), format_date(correction.new_signed_on)),
        (format_date(correction.old_effective_on), format_date(correction.new_effective_on)),
    )
    return correction_paper(
        CorrectionFacts(
            head=_letterhead(decision, _profile(decision)),
            number=correction.reference,
            signed_on=signature.signed_on if signature else today(),
            decision=old,
            reason=_lines(correction.reason),
            changes=tuple(
                (what, was, now)
                for what, (was, now) in zip(_WHAT, pairs, strict=True)
                if was != now
            ),
            recipients=_lines(decision.recipients),
            signed=_signed(decision, signature),
            marks=_marks(decision),
        )
    )


def _profile(decision: Decision) -> AgencyProfile | None:
    """Return the agency's profile as it was when the decision was issued, as it is before that."""
    if decision.issued_at is not None:
        profiles = AgencyProfile.history.as_of(decision.issued_at)
        if then := profiles.filter(unit_id=decision.agency_id).first():
            found: AgencyProfile = then
            return found
    return AgencyProfile.objects.filter(unit_id=decision.agency_id).first()


def _letterhead(decision: Decision, profile: AgencyProfile | None) -> Letterhead:
    """Return names of the agency; of an upper body that issues it nothing but its name is known."""
    is_own = not decision.issuer_name
    own = profile.display_name if profile else decision.agency.name
    chief = chief_of(decision.agency, on=decision.signed_on or today()) if is_own else ""
    return Letterhead(
        parent=profile.parent_name if profile and is_own else "",
        issuer=decision.issuer_name or own,
        place=profile.place if profile else "",
        chief=chief,
        standard=profile.standard if profile else "TCVN ISO 9001:2015",
        name=decision.issuer_name or decision.agency.name,
    )


def _signed(decision: Decision, signature: Signature | None) -> Signed | None:
    """Return who signed. Room for ink stays until the decision is issued."""
    if signature is None:
        return None
    is_told = decision.status in (DecisionStatus.ISSUED, DecisionStatus.WITHDRAWN)
    return Signed(
        name=signature.person_name,
        position=signature.position_name,
        capacity=signature.capacity,
        note=manner(signature) if is_told else "",
    )


def _marks(decision: Decision) -> tuple[str, ...]:
    state = _MARKS.get(DecisionStatus(decision.status))
    return tuple(filter(None, (state, ILLUSTRATIVE if decision.is_illustrative else "")))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line.strip())


# --- the annex ---


def _rows(
    decision: Decision,
    items: Sequence[DecisionItem],
    profile: AgencyProfile | None,
    unnamed: Collection[int],
) -> Iterable[AnnexRow]:
    replaced = _replaced(decision, items)
    numbers = _numbers([item.version for item in items if item.version], profile)
    for item in items:
        if item.procedure_id in unnamed:
            is_abolished = item.version is None
            yield AnnexRow("", _UNNAMED, "", (), "–", None, is_abolished=is_abolished)
            continue
        version = item.version
        before = replaced.get(item.procedure_id)
        begins = item.effective_on if item.effective_on != decision.effective_on else None
        yield AnnexRow(
            code=item.procedure.code,
            title=version.title if version else item.procedure.title,
            number=numbers[version.pk] if version else _short(before) if before else "",
            tthc=tuple(covered.code for covered in version.document.tthc) if version else (),
            replaces=before.number_text.capitalize() if before and version else "",
            begins=begins,
            is_abolished=version is None,
        )


def _replaced(decision: Decision, items: Sequence[DecisionItem]) -> dict[int, ProcedureVersion]:
    """Return, by the key of the procedure, the version that ends; of an open one as of today."""
    periods = InForcePeriod.objects.standing().select_related("version")
    if decision.status == DecisionStatus.ISSUED:
        ended = periods.filter(ended_by__in=items)
    else:
        ended = periods.filter(
            valid_on(today()), procedure__in=[item.procedure_id for item in items]
        )
    own = {item.version_id for item in items}
    return {period.procedure_id: period.version for period in ended if period.version_id not in own}


def _numbers(versions: Sequence[ProcedureVersion], profile: AgencyProfile | None) -> dict[int, str]:
    """Return `02/01` of each version; of one not approved the number that approval would give."""
    frozen = ProcedureVersion.objects.filter(
        procedure__in=[version.procedure_id for version in versions], status__in=FROZEN_VERSION
    ).values_list("procedure_id", "issue_no", "revision_no")
    last: dict[int, tuple[int, int | None]] = {}
    for procedure, issue_no, revision_no in frozen:
        known = last.get(procedure)
        number = (issue_no or 0, revision_no)
        if known is None or _order(number) > _order(known):
            last[procedure] = number
    one_counter = bool(profile and profile.numbering == AgencyProfile.Numbering.ONE_COUNTER)
    told = {}
    for version in versions:
        if version.issue_no is not None:
            told[version.pk] = _short(version)
        else:
            told[version.pk] = _slash(
                *version.number_after(last.get(version.procedure_id), one_counter=one_counter)
            )
    return told


def _order(number: tuple[int, int | None]) -> tuple[int, int]:
    return number[0], -1 if number[1] is None else number[1]


def _short(version: ProcedureVersion) -> str:
    return _slash(version.issue_no or 0, version.revision_no)


def _slash(issue_no: int, revision_no: int | None) -> str:
    return f"{issue_no:02d}" if revision_no is None else f"{issue_no:02d}/{revision_no:02d}"
