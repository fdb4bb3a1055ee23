"""The checklist of an audit as it is printed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from audits.board import Line, board_of
from audits.models import Audit, Evidence, ItemAnswer, Nonconformity, SiteConfirmation
from audits.papers.checklist import ChecklistFacts, Settled, blank_paper, filled_paper
from audits.papers.letterhead import Piece
from audits.permissions.audits import unread_procedures
from audits.printing.audits import read_audit, read_samples
from audits.printing.shared import bytes_of, pieces_of
from qms.records.paper import Paper


def blank_checklist(audit: Audit, user: Any) -> Paper:
    """Return the questions to be filled in by hand."""
    lines = board_of(audit, hidden=_hidden(audit, user))
    return blank_paper(ChecklistFacts(read_audit(audit, user), lines, (), (), {}, {}, {}))


def filled_checklist(audit: Audit, user: Any) -> Paper:
    """Return the checklist with all that was written down."""
    hidden = _hidden(audit, user)
    lines = board_of(audit, hidden=hidden)
    sheets = Nonconformity.objects.filter(finding__audit=audit).values_list("finding", "number")
    return filled_paper(
        ChecklistFacts(
            audit=read_audit(audit, user),
            lines=lines,
            samples=read_samples(audit, hidden=hidden),
            settled=tuple(_settled(audit, {line.item.pk for line in lines})),
            evidence=_evidence(audit),
            signed=_signed(lines),
            sheets=dict(sheets),
        )
    )


def _hidden(audit: Audit, user: Any) -> frozenset[int]:
    return frozenset() if user is None else unread_procedures(user, audit)


def _settled(audit: Audit, items: Collection[int]) -> Iterator[Settled]:
    """Yield the answers that two people gave beside each other, and what was chosen."""
    answers = list(
        ItemAnswer.objects.filter(item__in=items, item__audit=audit)
        .select_related("item", "answered_by", "dossier")
        .order_by("item__position", "pk")
    )
    choices = {answer.settles_id: answer for answer in answers if answer.settles_id}
    by_key = {answer.pk: answer for answer in answers}
    for answer in answers:
        if answer.is_disputed and answer.superseded_at is not None:
            chosen = choices.get(answer.pk)
            question = answer.item.question
            dossier = f" (hồ sơ {answer.dossier})" if answer.dossier else ""
            yield Settled(f"{question}{dossier}", answer, chosen)
            other = by_key.get(chosen.base_id or 0) if chosen else None
            if other is not None:
                yield Settled(f"{question}{dossier}", other, chosen)


def _evidence(audit: Audit) -> dict[int, tuple[Piece, ...]]:
    rows = (
        Evidence.objects.standing()
        .filter(item__audit=audit)
        .select_related("original", "shown", "added_by")
    )
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in rows:
        if row.item_id is not None:
            found[row.item_id].append(row)
    return {key: pieces_of(pieces) for key, pieces in found.items()}


def _signed(lines: Iterable[Line]) -> dict[int, bytes]:
    keys = [each.pk for line in lines for each in line.confirmations]
    rows = SiteConfirmation.objects.filter(pk__in=keys).select_related("picture")
    return {row.pk: bytes_of(row.picture) for row in rows}
