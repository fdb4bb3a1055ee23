"""People who leave: what they are and may ends on a day, their name stays on what was signed."""

import datetime as dt

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction

from qms.foundation.text import clean
from qms.organisation.models import PersonalTerm, User


@transaction.atomic
def leave(person: User, *, by: User, on: dt.date, reason: str) -> int:
    """Let `person` leave on `on`: the first day on which they are and may nothing any more.

    Posts, grants of every kind, assignments and mandates end on that day, and the account is
    closed from it on, by its date where the day lies ahead. Returns how many ended. Raises
    ValidationError without a reason, for oneself, and for an account that is closed or to be.
    """
    said = clean(reason)
    if not said:
        raise ValidationError({"reason": "Hãy ghi lý do."})
    if person == by:
        raise ValidationError("Người khác ghi việc nghỉ của bạn.")
    person.close(on=on, by=by, reason=f"Nghỉ: {said}")
    ended = 0
    for model in personal_terms():
        for term in model.ending_with(person):
            ended += term.end(by=by, on=on, reason=f"{person} nghỉ")
    return ended


@transaction.atomic
def come_back(person: User, *, by: User, reason: str) -> None:
    """Open the account again; new posts and grants are given anew.

    Raises ValidationError without a reason, for oneself, and for an account that is open.
    """
    said = clean(reason)
    if not said:
        raise ValidationError({"reason": "Hãy ghi lý do."})
    if person == by:
        raise ValidationError("Người khác mở lại tài khoản của bạn.")
    person.reopen(by=by, reason=f"Trở lại: {said}")


def personal_terms() -> list[type[PersonalTerm]]:
    """Return every model whose rows end with a person, of all floors."""
    return [model for model in apps.get_models() if issubclass(model, PersonalTerm)]
