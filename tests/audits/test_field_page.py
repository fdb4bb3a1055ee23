"""The field page and its service worker, as the server gives them."""

import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.models import ItemAnswer
from audits.views.worker import FILES
from tests.audits.filling import Filled, make_filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled() -> Filled:
    return make_filled()


def page_of(filled: Filled) -> str:
    return reverse("audits:field", args=[filled.audit.slug])


def test_field_page_is_the_team_s(client: Client, filled: Filled) -> None:
    client.force_login(filled.office.staff)
    assert client.get(page_of(filled)).status_code == 403
    client.force_login(filled.office.admin)
    assert client.get(page_of(filled)).status_code == 404


def test_field_page_says_whose_it_is_and_where_to_send(client: Client, filled: Filled) -> None:
    client.force_login(filled.auditor)

    response = client.get(page_of(filled))

    found = re.search(
        r'<script id="field-settings" type="application/json">(.*?)</script>',
        response.content.decode(),
    )
    assert found is not None
    settings = json.loads(found[1])
    assert settings["user"] == filled.auditor.pk
    assert settings["sync"] == reverse("audits:field-sync", args=[filled.audit.slug])
    assert response.cookies["csrftoken"].value
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("clauses", [1, 3])
def test_field_page_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, clauses: int
) -> None:
    filled = make_filled(clauses=clauses)
    client.force_login(filled.auditor)

    with django_assert_num_queries(6):
        client.get(page_of(filled))


def test_worker_is_given_to_everybody_with_the_files_to_keep(client: Client) -> None:
    response = client.get(reverse("audits:service-worker"))

    script = response.content.decode()
    settings = json.loads(script.partition(" = ")[2].partition(";\n")[0])
    assert reverse("audits:service-worker") == "/danh-gia/sw.js"
    assert response["Content-Type"].startswith("text/javascript")
    assert len(settings["files"]) == len(FILES)
    assert re.fullmatch("[0-9a-f]{16}", settings["version"])
    assert "importScripts(" in script


def test_what_one_person_queued_is_not_recorded_as_another_s(
    client: Client, filled: Filled
) -> None:
    client.force_login(filled.lead)
    sent = {"op": "answer", "client_id": str(uuid.uuid4()), "item": filled.item().pk}

    response = client.post(
        reverse("audits:field-sync", args=[filled.audit.slug]),
        sent | {"result": "conform"},
        content_type="application/json",
        headers={"Accept": "application/json", "X-Field-Person": str(filled.auditor.pk)},
    )

    assert (response.status_code, response.json()["why"]) == (403, "other")
    assert not ItemAnswer.objects.exists()


def test_ended_session_is_told_apart_from_a_refusal(client: Client, filled: Filled) -> None:
    address = reverse("audits:field-data", args=[filled.audit.slug])

    response = client.get(address, headers={"Accept": "application/json"})
    client.force_login(filled.office.staff)
    refusal = client.get(address, headers={"Accept": "application/json"})

    assert (response.status_code, response.json()["why"]) == (403, "signed_out")
    assert (refusal.status_code, "why" in refusal.json()) == (403, False)
