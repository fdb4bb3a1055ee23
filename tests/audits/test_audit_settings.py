"""The settings of audits: what the office may revise, what is refused, what is told of it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from audits.actions.settings import keep_settings
from audits.models import CAUSES, PAPERS, AuditSettings
from tests.factories import Office, make_agency, sign_in

pytestmark = pytest.mark.django_db
PAGE = reverse("audits:settings")


@pytest.fixture
def office() -> Office:
    return Office()


def shown(client: Client) -> dict[str, Any]:
    """What the page holds, as a browser would send it back."""
    form = client.get(PAGE).context["form"]
    return {field.html_name: field.value() for field in form}


def test_defaults_hold_until_something_is_saved(client: Client, office: Office) -> None:
    values = shown(sign_in(client, office.secretary))

    assert (values["unit_audit_months"], values["tthc_audit_months"]) == (12, 36)
    assert (values["code_report"], values["title_report"]) == PAPERS["report"]
    assert not AuditSettings.objects.exists()


@pytest.mark.parametrize("who", ["secretary", "leader"])
def test_secretary_and_leader_change_the_settings(client: Client, office: Office, who: str) -> None:
    sign_in(client, getattr(office, who))
    typed = {
        "tthc_audit_months": "24",
        "nonconformity_pattern": "KPH.{seq:02}/{year}",
        "code_report": "BM.ĐG.05",
        "title_report": "",
        "cause_people": "Con người",
    }

    answer = client.post(PAGE, shown(client) | typed)

    assert answer.headers["Location"] == PAGE
    kept = AuditSettings.of(office.agency)
    assert (kept.tthc_audit_months, kept.nonconformity_pattern) == (24, "KPH.{seq:02}/{year}")
    assert kept.paper("report") == ("BM.ĐG.05", PAPERS["report"][1])
    assert kept.papers == {"report": {"code": "BM.ĐG.05"}}
    assert kept.cause_labels() == CAUSES | {"people": "Con người"}


def test_code_may_be_left_out_of_a_paper(client: Client, office: Office) -> None:
    sign_in(client, office.secretary)

    client.post(PAGE, shown(client) | {"code_report": ""})

    assert AuditSettings.of(office.agency).paper("report") == ("", PAPERS["report"][1])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"unit_audit_months": "0"}, "unit_audit_months"),
        ({"audit_pattern": "ĐGNB-{year}"}, "audit_pattern"),
        ({"nonconformity_pattern": "KPH-{seq:03}-{thang}"}, "nonconformity_pattern"),
        ({"secretary_escalation_days": "2"}, "leader_escalation_days"),
    ],
    ids=["no month", "no number", "unknown field", "order"],
)
def test_wrong_setting_is_said_at_its_field_and_nothing_is_kept(
    client: Client, office: Office, typed: dict[str, str], field: str
) -> None:
    sign_in(client, office.secretary)

    answer = client.post(PAGE, shown(client) | {"cause_other": "Giữ lại nhé"} | typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Giữ lại nhé" in answer.content.decode()
    assert not AuditSettings.objects.exists()


def test_others_are_refused_and_change_nothing(client: Client, office: Office) -> None:
    values = shown(sign_in(client, office.secretary))

    for person in (office.staff, office.clerk, office.admin):
        answer = sign_in(client, person).post(PAGE, values | {"unit_audit_months": "6"})
        assert answer.status_code == 403

    assert not AuditSettings.objects.exists()


def test_page_tells_who_changed_what(client: Client, office: Office) -> None:
    sign_in(client, office.secretary)
    client.post(PAGE, shown(client))
    client.post(PAGE, shown(client) | {"treatment_days": "15", "cause_other": "Lý do khác"})

    rows = client.get(PAGE).context["history"]

    assert [changes for _, changes in rows] == [
        [("Khắc phục sự không phù hợp trong (ngày)", "30", "15"), ("Khác", "Khác", "Lý do khác")],
        [],
    ]
    assert rows[0][0].history_user == office.secretary


def test_first_to_save_is_not_overwritten_by_another(office: Office) -> None:
    mine, others = AuditSettings.of(office.agency), AuditSettings.of(office.agency)
    keep_settings(others, by=office.leader)

    with pytest.raises(ValidationError, match="người khác đã lưu"):
        keep_settings(mine, by=office.secretary)

    assert AuditSettings.objects.get() == others


def test_settings_of_one_agency_are_not_those_of_another(office: Office) -> None:
    AuditSettings(agency=make_agency(), treatment_days=5).record(by=office.admin, reason="Thử")

    assert AuditSettings.of(office.agency).treatment_days == 30
