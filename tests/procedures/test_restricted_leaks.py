"""A restricted procedure is named nowhere to those who may not read it."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import Decision, Procedure
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from tests.factories import (
    Office,
    make_next_version,
    make_user,
    make_version,
    restrict,
    sign_in,
)
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db

SECRET = "Xử lý đơn tố cáo cán bộ"
INSIDE = "Chuyển hồ sơ cho thanh tra"
_HIDDEN = squeezed("tài liệu hạn chế người đọc")


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def decision(office: Office) -> Decision:
    """Issues a restricted procedure for the second time, with a change inside."""
    first = make_version(
        VersionStatus.ISSUED,
        office,
        title=SECRET,
        kind=Procedure.Kind.SYSTEM,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 10),
    )
    version = make_next_version(office, first, purpose=f"<p>{INSIDE}</p>")
    restrict(version.procedure)
    return Decision.objects.get(items__version=version)


def _pages(decision: Decision) -> list[str]:
    names = ("decision-detail", "decision-pdf", "decision-docx")
    return [reverse(f"procedures:{name}", args=[decision.pk]) for name in names]


def _told(answer: Any) -> str:
    """Return all that an answer tells, as page, PDF or Word, without spaces."""
    data = answer.content
    if data.startswith(b"%PDF"):
        return whole(data)
    if data.startswith(b"PK"):
        return squeezed(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode())
    return squeezed(data.decode())


def test_an_issued_decision_tells_members_nothing_of_a_restricted_procedure(
    client: Client, office: Office, decision: Decision
) -> None:
    sign_in(client, office.staff)

    for page in _pages(decision):
        answer = client.get(page)
        assert answer.status_code == 200
        text = _told(answer)
        assert _HIDDEN in text.lower()
        assert squeezed(SECRET) not in text
        assert squeezed(INSIDE) not in text
        assert squeezed(decision.items.get().procedure.code) not in text
    file = reverse("procedures:decision-file", args=[decision.pk])
    assert client.get(file).status_code == 404
    assert file not in client.get(_pages(decision)[0]).content.decode()


@pytest.mark.parametrize("who", ["secretary", "leader"])
def test_who_keeps_it_sees_all_of_the_decision(
    client: Client, office: Office, decision: Decision, who: str
) -> None:
    sign_in(client, getattr(office, who))

    for page in _pages(decision):
        text = _told(client.get(page))
        assert squeezed(SECRET) in text
        assert _HIDDEN not in text.lower()


def test_the_clerk_has_the_paper_that_was_numbered_and_not_what_it_changes(
    client: Client, office: Office, decision: Decision
) -> None:
    sign_in(client, office.clerk)
    page, *papers = (_told(client.get(each)) for each in _pages(decision))

    assert squeezed(INSIDE) not in page
    assert all(squeezed(SECRET) in paper for paper in papers)


def test_who_is_let_in_to_the_procedure_sees_its_line(
    client: Client, office: Office, decision: Decision
) -> None:
    reader = make_user(Role.STAFF, unit=office.agency)
    procedure, day = decision.items.get().procedure, today()
    actions.grant_reading(
        procedure, reader, by=office.secretary, valid_from=day, valid_to=day + dt.timedelta(days=9)
    )
    sign_in(client, reader)

    assert squeezed(SECRET) in _told(client.get(_pages(decision)[0]))
