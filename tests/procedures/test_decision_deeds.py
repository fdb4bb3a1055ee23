"""Decisions: their words and papers, corrections, withdrawal before effect, who is refused."""

import datetime as dt
import hashlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.coverage import count, load_facts, profile_of
from procedures.models import Decision, InForcePeriod, ProcedureVersion
from procedures.pages.decision_papers import paper_of_correction, paper_of_decision
from procedures.printing import copy_pdf
from procedures.readers import readers_of
from procedures.wording import proposed_grounds
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import format_date, today
from qms.records.models import Signature
from qms.records.paper import to_docx, to_pdf
from tests.factories import (
    BY_PASSWORD,
    PASSWORD,
    Office,
    abolish,
    advance,
    assign,
    issue,
    make_decision,
    make_draft,
    make_next_draft,
    make_next_version,
    make_position,
    make_tthc,
    make_user,
    make_version,
    sign_in,
    system,
)
from tests.papers import word_texts
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db
CLAUSE = "Hồ sơ tiếp nhận trước ngày có hiệu lực vẫn theo bản cũ."
DAY = dt.timedelta(days=1)


def _address(name: str, decision: Decision, *more: int) -> str:
    return reverse(f"procedures:{name}", args=[decision.pk, *more])


def _words(**changes: str) -> dict[str, str]:
    return {
        "subject": "Ban hành quy trình ISO",
        "grounds": "Căn cứ Luật A;\nCăn cứ Luật B;",
        "recipients": "Như Điều 3;\nLưu: VT.",
        "transition": CLAUSE,
    } | changes


def _later(office: Office, base: ProcedureVersion, days: int, **fields: Any) -> Decision:
    """A decision issued today over the next version of `base`, in effect `days` from now."""
    when = today() + dt.timedelta(days=days)
    version = make_next_version(office, base, effective_on=when, **fields)
    decision: Decision = version.decision_items.get().decision
    return decision


def _spans(version: ProcedureVersion) -> list[tuple[dt.date, dt.date | None]]:
    standing = InForcePeriod.objects.standing().filter(version=version)
    return list(standing.order_by("valid_from").values_list("valid_from", "valid_to"))


def _old(office: Office, **fields: Any) -> ProcedureVersion:
    day = today() - dt.timedelta(days=400)
    return make_version(VersionStatus.ISSUED, office, paper_on=day, effective_on=day, **fields)


# --- words ---


def test_words_are_edited_while_composing_and_are_part_of_what_is_signed(client: Client) -> None:
    office = Office()
    versions = [make_version(VersionStatus.REVIEWED, office) for _ in range(2)]
    decision = actions.compose_decision(
        office.agency, by=office.secretary, subject="Ban hành", versions=versions
    )
    first = decision.items.first()
    assert first is not None
    assert "TCVN ISO 9001:2015" in decision.grounds  # proposed
    assert decision.recipients.endswith("Lưu: VT, Thư ký ISO.")
    before, later = decision.sha256(), today() + 9 * DAY
    address = _address("decision-edit", decision)
    data = _words() | {f"effect_{first.pk}": format_date(later)}

    for who, status in (("leader", 403), ("clerk", 403), ("staff", 404)):
        assert sign_in(client, getattr(office, who)).post(address, data).status_code == status
    wrong = sign_in(client, office.secretary).post(address, data | {"subject": ""})
    client.post(address, data)

    assert wrong.status_code == 422
    assert "Căn cứ Luật B;" in wrong.content.decode()
    decision.refresh_from_db()
    first.refresh_from_db()
    assert (decision.transition, first.effective_on) == (CLAUSE, later)
    assert decision.grounds == "Căn cứ Luật A;\nCăn cứ Luật B;"
    assert decision.sha256() != before
    decision.submit(by=office.secretary)
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    client.post(address, _words(subject="Khác"))
    decision.refresh_from_db()
    assert decision.subject == "Ban hành quy trình ISO"
    decision.grounds = "Căn cứ khác"
    with pytest.raises(DatabaseError), transaction.atomic():
        decision.record(by=system(), reason="Sửa")
    decision.refresh_from_db()
    issue(decision, office)
    assert {p.valid_from for p in InForcePeriod.objects.all()} == {later, today()}


