"""Every address stands in the table of who may have it; who has it is tried in `test_matrix.py`."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from qms.organisation.roles import Role
from tests.access_rules import BY_OBJECT
from tests.access_table import ACCESS
from tests.factories import make_agency, make_user, sign_in
from tests.matrix.addresses import ADDRESSES, OURS

WRITE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
# By a setting. Who is refused is said in test_readiness.py, test_second_factor.py and
# test_single_sign_on.py.
TRIED_BY_THEIR_PAGES = {
    "metrics",
    "mfa_authenticate",
    "openid_connect_callback",
    "openid_connect_login",
}
ADMIN = [address for address in ADDRESSES if address.name.startswith("admin:")]


def test_every_address_is_in_the_table() -> None:
    assert [address.name for address in ADDRESSES if address.access is None] == []


def test_the_table_has_no_address_that_is_gone() -> None:
    names = {address.name for address in ADDRESSES}
    namespaces = {f"{name.rpartition(':')[0]}:*" for name in names}

    assert set(ACCESS) - names - namespaces == set()


def test_the_table_says_of_each_address_who_may_have_it() -> None:
    """Django's admin decides for itself; an address of ours has roles, rules, or own tests."""
    apart = {name for name, access in ACCESS.items() if access == BY_OBJECT}
    assert apart == {"admin:*"} | TRIED_BY_THEIR_PAGES
    unruled = {a.name for a in OURS if a.captured and not a.rules and "account" not in a.name}
    assert unruled - apart == {"audits:register"}  # captures what the register is had as


def test_samples_lead_where_they_should() -> None:
    wrong = [each.name for each in OURS if resolve(each.path({})).view_name != each.name]

    assert wrong == []


@pytest.mark.django_db
def test_reading_a_page_writes_nothing(client: Client) -> None:
    """Each page that names no record, drawn for somebody who may have all of them."""
    sign_in(client, make_user(*Role, unit=make_agency()))
    written = {}

    for address in OURS:
        if address.is_plain:
            with CaptureQueriesContext(connection) as queries:
                client.get(address.path({}))
            if found := [q["sql"] for q in queries.captured_queries if WRITE.match(q["sql"])]:
                written[address.name] = found

    assert written == {}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["", *Role])
def test_the_admin_lets_in_nobody_but_its_staff(client: Client, role: str) -> None:
    if role:
        sign_in(client, make_user(Role(role), unit=make_agency()))
    let_in = [
        address.name
        for address in ADMIN
        if address.name not in ("admin:login", "admin:logout")  # a way in, a way out
        and not client.get(address.path({}))
        .headers.get("Location", "")
        .startswith((reverse("admin:login"), reverse("account_login")))
    ]

    assert let_in == []
