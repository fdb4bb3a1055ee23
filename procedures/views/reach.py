"""How far somebody sees: within which units, where they begin, and what strangers may open."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from procedures.coverage import Facts
from procedures.permissions import is_closed_to_strangers, readable_units
from qms.organisation.models import AgencyProfile, Unit, roles_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def open_to_strangers(view: View[P]) -> View[P]:
    """Let people without an account in; they sign in where no agency allows public reading.

    What they see is still what `visible_procedures` gives them.
    """

    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated and is_closed_to_strangers():
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return answer


def key_of(text: str) -> int | None:
    """Return the key of a row that an address names; None for what no list of ours offers."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


class Reach:
    """The units `user` sees, the own agency among them; read by one query."""

    def __init__(self, user: Any) -> None:
        self.units = list(readable_units(user).select_related("profile").order_by("path"))
        if not self.units:
            raise PermissionDenied
        self.agency = _own(self.units, [path for _, path in roles_of(user)])

    @property
    def name(self) -> str:
        """Return the name of the own agency, as its documents print it."""
        profile = self.profile(self.agency)
        return profile.display_name if profile else str(self.agency)

    def profile(self, unit: Unit) -> AgencyProfile | None:
        """Return the settings of the nearest agency at or above `unit`, as `profile_of` does."""
        known = {each.pk: each for each in self.units}
        above = (known.get(pk) for pk in reversed(unit.ancestor_ids()))
        profiles = (getattr(each, "profile", None) for each in above if each is not None)
        return next((profile for profile in profiles if profile is not None), None)


def _own(units: Iterable[Unit], paths: list[str]) -> Unit:
    """Return the agency nearest above one of `paths`, else the highest one below."""
    agencies = [unit for unit in units if unit.kind == Unit.Kind.AGENCY]
    above = [a for a in agencies if any(path.startswith(a.path or "-") for path in paths)]
    if above:
        return max(above, key=lambda agency: len(agency.path or ""))
    return min(agencies, key=lambda agency: len(agency.path or ""))


def beyond_catalogue(facts: Facts, day: dt.date) -> dict[str, Any]:
    """Return, for a page's context, up to when the catalogue is kept and whether `day` is later."""
    until = facts.catalogue_until
    return {"catalogue_until": until, "is_beyond_catalogue": until is None or day > until}
