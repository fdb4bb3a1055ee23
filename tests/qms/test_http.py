"""What every request passes: the answer when the database is busy, privacy, headers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from qms.organisation.models import AgencyProfile
from tests.factories import Office
from tests.qms.test_agency import given_settings


@contextmanager
def _somebody_else_writing() -> Iterator[None]:
    """Hold the agency's row, and on SQLite thereby the write lock, on another connection."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            AgencyProfile.objects.select_for_update().get()
            held.set()
            release.wait(timeout=30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(timeout=30)
    try:
        yield
    finally:
        release.set()
        thread.join(timeout=30)


def _wait_for_locks(milliseconds: int) -> None:
    pragma = f"PRAGMA busy_timeout = {milliseconds}"
    setting = f"SET lock_timeout = {milliseconds}"
    with connection.cursor() as cursor:
        cursor.execute(pragma if connection.vendor == "sqlite" else setting)


@pytest.mark.usefixtures("committed_db")
def test_a_busy_database_is_told_and_reading_goes_on(client: Client) -> None:
    office = Office()
    client.force_login(office.secretary)
    _wait_for_locks(200)

    with _somebody_else_writing():
        refused = client.post(reverse("organisation:agency"), given_settings(place="Nơi khác"))
        read = client.get(reverse("procedures:list"))

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert "chưa được ghi" in refused.content.decode()
    assert read.status_code == 200
    assert AgencyProfile.objects.get().place == ""
    _wait_for_locks(10_000)


@pytest.mark.django_db
def test_pages_of_who_is_signed_in_are_kept_by_no_cache(client: Client) -> None:
    client.force_login(Office().staff)

    assert client.get("/")["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_a_refused_form_leaves_the_address_where_it_was(client: Client) -> None:
    client.force_login(Office().secretary)
    address, wrong = reverse("organisation:agency"), given_settings(display_name="")

    boosted = client.post(address, wrong, headers={"HX-Request": "true", "HX-Boosted": "true"})
    plain = client.post(address, wrong)

    assert (boosted.status_code, boosted["HX-Push-Url"]) == (422, "false")
    assert "HX-Push-Url" not in plain


@pytest.mark.django_db
def test_pages_carry_what_protects_the_browser(client: Client) -> None:
    answer = client.get(reverse("account_login"))

    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_health_asks_nothing_of_the_database(
    client: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.get("/healthz/")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Office().secretary)

    answer = strict.post(reverse("organisation:agency"), given_settings())

    assert answer.status_code == 403
    assert AgencyProfile.objects.get().parent_name == ""
