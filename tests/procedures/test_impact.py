"""Impact sheets: what a change touches, its deadline, verdicts with one signature (Show 3)."""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procedures import actions
from procedures.actions.reviews import batch_statement, last_verdict
from procedures.impact import open_rows, with_progress
from procedures.models import (
    ChangeRequest,
    ImpactRow,
    ImpactSheet,
    LegalChange,
    LegalDocument,
    Procedure,
    Review,
    ReviewBatch,
    TTHCChange,
)
from procedures.workflow import ChangeRequestStatus, VersionStatus
from qms.foundation.dates import add_months, today
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.workflow import SeenVersionChanged
from tests.factories import (
    BY_PASSWORD,
    PASSWORD,
    Office,
    advance,
    make_draft,
    make_tthc,
    make_user,
    restrict,
    sign_in,
)
from tests.pdfs import squeezed, whole
from tests.procedures.coverage.builders import (
    basis,
    in_force,
    make_legal,
    make_legal_change,
    standing,
)

pytestmark = pytest.mark.django_db
NEW = "125/2024/NĐ-CP"
REPLACED = LegalChange.Kind.REPLACED


def _replace(document: LegalDocument, office: Office, on: dt.date) -> actions.Recorded:
    return actions.record_legal_change(
        document, kind=REPLACED, by_number=NEW, by_kind="Nghị định", effective_on=on,
        by=office.secretary,
    )  # fmt: skip


def _all_history() -> int:
    tables: Any = (LegalChange, LegalDocument, ImpactSheet, ImpactRow, Review, ReviewBatch)
    return sum(table.history.count() for table in tables)


def test_replacing_a_decree_makes_exactly_the_direct_ones_stale_and_one_sheet() -> None:
    """Show 3 of the issue."""
    office = Office()
    decree = make_legal("46/2017/NĐ-CP")
    make_legal("1/2020/TT")
    direct, kept, general, other = (make_tthc(office.agency) for _ in range(4))
    d1 = in_force(office, direct, bases=(basis(),))
    d2 = in_force(office, kept, bases=(basis(),))
    g1 = in_force(office, general, bases=(basis(kind="general"),))
    in_force(office, other, bases=(basis("1/2020/TT"),))
    effect = dt.date(2026, 8, 31)

    recorded = _replace(decree, office, effect)

    (sheet,) = recorded.sheets
    assert ImpactSheet.objects.count() == 1
    assert sheet.number == f"PĐG-{today().year}-001"
    assert sheet.due_on == dt.date(2026, 11, 30)  # three months, clamped to the month's end
    rows = dict(sheet.rows.values_list("procedure", "reach"))
    assert rows == {
        d1.procedure_id: "direct",
        d2.procedure_id: "direct",
        g1.procedure_id: "general",
    }
    before, since = effect - dt.timedelta(days=1), effect
    assert [standing(t, before, office.agency) for t in (direct, kept, general, other)] == [
        "covered"
    ] * 4
    assert [standing(t, since, office.agency) for t in (direct, kept, general, other)] == [
        "stale", "stale", "covered", "covered",
    ]  # fmt: skip

    unaffected = sheet.rows.exclude(procedure=d1.procedure)
    batch = actions.settle_rows(
        sheet,
        unaffected,
        verdict="keep",
        reason="Điều khoản được dẫn không đổi",
        by=office.secretary,
        signing=BY_PASSWORD,
    )

    (signature,) = Signature.objects.on(batch)
    said = batch_statement(batch, [kept_one.procedure for kept_one in unaffected])
    assert "PĐG" in said
    assert "không ảnh hưởng, giữ nguyên" in said
    assert signature.sha256 == hashlib.sha256(said.encode()).hexdigest()
    assert (signature.person, signature.act) == (office.secretary, "confirmed")
    assert standing(kept, today(), office.agency) == "covered"
    assert standing(direct, today(), office.agency) in ("stale", "overdue")
    assert [row.procedure_id for row in open_rows(sheet.rows.all())] == [d1.procedure_id]

    written = _all_history()
    again = _replace(decree, office, effect)
    call_command("open_impact_sheets")
    assert again.sheets == [sheet]
    assert not again.is_new
    assert _all_history() == written


