"""Sampled dossiers: judged by the version of their day, never by who handled them."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from audits.actions.sampling import DossierGiven, add_dossier, change_dossier, remove_dossier
from audits.board import board_of
from audits.models import Audit, DossierHandler, ItemAnswer, SampledDossier
from audits.pages.sampling import samples_of
from qms.foundation.dates import today
from qms.records.workflow import TransitionNotAllowed
from tests.audits.filling import Filled, answer, make_filled
from tests.factories import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled() -> Filled:
    return make_filled(clauses=0)


def given(filled: Filled, code: str = "HS-01", **fields: Any) -> DossierGiven:
    values: dict[str, Any] = {"received_on": today()} | fields
    return DossierGiven(filled.version.procedure, code, **values)


def sampled(filled: Filled, code: str = "HS-01", **fields: Any) -> SampledDossier:
    dossier = add_dossier(filled.audit, given(filled, code, **fields), by=filled.lead)
    dossier.audit = filled.audit
    return dossier


def posted(filled: Filled, **fields: Any) -> dict[str, Any]:
    values = {
        "procedure": filled.version.procedure.pk,
        "code": "HS-01",
        "received_on": f"{today():%d/%m/%Y}",
        "due_on": "",
        "returned_on": "",
        "is_sheet_complete": "false",
        "people": [filled.office.staff.pk],
        "names": "Lý Thị Ngoài\n\n  Lý   Thị Ngoài ",
    }
    return values | fields


def address(filled: Filled, name: str = "sampling", *args: Any) -> str:
    return reverse(f"audits:{name}", args=[filled.audit.slug, *args])


def test_a_dossier_names_those_who_handled_it(client: Client, filled: Filled) -> None:
    sign_in(client, filled.auditor)

    response = client.post(address(filled), posted(filled))

    dossier = SampledDossier.objects.get()
    assert response.headers["Location"] == address(filled)
    assert dossier.version == filled.version
    assert dossier.is_sheet_complete is False
    assert [(h.person, h.name) for h in dossier.handlers.all()] == [
        (filled.office.staff, "Lê Văn Chuyên"),
        (None, "Lý Thị Ngoài"),
    ]


def test_who_audits_cannot_have_handled_it(client: Client, filled: Filled) -> None:
    sign_in(client, filled.auditor)

    response = client.post(address(filled), posted(filled, people=[filled.lead.pk], code="HS-9"))

    form = response.context["form"]
    assert response.status_code == 422
    assert [str(filled.lead) in error for error in form.errors["people"]] == [True]
    assert 'value="HS-9"' in response.text
    assert not SampledDossier.objects.exists()
    assert not DossierHandler.objects.exists()


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"received_on": "01/01/1999"}, "received_on"),
        ({"received_on": "01/01/2999"}, "received_on"),
        ({"received_on": "sáng nay"}, "received_on"),
        ({"due_on": "01/01/1999"}, "__all__"),
        ({"returned_on": "01/01/2999"}, "returned_on"),
        ({"code": " "}, "code"),
        ({"procedure": 0}, "procedure"),
    ],
)
def test_what_is_no_dossier_is_refused_at_its_field(
    client: Client, filled: Filled, fields: dict[str, Any], at_fault: str
) -> None:
    sign_in(client, filled.auditor)

    response = client.post(address(filled), posted(filled, **fields))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [at_fault]
    assert not SampledDossier.objects.exists()


def test_a_day_without_a_version_in_force_says_so(filled: Filled) -> None:
    with pytest.raises(ValidationError) as refusal:
        sampled(filled, received_on=dt.date(1999, 1, 1))

    assert refusal.value.messages == [
        f"Ngày 01/01/1999 {filled.version.procedure.code} không có lần ban hành nào có hiệu lực. "
        "Kiểm tra lại ngày, hoặc chọn hồ sơ khác."
    ]


def test_a_code_is_sampled_once(filled: Filled) -> None:
    sampled(filled)

    with pytest.raises(ValidationError) as refusal:
        sampled(filled)

    assert refusal.value.messages == ["Hồ sơ này đã có trong mẫu."]
    assert SampledDossier.objects.count() == 1


@pytest.mark.parametrize(("count", "advice"), [(2, "Nên lấy 3–5 hồ sơ; hiện có 2."), (3, "")])
def test_three_to_five_are_recommended(filled: Filled, count: int, advice: str) -> None:
    for number in range(count):
        sampled(filled, f"HS-{number}")

    assert [sample.advice for sample in samples_of(filled.audit)] == [advice]


def test_the_result_of_a_step_is_its_worst_cell(client: Client, filled: Filled) -> None:
    first, second = sampled(filled, "HS-1"), sampled(filled, "HS-2")
    item = filled.item()
    sign_in(client, filled.auditor)

    client.post(
        address(filled, "sampling-cells"),
        {
            "page": "00000000-0000-0000-0000-000000000001",
            f"cell-{item.pk}-{first.pk}": "conform",
            f"cell-{item.pk}-{second.pk}": "nonconform",
        },
    )

    assert board_of(filled.audit)[0].result == "nonconform"
    assert [row.result for row in samples_of(filled.audit)[0].tables[0].rows] == [
        "conform",
        "nonconform",
    ]


def test_a_table_sent_twice_stores_once_and_what_did_not_change_is_not_sent(
    client: Client, filled: Filled
) -> None:
    dossier, item = sampled(filled), filled.item()
    old = answer(item, filled.auditor, "conform", dossier=dossier.pk, note="Đủ").answer
    sign_in(client, filled.auditor)
    sent = {
        "page": "00000000-0000-0000-0000-000000000001",
        f"cell-{item.pk}-{dossier.pk}": "conform",
        f"base-{item.pk}-{dossier.pk}": old.pk,
    }

    client.post(address(filled, "sampling-cells"), sent)
    unchanged = ItemAnswer.objects.count()
    sent[f"cell-{item.pk}-{dossier.pk}"] = "observation"
    for _ in range(2):
        client.post(address(filled, "sampling-cells"), sent)

    standing = item.answers.standing().get()
    assert unchanged == 1
    assert ItemAnswer.objects.count() == 2
    assert (standing.result, standing.note) == ("observation", "Đủ")


def test_a_cell_answered_meanwhile_is_asked_about(client: Client, filled: Filled) -> None:
    dossier, item = sampled(filled), filled.item()
    answer(item, filled.lead, "conform", dossier=dossier.pk)
    sign_in(client, filled.auditor)

    response = client.post(
        address(filled, "sampling-cells"),
        {
            "page": "00000000-0000-0000-0000-000000000001",
            f"cell-{item.pk}-{dossier.pk}": "nonconform",
            f"base-{item.pk}-{dossier.pk}": "",
        },
    )

    assert response.headers["Location"] == address(filled, "checklist")
    assert item.answers.standing().get().result == "conform"
    assert item.answers.disputed().get().result == "nonconform"


def test_a_late_dossier_is_marked(client: Client, filled: Filled) -> None:
    past = today() - dt.timedelta(days=1)
    dossier = SampledDossier(received_on=past, due_on=past, returned_on=today())
    sign_in(client, filled.auditor)
    stored = sampled(filled, due_on=today(), returned_on=today())

    assert dossier.is_late
    assert not stored.is_late


def test_a_dossier_is_corrected_and_the_same_again_writes_nothing(
    client: Client, filled: Filled
) -> None:
    dossier = sampled(filled, people=(filled.office.staff,))
    sign_in(client, filled.auditor)
    where = address(filled, "dossier-edit", dossier.pk)

    shown = client.get(where).context["form"].initial
    for _ in range(2):
        client.post(where, posted(filled, code="HS-02", names=""))

    dossier.refresh_from_db()
    assert (shown["code"], shown["people"]) == ("HS-01", [filled.office.staff.pk])
    assert (dossier.code, dossier.history.count()) == ("HS-02", 2)
    assert dossier.handlers.get().history.count() == 1


def test_a_dossier_that_was_answered_stays(filled: Filled) -> None:
    dossier = sampled(filled)
    answer(filled.item(), filled.lead, dossier=dossier.pk)

    with pytest.raises(TransitionNotAllowed):
        remove_dossier(dossier, by=filled.lead)
    with pytest.raises(ValidationError):
        change_dossier(dossier, given(filled, received_on=dt.date(1999, 1, 1)), by=filled.lead)

    assert dossier.history.count() == 1


def test_a_dossier_is_taken_out_and_may_come_again(client: Client, filled: Filled) -> None:
    dossier = sampled(filled)
    sign_in(client, filled.auditor)

    client.post(address(filled, "dossier-remove", dossier.pk))

    assert not filled.audit.dossiers.standing().exists()
    assert sampled(filled).pk != dossier.pk


@pytest.mark.parametrize(("who", "status"), [("staff", 403), ("secretary", 403), ("admin", 404)])
def test_who_is_not_of_the_team_changes_no_sample(
    client: Client, filled: Filled, who: str, status: int
) -> None:
    dossier = sampled(filled)
    sign_in(client, getattr(filled.office, who))
    addresses = [
        address(filled),
        address(filled, "sampling-cells"),
        address(filled, "dossier-edit", dossier.pk),
        address(filled, "dossier-remove", dossier.pk),
    ]

    statuses = [client.post(where, posted(filled, code="HS-2")).status_code for where in addresses]

    assert statuses == [status] * 4
    assert SampledDossier.objects.get().code == "HS-01"
    assert Audit.objects.get().dossiers.standing().exists()


@pytest.mark.parametrize("count", [1, 3])
def test_sampling_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    filled = make_filled(clauses=0)
    for number in range(count):
        dossier = sampled(filled, f"HS-{number}", people=(filled.office.staff,))
        answer(filled.item(), filled.lead, dossier=dossier.pk)
    sign_in(client, filled.auditor)

    with django_assert_num_queries(24):
        response = client.get(address(filled))

    assert response.context["samples"][0].count == count
