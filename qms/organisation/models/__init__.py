"""Units, people, positions, posts and the grants that make a role (DESIGN §2)."""

from qms.organisation.models.agencies import AgencyProfile, default_agency
from qms.organisation.models.grants import (
    ObjectGrant,
    ObjectGrantQuerySet,
    UnitGrant,
    grant_object,
    grant_role,
    has_role,
    held_objects,
    holders_of,
    is_open,
    people_of,
    roles_of,
    units_of,
)
from qms.organisation.models.people import (
    OfficeUserManager,
    PersonalTerm,
    Position,
    Post,
    User,
)
from qms.organisation.models.units import Unit, UnitQuerySet

__all__ = [
    "AgencyProfile",
    "ObjectGrant",
    "ObjectGrantQuerySet",
    "OfficeUserManager",
    "PersonalTerm",
    "Position",
    "Post",
    "Unit",
    "UnitGrant",
    "UnitQuerySet",
    "User",
    "default_agency",
    "grant_object",
    "grant_role",
    "has_role",
    "held_objects",
    "holders_of",
    "is_open",
    "people_of",
    "roles_of",
    "units_of",
]