@pytest.mark.parametrize(
    ("announced", "cited"),
    [
        (
            "361/QĐ-BGDĐT 01/02/2018",
            "Quyết định số 361/QĐ-BGDĐT ngày 01 tháng 02 năm 2018 công bố thủ tục hành chính;",
        ),
        (
            "4932/QĐ-BGDĐT, ngày 5/12/2019",
            "Quyết định số 4932/QĐ-BGDĐT ngày 05 tháng 12 năm 2019 công bố thủ tục hành chính;",
        ),
        ("12/QĐ-UBND", "Quyết định công bố thủ tục hành chính số 12/QĐ-UBND;"),
    ],
)
def test_proposed_grounds_abbreviate_nothing(announced: str, cited: str) -> None:
    office = Office()
    draft = make_draft(office, make_tthc(office.agency, decision_no=announced))

    assert f"Căn cứ {cited}" in proposed_grounds(office.agency, [draft]).splitlines()


def test_hash_of_a_decision_without_words_stays_as_it_was() -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)
    decision.grounds = decision.recipients = ""

    lines = ["Ban hành quy trình ISO", f"issue {version.procedure.code} {version.content_sha256}"]

    assert decision.sha256() == hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_day_of_effect_of_an_item_is_not_before_the_decision(client: Client) -> None:
    office = Office()
    versions = [make_version(VersionStatus.REVIEWED, office) for _ in range(2)]
    decision = make_decision(office, *versions)
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    item = decision.standing_items()[0]
    data = {
        "number": "12/QĐ",
        "signed_on": format_date(today()),
        f"effect_{item.pk}": format_date(today() - DAY),
    }

    answer = sign_in(client, office.clerk).post(_address("decision-issue", decision), data)

    assert answer.status_code == 422
    (said,) = answer.context["numbering_form"].errors[f"effect_{item.pk}"]
    assert "không được trước ngày quyết định" in said
    assert not InForcePeriod.objects.exists()


# --- who must read ---


def test_page_names_who_must_read(client: Client, django_assert_num_queries: Any) -> None:
    office = Office()
    elsewhere = Office()
    gone = make_user(unit=office.agency, name="Người Đã Nghỉ", position="Chuyên viên")
    gone.is_active = False
    gone.record(by=system(), reason="Nghỉ")
    versions = [make_version(VersionStatus.REVIEWED, office) for _ in range(2)]
    decision = make_decision(office, *versions)

    with django_assert_num_queries(2):
        found = readers_of(versions, today())
    page = sign_in(client, office.leader).get(decision.get_absolute_url()).content.decode()

    assert found[versions[0].pk] == [office.staff, office.clerk]  # by given name
    assert elsewhere.staff not in found[versions[1].pk]
    assert "Người phải đọc (02)" in page


# --- capacity and papers ---


def test_decision_prints_as_nd30_wants_with_capacity_and_annex(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    make_position("Trưởng phòng", rank=1)
    make_position("Phó Trưởng phòng", rank=2)
    office = Office(place="Bắc Giang", parent_name="UBND THÀNH PHỐ BẮC GIANG")
    assign(office.agency, office.reviewer)
    old = _old(office, code="QT-90/GDĐT")
    ended = _old(office, code="QT-91/GDĐT")
    draft = make_next_draft(office, old)
    version = advance(draft, VersionStatus.REVIEWED, office)
    version.send_back(by=office.leader, comment="Cấp phó ký")
    version.submit(by=office.staff, answers={p.name: "Rõ" for p in version.problems()})
    version.review(by=office.leader, seen=version.content_sha256)
    decision = actions.compose_decision(
        office.agency,
        by=office.secretary,
        subject="Ban hành quy trình ISO",
        versions=[version],
        abolish=[ended.procedure],
    )
    decision.submit(by=office.secretary)
    deputy = sign_in(client, office.reviewer)
    form = deputy.get(decision.get_absolute_url()).context["approve_form"]
    data = {"seen": decision.sha256(), "password": PASSWORD, "capacity": form["capacity"].value()}
    unsigned = whole(deputy.get(_address("decision-pdf", decision)).content)

    client.post(_address("decision-approve", decision), data)
    decision.refresh_from_db()
    issue(decision, office)

    with django_assert_max_num_queries(14):
        paper = paper_of_decision(decision)
    text, word = whole(to_pdf(paper)), squeezed("".join(word_texts(to_docx(paper))))
    assert Signature.objects.on(decision).get().capacity == "KT."
    assert "Số:……" in unsigned
    assert "ngày…tháng…năm…" in unsigned
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "TRƯỞNG PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
        f"Số: {decision.number}",
        "Về việc ban hành quy trình ISO",
        "Căn cứ tiêu chuẩn TCVN ISO 9001:2015;",
        "Ban hành kèm theo Quyết định này 01 quy trình",
        "Bãi bỏ 01 quy trình",
        "có hiệu lực kể từ ngày ký",
        "KT. TRƯỞNG PHÒNG",
        "PHÓ TRƯỞNG PHÒNG",
        "Phạm Thị Phó",
        "Lưu: VT, Thư ký ISO.",
        "PHỤ LỤC",
        "Lần ban hành 01, sửa đổi 00",
        "01/01",
        "QT-91/GDĐT",
    ):
        assert squeezed(said) in text, said
        assert squeezed(said) in word, said
    assert "chữkýsố" not in text
    assert sign_in(client, office.admin).get(_address("decision-pdf", decision)).status_code == 404
    assert sign_in(client, office.staff).get(_address("decision-docx", decision)).status_code == 200


