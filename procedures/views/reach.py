"""Within which units somebody sees TTHC and coverage, and where they begin."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied

from procedures.coverage import Facts
from procedures.permissions import readable_units
from qms.organisation.models import AgencyProfile, Unit, roles_of


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
