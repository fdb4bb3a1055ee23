"""Who mends and who takes back an issued decision."""

import datetime as dt
from typing import Any

from procedures.models import Decision
from procedures.permissions import is_leader
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