# --- the transitional clause ---


def test_ended_version_says_for_which_dossiers_it_still_serves(client: Client) -> None:
    office = Office()
    old = _old(office)
    draft = advance(make_next_draft(office, old), VersionStatus.REVIEWED, office)
    decision = actions.compose_decision(
        office.agency, by=office.secretary, subject="Ban hành", versions=[draft]
    )
    words = actions.Words("Ban hành", transition=CLAUSE)
    actions.edit_decision(decision, words, by=office.secretary, effects={})
    decision.submit(by=office.secretary)
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    issue(decision, office)

    page = sign_in(client, office.staff).get(old.get_absolute_url()).content.decode()
    new = client.get(draft.procedure.get_absolute_url()).content.decode()

    day = format_date(today())
    assert f"vẫn áp dụng cho hồ sơ tiếp nhận trước {day}" in page
    assert CLAUSE in page
    assert CLAUSE not in new
    assert squeezed(f"Vẫn áp dụng cho hồ sơ tiếp nhận trước {day}") in whole(copy_pdf(old))


# --- corrections ---


def _correction(decision: Decision, **changes: Any) -> actions.Correction:
    values = {
        "number": decision.number,
        "signed_on": decision.signed_on,
        "effective_on": decision.effective_on,
        "reason": "Ghi nhầm sổ",
    } | changes
    return actions.Correction(**values)


def test_leader_corrects_number_and_effect_with_the_password(client: Client) -> None:
    office = Office()
    old = _old(office)
    decision = _later(office, old, 5)
    version = old.procedure.versions.exclude(pk=old.pk).get()
    right = today() + 8 * DAY
    address, old_number = _address("decision-correct", decision), decision.number
    data = {
        "number": "99/QĐ-PGDĐT",
        "signed_on": format_date(decision.signed_on),
        "effective_on": format_date(right),
        "reason": "Văn thư ghi nhầm",
        "reference": "25/PGDĐT",
        "password": PASSWORD,
    }

    for who in ("secretary", "clerk", "staff"):
        assert sign_in(client, getattr(office, who)).post(address, data).status_code == 403
    wrong = sign_in(client, office.reviewer).post(address, data | {"password": "sai"})
    assert wrong.status_code == 422
    assert not decision.corrections.exists()
    client.post(address, data)
    decision.refresh_from_db()

    row = decision.corrections.get()
    assert (row.old_number, row.new_number) == (old_number, "99/QĐ-PGDĐT")
    assert (decision.number, decision.effective_on) == ("99/QĐ-PGDĐT", right)
    signature = Signature.objects.on(row).get()
    assert (signature.act, signature.method, signature.person) == (
        "confirmed",
        "password",
        office.reviewer,
    )
    assert _spans(old)[0][1] == right
    assert _spans(version) == [(right, None)]
    assert InForcePeriod.objects.filter(version=version).count() == 2  # one of them voided
    assert "Văn thư ghi nhầm" in client.get(decision.get_absolute_url()).content.decode()
    printed = whole(client.get(_address("decision-correction-pdf", decision, row.pk)).content)
    assert squeezed("ĐÍNH CHÍNH") in printed
    assert squeezed("99/QĐ-PGDĐT") in whole(copy_pdf(version))
    assert paper_of_correction(row).number == "25/PGDĐT"


def test_correction_is_refused_where_it_cannot_be_right() -> None:
    office = Office()
    old = _old(office)
    decision = _later(office, old, 5)
    next_one = old.procedure.versions.exclude(pk=old.pk).get()
    scheduled = _later(office, next_one, 20)

    def refused(which: Decision, **changes: Any) -> str:
        with pytest.raises(ValidationError) as refusal:
            actions.correct_decision(
                which, _correction(which, **changes), by=office.leader, signing=BY_PASSWORD
            )
        return " ".join(refusal.value.messages)

    assert "vẫn như cũ" in refused(decision)
    assert "lý do" in refused(decision, number="1/QĐ", reason=" ")
    assert "ở tương lai" in refused(decision, signed_on=today() + DAY)
    assert "trước ngày phê duyệt" in refused(decision, signed_on=today() - DAY)
    assert "đã có ở một quyết định khác" in refused(decision, number=scheduled.number)
    assert "trùng vào thời gian" in refused(decision, effective_on=today() + 20 * DAY)
    composing = make_decision(office, make_version(VersionStatus.REVIEWED, office))
    assert "không đính chính được" in refused(
        composing, number="1", signed_on=today(), effective_on=today()
    )
    assert not decision.corrections.exists()
    assert _spans(next_one) == [(today() + 5 * DAY, today() + 20 * DAY)]


