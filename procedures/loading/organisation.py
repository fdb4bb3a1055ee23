"""Units, profile, positions, and one demo person a role."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from procedures.loading.accounts import new_password, note_password
from procedures.loading.known import one_ever
from qms.organisation.models import AgencyProfile, Position, Post, Unit, User, grant_role
from qms.organisation.roles import Role

REASON = "Nạp dữ liệu ban đầu"
ADMINISTRATORS = "Quản trị"
# What the system administrator keeps in Django admin; no content is among it.
_KEPT_BY_ADMINISTRATORS = ("user", "unit", "position", "post", "unitgrant", "agencyprofile")


def load_units(office: dict[str, Any], *, by: User) -> int:
    """Make the units and the profile of the agency that are not there; return how many."""
    made = 0
    for facts in office["units"]:
        if one_ever(Unit, code=facts["code"]):
            continue
        parent = one_ever(Unit, code=facts["parent"]) if facts["parent"] else None
        with transaction.atomic():
            unit = Unit(
                code=facts["code"], name=facts["name"], kind=Unit.Kind(facts["kind"]), parent=parent
            )
            unit.record(by=by, reason=REASON)
            if facts["code"] == office["agency"]:
                AgencyProfile(unit=unit, **office["profile"]).record(by=by, reason=REASON)
        made += 1
    return made


def load_positions(office: dict[str, Any], *, by: User) -> int:
    made = 0
    for name, rank in office["positions"].items():
        if one_ever(Position, name=name) is None:
            Position(name=name, rank=rank).record(by=by, reason=REASON)
            made += 1
    return made


def load_people(office: dict[str, Any], *, by: User, accounts: Path) -> int:
    """Make the demo accounts that never were, each with its post and roles; return how many.

    The password of a new one is random and told in the file `accounts` alone. The post is in the
    agency, or in the unit that the facts name.
    """
    agency = one_ever(Unit, code=office["agency"])
    made = 0
    for facts in office["people"]:
        if one_ever(User, username=facts["username"]) is None:
            _make_person(facts, agency, by=by, accounts=accounts)
            made += 1
    return made


@transaction.atomic
def _make_person(facts: dict[str, Any], agency: Unit, *, by: User, accounts: Path) -> None:
    roles = [Role(role) for role in facts["roles"]]
    password = new_password()
    user = User(
        username=facts["username"],
        full_name=facts["name"],
        is_staff=Role.SYSTEM_ADMIN in roles,
    )
    user.set_password(password)
    user.record(by=by, reason=REASON)
    for role in roles:
        grant_role(user, role, agency, by=by)
    if facts["position"]:
        position = one_ever(Position, name=facts["position"])
        unit = one_ever(Unit, code=facts["unit"]) if "unit" in facts else agency
        Post(person=user, unit=unit, position=position).record(by=by, reason=REASON)
    if user.is_staff:
        user.groups.add(administrators())
    who = f"{', '.join(role.label for role in roles)} – {facts['name']}"
    note_password(accounts, user.username, password, who)


def administrators() -> Group:
    """Return the group of those who keep accounts and units in Django admin, making it once."""
    group, is_new = Group.objects.get_or_create(name=ADMINISTRATORS)
    if is_new:
        codenames = [
            f"{deed}_{model}"
            for model in _KEPT_BY_ADMINISTRATORS
            for deed in ("view", "add", "change")
        ]
        group.permissions.set(
            Permission.objects.filter(
                content_type__app_label="organisation", codename__in=codenames
            )
        )
    return group