def test_rows_are_added_where_a_draft_cites_it_later_and_none_where_it_is_taken_up() -> None:
    office = Office()
    decree = make_legal("46/2017/NĐ-CP")
    old = in_force(office, make_tthc(office.agency), bases=(basis(),))
    effect = today() + dt.timedelta(days=40)
    (sheet,) = _replace(decree, office, effect).sheets
    draft = make_draft(office, bases=(basis(kind="general"),))
    again = _replace(decree, office, effect)

    assert again.sheets == [sheet]

    assert set(sheet.rows.values_list("procedure", flat=True)) == {
        old.procedure_id, draft.procedure_id,
    }  # fmt: skip
    amended = make_legal("7/2020/TT")
    in_force(office, make_tthc(office.agency), bases=(basis("7/2020/TT"),))
    known = make_legal_change(amended, dt.date(2021, 1, 1), LegalChange.Kind.AMENDED)
    assert actions.open_impact_sheet(known, by=office.secretary) == []  # written after it
    assert (
        actions.open_impact_sheet(
            make_legal_change(make_legal("9/2020/TT"), effect), by=office.secretary
        )
        == []
    )


def test_each_agency_has_its_own_sheet_and_deadline() -> None:
    first, second = Office(), Office(update_deadline_months=6)
    decree = make_legal("46/2017/NĐ-CP")
    for office in (first, second):
        in_force(office, make_tthc(office.agency), bases=(basis(),))
    effect = dt.date(2026, 9, 15)

    sheets = _replace(decree, first, effect).sheets

    assert {sheet.agency_id: sheet.due_on for sheet in sheets} == {
        first.agency.pk: dt.date(2026, 12, 15),
        second.agency.pk: dt.date(2027, 3, 15),
    }
    assert len({sheet.number for sheet in sheets}) == 1  # each agency numbers its own


def test_revise_and_abolish_ask_for_changes_and_later_verdicts_are_added() -> None:
    office = Office()
    decree = make_legal("46/2017/NĐ-CP")
    version = in_force(office, make_tthc(office.agency), bases=(basis(),))
    gone = in_force(office, make_tthc(office.agency), bases=(basis(),))
    (sheet,) = _replace(decree, office, today()).sheets

    def settle(verdict: str, by: Any, *, only: Procedure | None = None) -> ReviewBatch:
        rows = sheet.rows.filter(procedure=only) if only else sheet.rows.all()
        return actions.settle_rows(
            sheet, rows, verdict=verdict, reason="Thành phần hồ sơ đổi", by=by, signing=BY_PASSWORD
        )

    settle("revise", office.secretary)
    requests = ChangeRequest.objects.order_by("pk")
    assert {(r.kind, r.status) for r in requests} == {("revise", ChangeRequestStatus.ACCEPTED)}
    assert all(sheet.number in request.origin_text for request in requests)
    assert "46/2017/NĐ-CP bị thay thế bởi 125/2024/NĐ-CP" in requests[0].what

    settle("revise", office.secretary, only=version.procedure)  # asked for already
    assert requests.count() == 2
    settle("abolish", office.leader, only=gone.procedure)
    asked = requests.get(kind="abolish")
    assert (asked.status, asked.procedure) == (ChangeRequestStatus.REQUESTED, gone.procedure)
    verdicts = Review.objects.filter(procedure=gone.procedure).order_by("pk")
    assert list(verdicts.values_list("verdict", flat=True)) == ["revise", "abolish"]
    assert with_progress(ImpactSheet.objects.all()).get().is_open

    settle("keep", office.leader, only=gone.procedure)
    request = requests.get(procedure=version.procedure)
    draft = actions.start_version(
        version.procedure,
        by=office.staff,
        content=version.document.revised(change_summary="Cập nhật", bases=()),
        change_type="revision",
        base=version,
        takes_up=[request],
    )
    advance(draft, VersionStatus.ISSUED, office)
    assert not with_progress(ImpactSheet.objects.all()).get().is_open


def test_settling_refuses_what_is_wrong_and_writes_nothing() -> None:
    office = Office()
    decree = make_legal("46/2017/NĐ-CP")
    in_force(office, make_tthc(office.agency), bases=(basis(),))
    recorded = _replace(decree, office, today())
    (sheet,) = recorded.sheets

    def settle(rows: Any, **given: Any) -> Any:
        values: Any = {"verdict": "keep", "reason": "Không đổi", "by": office.secretary}
        values |= given
        return actions.settle_rows(sheet, rows, signing=BY_PASSWORD, **values)

    for rows, given, message in (
        ([], {}, "Hãy chọn ít nhất một quy trình"),
        (sheet.rows.all(), {"reason": " "}, "Hãy ghi lý do"),
        (sheet.rows.all(), {"verdict": "perhaps"}, "Hãy chọn một kết luận"),
        (sheet.rows.all(), {"seen": 99}, "Người khác vừa kết luận"),
    ):
        with pytest.raises(ValidationError, match=message):
            settle(rows, **given)
    assert not Review.objects.exists()

    settle(sheet.rows.all(), seen=last_verdict(sheet))
    with pytest.raises(SeenVersionChanged):  # the second of two who opened the page together
        settle(sheet.rows.all(), seen=0)
    actions.void_change(recorded.change, by=office.secretary, reason="Nhầm số")
    with pytest.raises(ValidationError, match="ghi nhầm"):
        settle(sheet.rows.all())
    assert Review.objects.count() == 1


