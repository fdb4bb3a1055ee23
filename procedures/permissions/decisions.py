"""Who knows what a decision names; who mends and who takes back an issued one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from procedures.models import Decision, DecisionItem
from procedures.permissions import is_clerk, is_leader, visible_drafts, visible_procedures
from procedures.workflow import DecisionStatus
from qms.foundation.dates import today


def can_correct(user: Any, decision: Decision, *, on: dt.date | None = None) -> bool:
    """Signs that number or dates of an issued decision were wrong: a leader of the agency."""
    return decision.status == DecisionStatus.ISSUED and is_leader(user, decision.agency, on=on)


def can_withdraw(user: Any, decision: Decision, *, on: dt.date | None = None) -> bool:
    """Takes an issued decision back, while none of it is in effect: a leader of the agency."""
    if not can_correct(user, decision, on=on):
        return False
    effects = decision.effects()
    return bool(effects) and effects[0] > (on or today())


def hidden_procedures(user: Any, items: Iterable[DecisionItem]) -> frozenset[int]:
    """Return the keys of the procedures in `items` of which `user` may read nothing.

    Members of an agency see its issued decisions; what one does to a restricted procedure is for
    those who read that, or its draft.
    """
    restricted = {item.procedure_id: item for item in items if item.procedure.is_restricted}
    if not restricted:
        return frozenset()
    read = set(visible_procedures(user).filter(pk__in=restricted).values_list("pk", flat=True))
    versions = [item.version_id for item in restricted.values() if item.version_id]
    drafts = visible_drafts(user).filter(pk__in=versions).values_list("procedure", flat=True)
    return frozenset(restricted) - read - set(drafts)


def knows_all_names(user: Any, decision: Decision, *, on: dt.date | None = None) -> bool:
    """Has the decision itself in hand: who composes, signs or numbers for its agency."""
    return is_leader(user, decision.agency, on=on) or is_clerk(user, decision.agency, on=on)


def unnamed_procedures(user: Any, decision: Decision) -> frozenset[int]:
    """Return the keys of the procedures that its paper does not name to `user`."""
    if knows_all_names(user, decision):
        return frozenset()
    return hidden_procedures(user, decision.standing_items().select_related("procedure"))
