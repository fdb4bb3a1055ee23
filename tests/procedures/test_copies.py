"""Numbered copies: who hands them out, what is printed on them, how they are called back."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from home.work.copies import copy_work
from procedures import actions
from procedures.models import PrintedCopy, ProcedureVersion, RecallRecord
from procedures.permissions import copies as may
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    Office,
    make_next_version,
    make_user,
    make_version,
    restrict,
    sign_in,
)
from tests.pdfs import pages, whole

pytestmark = pytest.mark.django_db

MARCH = dt.date(2022, 3, 10)


def issued(office: Office, **fields: Any) -> ProcedureVersion:
    return make_version(VersionStatus.ISSUED, office, paper_on=MARCH, effective_on=MARCH, **fields)


def hand_out(office: Office, version: ProcedureVersion, *names: str) -> list[PrintedCopy]:
    holders = [actions.Holder(name=name) for name in names]
    return actions.hand_out_copies(version, holders, by=office.clerk, handed_on=MARCH)


def recall(kind: str = "returned", **values: Any) -> actions.Recall:
    told: dict[str, Any] = {"done_on": today(), "reason": "Hết hiệu lực"}
    told |= {"performed_by": "Đỗ Thị Văn"} | values
    return actions.Recall(kind=kind, **told)


def address(name: str, version: ProcedureVersion) -> str:
    return reverse(f"procedures:{name}", args=[version.procedure.slug, version.number_slug])


def rows(*holders: tuple[str, str], on: str = "01/04/2022") -> dict[str, str]:
    data = {"handed_on": on, "ban-TOTAL_FORMS": str(len(holders)), "ban-INITIAL_FORMS": "0"}
    for number, (unit, name) in enumerate(holders):
        data |= {f"ban-{number}-unit": unit, f"ban-{number}-name": name}
    return data


# --- handing out ---


def test_copies_are_numbered_without_a_gap_and_each_has_its_token() -> None:
    office = Office()
    version = issued(office)

    first = hand_out(office, version, "Một cửa", "Lãnh đạo")
    (third,) = hand_out(office, version, "Lưu")

    assert [copy.number for copy in [*first, third]] == [1, 2, 3]
    assert len({copy.token for copy in [*first, third]} | {version.token}) == 4
    assert third.history.get().history_user == office.clerk
    for holders, day in (([], MARCH), ([actions.Holder()], MARCH)):
        with pytest.raises(ValidationError, match="người giữ"):
            actions.hand_out_copies(version, holders, by=office.clerk, handed_on=day)
    tomorrow = today() + dt.timedelta(days=1)
    with pytest.raises(ValidationError, match="tương lai"):
        actions.hand_out_copies(
            version, [actions.Holder(name="A")], by=office.clerk, handed_on=tomorrow
        )
    make_next_version(office, version)
    with pytest.raises(TransitionNotAllowed, match="không còn hiệu lực"):
        hand_out(office, version, "Muộn")
    assert version.copies.count() == 3


def test_page_hands_out_adds_rows_and_keeps_what_was_typed(client: Client) -> None:
    office = Office()
    version = issued(office)
    page = address("copy-new", version)
    sign_in(client, office.clerk)
    given = rows((str(office.agency.pk), ""), ("", "Trần Thị Một"), ("", ""))

    more = client.post(page, given | {"them-dong": "1"})
    wrong = client.post(page, given | {"handed_on": "32/01/2022"})
    nobody = client.post(page, rows(("", "")))
    none_written = PrintedCopy.objects.count()
    done = client.post(page, given, follow=True)

    assert more.status_code == 200
    assert more.context["holders"].total_form_count() == 6
    assert "Trần Thị Một" in more.content.decode()
    assert (wrong.status_code, nobody.status_code, none_written) == (422, 422, 0)
    assert "Trần Thị Một" in wrong.content.decode()
    assert "ít nhất một bản" in nobody.content.decode()
    text = done.content.decode()
    assert "Đã cấp bản kiểm soát số 01, 02" in text
    assert "Vừa cấp 02 bản" in text
    assert [copy.held_by for copy in version.copies.all()] == [str(office.agency), "Trần Thị Một"]


def test_who_may_hand_out_and_who_is_refused(client: Client) -> None:
    office, other = Office(), Office()
    version = issued(office)
    (copy,) = hand_out(office, version, "Một cửa")
    page, pdf = address("copy-new", version), reverse("procedures:copy-pdf", args=[copy.pk])
    checker = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)

    answers = {}
    for name, person in {
        "secretary": office.secretary,
        "clerk": office.clerk,
        "staff": office.staff,
        "leader": office.leader,
        "checker": checker,
        "other": other.secretary,
    }.items():
        sign_in(client, person)
        codes = [client.get(page), client.post(page, rows(("", "A"))), client.get(pdf)]
        answers[name] = [answer.status_code for answer in codes]

    kept = {"secretary": [200, 302, 200], "clerk": [200, 302, 200]}
    refused = [403, 403, 404]
    others = {"staff": refused, "leader": refused, "checker": refused, "other": refused}
    assert answers == kept | others


def test_printed_copies_bear_number_holder_and_code_on_every_page(client: Client) -> None:
    office = Office()
    version = issued(office)
    copies = hand_out(office, version, "Bộ phận Một cửa", "Nguyễn <b>A</b>")
    sign_in(client, office.secretary)
    before = (PrintedCopy.history.count(), PrintedCopy.objects.count())

    one = pages(client.get(reverse("procedures:copy-pdf", args=[copies[1].pk])).content)
    both = pages(client.get(address("copy-pdfs", version)).content)

    expected = "TÀI LIỆU ĐƯỢC KIỂM SOÁT – Bản số 02 – người giữ: Nguyễn <b>A</b>"
    assert all(expected in text and f"/xac-thuc/{copies[1].token}/" in text for text in one)
    assert len(both) == 2 * len(one)
    assert all(f"/xac-thuc/{copies[0].token}/" in text for text in both[: len(one)])
    assert all("không kiểm soát" not in text for text in both)
    assert before == (PrintedCopy.history.count(), PrintedCopy.objects.count())


# --- calling back ---


def test_copies_of_an_ended_version_stand_in_the_list_until_they_came_back() -> None:
    office = Office()
    version = issued(office)
    copies = hand_out(office, version, "Một", "Hai")
    assert not PrintedCopy.objects.to_recall(on=today())

    following = make_next_version(office, version, effective_on=today() + dt.timedelta(days=1))
    tomorrow = today() + dt.timedelta(days=1)

    assert not PrintedCopy.objects.to_recall(on=today())
    assert set(PrintedCopy.objects.to_recall(on=tomorrow)) == set(copies)
    assert not PrintedCopy.objects.to_recall(on=tomorrow).filter(version=following)
    actions.recall_copies(copies[:1], recall(), by=office.clerk)
    actions.recall_copies(copies[1:], recall("lost"), by=office.clerk)
    assert list(PrintedCopy.objects.to_recall(on=today())) == copies[1:]
    assert not PrintedCopy.objects.to_collect(on=tomorrow)


def test_one_record_settles_many_and_is_all_or_nothing() -> None:
    office = Office()
    version = issued(office)
    copies = hand_out(office, version, "Một", "Hai", "Ba")
    stale = list(PrintedCopy.objects.filter(pk__in=[copy.pk for copy in copies]))

    record = actions.recall_copies(copies[:2], recall(), by=office.clerk)
    with pytest.raises(TransitionNotAllowed):
        actions.recall_copies(stale, recall(), by=office.secretary)

    assert record.number == f"BBTH-{today().year}-01"
    assert [copy.status for copy in version.copies.all()] == ["returned", "returned", "held"]
    wet = recall("destroyed", way="Cắt nhỏ", witnessed_by="Trần Thị Thư")
    second = actions.recall_copies(version.copies.all(), wet, by=office.clerk)
    assert second.number == f"BBTH-{today().year}-02"
    assert [copy.number for copy in record.told_copies()] == [1, 2]  # as it was written
    assert [copy.number for copy in second.told_copies()] == [1, 2, 3]
    with pytest.raises(TransitionNotAllowed):
        actions.recall_copies(version.copies.all(), recall("lost"), by=office.clerk)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"done_on": dt.date(2999, 1, 1)}, "done_on"),
        ({"done_on": dt.date(2022, 3, 9)}, "done_on"),
        ({"reason": " "}, "reason"),
        ({"witnessed_by": "đỗ thị văn"}, "witnessed_by"),
        ({"kind": "destroyed", "witnessed_by": "B"}, "way"),
        ({"kind": "destroyed", "way": "Đốt"}, "witnessed_by"),
    ],
)
def test_records_that_say_too_little_are_refused(values: dict[str, Any], field: str) -> None:
    office = Office()
    copies = hand_out(office, issued(office), "Một")

    with pytest.raises(ValidationError) as refusal:
        actions.recall_copies(copies, recall(**values), by=office.clerk)

    assert list(refusal.value.message_dict) == [field]
    assert not RecallRecord.objects.exists()


def test_database_keeps_copies_and_records_as_they_were_written() -> None:
    office = Office()
    copies = hand_out(office, issued(office), "Một")
    record = actions.recall_copies(copies, recall(), by=office.clerk)

    for sql in (
        "UPDATE procedures_printedcopy SET holder = 'X'",
        "DELETE FROM procedures_printedcopy",
        "UPDATE procedures_recallrecord SET reason = 'X'",
        "DELETE FROM procedures_recallrecord",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(sql)
    record.refresh_from_db()
    assert record.reason == "Hết hiệu lực"


def test_list_is_recalled_by_one_record_printed_and_signed(client: Client) -> None:
    office = Office()
    version = issued(office)
    hand_out(office, version, "Một cửa", "Kho")
    make_next_version(office, version)
    sign_in(client, office.clerk)

    listed = client.get(reverse("procedures:copy-list")).content.decode()
    page = reverse("procedures:recall-new")
    form = client.get(f"{page}?nhom=phai-thu-hoi")
    keys = [copy.pk for copy in form.context["copies"]]
    sent = {
        "ban": keys,
        "kind": "destroyed",
        "done_on": format_date(today()),
        "reason": "Đã hết hiệu lực",
        "performed_by": "Đỗ Thị Văn",
    }
    refused = client.post(page, sent)
    done = client.post(page, sent | {"way": "Cắt nhỏ", "witnessed_by": "Trần Thị Thư"})
    record = RecallRecord.objects.get()
    paper = whole(client.get(reverse("procedures:recall-pdf", args=[record.pk])).content)
    word = client.get(reverse("procedures:recall-docx", args=[record.pk]))
    attach = reverse("procedures:recall-attach", args=[record.pk])
    bad = client.post(attach, {"file": SimpleUploadedFile("a.pdf", b"x")})
    client.post(attach, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 ky %%EOF")})
    again = client.post(
        attach, {"file": SimpleUploadedFile("a.pdf", b"%PDF- 2 %%EOF")}, follow=True
    )

    assert "Phải thu hồi (2)" in listed
    assert len(keys) == 2
    assert refused.status_code == 422
    assert "Việc hủy phải có người chứng kiến." in refused.content.decode()
    assert done.status_code == 302
    for text in ("BIÊNBẢNTHUHỒI,HỦYTÀILIỆU", f"Số:{record.number}", "Mộtcửa", "TrầnThịThư"):
        assert text in paper
    assert "xac-thuc" not in paper  # a paper in NĐ 30 layout carries no code
    assert word.content[:2] == b"PK"
    assert bad.status_code == 422
    assert "đã có bản chụp" in again.content.decode()
    scan: Any = client.get(reverse("procedures:recall-scan", args=[record.pk]))
    assert b"".join(scan.streaming_content) == b"%PDF-1.4 ky %%EOF"


def test_what_became_destroyed_meanwhile_is_not_left_out_silently(client: Client) -> None:
    office = Office()
    copies = hand_out(office, issued(office), "Một", "Hai")
    wet = recall("destroyed", way="Cắt nhỏ", witnessed_by="Trần Thị Thư")
    actions.recall_copies(copies[:1], wet, by=office.secretary)
    sign_in(client, office.clerk)

    answer = client.post(
        reverse("procedures:recall-new"),
        {
            "ban": [copy.pk for copy in copies],
            "kind": "returned",
            "done_on": format_date(today()),
            "reason": "Thu về",
            "performed_by": "Đỗ Thị Văn",
        },
    )

    assert answer.status_code == 422
    assert "Có bản vừa được người khác ghi đã hủy" in answer.content.decode()
    assert RecallRecord.objects.count() == 1


def test_who_reads_copies_and_records(client: Client) -> None:
    office, other = Office(), Office()
    version, secret = issued(office), issued(office)
    copies = [*hand_out(office, version, "Một"), *hand_out(office, secret, "Hai")]
    restrict(secret.procedure)
    record = actions.recall_copies(copies[1:], recall(), by=office.secretary)
    auditor = make_user(Role.INTERNAL_AUDITOR, unit=office.agency)
    page = reverse("procedures:recall-detail", args=[record.pk])

    def seen(person: Any) -> tuple[list[int], int]:
        sign_in(client, person)
        return sorted(may.visible_copies(person).values_list("pk", flat=True)), client.get(
            page
        ).status_code

    both = sorted(copy.pk for copy in copies)
    assert seen(office.secretary) == (both, 200)
    assert seen(office.leader) == (both, 200)
    assert seen(office.clerk) == (both[:1], 404)  # a restricted one is not theirs to read
    assert seen(auditor) == (both[:1], 404)
    assert seen(office.staff) == ([], 404)
    assert seen(other.secretary) == ([], 404)
    attach = reverse("procedures:recall-attach", args=[record.pk])
    sign_in(client, office.leader)
    assert client.post(attach, {}).status_code == 403
    assert client.post(reverse("procedures:recall-new"), {"ban": both}).status_code == 403


def test_what_is_to_be_collected_waits_for_its_keepers_in_constant_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    office = Office()
    for number in range(3):
        version = issued(office)
        hand_out(office, version, f"Người {number}", "Kho")
        make_next_version(office, version)

    with django_assert_max_num_queries(2):
        (group,) = copy_work(office.clerk)
    sign_in(client, office.clerk)
    with django_assert_max_num_queries(24):
        client.get(reverse("procedures:copy-list"))

    assert group.heading == "Bản giấy phải thu hồi"
    assert len(group.tasks) == 3
    assert copy_work(office.leader) == []
