"""Every address stands in the table of who may have it, and keeps to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.resolvers import RegexPattern

from qms.organisation.roles import Role
from tests.access_table import ACCESS, ANYONE, PUBLIC
from tests.factories import make_agency, make_user

SAMPLES = {
    "int": "1",
    "uuid": "00000000-0000-0000-0000-000000000001",
    "paper_kind": "bao-cao",
    "paper_ending": "pdf",
    "register_ending": "xlsx",
}
WRITE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """One entry of the URLconf, with a path that leads to it."""

    name: str
    path: str
    is_plain: bool

    @property
    def access(self) -> str | frozenset[Role] | None:
        namespace = self.name.rpartition(":")[0]
        return ACCESS.get(self.name, ACCESS.get(f"{namespace}:*"))


def _addresses(
    patterns: list[URLPattern | URLResolver], prefix: str = "/", namespace: str = ""
) -> Iterator[Address]:
    for pattern in patterns:
        route = str(pattern.pattern)
        if isinstance(pattern.pattern, RegexPattern):
            route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).strip("^$").rstrip("\\Z")
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _addresses(pattern.url_patterns, prefix + route, inner)
        else:
            full = prefix + route
            path = re.sub(r"<(?:(\w+):)?\w+>", lambda m: SAMPLES.get(m[1], "x-1"), full)
            yield Address(f"{namespace}{pattern.name or ''}", path, path == full)


ADDRESSES = list(_addresses(get_resolver().url_patterns))
OURS = [address for address in ADDRESSES if not address.name.startswith("admin:")]
PLAIN = [address for address in OURS if address.is_plain]


def _names(addresses: list[Address]) -> list[str]:
    return [address.name for address in addresses]


def _sent_to_sign_in(response: HttpResponseBase) -> bool:
    target = response.headers.get("Location", "").partition("?")[0]
    return response.status_code == 302 and target in {
        reverse(settings.LOGIN_URL),
        reverse("admin:login"),
    }


def test_every_address_is_in_the_table() -> None:
    assert [address for address in ADDRESSES if address.access is None] == []


def test_the_table_has_no_address_that_is_gone() -> None:
    namespaces = {f"{name.rpartition(':')[0]}:*" for name in _names(ADDRESSES)}

    assert set(ACCESS) - set(_names(ADDRESSES)) - namespaces == set()


@pytest.mark.parametrize("address", OURS, ids=_names(OURS))
def test_address_samples_lead_where_they_should(address: Address) -> None:
    assert resolve(address.path).view_name == address.name


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES, ids=_names(ADDRESSES))
def test_strangers_are_sent_to_sign_in_but_from_public_pages(
    client: Client, address: Address
) -> None:
    response = client.get(address.path)

    expected = address.access != PUBLIC or address.name == "mfa_authenticate"
    assert _sent_to_sign_in(response) == expected


OPEN_OR_ROLES = [a for a in PLAIN if a.access == ANYONE or isinstance(a.access, frozenset)]
EACH_ROLE = list(product(OPEN_OR_ROLES, Role))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "role"), EACH_ROLE, ids=[f"{address.name}-{role}" for address, role in EACH_ROLE]
)
def test_pages_refuse_the_roles_that_the_table_does_not_name(
    client: Client, address: Address, role: Role
) -> None:
    client.force_login(make_user(role, unit=make_agency()))

    refused = client.get(address.path).status_code in {403, 404}

    assert refused == (address.access != ANYONE and role not in (address.access or ()))


@pytest.mark.django_db
@pytest.mark.parametrize("address", PLAIN, ids=_names(PLAIN))
def test_reading_a_page_writes_nothing(client: Client, address: Address) -> None:
    client.force_login(make_user(*Role, unit=make_agency()))

    with CaptureQueriesContext(connection) as queries:
        client.get(address.path)

    assert [q["sql"] for q in queries.captured_queries if WRITE.match(q["sql"])] == []