def test_correction_is_refused_once_a_later_version_began() -> None:
    office = Office()
    old = _old(office)
    make_next_version(office, old)  # from today on
    first = old.decision_items.get().decision

    with pytest.raises(ValidationError, match="bản sau đã có hiệu lực"):
        actions.correct_decision(
            first,
            _correction(first, effective_on=today() - 390 * DAY),
            by=office.leader,
            signing=BY_PASSWORD,
        )

    assert not first.corrections.exists()


def test_correction_moves_an_abolition_with_its_decision() -> None:
    office = Office()
    version = _old(office)
    decision = abolish(version.procedure, office, on=today() - 10 * DAY)

    actions.correct_decision(
        decision,
        _correction(decision, effective_on=today() - 4 * DAY),
        by=office.leader,
        signing=BY_PASSWORD,
    )

    assert _spans(version)[0][1] == today() - 4 * DAY


# --- withdrawal ---


def test_withdrawal_before_effect_undoes_periods_and_abolition(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    old = make_version(
        VersionStatus.ISSUED,
        office,
        tthc,
        paper_on=today() - 400 * DAY,
        effective_on=today() - 400 * DAY,
    )
    doomed = _old(office)
    draft = advance(make_next_draft(office, old, title="Tên mới"), VersionStatus.REVIEWED, office)
    decision = actions.compose_decision(
        office.agency,
        by=office.secretary,
        subject="Ban hành",
        versions=[draft],
        abolish=[doomed.procedure],
    )
    decision.submit(by=office.secretary)
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    issue(decision, office, effective_on=today() + 5 * DAY)
    draft.refresh_from_db()
    address, data = (
        _address("decision-withdraw", decision),
        {
            "reason": "Sai căn cứ",
            "password": PASSWORD,
        },
    )

    for who in ("secretary", "clerk", "staff"):
        assert sign_in(client, getattr(office, who)).post(address, data).status_code == 403
    silent = sign_in(client, office.leader).post(address, data | {"reason": ""})
    assert silent.status_code == 422
    client.post(address, data)

    decision.refresh_from_db()
    draft.refresh_from_db()
    assert (decision.status, draft.status) == (DecisionStatus.WITHDRAWN, VersionStatus.ISSUED)
    assert (_spans(old)[0][1], _spans(doomed)[0][1], _spans(draft)) == (None, None, [])
    old.procedure.refresh_from_db()
    assert old.procedure.title == old.title
    assert Signature.objects.on(decision).get(act="confirmed").person == office.leader
    sign_in(client, office.staff)
    assert "Đã thu hồi" in client.get(decision.get_absolute_url()).content.decode()
    reading = client.get(old.procedure.get_absolute_url())
    assert reading.context["version"] == old
    assert reading.context["coming"] is None
    assert "ĐÃ THU HỒI" in client.get(draft.get_absolute_url()).content.decode()
    listed = client.get(reverse("procedures:list")).content.decode()
    assert "Tên mới" not in listed
    facts = load_facts(office.agency, profile_of(office.agency))
    assert count(facts, today() + 6 * DAY).fresh == (2, 2)
    later = _later(office, old, 3)  # the procedure is free again
    assert later.status == DecisionStatus.ISSUED


def test_withdrawal_gives_the_day_back_to_what_comes_later() -> None:
    office = Office()
    old = _old(office)
    first = _later(office, old, 5)
    middle = old.procedure.versions.exclude(pk=old.pk).get()
    _later(office, middle, 20)

    actions.withdraw_decision(first, by=office.leader, reason="Thôi", signing=BY_PASSWORD)

    assert _spans(old)[0][1] == today() + 20 * DAY
    assert _spans(middle) == []


def test_decision_in_effect_is_not_withdrawn(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    decision = version.decision_items.get().decision

    with pytest.raises(ValidationError, match="không thu hồi được nữa"):
        actions.withdraw_decision(decision, by=office.leader, reason="Sai", signing=BY_PASSWORD)
    page = sign_in(client, office.leader).get(decision.get_absolute_url())
    shut = client.get(_address("decision-withdraw", decision))

    assert page.context["may_correct"]
    assert not page.context["may_withdraw"]
    assert shut.status_code == 302
    assert _spans(version) == [(today(), None)]
