"""The history of a procedure: who changed what, in words of the content, told to whom it may be."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.factories import (
    Office,
    abolish,
    advance,
    make_agency,
    make_draft,
    make_next_version,
    make_unit,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db


def address(procedure: Procedure) -> str:
    return reverse("procedures:procedure-history", args=[procedure.slug])


def reasons(client: Client, version: ProcedureVersion, user: User) -> list[str]:
    """What `user` is told, newest first."""
    client.force_login(user)
    answer = client.get(address(version.procedure))
    return [entry.reason for entry in answer.context["entries"]]


def saved_draft(office: Office) -> ProcedureVersion:
    """A draft by the staff, saved once more with a step's time and the place of another changed."""
    version = make_draft(office)
    first, second, third = version.document.steps
    times = (second.times[0].model_copy(update={"minutes": 1440}),)
    steps = (second.model_copy(update={"times": times}), first, third)
    version.save_content(
        version.document.revised(steps=steps),
        by=office.staff,
        seen=version.content_sha256,
        reason="Giảm thời gian thẩm định",
    )
    return version


def test_history_tells_who_changed_what_from_old_to_new(client: Client) -> None:
    office = Office()
    version = saved_draft(office)
    client.force_login(office.staff)

    answer = client.get(address(version.procedure))

    entry = answer.context["entries"][0]
    assert (entry.reason, entry.by) == ("Giảm thời gian thẩm định", "Lê Văn Chuyên")
    assert [str(change) for change in entry.changes] == [
        "Bước 1, thời gian: 4 ngày làm việc → 3 ngày làm việc",
        "Chuyển bước “Thẩm định”: vị trí 2 → vị trí 1",
    ]
    page = answer.content.decode()
    assert "[bỏ: </span>4 <" in page
    assert "[thêm: </span>3 <" in page


def test_history_speaks_no_word_of_the_database(client: Client) -> None:
    office = Office()
    version = advance(saved_draft(office), VersionStatus.ISSUED, office)
    client.force_login(office.secretary)

    page = client.get(address(version.procedure)).content.decode()

    for word in ("content", "history", "working", "in_review", "minutes", "sha256", "None"):
        assert word not in page[page.index("<ol") : page.index("</main>")].replace(
            'class="page-content"', ""
        )


def test_authors_and_the_secretary_are_told_every_save(client: Client) -> None:
    office = Office()
    version = advance(saved_draft(office), VersionStatus.ISSUED, office)

    told = [
        f"Có hiệu lực từ {format_date(today())}",
        "Vào số, ban hành",
        "Phê duyệt",
        "Xem xét: phù hợp",
        "Trình xem xét",
        "Giảm thời gian thẩm định",
        "Người soạn thảo: Lê Văn Chuyên",
        "Bắt đầu dự thảo",
        "Lập quy trình",
    ]
    assert reasons(client, version, office.staff) == told
    assert reasons(client, version, office.secretary) == told


def test_readers_are_told_from_approval_on(client: Client) -> None:
    office = Office()
    version = advance(saved_draft(office), VersionStatus.ISSUED, office)
    reader = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)

    assert reasons(client, version, reader) == [
        f"Có hiệu lực từ {format_date(today())}",
        "Vào số, ban hành",
        "Phê duyệt",
    ]
    assert reasons(client, version, office.leader) == [
        f"Có hiệu lực từ {format_date(today())}",
        "Vào số, ban hành",
        "Phê duyệt",
        "Xem xét: phù hợp",
        "Trình xem xét",
    ]


