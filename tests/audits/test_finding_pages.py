"""Pages of findings: who is shown what, who may do what, and what is told when it is wrong."""

import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.models import Finding
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from tests.audits.making_findings import Field, make_finding
from tests.factories import Office, make_user, make_version, sign_in

pytestmark = pytest.mark.django_db
Grade = Finding.Grade


def _main(answer: Any) -> str:
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def _url(name: str, finding: Finding) -> str:
    return reverse(f"audits:finding-{name}", args=[finding.audit.slug, finding.seq])


def _list(field: Field) -> str:
    return reverse("audits:finding-list", args=[field.audit.slug])


def _typed(field: Field, **other: Any) -> dict[str, Any]:
    return {
        "client_id": uuid.uuid4(),
        "grade": "nonconform",
        "unit": field.unit.pk,
        "requirement": "Bước 2 trong 03 ngày",
        "evidence_text": "Hồ sơ 05 làm 05 ngày",
        "gap": "Quá 02 ngày",
        "found_on": format_date(today()),
    } | other


# --- list -----------------------------------------------------------------------------------------


def test_finding_list_groups_by_grade(client: Client) -> None:
    field = Field()
    make_finding(field, gap="Nặng này").grade_as(Grade.MAJOR, by=field.lead)
    make_finding(field, gap="Chưa xếp")
    make_finding(field, gap="Nhầm").withdraw(by=field.auditor, reason="Ghi nhầm")

    answer = sign_in(client, field.auditor).get(_list(field))

    groups = [(group.grade, len(group.findings)) for group in answer.context["groups"]]
    assert groups == [("nonconform", 1), ("major", 1), ("withdrawn", 1)]
    assert "2 phát hiện." in _main(answer)


@pytest.mark.parametrize("count", [1, 3])
def test_finding_list_query_count_is_constant(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    field = Field()
    for _ in range(count):
        make_finding(field)
    sign_in(client, field.auditor)

    with django_assert_num_queries(12):
        answer = client.get(_list(field))

    assert len(answer.context["groups"][0].findings) == count


@pytest.mark.parametrize("who", ["head", "worker", "stranger", "secretary", "leader", "staff"])
def test_drafts_of_findings_are_the_teams(client: Client, who: str) -> None:
    field = Field()
    finding = make_finding(field, gap="Điều bí mật")
    person = getattr(field, who, None) or getattr(field.office, who)

    assert "Điều bí mật" not in _main(sign_in(client, person).get(_list(field)))
    assert client.get(finding.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("head", True),
        ("worker", True),
        ("stranger", False),
        ("secretary", True),
        ("leader", True),
        ("auditor", True),
    ],
)
def test_after_the_closing_meeting_the_unit_sees_its_findings(
    client: Client, who: str, *, sees: bool
) -> None:
    field = Field()
    finding = make_finding(field, gap="Quá hạn hai ngày")
    field.close_meeting()
    person = getattr(field, who, None) or getattr(field.office, who)

    assert ("Quá hạn hai ngày" in _main(sign_in(client, person).get(_list(field)))) is sees
    assert (client.get(finding.get_absolute_url()).status_code == 200) is sees


def test_findings_of_another_office_are_not_there(client: Client) -> None:
    field = Field()
    outsider = make_user(Role.ISO_SECRETARY, unit=Office().agency)

    assert sign_in(client, outsider).get(_list(field)).status_code == 404


# --- new ------------------------------------------------------------------------------------------


def test_finding_new_is_recorded_at_a_step(client: Client) -> None:
    field = Field()
    version = make_version(VersionStatus.ISSUED, field.office)
    subject = field.audit.subjects.model(audit=field.audit, procedure=version.procedure)
    subject.record(by=field.lead, reason="Thêm")
    step = version.document.steps[1]
    url = reverse("audits:finding-new", args=[field.audit.slug])
    typed = _typed(field, place=f"{version.pk}:{step.key}", requirement="")

    answer = sign_in(client, field.auditor).post(url, typed)

    finding = Finding.objects.get()
    assert answer["Location"] == finding.get_absolute_url()
    assert (finding.version, finding.step_key) == (version, step.key)
    assert finding.requirement == (
        f"{version.procedure.code} (lần ban hành 01, sửa đổi 00), bước 2: {step.work}"
    )


def test_finding_new_tells_what_is_wrong_and_keeps_what_was_typed(client: Client) -> None:
    field = Field()
    url = reverse("audits:finding-new", args=[field.audit.slug])

    answer = sign_in(client, field.auditor).post(url, _typed(field, gap="", found_on="31/02/2022"))
    assert answer.status_code == 422
    assert "Ngày phải ghi theo dạng ngày/tháng/năm" in _main(answer)
    answer = client.post(url, _typed(field, gap=""))

    assert answer.status_code == 422
    assert "Điểm chưa phù hợp : Hãy ghi điểm chưa phù hợp" in _main(answer)
    assert "Hồ sơ 05 làm 05 ngày" in answer.content.decode()
    assert not Finding.objects.exists()


def test_finding_new_sent_twice_is_one(client: Client) -> None:
    field = Field()
    url = reverse("audits:finding-new", args=[field.audit.slug])
    typed = _typed(field)
    sign_in(client, field.auditor)

    client.post(url, typed)
    client.post(url, typed)

    assert Finding.objects.count() == 1


