"""The pages of a checklist: what they show, what they change, whom they refuse."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.answering import record_answer
from audits.actions.checklist import generate_checklist
from audits.actions.sampling import DossierGiven, add_dossier
from audits.board import board_of
from audits.models import (
    ChecklistItem,
    Evidence,
    Finding,
    ItemAnswer,
    SampledDossier,
    SiteConfirmation,
)
from audits.workflow import AuditStatus
from qms.foundation.dates import today
from tests.audits.filling import Filled, answer, given, make_filled
from tests.audits.making import close_meeting
from tests.audits.test_evidence import photo
from tests.factories import sign_in

pytestmark = pytest.mark.django_db
Kind = ChecklistItem.Kind


@pytest.fixture
def filled() -> Filled:
    return make_filled()


@pytest.fixture
def planned() -> Filled:
    return make_filled(status=AuditStatus.PLANNED)


def address(filled: Filled, name: str = "checklist", *args: Any) -> str:
    return reverse(f"audits:{name}", args=[filled.audit.slug, *args])


def answered(**fields: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid.uuid4()),
        "dossier": "",
        "base": "",
        "settles": "",
        "result": "conform",
        "note": "Đủ",
        "seen_on": f"{today():%d/%m/%Y}",
    } | fields


def test_the_checklist_shows_progress_and_groups(client: Client, filled: Filled) -> None:
    answer(filled.item(), filled.lead, "nonconform")
    sign_in(client, filled.auditor)

    response = client.get(address(filled))

    progress = response.context["progress"]
    assert (progress.answered, progress.total) == (1, 6)
    assert [(len(g.lines), g.answered) for g in response.context["groups"]] == [(1, 0), (5, 1)]
    assert "<strong>1/6</strong>" in response.text
    assert "Không phù hợp" in response.text


@pytest.mark.parametrize(
    ("chosen", "count"),
    [("", 6), ("chua-tra-loi", 4), ("khong-phu-hop", 1), ("luu-y", 1), ("cua-toi", 1), ("x", 6)],
)
def test_the_checklist_is_cut(client: Client, filled: Filled, chosen: str, count: int) -> None:
    items = list(filled.audit.items.all())
    answer(items[0], filled.lead, "nonconform")
    answer(items[1], filled.lead, "observation")
    items[2].auditor = filled.audit.members.get(person=filled.auditor)
    items[2].record(by=filled.lead, reason="Giao")
    sign_in(client, filled.auditor)

    groups = client.get(address(filled), {"loc": chosen}).context["groups"]

    assert sum(len(group.shown) for group in groups) == count


@pytest.mark.parametrize("clauses", [1, 3])
def test_checklist_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, clauses: int
) -> None:
    filled = make_filled(clauses=clauses)
    for item in filled.audit.items.all()[: clauses + 1]:
        answer(item, filled.lead)
    sign_in(client, filled.auditor)

    with django_assert_num_queries(24):
        response = client.get(address(filled))

    assert response.context["progress"].total == 5 + clauses


@pytest.mark.parametrize("clauses", [1, 3])
def test_item_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, clauses: int
) -> None:
    filled = make_filled(clauses=clauses)
    answer(filled.item(), filled.lead)
    sign_in(client, filled.auditor)

    where = filled.item().get_absolute_url()

    with django_assert_num_queries(18):
        response = client.get(where)

    assert response.context["place"].total == 5 + clauses


def test_a_checklist_is_made_on_its_page(client: Client, planned: Filled) -> None:
    sign_in(client, planned.auditor)

    client.post(address(planned, "checklist-law"))
    client.post(address(planned, "question-new"), {"question": "Có niêm yết không?"})
    client.post(address(planned, "checklist-generate"))

    assert planned.audit.items.filter(kind=Kind.LAW).count() == 13
    assert planned.item(Kind.OWN).question == "Có niêm yết không?"
    assert planned.audit.items.standing().count() == 20


def test_a_group_is_given_to_somebody(client: Client, planned: Filled) -> None:
    member = planned.audit.members.get(person=planned.auditor)
    keys = ",".join(str(pk) for pk in planned.audit.items.values_list("pk", flat=True))
    sign_in(client, planned.lead)

    client.post(address(planned, "checklist-assign"), {"items": keys, "member": member.pk})
    client.post(address(planned, "checklist-assign"), {"items": keys, "member": 10**9})

    assert set(planned.audit.items.values_list("auditor", flat=True)) == {member.pk}


def test_a_question_that_says_nothing_is_refused(client: Client, planned: Filled) -> None:
    sign_in(client, planned.auditor)

    response = client.post(address(planned, "question-new"), {"question": " ", "expects": "Xem sổ"})

    assert response.status_code == 422
    assert list(response.context["question_form"].errors) == ["question"]
    assert "Xem sổ" in response.text


def test_a_question_is_worded_and_removed_on_its_page(client: Client, planned: Filled) -> None:
    item = planned.item()
    sign_in(client, planned.auditor)

    client.post(
        address(planned, "question-edit", item.pk),
        {"wording-question": "Có ghi sổ không?", "wording-expects": "Sổ"},
    )
    client.post(address(planned, "question-remove", item.pk))

    item.refresh_from_db()
    assert (item.question, item.removed_at) == ("Có ghi sổ không?", None)


def test_an_item_shows_its_requirement_and_leads_on(client: Client, filled: Filled) -> None:
    item = filled.item()
    sign_in(client, filled.auditor)

    response = client.get(item.get_absolute_url())

    place = response.context["place"]
    assert (place.number, place.total) == (2, 6)
    assert place.before.item.kind == Kind.CLAUSE
    assert "Người thực hiện: Văn thư" in response.text
    assert response.text.count('type="radio" name="result"') == 4
    assert "checked" not in response.text.partition("</fieldset>")[0]


def test_an_answer_is_given_and_leads_to_the_next(client: Client, filled: Filled) -> None:
    item = filled.item()
    sign_in(client, filled.auditor)

    response = client.post(
        address(filled, "item-answer", item.pk),
        answered(result="observation", is_verbal="on", next="1"),
    )

    stored = ItemAnswer.objects.get()
    after = list(filled.audit.items.filter(kind=Kind.STEP))[1]
    assert (stored.result, stored.note, stored.is_verbal) == ("observation", "Đủ", True)
    assert response.headers["Location"] == after.get_absolute_url()


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [({"result": ""}, "result"), ({"seen_on": "01/01/2999"}, "seen_on")],
)
def test_what_is_no_answer_is_refused_and_kept(
    client: Client, filled: Filled, fields: dict[str, Any], at_fault: str
) -> None:
    sign_in(client, filled.auditor)

    response = client.post(
        address(filled, "item-answer", filled.item().pk), answered(note="Chưa xong", **fields)
    )

    assert response.status_code == 422
    assert list(response.context["answer_form"].errors) == [at_fault]
    assert "Chưa xong" in response.text
    assert not ItemAnswer.objects.exists()


def test_two_answers_are_shown_side_by_side_and_one_is_chosen(
    client: Client, filled: Filled
) -> None:
    item = filled.item()
    first = record_answer(item, given("conform", note="Đủ"), by=filled.lead).answer
    sign_in(client, filled.auditor)

    told = client.post(
        address(filled, "item-answer", item.pk), answered(result="nonconform", note="Thiếu")
    )
    second = ItemAnswer.objects.disputed().get()
    where = address(filled, "item-settle", item.pk, second.pk)
    page = client.get(where)
    listed = client.get(address(filled))
    chosen = answered(result="nonconform", note="Thiếu", base=str(first.pk), settles=str(second.pk))
    done = client.post(where, chosen)

    assert told.headers["Location"] == where
    assert [answer for answer, _ in page.context["choices"]] == [first, second]
    assert str(filled.lead) in page.text
    assert where in listed.text
    assert done.headers["Location"] == item.get_absolute_url()
    assert item.answers.standing().get().result == "nonconform"
    assert not ItemAnswer.objects.disputed().exists()
    assert client.get(where).headers["Location"] == item.get_absolute_url()


def test_a_common_answer_needs_a_result(client: Client, filled: Filled) -> None:
    item = filled.item()
    record_answer(item, given("conform"), by=filled.lead)
    second = record_answer(item, given("nonconform"), by=filled.auditor).answer
    sign_in(client, filled.auditor)

    response = client.post(
        address(filled, "item-settle", item.pk, second.pk), answered(result="", note="Cả hai")
    )

    assert response.status_code == 422
    assert "Cả hai" in response.text
    assert ItemAnswer.objects.disputed().get() == second


def test_evidence_confirmation_and_finding_are_added_on_the_page(
    client: Client, filled: Filled
) -> None:
    item = filled.item()
    answer(item, filled.auditor, "nonconform", note="HS-01 thiếu phiếu")
    sign_in(client, filled.auditor)
    day = f"{today():%d/%m/%Y}"

    client.post(
        address(filled, "item-evidence", item.pk),
        {
            "evidence-client_id": str(uuid.uuid4()),
            "evidence-file": photo(),
            "evidence-evidence_on": day,
        },
    )
    client.post(
        address(filled, "item-confirm", item.pk),
        {
            "confirm-client_id": str(uuid.uuid4()),
            "confirm-name": "Lê Thị Đơn",
            "confirm-file": photo(),
            "confirm-confirmed_on": day,
        },
    )
    shown = client.get(item.get_absolute_url())
    client.post(
        address(filled, "item-finding", item.pk),
        {
            "finding-client_id": str(uuid.uuid4()),
            "finding-grade": "nonconform",
            "finding-requirement": shown.context["finding_form"].initial["requirement"],
            "finding-evidence_text": "HS-01 thiếu phiếu",
            "finding-gap": "Không lập phiếu",
            "finding-found_on": day,
        },
    )

    finding = Finding.objects.get()
    assert Evidence.objects.get().item == item
    assert SiteConfirmation.objects.get().name == "Lê Thị Đơn"
    assert shown.context["line"].is_confirmed
    assert shown.context["finding_form"].initial["evidence_text"] == "HS-01 thiếu phiếu"
    assert (finding.step_key, finding.version) == (item.row_key, filled.version)
    assert finding.requirement == shown.context["line"].requirement
    assert "PH-01" in client.get(address(filled)).text


@pytest.mark.parametrize(
    ("name", "sent", "form"),
    [
        ("item-evidence", {"evidence-caption": "Giữ lại"}, "evidence_form"),
        ("item-confirm", {"confirm-name": "Giữ lại"}, "confirm_form"),
        ("item-finding", {"finding-gap": "Giữ lại"}, "finding_form"),
    ],
)
def test_what_is_incomplete_is_refused_and_kept(
    client: Client, filled: Filled, name: str, sent: dict[str, Any], form: str
) -> None:
    item = filled.item()
    answer(item, filled.auditor)
    sign_in(client, filled.auditor)

    response = client.post(address(filled, name, item.pk), sent)

    assert response.status_code == 422
    assert response.context[form].errors
    assert "Giữ lại" in response.text


def test_a_file_of_another_kind_is_refused_at_its_field(client: Client, filled: Filled) -> None:
    sign_in(client, filled.auditor)

    response = client.post(
        address(filled, "item-evidence", filled.item().pk),
        {
            "evidence-client_id": str(uuid.uuid4()),
            "evidence-file": SimpleUploadedFile("a.exe", b"MZ"),
            "evidence-evidence_on": f"{today():%d/%m/%Y}",
        },
    )

    assert response.status_code == 422
    assert list(response.context["evidence_form"].errors) == ["file"]
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [("secretary", 403, 200), ("leader", 403, 200), ("staff", 403, 403), ("admin", 404, 404)],
)
def test_others_read_the_checklist_after_the_closing_meeting(
    client: Client, filled: Filled, who: str, before: int, after: int
) -> None:
    sign_in(client, getattr(filled.office, who))
    where = [address(filled), filled.item().get_absolute_url(), address(filled, "sampling")]

    first = [client.get(each).status_code for each in where]
    close_meeting(filled.audit, filled.office)
    second = [client.get(each).status_code for each in where]

    assert (first, second) == ([before] * 3, [after] * 3)


@pytest.mark.parametrize("who", ["secretary", "leader", "staff"])
def test_who_is_not_of_the_team_changes_nothing(client: Client, filled: Filled, who: str) -> None:
    item = filled.item()
    close_meeting(filled.audit, filled.office)
    sign_in(client, getattr(filled.office, who))
    of_audit = ["checklist-generate", "checklist-law", "checklist-assign", "question-new"]
    of_item = ["item-answer", "item-evidence", "item-confirm", "item-finding"]
    of_item += ["question-edit", "question-remove"]

    statuses = [client.post(address(filled, name), answered()).status_code for name in of_audit]
    statuses += [
        client.post(address(filled, name, item.pk), answered()).status_code for name in of_item
    ]

    assert statuses == [403] * 10
    assert not ItemAnswer.objects.exists()
    assert not Evidence.objects.exists()
    assert ChecklistItem.history.count() == filled.audit.items.count()


@pytest.mark.parametrize("path", ["999999/", "999999/?ho-so=1"])
def test_what_is_not_of_the_audit_is_not_found(client: Client, filled: Filled, path: str) -> None:
    sign_in(client, filled.auditor)

    assert client.get(address(filled) + path).status_code == 404
    assert client.get(filled.item().get_absolute_url() + "?ho-so=x").status_code == 404


# --- a question of several dossiers ---


def _sampled(filled: Filled, *codes: str) -> list[SampledDossier]:
    return [
        add_dossier(
            filled.audit,
            DossierGiven(filled.version.procedure, code, received_on=today()),
            by=filled.lead,
        )
        for code in codes
    ]


def test_a_question_opens_on_the_first_of_its_dossiers_and_tells_the_worst(
    client: Client, filled: Filled
) -> None:
    first, second = _sampled(filled, "HS-01", "HS-02")
    item = filled.item()
    answer(item, filled.lead, "conform", dossier=first.pk)
    answer(item, filled.lead, "nonconform", dossier=second.pk)
    where = item.get_absolute_url()
    sign_in(client, filled.auditor)

    opened, general = client.get(where), client.get(f"{where}?ho-so=chung")

    assert opened.context["cell"].dossier == first
    assert opened.context["line"].result == "nonconform"
    assert "kết quả kém nhất trong các hồ sơ" in opened.text
    assert general.context["cell"] is None


def test_a_question_answered_in_general_opens_on_that(client: Client, filled: Filled) -> None:
    _sampled(filled, "HS-01")
    item = filled.item()
    answer(item, filled.lead)

    response = sign_in(client, filled.auditor).get(item.get_absolute_url())

    assert response.context["cell"] is None


def test_a_saved_answer_to_a_dossier_is_shown(client: Client, filled: Filled) -> None:
    _, second = _sampled(filled, "HS-01", "HS-02")
    item = filled.item()
    sign_in(client, filled.auditor)

    response = client.post(address(filled, "item-answer", item.pk), answered(dossier=second.pk))

    assert response.headers["Location"] == f"{item.get_absolute_url()}?ho-so={second.pk}"
    assert client.get(response.headers["Location"]).context["standing"].note == "Đủ"


def test_a_refused_answer_in_general_stays_in_general(client: Client, filled: Filled) -> None:
    _sampled(filled, "HS-01")
    sign_in(client, filled.auditor)

    response = client.post(address(filled, "item-answer", filled.item().pk), answered(result=""))

    assert response.status_code == 422
    assert response.context["cell"] is None


def test_clauses_of_a_procedure_stand_under_a_heading_of_their_own(filled: Filled) -> None:
    subject = filled.audit.subjects.get(procedure=filled.version.procedure)
    subject.clauses = ["7.5"]
    subject.record(by=filled.lead, reason="Thêm điều khoản")
    generate_checklist(filled.audit, by=filled.lead)

    headings = {line.group for line in board_of(filled.audit)}

    code = filled.version.procedure.code
    assert f"Điều khoản của tiêu chuẩn, áp dụng cho {code}" in headings