def test_change_of_a_tthc_touches_what_covers_it(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    version = in_force(office, tthc)
    in_force(office, make_tthc(office.agency))
    sign_in(client, office.secretary)
    page = f"/tthc/{tthc.code}/thay-doi/"
    typed = {
        "kind": "amended",
        "decision_no": "77/QĐ-UBND",
        "effective_on": f"{today():%d/%m/%Y}",
        "limit_text": "03 ngày làm việc",
        "name": "Tên mới",
    }

    refused = client.post(page, typed | {"decision_no": "", "replaced_by": "9.999999"})
    answer = client.post(page, typed)

    assert refused.status_code == 422
    assert "Không có TTHC 9.999999" in refused.content.decode()
    (sheet,) = ImpactSheet.objects.all()
    assert answer.headers["Location"] == sheet.get_absolute_url()
    change = TTHCChange.objects.get()
    assert (change.law_minutes, change.law_unit) == (3 * 480, "working_day")
    assert change.changed_fields == ["law_minutes", "law_unit", "limit_text"]
    assert list(sheet.rows.values_list("procedure", "reach")) == [(version.procedure_id, "tthc")]
    assert standing(tthc, today() + dt.timedelta(days=1), office.agency) == "stale"
    client.post(page, typed)
    assert (TTHCChange.objects.count(), ImpactSheet.objects.count()) == (1, 1)
    story = client.get(tthc.get_absolute_url()).content.decode()
    assert sheet.get_absolute_url() in story

    client.post(f"/tthc/thay-doi/{change.pk}/ghi-nham/", {"reason": "Nhầm mã"})
    change.refresh_from_db()
    assert change.is_void
    assert standing(tthc, today() + dt.timedelta(days=1), office.agency) == "covered"
    for person in (office.leader, office.staff, office.admin):
        sign_in(client, person)
        assert client.get(page).status_code == 403


# --- pages ---


def _many(office: Office, number: int) -> ImpactSheet:
    decree = make_legal("46/2017/NĐ-CP")
    for _ in range(number):
        in_force(office, bases=(basis(kind="general"),))
    return _replace(decree, office, today()).sheets[0]


def test_page_and_settling_ask_as_often_for_twelve_as_for_three(client: Client) -> None:
    counts = []
    for number in (3, 12):
        office = Office()
        cited = f"{number}/2017/NĐ-CP"
        decree = make_legal(cited)
        for _ in range(number):
            make_draft(office, bases=(basis(cited, kind="general"),))
        opening, recorded = _counted(lambda: _replace(decree, office, today()))  # noqa: B023
        (sheet,) = recorded.sheets
        sign_in(client, office.secretary)
        client.get(sheet.get_absolute_url())
        page, answer = _counted(lambda: client.get(sheet.get_absolute_url()))  # noqa: B023
        assert answer.content.decode().count('name="rows"') == number
        settling, _ = _counted(
            lambda: actions.settle_rows(
                sheet,  # noqa: B023
                sheet.rows.all(),  # noqa: B023
                verdict="keep",
                reason="Không đổi",
                by=office.leader,  # noqa: B023
                signing=BY_PASSWORD,
            )
        )
        # each row, each review is written with its history and entry, and nothing else for it:
        # two rows in a savepoint, the head of the ledger, the entry
        counts.append((page, opening - 6 * number, settling - 6 * number))

    (few, opened_few, settled_few), (many, opened_many, settled_many) = counts
    assert few == many
    assert opened_few >= opened_many  # the first time puts the new decree into the register
    assert settled_few == settled_many


def _counted(deed: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as queries:
        result = deed()
    return len(queries), result


def test_people_settle_a_sheet_on_its_page(client: Client) -> None:
    office, other = Office(), Office()
    sheet = _many(office, 2)
    url = sheet.get_absolute_url()
    hidden = sheet.rows.order_by("pk").last()
    assert hidden is not None
    restrict(hidden.procedure)
    sign_in(client, office.secretary)
    page = client.get(f"{url}?lien-quan=vien-dan&chon=1").content.decode()
    assert page.count(" checked") == 2
    keys = [str(row.pk) for row in sheet.rows.all()]
    typed = {"rows": keys, "verdict": "keep", "reason": "Không đổi", "seen": "0"}

    wrong = client.post(url, typed | {"password": "sai"})
    assert wrong.status_code == 422
    assert "Mật khẩu không đúng" in wrong.content.decode()
    assert wrong.content.decode().count(" checked") == 3  # what was typed is kept
    assert "Không đổi" in wrong.content.decode()
    assert not Review.objects.exists()
    empty = client.post(url, {"verdict": "keep", "reason": "x", "password": PASSWORD})
    assert "Hãy chọn ít nhất một quy trình của phiếu." in empty.content.decode()

    done = client.post(url, typed | {"password": PASSWORD}, follow=True).content.decode()
    assert "Đã kết luận cho 2 quy trình, đã ký xác nhận." in done
    assert Review.objects.count() == 2
    late = client.post(url, typed | {"password": PASSWORD})
    assert (late.status_code, Review.objects.count()) == (422, 2)
    assert "Người khác vừa kết luận trên phiếu này" in late.content.decode()
    assert "Đã xong" in client.get("/danh-gia-tac-dong/").content.decode()

    sign_in(client, office.staff)
    seen = client.get(url).content.decode()
    assert 'type="password"' not in seen
    assert hidden.procedure.code not in seen
    assert client.post(url, typed | {"password": PASSWORD}).status_code == 403
    sign_in(client, other.secretary)
    assert client.get(url).status_code == 404
    assert client.get(f"{url}phieu.pdf").status_code == 404
    assert client.post(url, typed | {"password": PASSWORD}).status_code == 404


def test_sheet_is_printed_with_what_was_concluded(client: Client) -> None:
    office = Office()
    sheet = _many(office, 1)
    actions.settle_rows(
        sheet, sheet.rows.all(), verdict="keep", reason="Không đổi gì", by=office.leader,
        signing=BY_PASSWORD,
    )  # fmt: skip
    sign_in(client, office.staff)

    pdf = client.get(f"{sheet.get_absolute_url()}phieu.pdf")
    word = client.get(f"{sheet.get_absolute_url()}phieu.docx")

    text = whole(pdf.content)
    for said in ("PHIẾU ĐÁNH GIÁ TÁC ĐỘNG", "BM-01-09", "Không đổi gì", "Hoàng Văn Trưởng"):
        assert squeezed(said) in text
    assert word.content[:2] == b"PK"


def test_button_opens_a_sheet_for_a_change_that_has_none(client: Client) -> None:
    office = Office()
    decree = make_legal("46/2017/NĐ-CP")
    change = make_legal_change(decree, today())
    in_force(office, make_tthc(office.agency), bases=(basis(),))
    url = f"/van-ban/thay-doi/{change.pk}/lap-phieu/"
    sign_in(client, office.staff)
    assert client.post(url).status_code == 403
    sign_in(client, office.secretary)
    assert "Lập phiếu đánh giá tác động" in client.get(decree.get_absolute_url()).content.decode()

    client.post(url)
    answer = client.post(url)

    assert answer.headers["Location"] == ImpactSheet.objects.get().get_absolute_url()


def test_my_work_shows_sheets_with_their_deadline(client: Client) -> None:
    office = Office()
    decree = make_legal("46/2017/NĐ-CP")
    in_force(office, make_tthc(office.agency), bases=(basis(),))
    (sheet,) = _replace(decree, office, add_months(today(), -4)).sheets

    for person in (office.secretary, office.leader):
        sign_in(client, person)
        page = client.get("/").content.decode()
        assert "Phiếu đánh giá tác động chưa xong" in page
        assert f"hạn cập nhật {sheet.due_on:%d/%m/%Y}; đã kết luận 0/1 quy trình" in page
        assert "Quá hạn cập nhật" in page
    sign_in(client, office.staff)
    assert sheet.number not in client.get("/").content.decode()
    sign_in(client, make_user(Role.SYSTEM_ADMIN, unit=office.agency))
    assert client.get("/danh-gia-tac-dong/").status_code == 403
