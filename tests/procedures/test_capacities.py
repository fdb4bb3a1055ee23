"""In what capacity somebody signs: by post, assignment or mandate (NĐ 30/2020, Điều 13)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.actions.assigning import Given, Paper, give_mandate
from procedures.models import Decision, Field, FieldAssignment, ProcedureVersion
from procedures.models.capacities import (
    AUDITING,
    Matter,
    allowed_capacities,
    chief_of,
    matter_of_decision,
    why_none,
)
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import AgencyProfile, User
from qms.organisation.roles import Role
from qms.records.models import Mandate, Signature
from qms.records.signatures import Signing
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    PASSWORD,
    Office,
    advance,
    assign,
    make_decision,
    make_draft,
    make_field,
    make_position,
    make_tthc,
    make_user,
    sign_in,
    system,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LIST = "/phan-cong/"


def _office() -> Office:
    make_position("Trưởng phòng", rank=10)
    make_position("Phó Trưởng phòng", rank=20)
    return Office()


def _keys(user: User, office: Office, matter: Matter, on: dt.date | None = None) -> list[str]:
    found = allowed_capacities(user, office.agency, on=on or today(), matter=matter)
    return [str(each.capacity) for each in found]


def _submitted(office: Office, *fields: Field) -> Decision:
    """A decision over a procedure of each field, reviewed by the head, before the deputy."""
    versions: list[ProcedureVersion] = []
    for field in fields:
        draft = make_draft(office, make_tthc(office.agency, field=field))
        advance(draft, VersionStatus.IN_REVIEW, office)
        draft.review(by=office.leader, seen=draft.content_sha256)
        versions.append(draft)
    return make_decision(office, *versions)


def _mandate(office: Office, holder: User, **given: Any) -> Mandate:
    days = {"valid_from": today(), "valid_to": today() + 10 * DAY}
    days |= {name: given.pop(name) for name in list(given) if name in days}
    values: dict[str, Any] = {
        "kind": "TUQ.",
        "giver": office.leader,
        "holder": holder,
        "content": "Ký quyết định ban hành quy trình.",
        "for_documents": True,
        "for_audits": False,
    }
    paper = Paper("12/GUQ-PGDĐT", days["valid_from"], **days)
    by = given.pop("by", office.secretary)
    return give_mandate(office.agency, Given(**(values | given)), by=by, paper=paper)


# --- who may sign how ---


def test_the_head_signs_directly_and_a_deputy_for_what_is_assigned() -> None:
    office, primary, middle = _office(), make_field("Tiểu học"), make_field("Trung học")
    assign(office.agency, office.reviewer, field=primary)
    one = Matter({primary.pk: primary.name})
    both = Matter({primary.pk: primary.name, middle.pk: middle.name})

    assert _keys(office.leader, office, both) == [""]
    assert _keys(office.reviewer, office, one) == ["KT."]
    assert _keys(office.reviewer, office, both) == []
    refused = why_none(office.reviewer, office.agency, on=today(), matter=both)
    assert "chưa được phân công phụ trách lĩnh vực Trung học," in refused
    assert "Tiểu học" not in refused
    assert _keys(office.reviewer, office, AUDITING) == []
    assign(office.agency, office.reviewer, scope="system")
    assert _keys(office.reviewer, office, AUDITING) == ["KT."]


@pytest.mark.parametrize(("on", "is_allowed"), [(-1, False), (0, True), (2, True), (3, False)])
def test_an_assignment_holds_on_its_days(on: int, is_allowed: bool) -> None:  # noqa: FBT001
    office, start = _office(), dt.date(2026, 3, 1)
    assign(office.agency, office.reviewer, valid_from=start, valid_to=start + 3 * DAY)

    keys = _keys(office.reviewer, office, AUDITING, on=start + on * DAY)

    assert keys == (["KT."] if is_allowed else [])


def test_acting_head_signs_q_and_a_collective_body_tm() -> None:
    office = _office()
    post = office.leader.posts.get()
    post.is_acting = True
    post.record(by=system(), reason="Giao quyền Trưởng phòng")

    assert _keys(office.leader, office, AUDITING) == ["Q."]

    post.is_acting = False
    post.record(by=system(), reason="Bổ nhiệm")
    profile = AgencyProfile.objects.get(unit=office.agency)
    profile.signs_on_behalf = True
    profile.record(by=system(), reason="Là UBND")
    assert _keys(office.leader, office, AUDITING) == ["TM.", ""]


def test_deputies_stay_deputies_where_the_head_has_gone() -> None:
    office = _office()
    office.leader.posts.get().end(by=system(), on=today(), reason="Nghỉ hưu")

    assert chief_of(office.agency, on=today()) == "Trưởng phòng"
    assert _keys(office.leader, office, AUDITING) == []
    assert _keys(office.reviewer, office, AUDITING) == []
    assign(office.agency, office.reviewer)
    assert _keys(office.reviewer, office, AUDITING) == ["KT."]


def test_a_leader_without_a_post_here_signs_nothing() -> None:
    office = _office()
    stranger = make_user(Role.LEADER, unit=office.agency)

    assert _keys(stranger, office, AUDITING) == []
    told = why_none(stranger, office.agency, on=today(), matter=AUDITING)
    assert "chưa có vị trí công tác" in told


# --- mandates ---


@pytest.mark.parametrize(("on", "is_allowed"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_mandate_holds_on_its_days_for_what_it_says(on: int, is_allowed: bool) -> None:  # noqa: FBT001
    office = _office()
    _mandate(office, office.staff)
    matter = Matter({1: "Tiểu học"})

    keys = _keys(office.staff, office, matter, on=today() + on * DAY)

    assert keys == (["TUQ."] if is_allowed else [])
    assert _keys(office.staff, office, AUDITING) == []


def test_a_mandate_is_not_passed_on_nor_open_ended_nor_recorded_by_its_holder() -> None:
    office = _office()
    _mandate(office, office.reviewer)

    for wrong, field in (
        ({"giver": office.reviewer, "holder": office.staff}, "giver"),
        ({"holder": office.staff, "valid_to": None}, "until_on"),
        ({"holder": office.secretary}, "holder"),
        ({"holder": office.leader}, "holder"),
        ({"holder": office.admin}, "holder"),  # has no post here
    ):
        with pytest.raises(ValidationError) as refusal:
            _mandate(office, **({"holder": office.staff} | wrong))
        assert list(refusal.value.message_dict) == [field]
    lasting = _mandate(office, office.clerk, kind="TL.", valid_to=None)
    assert lasting.standing() == "in_force"
    assert _keys(office.clerk, office, Matter({1: "x"})) == ["TL."]
    assert Mandate.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"valid_to": None}, {"holder_id": 0}, {"for_documents": False}, {"recorded_by_id": 0}]
)
def test_the_database_refuses_a_wrong_mandate(wrong: dict[str, Any]) -> None:
    office = _office()
    mandate = _mandate(office, office.staff)
    people = {"holder_id": mandate.giver_id, "recorded_by_id": mandate.holder_id}
    for name, value in wrong.items():
        setattr(mandate, name, people.get(name, value))

    with pytest.raises(IntegrityError), transaction.atomic():
        mandate.record(by=system(), reason="Sai")


def test_the_signature_names_its_mandate(client: Client) -> None:
    make_field()
    office = _office()
    holder = make_user(
        Role.LEADER, unit=office.agency, name="Ngô Văn Thừa", position="Trưởng bộ phận"
    )
    mandate = _mandate(office, holder)
    decision = _submitted(office, make_field())
    sign_in(client, holder)
    page = client.get(decision.get_absolute_url())
    form = page.context["approve_form"]
    assert [key for key, _ in form.fields["capacity"].choices] == [f"TUQ.:{mandate.pk}"]
    data = {"seen": decision.sha256(), "password": PASSWORD, "capacity": f"TUQ.:{mandate.pk}"}

    client.post(reverse("procedures:decision-approve", args=[decision.pk]), data)

    signature = Signature.objects.on(decision).get()
    assert (signature.capacity, signature.mandate) == ("TUQ.", mandate)
    assert (
        "theo văn bản số 12/GUQ-PGDĐT" in client.get(decision.get_absolute_url()).content.decode()
    )


# --- decisions ---


def test_a_decision_beyond_the_assigned_field_is_refused_and_nothing_changes(
    client: Client,
) -> None:
    office, primary, middle = _office(), make_field("Tiểu học"), make_field("Trung học")
    assign(office.agency, office.reviewer, field=primary)
    decision = _submitted(office, primary, middle)
    sign_in(client, office.reviewer)
    address = reverse("procedures:decision-approve", args=[decision.pk])

    page = client.get(decision.get_absolute_url()).content.decode()
    assert "chưa được phân công phụ trách lĩnh vực Trung học" in page
    for capacity in ("", "KT.", "TUQ.:1"):
        data = {"seen": decision.sha256(), "password": PASSWORD, "capacity": capacity}
        client.post(address, data)
    with pytest.raises(TransitionNotAllowed, match="Trung học"):
        actions.approve_decision(
            decision,
            by=office.reviewer,
            seen=decision.sha256(),
            signing=Signing(Signature.Method.PASSWORD, Signature.Capacity.KT),
        )

    decision.refresh_from_db()
    assert decision.status == DecisionStatus.SUBMITTED
    assert not Signature.objects.on(decision).exists()
    assert matter_of_decision(decision).fields == {primary.pk: "Tiểu học", middle.pk: "Trung học"}

    assign(office.agency, office.reviewer, field=middle)
    data = {"seen": decision.sha256(), "password": PASSWORD, "capacity": "KT."}
    client.post(address, data)
    assert Signature.objects.on(decision).get().capacity == "KT."


def test_everybody_is_told_who_may_sign_and_what_keeps_the_others(client: Client) -> None:
    office, primary = _office(), make_field("Tiểu học")
    decision = _submitted(office, primary)
    nobody = "Hiện chưa có lãnh đạo nào phê duyệt được"

    told = _page(client, office.secretary, decision)
    work = _work_notes(client, office.reviewer)

    assert nobody in told
    assert "Phạm Thị Phó: chưa được phân công phụ trách lĩnh vực Tiểu học" in told
    assert "Hoàng Văn Trưởng: đã soạn, trình hoặc xem xét một quy trình" in told
    assert f'href="{LIST}"' in told
    assert work == ["bạn chưa được giao ký, mở để xem cần ai"]
    assert "Thư ký ISO hoặc lãnh đạo khác ghi" in _page(client, office.reviewer, decision)

    assign(office.agency, office.reviewer, field=primary)
    told = _page(client, office.secretary, decision)

    assert nobody not in told
    assert "KT. (ký thay) – được phân công theo văn bản" in told
    assert _work_notes(client, office.reviewer) == [""]


def test_of_several_decisions_only_those_beyond_the_field_are_marked(client: Client) -> None:
    office, primary, middle = _office(), make_field("Tiểu học"), make_field("Trung học")
    assign(office.agency, office.reviewer, field=primary)
    _submitted(office, primary)
    _submitted(office, middle)

    assert _work_notes(client, office.reviewer) == ["", "bạn chưa được giao ký, mở để xem cần ai"]


def _page(client: Client, user: User, decision: Decision) -> str:
    sign_in(client, user)
    return client.get(decision.get_absolute_url()).content.decode()


def _work_notes(client: Client, user: User) -> list[str]:
    sign_in(client, user)
    groups = client.get(reverse("home:my-work")).context["groups"]
    return [t.note for group in groups if group.heading == "Chờ bạn phê duyệt" for t in group.tasks]


def test_no_capacity_lifts_the_separation_of_people() -> None:
    office = _office()
    assign(office.agency, office.reviewer)
    draft = advance(make_draft(office), VersionStatus.REVIEWED, office)
    decision = make_decision(office, draft)

    with pytest.raises(TransitionNotAllowed, match="Người xem xét không được đồng thời"):
        actions.approve_decision(
            decision,
            by=office.reviewer,
            seen=decision.sha256(),
            signing=Signing(Signature.Method.PASSWORD, Signature.Capacity.KT),
        )


# --- the pages ---


def test_secretary_records_and_ends_an_assignment_on_the_page(client: Client) -> None:
    office, field = _office(), make_field("Tiểu học")
    sign_in(client, office.secretary)
    data = {
        "person": office.reviewer.pk,
        "scope": "field",
        "number": "05/TB-PGDĐT",
        "issued_on": format_date(today()),
        "valid_from": format_date(today()),
    }

    lacking = client.post(f"{LIST}phu-trach/", data)
    assert lacking.status_code == 422
    assert "Hãy chọn lĩnh vực." in lacking.content.decode()
    himself = client.post(f"{LIST}phu-trach/", data | {"person": office.secretary.pk})
    assert himself.status_code == 422
    chief = client.post(f"{LIST}phu-trach/", data | {"person": office.leader.pk, "field": field.pk})
    assert "là người đứng đầu, ký trực tiếp" in chief.content.decode()
    assert not FieldAssignment.objects.exists()

    client.post(f"{LIST}phu-trach/", data | {"field": field.pk})
    made = FieldAssignment.objects.get()
    assert (made.person, made.field, made.recorded_by) == (
        office.reviewer,
        field,
        office.secretary,
    )
    assert "Lĩnh vực Tiểu học" in client.get(LIST).content.decode()
    over = {"on": format_date(today()), "reason": "Phân công lại"}
    client.post(f"{LIST}{made.pk}/ket-thuc/", over)
    made.refresh_from_db()
    assert made.standing() == "ended"
    assert made.history.first().history_change_reason == "Phân công lại"


def test_secretary_records_a_mandate_with_its_paper(client: Client) -> None:
    office = _office()
    sign_in(client, office.secretary)
    data = {
        "kind": "TUQ.",
        "giver": office.leader.pk,
        "holder": office.staff.pk,
        "content": "Ký thay khi đi vắng",
        "number": "12/GUQ",
        "issued_on": format_date(today()),
        "valid_from": format_date(today()),
    }

    lacking = client.post(f"{LIST}giao-ky/", data)
    assert lacking.status_code == 422
    assert "Hãy chọn ít nhất một loại văn bản" in lacking.content.decode()
    open_ended = client.post(f"{LIST}giao-ky/", data | {"for_audits": "on"})
    assert "Thừa ủy quyền phải có ngày hết hạn." in open_ended.content.decode()

    client.post(
        f"{LIST}giao-ky/", data | {"for_audits": "on", "until_on": format_date(today() + DAY)}
    )
    made = Mandate.objects.get()
    assert made.valid_to == today() + 2 * DAY
    assert client.get(f"{LIST}giao-ky/{made.pk}/tep/").status_code == 404


def test_others_neither_keep_nor_see_who_signs(client: Client) -> None:
    office, elsewhere = _office(), Office()
    assignment = assign(office.agency, office.reviewer)
    addresses = [f"{LIST}{assignment.pk}/ket-thuc/", f"{LIST}phu-trach/", f"{LIST}giao-ky/"]

    for person, expected in (
        (office.staff, [404, 403, 403]),
        (office.clerk, [403, 403, 403]),
        (office.admin, [404, 403, 403]),
        (elsewhere.secretary, [404, 200, 200]),
    ):
        sign_in(client, person)
        assert [client.get(each).status_code for each in addresses] == expected
        refused = client.post(addresses[0], {"on": format_date(today()), "reason": "Thử"})
        assert refused.status_code == expected[0]
    assignment.refresh_from_db()
    assert assignment.valid_to is None
    assert sign_in(client, office.clerk).get(LIST).status_code == 200
    assert sign_in(client, office.staff).get(LIST).status_code == 403
