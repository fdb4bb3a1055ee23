"""Two agencies with one record of each kind, and everybody who may knock at their doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings

from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.factories import Office, make_position, make_unit, make_user, sign_in, system
from tests.matrix.auditing import Team, make_auditing
from tests.matrix.documents import Records, make_documents
from tests.matrix.people import make_people

STRANGER, DISABLED, SUPERUSER, FOREIGN = "stranger", "disabled", "superuser", "foreign"
ROLES = tuple(role.value for role in Role)
NEAR = ("section", "author", "lead", "auditor")
# Who asks for what is not there, too.
WHOLE = (*ROLES, "section", FOREIGN, SUPERUSER)
# In the order in which one is chosen to be given what is costly to make.
ACTORS = (*ROLES, *NEAR, FOREIGN, SUPERUSER, DISABLED, STRANGER)
# In the titles of each agency's records, and nowhere else.
OWN_MARK, FOREIGN_MARK = "Sơn Ca", "Hải Âu"


@dataclass
class Actor:
    """Somebody with a browser; the table names them by `kinds`."""

    name: str
    client: Client
    kinds: frozenset[str] = frozenset()
    user: User | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def has_account(self) -> bool:
        return self.name not in (STRANGER, DISABLED)


@dataclass
class World:
    """What there is, and who there is."""

    office: Office
    own: Records
    foreign: Records
    actors: dict[str, Actor]
    media: Path


@contextmanager
def a_world(media: Path) -> Iterator[World]:
    """Make the world in a transaction that is undone at the end."""
    quick = {
        "MEDIA_ROOT": media,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        # Some thousand requests need not read it from the database each.
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    }
    with override_settings(**quick), transaction.atomic():
        yield _made(media)
        transaction.set_rollback(True)


def _made(media: Path) -> World:
    for rank, title in ((10, "Trưởng phòng"), (20, "Phó Trưởng phòng")):
        make_position(title, rank)
    office, other = Office(), Office()
    people: dict[str, tuple[User, set[str]]] = {}
    sides: list[Records] = []
    for each, mark in ((office, OWN_MARK), (other, FOREIGN_MARK)):
        team, unit = Team(each), make_unit(each.agency, name=f"Bộ phận {mark}")
        records = make_documents(each, mark)
        sides.append(records | make_people(each, records) | make_auditing(each, team, unit, mark))
        if each is office:
            people |= {
                "section": (make_user(*Role, unit=unit), {"section"}),
                "author": (office.staff, {Role.STAFF, "author"}),
                "lead": (team.lead, {Role.INTERNAL_AUDITOR, "team", "lead"}),
                "auditor": (team.auditor, {Role.INTERNAL_AUDITOR, "team"}),
            }
    for role in Role:
        is_staff = role == Role.SYSTEM_ADMIN
        post = "Trưởng phòng" if role == Role.LEADER else ""  # who has none signs nothing
        user = make_user(role, unit=office.agency, position=post, is_staff=is_staff)
        people[role] = (user, {role})
    people[FOREIGN] = (make_user(*Role, unit=other.agency), {*Role, "section"})
    people[SUPERUSER] = (make_user(is_superuser=True, is_staff=True), set())
    people[DISABLED] = (make_user(*Role, unit=office.agency), set())
    actors = {name: _actor(name, *person) for name, person in people.items()}
    actors[STRANGER] = Actor(STRANGER, Client(raise_request_exception=False))
    disabled = people[DISABLED][0]
    disabled.is_active = False
    disabled.record(by=system(), reason="Khóa tài khoản")
    own, foreign = sides
    return World(office, own, foreign, actors, media)


def _actor(name: str, user: User, kinds: set[str]) -> Actor:
    client = sign_in(Client(raise_request_exception=False), user)
    key = settings.SESSION_COOKIE_NAME
    cookies = {key: client.cookies[key].value}
    return Actor(str(name), client, frozenset(map(str, kinds)), user, cookies)


def cookies_of(actor: Actor) -> SimpleCookie:
    """Return the cookies with which the person signed in, and none that came since."""
    return SimpleCookie(actor.cookies)


def absent(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the address of a record that is not there would capture."""
    nothing = {
        "pk": 999_999,
        "slug": "khong-co",
        "number": "98-98",
        "code": "9.999999",
        "token": "0" * 32,
        "key": "khong-co",
        "year": 1066,
    }
    return {name: nothing.get(name, value) for name, value in values.items()}
