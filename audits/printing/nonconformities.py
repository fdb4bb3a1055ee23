"""The sheet of a nonconformity, and the register of many as they stood on a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Prefetch, Q

from audits.models import (
    Clause,
    CorrectiveAction,
    DueExtension,
    EffectivenessCheck,
    Evidence,
    Nonconformity,
    NonconformityMove,
    Treatment,
)
from audits.papers.letterhead import Piece
from audits.papers.nonconformity import Round, SheetFacts, sheet_paper
from audits.papers.register import Entry
from audits.printing.shared import letterhead_of, pieces_of
from audits.workflow import SETTLED_NONCONFORMITY, NonconformityStatus
from procedures.models import ChangeRequest
from qms.foundation.dates import format_date
from qms.foundation.text import clean
from qms.records.models import Signature
from qms.records.paper import Paper

_DONE = (
    NonconformityStatus.IMPLEMENTED,
    NonconformityStatus.VERIFIED,
    NonconformityStatus.CLOSED,
)


def nonconformity_paper(nonconformity: Nonconformity) -> Paper:
    """Return the sheet with every round, piece of evidence and signature."""
    nc = nonconformity
    treatments = {
        each.round: each
        for each in nc.treatments.select_related("corrected_by", "measures_by", "verified_by")
    }
    actions = list(_actions(nc))
    signatures = nc.signatures()
    of_treatment = {treatment.pk for treatment in treatments.values()}
    kinds = {each.content_type_id for each in Signature.objects.on(nc)}
    later = nc.followed_by.order_by("pk").values_list("number", flat=True)
    return sheet_paper(
        SheetFacts(
            head=letterhead_of(nc.agency),
            nonconformity=nc,
            clause=_clause(nc),
            rounds=[
                Round(
                    number,
                    treatment,
                    [action for action in actions if action.round == number],
                    [
                        each
                        for each in signatures
                        if each.content_type_id not in kinds
                        and treatment
                        and each.object_id == treatment.pk
                    ],
                )
                for number in range(1, nc.round + 1)
                for treatment in [treatments.get(number)]
            ],
            signatures=[
                each
                for each in signatures
                if each.content_type_id in kinds or each.object_id not in of_treatment
            ],
            extensions=_extensions(nc),
            moves=list(nc.moves.select_related("by")),
            checks=_checks(nc),
            seen=pieces_of(_seen(nc)),
            done=_evidence_of(actions),
            earlier=[nc.follows.number] if nc.follows else [],
            later=list(later),
        )
    )


def _actions(nc: Nonconformity) -> Any:
    shown = Evidence.objects.standing().select_related("original", "shown", "added_by")
    changes = ChangeRequest.objects.select_related("procedure", "version__procedure")
    return (
        nc.actions.filter(removed_at=None)
        .select_related("person", "done_by")
        .prefetch_related(
            Prefetch("evidence", queryset=shown), Prefetch("change_request", queryset=changes)
        )
    )


def _evidence_of(actions: Iterable[CorrectiveAction]) -> dict[int, tuple[Piece, ...]]:
    return {action.pk: pieces_of(action.evidence.all()) for action in actions}


def _clause(nc: Nonconformity) -> str:
    if not nc.clause:
        return ""
    clause = Clause.objects.of(nc.edition).filter(number=nc.clause).first()
    return f"điều {clause}" if clause else f"điều {nc.clause}"


def _extensions(nc: Nonconformity) -> list[DueExtension]:
    return list(nc.extensions.select_related("action", "granted_by"))


def _checks(nc: Nonconformity) -> list[EffectivenessCheck]:
    return list(nc.effectiveness_checks.select_related("checked_by"))


def _seen(nc: Nonconformity) -> list[Evidence]:
    """Return what was seen: at the sheet, at its finding, and at the finding's question."""
    of_it = Q(nonconformity=nc)
    if finding := nc.finding:
        of_it |= Q(finding=finding)
        if finding.item_id:
            of_it |= Q(item=finding.item_id) & (Q(dossier=None) | Q(dossier=finding.dossier_id))
    rows = Evidence.objects.standing().filter(of_it)
    return list(rows.select_related("original", "shown", "added_by"))


# --- the register ---


def register_entries(found: Iterable[Any], on: dt.date) -> list[Entry]:
    """Return the entries of what stood on the day, each annotated with `state` and `due_then`."""
    rows = list(found)
    keys = [row.pk for row in rows]
    moves = _by_sheet(NonconformityMove.objects.filter(nonconformity__in=keys, on__lte=on))
    verified = _by_sheet(
        Treatment.objects.filter(nonconformity__in=keys, verified_on__lte=on)
        .select_related("verified_by")
        .order_by("round")
    )
    return [_entry(row, moves[row.pk], verified[row.pk], on) for row in rows]


def _by_sheet(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.nonconformity_id].append(row)
    return found


def _entry(
    row: Any, moves: Sequence[NonconformityMove], verified: Sequence[Treatment], on: dt.date
) -> Entry:
    last = verified[-1] if verified else None
    result = ("Đạt" if last.is_effective else "Không đạt") if last else ""
    return Entry(
        number=row.number,
        found_on=row.found_on,
        source=row.get_source_display(),
        unit=str(row.unit),
        grade=row.get_grade_display(),
        summary=clean(row.gap),
        due_on=row.due_then,
        done_on=_done_on(row.state, moves),
        verifier=str(last.verified_by) if last else "",
        result=result,
        state=_state(row, on),
        is_illustrative=row.is_illustrative,
    )


def _done_on(state: str, moves: Iterable[NonconformityMove]) -> dt.date | None:
    """Return the day on which the measures that count on the day were all carried out."""
    if state not in _DONE:
        return None
    return next((move.on for move in _entered(moves) if move.status == _DONE[0]), None)


def _entered(moves: Iterable[NonconformityMove]) -> Iterator[NonconformityMove]:
    """Yield the moves that entered a state, the last first."""
    before = ""
    entered = []
    for move in moves:
        if move.status != before:
            entered.append(move)
        before = move.status
    yield from reversed(entered)


def _state(row: Any, on: dt.date) -> str:
    label = str(NonconformityStatus(row.state).label)
    if row.state in SETTLED_NONCONFORMITY:
        day = row.closed_on if row.state == NonconformityStatus.CLOSED else row.rejected_on
        return f"{label} ngày {format_date(day)}" if day else label
    over = (on - row.due_then).days
    return f"{label}, quá hạn {over} ngày" if over > 0 else label