@pytest.mark.parametrize("who", ["observer", "head", "stranger"])
def test_finding_new_is_for_those_who_audit(client: Client, who: str) -> None:
    field = Field()
    url = reverse("audits:finding-new", args=[field.audit.slug])

    assert sign_in(client, getattr(field, who)).post(url, _typed(field)).status_code == 403
    assert not Finding.objects.exists()


def test_finding_new_before_the_opening_meeting_says_when(client: Client) -> None:
    field = Field()
    field.put(status="notified", opened_on=None)
    url = reverse("audits:finding-new", args=[field.audit.slug])

    answer = sign_in(client, field.auditor).post(url, _typed(field))

    assert answer.status_code == 422
    assert "Họp khai mạc rồi mới ghi" in _main(answer)


# --- change, grade, take back ---------------------------------------------------------------------


def test_finding_edit_over_anothers_change_shows_both(client: Client) -> None:
    field = Field()
    finding = make_finding(field)
    typed = _typed(field, gap="Bản của tôi", seen=finding.sha256())
    sign_in(client, field.lead).post(
        _url("edit", finding), _typed(field, gap="Bản kia", seen=finding.sha256())
    )

    answer = sign_in(client, field.auditor).post(_url("edit", finding), typed)

    assert answer.status_code == 409
    assert "Bản kia" in _main(answer)
    assert "Bản của tôi" in _main(answer)
    finding.refresh_from_db()
    assert finding.gap == "Bản kia"
    typed["seen"] = finding.sha256()
    client.post(_url("edit", finding), typed)
    finding.refresh_from_db()
    assert finding.gap == "Bản của tôi"


@pytest.mark.parametrize("name", ["edit", "withdraw"])
@pytest.mark.parametrize("who", ["observer", "head", "secretary", "second"])
def test_only_its_author_and_the_lead_change_a_finding(client: Client, name: str, who: str) -> None:
    field = Field()
    finding = make_finding(field, by=field.lead)
    field.close_meeting()
    others = {"second": field.auditor, "secretary": field.office.secretary}
    person = others.get(who) or getattr(field, who)
    data = _typed(field, seen=finding.sha256(), gap="Khác") | {"reason": "Thôi"}

    assert sign_in(client, person).post(_url(name, finding), data).status_code == 403
    assert Finding.objects.get().history.count() == 1


def test_finding_grade_is_the_leads(client: Client) -> None:
    field = Field()
    finding = make_finding(field)

    refused = sign_in(client, field.auditor).post(_url("grade", finding), {"grade": "major"})
    assert refused.status_code == 403
    assert Finding.objects.get().grade == Grade.NONCONFORM
    wrong = sign_in(client, field.lead).post(_url("grade", finding), {"grade": "improvement"})
    assert wrong.status_code == 422
    client.post(_url("grade", finding), {"grade": "major"})

    assert Finding.objects.get().grade == Grade.MAJOR


def test_finding_withdraw_asks_why(client: Client) -> None:
    field = Field()
    finding = make_finding(field)
    sign_in(client, field.auditor)

    answer = client.post(_url("withdraw", finding), {"reason": ""})
    assert answer.status_code == 422
    assert "Hãy ghi lý do rút phát hiện" in _main(answer)
    client.post(_url("withdraw", finding), {"reason": "Ghi nhầm"})

    assert "Ghi nhầm" in _main(client.get(finding.get_absolute_url()))
    assert list(Finding.objects.standing()) == []


# --- the unit's answer ----------------------------------------------------------------------------


def _answer(finding: Finding, **other: str) -> dict[str, str]:
    return {"answer": "accepted", "on": format_date(today()), "seen": finding.sha256()} | other


def test_finding_respond_is_the_units(client: Client) -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()
    data = _answer(finding)

    for person in (field.auditor, field.office.secretary):
        assert sign_in(client, person).post(_url("respond", finding), data).status_code == 403
    assert sign_in(client, field.stranger).post(_url("respond", finding), data).status_code == 404
    assert Finding.objects.get().answer == ""
    sign_in(client, field.head).post(_url("respond", finding), data)

    assert Finding.objects.get().answered_by == field.head
    assert "Đơn vị thống nhất: Ngô Thị Đầu" in _main(client.get(finding.get_absolute_url()))


def test_finding_respond_contested_without_words_keeps_the_choice(client: Client) -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()

    answer = sign_in(client, field.head).post(
        _url("respond", finding), _answer(finding, answer="contested")
    )

    assert answer.status_code == 422
    assert "Hãy ghi ý kiến của đơn vị" in _main(answer)
    assert re.search(r'value="contested"[^>]*checked', answer.content.decode())
    assert Finding.objects.get().answer == ""


def test_finding_page_of_a_signed_report_offers_nothing(client: Client) -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()
    field.sign()

    for person in (field.lead, field.auditor, field.head):
        text = _main(sign_in(client, person).get(finding.get_absolute_url()))
        assert not re.search("Xếp mức|Rút PH-01|Ghi ý kiến|Sửa", text.split("Diễn biến")[0])


def test_history_of_drafts_is_the_teams(client: Client) -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()

    url = finding.get_absolute_url()
    assert "Diễn biến" in _main(sign_in(client, field.auditor).get(url))
    assert "Diễn biến" not in _main(sign_in(client, field.head).get(url))
