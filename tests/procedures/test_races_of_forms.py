"""A form with something unique in it, sent 5 times at once: one record, and nobody an error.

Between asking whether it is there and writing it, all who can come as far as that wait for each
other, so that no luck decides whether they meet.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from audits.models import AuditMember, AuditProgramme
from procedures.models import Exclusion, Form, FormIssue, LegalDocument
from qms.organisation.models import Position, Unit, User
from qms.records.models import StoredFile
from tests.audits.making import make_audit, make_auditor
from tests.factories import Office, make_blank, make_tthc, make_user, sign_in
from tests.hostile import PDF

CLIENTS = 5
TOGETHER = 0.5  # seconds that the first waits for the others, who may wait for its lock
pytestmark = pytest.mark.usefixtures("committed_db")


@dataclass
class Sent:
    """A form: who sends it where, and what; the model of which one record is to come of it."""

    user: User
    address: str
    data: dict[str, Any]
    makes: type[models.Model]
    files: tuple[str, ...] = ()


@contextmanager
def meeting(model: type[models.Model]) -> Iterator[None]:
    """Let all who are about to write a new row of `model` wait for each other, once."""
    start = threading.Barrier(CLIENTS)
    met = threading.local()

    def wait(instance: Any, **_: Any) -> None:
        if instance.pk is None and not hasattr(met, "already"):
            met.already = True
            try:
                start.wait(TOGETHER)
            except threading.BrokenBarrierError:
                return

    pre_save.connect(wait, sender=model, weak=False)
    try:
        yield
    finally:
        pre_save.disconnect(wait, sender=model)


def at_once(sent: Sent) -> list[int]:
    """Send the form from several browsers at the same moment; return the answers."""
    clients = [sign_in(Client(raise_request_exception=False), sent.user) for _ in range(CLIENTS)]
    answers: list[int] = []

    def send(client: Client) -> None:
        files = {name: SimpleUploadedFile("mau.pdf", PDF) for name in sent.files}
        try:
            answers.append(client.post(sent.address, sent.data | files).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    with meeting(sent.makes):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    return sorted(answers)


def legal_document(office: Office) -> Sent:
    data = {"number": "46/2017/NĐ-CP", "trust": LegalDocument.Trust.NO}
    return Sent(office.secretary, reverse("procedures:legal-new"), data, LegalDocument)


def upload(office: Office) -> Sent:
    person = make_auditor(office)
    data = {"person": person.pk, "edition": "TCVN ISO 9001:2015", "name": "CC-77"}
    data |= {"issued_on": "01/02/2024"}
    address = reverse("audits:certificate-new")
    return Sent(office.secretary, address, data, StoredFile, files=("file",))


def exclusion(office: Office) -> Sent:
    tthc = make_tthc(office.agency)
    data = {"responsibility": tthc.responsibilities.get().pk, "reason": "only_assists"}
    address = reverse("procedures:exclusion-new", args=[tthc.code])
    return Sent(office.secretary, address, data, Exclusion)


def blank(office: Office) -> Sent:
    data = {
        "kind": Form.Kind.INTERNAL,
        "code": "BM-77",
        "name": "Phiếu",
        "valid_from": "01/02/2024",
    }
    return Sent(office.secretary, reverse("procedures:blank-new"), data, Form, files=("file",))


def issue_of_blank(office: Office) -> Sent:
    data = {"valid_from": "01/02/2026"}
    address = reverse("procedures:blank-issue", args=[make_blank(office).pk])
    return Sent(office.secretary, address, data, FormIssue, files=("file",))


def plan_of_audits(office: Office) -> Sent:
    data = {"year": 2026, "edition": "TCVN ISO 9001:2015"}
    return Sent(office.secretary, reverse("audits:programme-new"), data, AuditProgramme)


def member_of_team(office: Office) -> Sent:
    audit, person = make_audit(office), make_auditor(office)
    data = {"person": person.pk, "role": AuditMember.Role.AUDITOR}
    address = reverse("audits:audit-team", args=[audit.slug])
    return Sent(office.secretary, address, data, AuditMember)


def _in_admin(name: str, makes: type[models.Model], data: dict[str, Any]) -> Sent:
    admin = make_user(is_staff=True, is_superuser=True)
    return Sent(admin, reverse(f"admin:organisation_{name}_add"), data, makes)


def unit(office: Office) -> Sent:
    data = {"code": "TO-77", "name": "Tổ 77", "kind": "section", "parent": office.agency.pk}
    return _in_admin("unit", Unit, data)


def position(office: Office) -> Sent:
    return _in_admin("position", Position, {"name": "Chức danh mới", "rank": 7, "is_active": "on"})


def account(office: Office) -> Sent:
    words = "mot-cau-dai-du-de-nho-2026"
    data = {"username": "nguoi-moi", "full_name": "Người Mới", "usable_password": "true"}
    return _in_admin("user", User, data | {"password1": words, "password2": words})


CASES: list[Callable[[Office], Sent]] = [
    legal_document,
    upload,
    exclusion,
    blank,
    issue_of_blank,
    plan_of_audits,
    member_of_team,
    unit,
    position,
    account,
]


def test_one_record_is_made_and_the_others_are_told() -> None:
    office = Office()
    told: dict[str, tuple[list[int], int]] = {}
    for case in CASES:  # clearing the tables after each takes longer than all of them
        sent = case(office)
        before = sent.makes._default_manager.count()
        told[case.__name__] = at_once(sent), sent.makes._default_manager.count() - before

    for name, (answers, made) in told.items():
        assert (len(answers), made) == (CLIENTS, 1), name
        assert answers.count(302) >= 1, (name, answers)
        assert set(answers) <= {200, 302, 409, 422}, (
            name,
            answers,
        )  # 200: the admin shows its form


def test_who_comes_second_is_told_by_a_page_where_no_form_tells(client: Client) -> None:
    office = Office()
    sent = unit(office)
    client = sign_in(Client(raise_request_exception=False), sent.user)

    def first(instance: Any, **_: Any) -> None:
        pre_save.disconnect(first, sender=Unit)
        Unit(code="TO-77", name="Tổ", kind=Unit.Kind.SECTION, parent=office.agency).record(
            by=sent.user, reason="Người khác ghi trước"
        )

    pre_save.connect(first, sender=Unit, weak=False)
    answer = client.post(sent.address, sent.data)

    assert answer.status_code == 409
    assert "chưa ghi gì thêm" in answer.content.decode()