def test_readers_are_told_what_the_next_edition_changed_as_a_whole(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    tomorrow = today() + dt.timedelta(days=1)
    make_next_version(office, first, effective_on=tomorrow, reception_place="Bộ phận Một cửa")
    client.force_login(make_user(Role.STAFF, unit=office.agency))

    entries = client.get(address(first.procedure)).context["entries"]

    changed = {(e.reason, e.about): [str(c) for c in e.changes] for e in entries if e.changes}
    assert changed == {
        ("Phê duyệt", "Lần ban hành 01, sửa đổi 01"): [
            "Nơi tiếp nhận và trả kết quả: (trống) → Bộ phận Một cửa",
            "Tóm tắt thay đổi: (trống) → Sửa",
        ]
    }


def test_a_draft_is_told_to_nobody_but_those_who_see_it(client: Client) -> None:
    office = Office()
    issued = make_version(VersionStatus.ISSUED, office)
    draft = actions.start_version(
        issued.procedure,
        by=office.staff,
        content=issued.document.revised(title="Tên bí mật"),
        change_type=ProcedureVersion.Change.REISSUE,
        base=issued,
    )
    reader = make_user(Role.STAFF, unit=office.agency)
    before = reasons(client, issued, reader)

    assert "Bắt đầu dự thảo" not in before
    assert "Tên bí mật" not in client.get(address(issued.procedure)).content.decode()
    assert reasons(client, issued, office.staff)[:2] == [
        "Người soạn thảo: Lê Văn Chuyên",
        "Bắt đầu dự thảo",
    ]
    assert "Bản dự thảo" in client.get(address(issued.procedure)).content.decode()
    advance(draft, VersionStatus.IN_REVIEW, office)
    assert reasons(client, issued, reader) == before
    assert reasons(client, issued, office.reviewer)[0] == "Trình xem xét"
    assert "Bắt đầu dự thảo" not in reasons(client, issued, office.reviewer)[:2]


@pytest.mark.parametrize("status", [VersionStatus.DRAFT, VersionStatus.DISCARDED])
def test_history_of_a_procedure_that_is_a_draft_is_its_authors_own(
    client: Client, status: VersionStatus
) -> None:
    office = Office()
    version = make_version(status, office)

    for user in (office.leader, office.clerk, office.admin):
        client.force_login(user)
        assert client.get(address(version.procedure)).status_code == 404
    client.force_login(make_user(Role.ISO_SECRETARY, unit=make_agency()))
    assert client.get(address(version.procedure)).status_code == 404
    assert reasons(client, version, office.staff)
    page = client.get(address(version.procedure)).content.decode()
    assert f'href="{version.procedure.get_absolute_url()}"' not in page  # it would not be found


def test_what_ends_a_period_is_told_with_its_own_day(client: Client) -> None:
    office = Office()
    first = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    second = make_next_version(office, first)

    told = reasons(client, first, office.secretary)

    assert f"Được thay bằng {second} từ {format_date(today())}" in told
    assert "Có hiệu lực từ 15/03/2022" in told
    other = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    abolish(other.procedure, office, on=dt.date(2023, 1, 3))
    assert reasons(client, other, office.secretary)[0] == "Bãi bỏ từ 03/01/2023"


def test_a_new_owner_is_told_from_old_to_new(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    section = make_unit(office.agency, name="Tổ tiểu học")
    version.procedure.owner = section
    version.procedure.record(by=office.secretary, reason="Giao tổ tiểu học quản lý")
    client.force_login(make_user(Role.STAFF, unit=office.agency))

    entry = client.get(address(version.procedure)).context["entries"][0]

    assert entry.reason == "Giao tổ tiểu học quản lý"
    assert [str(change) for change in entry.changes] == [
        "Đơn vị quản lý: Phòng Giáo dục và Đào tạo → Tổ tiểu học"
    ]


def test_history_comes_in_pages(client: Client) -> None:
    office = Office()
    version = make_draft(office)
    for number in range(31):
        version.save_content(
            version.document.revised(title=f"Tên {number}"),
            by=office.staff,
            seen=version.content_sha256,
            reason=f"Sửa lần {number}",
        )
    client.force_login(office.staff)

    first = client.get(address(version.procedure))
    second = client.get(address(version.procedure), {"trang": "2"})

    assert len(first.context["entries"]) == 30
    assert [str(c) for c in first.context["entries"][0].changes] == [
        "Tên quy trình: Tên 29 → Tên 30"
    ]
    assert [entry.reason for entry in second.context["entries"]][-1] == "Lập quy trình"


def test_strangers_sign_in_before_any_history(client: Client) -> None:
    version = make_version(VersionStatus.ISSUED)

    answer = client.get(address(version.procedure))

    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("who", ["staff", "clerk"])
@pytest.mark.parametrize("count", [1, 3])
def test_history_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, who: str, count: int
) -> None:
    office = Office()
    version = first = make_version(VersionStatus.ISSUED, office)
    for number in range(1, count):
        version = make_next_version(office, version, effective_on=dt.date(2099, number, 1))
    page = address(first.procedure)
    client.force_login(getattr(office, who))

    with django_assert_num_queries(13 if who == "staff" else 12):
        answer = client.get(page)

    assert len(answer.context["entries"]) >= 3 * count
