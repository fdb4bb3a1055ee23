"""Where disk, database or mail server fail, a page says so, and nothing is half done."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from procedures.models import LegalDocument
from qms.organisation.models import AgencyProfile
from qms.records.models import StoredFile
from tests.factories import Office, make_user
from tests.hostile import PDF
from tests.qms.test_agency import given_settings

pytestmark = pytest.mark.django_db
AGENCY = reverse("organisation:agency")


def _run(*statements: str) -> Any:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def _raising(error: Exception) -> Any:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    return fail


@contextmanager
def _read_only() -> Iterator[None]:
    ways = ("PRAGMA query_only = on", "PRAGMA query_only = off")
    if connection.vendor == "postgresql":
        to = "SET SESSION CHARACTERISTICS AS TRANSACTION READ {}"
        ways = (to.format("ONLY"), to.format("WRITE"))
    _run(ways[0])
    try:
        yield
    finally:
        _run(ways[1])


@contextmanager
def _full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let SQLite have no page more; PostgreSQL has no such limit, so its error is borrowed."""
    if connection.vendor == "postgresql":
        error = OperationalError("could not extend file: No space left on device")
        with monkeypatch.context() as broken:
            broken.setattr(LegalDocument, "record", _raising(error))
            yield
        return
    _run("VACUUM")  # pages that earlier tests freed would be written first
    (pages,) = _run("PRAGMA page_count")
    _run(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        _run("PRAGMA max_page_count = 1073741823")


@pytest.mark.usefixtures("committed_db")
def test_a_database_that_may_only_be_read_is_told_and_reading_goes_on(client: Client) -> None:
    client.force_login(Office().secretary)

    with _read_only():
        refused = client.post(AGENCY, given_settings(place="Nơi khác"))
        read = client.get(reverse("procedures:list"))

    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert "chưa được ghi" in refused.content.decode()
    assert read.status_code == 200
    assert AgencyProfile.objects.get().place == ""


@pytest.mark.usefixtures("committed_db")
def test_a_full_database_is_told_and_holds_nothing_new(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(Office().secretary)
    address, long = reverse("procedures:legal-new"), "Một trích yếu rất dài " * 90
    answers: list[int] = []

    with _full(monkeypatch):
        while len(answers) < 200 and (not answers or answers[-1] == 302):
            typed = {"number": f"{len(answers)}/2020/NĐ-CP", "trust": "yes", "title": long}
            answers.append(client.post(address, typed).status_code)

    assert answers[-1] == 503
    assert LegalDocument.objects.count() == len(answers) - 1
    assert LegalDocument.history.count() == len(answers) - 1


@pytest.mark.parametrize("error", [OperationalError("deadlock detected"), InterfaceError("closed")])
def test_a_lost_database_is_a_pause_wherever_it_shows(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    client.force_login(Office().secretary)
    client.raise_request_exception = False

    with monkeypatch.context() as broken:
        broken.setattr(AgencyProfile, "record", _raising(error))
        in_the_view = client.post(AGENCY, given_settings(place="Nơi khác"))
    with monkeypatch.context() as broken:
        broken.setattr(SessionStore, "load", _raising(error))
        before_it = client.get(AGENCY)

    for answer in (in_the_view, before_it):
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Máy chủ đang bận" in answer.content.decode()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_is_told_and_neither_row_nor_file_is_there(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, code: int
) -> None:
    client.force_login(Office().secretary)
    typed = {"number": "01/2020/NĐ-CP", "trust": "yes"}

    monkeypatch.setattr(os, "fsync", _raising(OSError(code, os.strerror(code))))
    answer = client.post(
        reverse("procedures:legal-new"), typed | {"file": SimpleUploadedFile("a.pdf", PDF)}
    )

    assert answer.status_code == 503
    assert "ổ đĩa của máy chủ đã đầy" in answer.content.decode()
    assert not LegalDocument.objects.exists()
    assert not StoredFile.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_any_other_failure_is_no_pause(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(Office().secretary)
    client.raise_request_exception = False

    monkeypatch.setattr(AgencyProfile, "record", _raising(OSError(errno.ENOENT, "gone")))
    answer = client.post(AGENCY, given_settings(place="Nơi khác"))

    assert answer.status_code == 500
    assert "Máy chủ gặp lỗi" in answer.content.decode()


def test_a_dead_mail_server_is_told_alike_for_everybody(client: Client, settings: Any) -> None:
    make_user(email="co@example.vn")
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        known, unknown = (
            client.post(reverse("account_reset_password"), {"email": email})
            for email in ("co@example.vn", "khong@example.vn")
        )

    assert (known.status_code, unknown.status_code) == (503, 503)
    assert "chưa có thư nào được gửi" in known.content.decode()
    assert known.content == unknown.content
