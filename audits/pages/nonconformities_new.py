"""Putting a nonconformity down: where one may, and what the form shows at first."""

from typing import Any

from django.http import Http404, QueryDict

from audits.forms.places import places_of, versions_on
from procedures.models import Procedure
from procedures.permissions import reader_agencies, visible_procedures
from qms.foundation.dates import today
from qms.foundation.text import clean
from qms.organisation.models import Unit, User


def _procedure(user: User, slug: str) -> Procedure | None:
    """Return the procedure, if this person reads it."""
    readable = visible_procedures(user).select_related("agency__profile", "owner")
    return readable.filter(slug=clean(slug)).first()


def reported_at(user: User, slug: str | None) -> Unit | None:
    """Return the agency that this person reports at: the named procedure's, else the own.

    None for somebody of no agency. Raises Http404 for a procedure that they may not read.
    """
    if slug:
        procedure = _procedure(user, slug)
        if procedure is None:
            raise Http404
        return procedure.agency
    return reader_agencies(user).select_related("profile").order_by("path").first()


def shown_first(user: User, asked: QueryDict) -> dict[str, Any]:
    """Return the procedure and the step that the address names, with unit and requirement."""
    procedure = _procedure(user, asked.get("quy-trinh", ""))
    if procedure is None:
        return {}
    initial: dict[str, Any] = {"procedure": procedure.pk, "unit": procedure.owner_id}
    places = places_of(versions_on([procedure.pk], today())[:1])
    key = asked.get("buoc", "")
    place = next((each for each in places.values() if each.step_key == key), None)
    if place is not None:
        initial |= {"step": key, "requirement": place.requirement}
    return initial
