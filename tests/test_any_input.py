"""Whatever somebody types or puts into an address: an answer, no failure, nothing half written.

Five tries an address; `INPUT_EXAMPLES=200` in the environment makes it that many.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django import forms
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.models import LegalDocument
from procedures.workflow import VersionStatus
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.audits.making import make_audit
from tests.audits.making_nc import make_nonconformity
from tests.factories import (
    Office,
    make_blank,
    make_decision,
    make_draft,
    make_tthc,
    make_user,
    make_version,
    system,
)
from tests.matrix.addresses import OURS, Address

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent
APPS = ("qms", "procedures", "audits", "home")
SOURCES = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
READ = re.compile(r"""GET\.(?:get|getlist)\(\s*["']([^"']+)|["']([\w-]+)["'] in request\.GET""")
FIELD = re.compile(r"""<(?:input|select|textarea)[^>]*?\bname="([^"]+)\"""")
NOT_TYPED = {"csrfmiddlewaretoken"}
# Asked by machines, over and over: they put off who asks too often.
ASKED_ELSEWHERE = {"readyz", "metrics"}
ODD = (
    "", "0", "-1", "1", "²", "1e400", "nan", "9" * 60, "-" + "9" * 30, "9223372036854775808",
    "31/02/2024", "30/02/2024", "29/02/2023", "01/01/0000", "01/01/0001", "31/12/9999",
    "01/01/10000", "2024-13-01", "0001-01-01", "9999-12-31", "0000", "10000", "2024-00",
    "a\0b", "\0", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "e\u0301" * 300, "<b>", "'\"--",
    "%", "_", "../..", "{{ x }}", "null", "[]", "on", "Quy trình số 01/GDĐT", "ữ" * 100_000,
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(ODD), st.text(st.characters(), max_size=40))
EXAMPLES = settings(
    max_examples=int(os.environ.get("INPUT_EXAMPLES", "5")),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
GROUPS: dict[str, list[Address]] = {}  # what is asked after one set-up
for _address in (each for each in OURS if each.is_plain):
    if _address.name not in ASKED_ELSEWHERE:
        GROUPS.setdefault(_address.name.partition(":")[0].partition("_")[0], []).append(_address)


def _read_names() -> list[str]:
    """The parameters that any view reads, and the fields of the forms that read them."""
    texts = [path.read_text(encoding="utf-8") for path in SOURCES]
    names = {name for text in texts for found in READ.findall(text) for name in found if name}
    get_resolver().url_patterns  # noqa: B018  loads every view, and with it every form
    asking = {name for text in texts for name in re.findall(r"(\w+Form)\(request\.GET", text)}
    for form in _forms(forms.BaseForm):
        if form.__name__ in asking:
            names |= set(getattr(form, "base_fields", {}))
    return sorted(names | {"so", "trich-yeu", "next", "thang", "ky-tay"})


def _forms(of: type[Any]) -> list[type[Any]]:
    return [of, *(form for each in of.__subclasses__() for form in _forms(each))]


NAMES = _read_names()


def _encoded(pairs: list[tuple[str, str]]) -> str:
    """As a browser sends it, or somebody with a tool: half a letter is sent as its bytes."""
    return "&".join(
        f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs
    )


@pytest.fixture
def everybody() -> User:
    """Somebody with every role, in an office that has something of each kind."""
    office = Office()
    tthc = make_tthc(office.agency)
    make_version(VersionStatus.ISSUED, office, tthc)
    make_decision(office, make_version(VersionStatus.REVIEWED, office))
    make_draft(office)
    make_blank(office)
    LegalDocument(number="01/2018/TT-VPCP").record(by=system(), reason="Thêm văn bản")
    make_nonconformity(office)
    make_audit(office)
    return make_user(*Role, unit=office.agency)


def _rows() -> dict[str, int]:
    """How many rows each table of ours has, asked at once."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in APPS
    ]
    query = " UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM \"{name}\"" for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def _fields_of(client: Client, address: Address) -> list[str]:
    answer = client.get(address.path({}))
    if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
        return []
    return sorted(set(FIELD.findall(answer.content.decode())) - NOT_TYPED)


@pytest.mark.parametrize("group", GROUPS)
def test_any_question_has_an_answer(client: Client, everybody: User, group: str) -> None:
    client.force_login(everybody)

    @EXAMPLES
    @given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6))
    def ask(address: Address, pairs: list[tuple[str, str]]) -> None:
        answer = client.get(f"{address.path({})}?{_encoded(pairs)}")
        if answer.streaming:
            answer.close()
        assert answer.status_code < 500

    for address in GROUPS[group]:
        ask(address)


@pytest.mark.parametrize("group", GROUPS)
def test_anything_typed_has_an_answer_and_is_written_wholly_or_not(
    client: Client, everybody: User, group: str
) -> None:
    client.force_login(everybody)

    for address in GROUPS[group]:
        _send_anything(client, everybody, address, _fields_of(client, address) or ["a"])


def _send_anything(client: Client, person: User, address: Address, names: list[str]) -> None:
    @EXAMPLES
    @given(st.lists(st.tuples(st.sampled_from(names), VALUES), max_size=len(names) + 2))
    def send(pairs: list[tuple[str, str]]) -> None:
        with transaction.atomic():
            client.force_login(person)
            before = _rows()
            answer = client.post(
                address.path({}), _encoded(pairs), content_type="application/x-www-form-urlencoded"
            )
            if answer.streaming:
                answer.close()
            assert answer.status_code < 500
            if answer.status_code >= 400:
                assert _rows() == before
            transaction.set_rollback(True)

    send()
