"""The same form sent several times at the same moment makes one record, and nobody an error."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from procedures.models import Decision, Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.organisation.models import User
from tests.factories import Office, make_version, sign_in

CLIENTS = 5
pytestmark = pytest.mark.usefixtures("committed_db")


def _send_at_once(user: User, address: str, data: dict[str, Any]) -> list[int]:
    """Send the form from several browsers of `user` at the same moment; return the answers."""
    clients = [sign_in(Client(), user) for _ in range(CLIENTS)]
    start = threading.Barrier(CLIENTS)
    answers: list[int] = []

    def send(client: Client) -> None:
        start.wait()
        try:
            answers.append(client.post(address, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(answers)


def test_one_draft_is_begun_and_all_are_led_to_it() -> None:
    office = Office()
    data = {
        "code": "QT-07/GDĐT",
        "title": "Chuyển trường",
        "kind": "tthc",
        "owner": office.agency.pk,
    }

    answers = _send_at_once(office.secretary, reverse("procedures:draft-new"), data)

    assert answers == [302] * CLIENTS
    assert (Procedure.objects.count(), ProcedureVersion.objects.count()) == (1, 1)


def test_one_decision_is_composed_and_the_others_are_told() -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    data = {"subject": "Ban hành", "versions": [version.pk]}

    answers = _send_at_once(office.secretary, reverse("procedures:decision-new"), data)

    assert answers == [302] + [422] * (CLIENTS - 1)
    assert Decision.objects.count() == 1


def test_one_abolition_is_composed_and_the_others_are_told() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    data = {"subject": "Bãi bỏ", "abolish": [version.procedure_id]}

    answers = _send_at_once(office.secretary, reverse("procedures:decision-new"), data)

    assert answers == [302] + [422] * (CLIENTS - 1)
    assert Decision.objects.filter(items__closed_at=None).count() == 1
