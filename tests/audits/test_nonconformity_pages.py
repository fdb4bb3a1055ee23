"""The list of nonconformities and putting one down: who sees what, filters, days, repeats."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.treating import extend
from audits.models import Nonconformity
from audits.workflow import NonconformityStatus as Status
from procedures.models import ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from tests.audits.making_findings import Field
from tests.audits.making_nc import advance_nonconformity, make_nonconformity
from tests.factories import (
    Office,
    make_unit,
    make_version,
    restrict,
    sign_in,
)

pytestmark = pytest.mark.django_db
LIST = "/khong-phu-hop/"
NEW = "/khong-phu-hop/moi/"
LONG_AGO = dt.timedelta(days=60)


def _main(answer: Any) -> str:
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def _numbers(answer: Any) -> set[str]:
    return {each.number for each, _ in answer.context["rows"]}


def _typed(office: Office, **other: Any) -> dict[str, Any]:
    return {
        "source": "self_check",
        "found_on": format_date(today()),
        "unit": office.agency.pk,
        "grade": "minor",
        "requirement": "Ghi phiếu kiểm soát trong ngày",
        "evidence_text": "Hồ sơ 05 không có phiếu",
        "gap": "Không ghi phiếu",
    } | other


@pytest.fixture
def office() -> Office:
    return Office()


# --- the list -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"minor", "major", "closed"}),
        ("trang-thai=dang-mo", {"minor", "major"}),
        ("trang-thai=closed", {"closed"}),
        ("trang-thai=khac", {"minor", "major", "closed"}),
        ("muc=major", {"major"}),
        ("nguon=complaint", {"closed"}),
        ("qua-han=1", {"major"}),
        ("q=ho+so+THIEU", {"major"}),
        ("q=ho+so+thua", set()),
        ("don-vi={unit}", {"minor"}),
        ("don-vi=khong-phai-so", {"minor", "major", "closed"}),
    ],
)
def test_nonconformity_list_filters(
    client: Client, office: Office, query: str, wanted: set[str]
) -> None:
    unit = make_unit(office.agency)
    long_ago = today() - LONG_AGO
    made = {
        "minor": make_nonconformity(office, unit=unit),
        "major": make_nonconformity(
            office, grade="major", found_on=long_ago, gap="Hồ sơ thiếu phiếu"
        ),
        "closed": make_nonconformity(office, source="complaint", found_on=long_ago),
    }
    advance_nonconformity(made["closed"], Status.CLOSED, office, on=long_ago)

    answer = sign_in(client, office.secretary).get(f"{LIST}?{query.format(unit=unit.pk)}")

    assert _numbers(answer) == {made[name].number for name in wanted}


def test_nonconformity_list_tells_how_it_stood_on_a_day(client: Client, office: Office) -> None:
    found = today() - LONG_AGO
    nc = make_nonconformity(office, found_on=found)
    advance_nonconformity(nc, Status.CLOSED, office, on=found + dt.timedelta(days=40))
    make_nonconformity(office)
    sign_in(client, office.secretary)

    then = client.get(LIST, {"ngay": format_date(found + dt.timedelta(days=35))})
    before = client.get(LIST, {"ngay": format_date(found - dt.timedelta(days=1))})

    assert _numbers(then) == {nc.number}
    assert "quá 5 ngày" in _main(then)
    assert "Mới ghi nhận" in _main(then)
    assert "không phải hôm nay" in _main(then)
    assert _numbers(before) == set()


def test_nonconformity_list_reads_the_deadline_of_the_day(client: Client, office: Office) -> None:
    found = today() - LONG_AGO
    nc = make_nonconformity(office, found_on=found)
    extend(nc, new_due_on=today() + dt.timedelta(days=5), reason="Chờ mẫu mới", by=office.secretary)
    sign_in(client, office.secretary)

    assert _numbers(client.get(f"{LIST}?qua-han=1")) == set()
    then = client.get(f"{LIST}?qua-han=1&ngay={format_date(today() - dt.timedelta(days=1))}")
    assert _numbers(then) == {nc.number}


def test_nonconformity_list_says_what_is_no_day(client: Client, office: Office) -> None:
    answer = sign_in(client, office.secretary).get(f"{LIST}?ngay=31/02/2022")

    assert "“31/02/2022” không phải là ngày" in _main(answer)


def test_nonconformity_list_sorts(client: Client, office: Office) -> None:
    first = make_nonconformity(office, due_on=today() + dt.timedelta(days=9))
    second = make_nonconformity(office, due_on=today() + dt.timedelta(days=3))
    sign_in(client, office.secretary)

    by_due = [each for each, _ in client.get(f"{LIST}?xep=han").context["rows"]]
    by_number = [each for each, _ in client.get(f"{LIST}?xep=so").context["rows"]]

    assert (by_due, by_number) == ([second, first], [first, second])


@pytest.mark.parametrize("count", [1, 3])
def test_nonconformity_list_query_count_is_constant(
    client: Client, office: Office, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_nonconformity(office)
    sign_in(client, office.secretary)

    with django_assert_num_queries(8):
        answer = client.get(LIST)

    assert len(answer.context["rows"]) == count


def test_nonconformity_list_shows_a_unit_its_own(client: Client) -> None:
    field = Field()
    nc = make_nonconformity(field.office, unit=field.unit)
    elsewhere = Office()

    for person, sees in (
        (field.head, True),
        (field.worker, True),
        (field.auditor, True),
        (field.stranger, False),
        (elsewhere.secretary, False),
    ):
        answer = sign_in(client, person).get(LIST)
        assert _numbers(answer) == ({nc.number} if sees else set())
        assert client.get(nc.get_absolute_url()).status_code == (200 if sees else 404)


# --- putting one down -----------------------------------------------------------------------------


def test_anyone_reports_one_at_a_step_of_a_procedure(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    step = version.document.steps[1]
    url = f"{NEW}?quy-trinh={version.procedure.slug}&buoc={step.key}"
    sign_in(client, office.staff)

    page = client.get(url)
    answer = client.post(
        url, _typed(office, procedure=version.procedure.pk, step=step.key, requirement="Bước 2")
    )

    shown = page.context["form"]
    assert (shown["procedure"].value(), shown["step"].value()) == (version.procedure.pk, step.key)
    assert f"bước 2: {step.work}" in shown["requirement"].value()
    nc = Nonconformity.objects.get()
    assert answer["Location"] == nc.get_absolute_url()
    assert (nc.version, nc.step_key, nc.step_text) == (version, step.key, step.work)
    assert (nc.found_by, nc.source, nc.status) == (office.staff, "self_check", "open")


def test_the_page_of_a_procedure_leads_to_reporting(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    link = f"{NEW}?quy-trinh={version.procedure.slug}"
    url = version.procedure.get_absolute_url()

    assert link in sign_in(client, office.staff).get(url).content.decode()
    client.logout()
    assert link not in client.get(url).content.decode()


def test_a_procedure_one_may_not_read_is_not_there(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    restrict(version.procedure)
    url = f"{NEW}?quy-trinh={version.procedure.slug}"

    assert sign_in(client, office.staff).post(url, _typed(office)).status_code == 404
    answer = client.post(NEW, _typed(office, procedure=version.procedure.pk))

    assert answer.status_code == 422
    assert not Nonconformity.objects.exists()


def test_the_administrator_reports_nothing(client: Client, office: Office) -> None:
    assert sign_in(client, office.admin).post(NEW, _typed(office)).status_code == 403
    assert not Nonconformity.objects.exists()


def test_nonconformity_new_tells_what_is_wrong_and_keeps_what_was_typed(
    client: Client, office: Office
) -> None:
    wrong = _typed(office, gap="", found_on="hôm qua")

    answer = sign_in(client, office.staff).post(NEW, wrong)

    assert answer.status_code == 422
    assert "Hãy ghi khác yêu cầu ở chỗ nào" in _main(answer)
    assert "Ngày phải ghi theo dạng ngày/tháng/năm" in _main(answer)
    assert "Hồ sơ 05 không có phiếu" in answer.content.decode()
    tomorrow = format_date(today() + dt.timedelta(days=1))
    assert "Ngày không được ở tương lai" in _main(
        client.post(NEW, _typed(office, found_on=tomorrow))
    )
    assert not Nonconformity.objects.exists()


def test_what_comes_from_outside_is_put_down_by_who_keeps_the_system(
    client: Client, office: Office
) -> None:
    minutes = today() - dt.timedelta(days=3)
    typed = _typed(
        office,
        source="external_check",
        minutes_on=format_date(minutes),
        finder_name="Đoàn kiểm tra Sở KHCN",
    )

    assert sign_in(client, office.staff).post(NEW, typed).status_code == 422
    missing = sign_in(client, office.secretary).post(NEW, typed | {"minutes_on": ""})
    assert "Hãy ghi ngày ký biên bản kiểm tra" in _main(missing)
    assert not Nonconformity.objects.exists()
    client.post(NEW, typed)

    nc = Nonconformity.objects.get()
    assert (nc.minutes_on, nc.finder_name, nc.found_by) == (minutes, "Đoàn kiểm tra Sở KHCN", None)
    assert (nc.due_on - minutes).days in range(59, 63)


def _steps_of_another(version: ProcedureVersion) -> dict[str, Any]:
    return {"procedure": version.procedure.pk, "look": "1"}


def test_looking_at_steps_and_similar_ones_stores_nothing(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    step = version.document.steps[0]
    before = make_nonconformity(office, version=version, step_key=step.key, by=office.staff)
    typed = _typed(office, gap="Chưa gõ xong", **_steps_of_another(version))

    answer = sign_in(client, office.staff).post(NEW, typed | {"step": step.key})

    assert f"{before.number} (cùng quy trình, cùng bước)" in _main(answer)
    assert f"Bước 1. {step.work}" in _main(answer)
    assert "Chưa gõ xong" in answer.content.decode()
    assert "error-summary" not in answer.content.decode()
    assert Nonconformity.objects.count() == 1


def test_a_similar_one_is_linked_or_denied(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    before = make_nonconformity(office, version=version)
    typed = _typed(office, procedure=version.procedure.pk)
    sign_in(client, office.secretary)

    client.post(NEW, typed | {"repeats": before.pk})
    client.post(NEW, typed | {"repeat_denied": "Khác nguyên nhân"})

    denied, linked = Nonconformity.objects.exclude(pk=before.pk).order_by("-pk")
    assert (linked.repeats, denied.repeats) == (before, None)
    assert denied.repeat_denied == "Khác nguyên nhân"


def test_similar_ones_that_one_may_not_see_are_not_told(client: Client) -> None:
    field = Field()
    version = make_version(VersionStatus.ISSUED, field.office)
    before = make_nonconformity(field.office, unit=field.unit, version=version)
    typed = _typed(field.office, **_steps_of_another(version))

    assert before.number not in _main(sign_in(client, field.stranger).post(NEW, typed))


def test_a_step_is_of_the_version_in_force_on_the_day(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    step = version.document.steps[0]
    long_ago = format_date(today() - LONG_AGO)
    typed = _typed(office, procedure=version.procedure.pk, step=step.key, found_on=long_ago)

    answer = sign_in(client, office.staff).post(NEW, typed)

    assert answer.status_code == 422
    assert "Bản có hiệu lực vào ngày phát hiện không có bước này" in _main(answer)
    assert not Nonconformity.objects.exists()


def test_the_list_leads_to_the_register_asked_alike(client: Client, office: Office) -> None:
    answer = sign_in(client, office.secretary).get(f"{LIST}?muc=major")

    register = reverse("audits:register", args=["xlsx"])
    assert f'href="{register}?muc=major&amp;"' in answer.content.decode()


def test_a_day_of_a_link_is_shown_as_people_write_it(client: Client, office: Office) -> None:
    sign_in(client, office.staff)

    assert 'value="31/12/2022"' in client.get(f"{LIST}?ngay=2022-12-31").content.decode()
    assert 'value="31/31/2022"' in client.get(f"{LIST}?ngay=31/31/2022").content.decode()


def test_who_belongs_to_no_office_is_offered_no_register(client: Client, office: Office) -> None:
    register = reverse("audits:register", args=["pdf"])

    sign_in(client, office.admin)
    assert register not in client.get(LIST).content.decode()
    sign_in(client, office.staff)
    assert register in client.get(LIST).content.decode()
