"""Units and positions that change from a day on: what ends, what begins, who is refused."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from procedures import actions
from procedures.comparison import changes
from procedures.content import Content, Step
from procedures.models import (
    DraftBundle,
    Exclusion,
    OrganisationChange,
    ProcedureVersion,
    Responsibility,
)
from procedures.reorganisation import Kind, Reorganisation, plan_of
from qms.foundation.dates import format_date, today
from qms.organisation.models import Position, Post, Unit, User, has_role
from qms.organisation.reorganising import successor_code
from qms.organisation.roles import Role
from tests.factories import (
    PASSWORD,
    Office,
    make_content,
    make_next_draft,
    make_tthc,
    make_unit,
    make_user,
    sign_in,
    system,
)
from tests.procedures.coverage.builders import in_force

URL = "/dot-soan-lai/sap-xep/"
LONG_AGO = dt.date(2022, 3, 15)
SOON = today() + dt.timedelta(days=30)
BEFORE = SOON - dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


class Section:
    """A section of an office with one person, one TTHC and one procedure of its own."""

    def __init__(self, office: Office, name: str) -> None:
        self.unit = make_unit(office.agency, name=name)
        self.desk = make_unit(self.unit, name=f"Quầy {name}")
        self.head = make_user(Role.UNIT_HEAD, unit=self.unit, position="Tổ trưởng")
        self.clerk = make_user(Role.STAFF, unit=self.desk, position="Chuyên viên")
        self.tthc = make_tthc(self.unit)
        content = make_content(self.tthc)
        self.version = in_force(office, self.tthc, since=LONG_AGO, steps=_steps(content, self))
        procedure = self.version.procedure
        procedure.owner = self.unit
        procedure.record(by=system(), reason="Đơn vị quản lý")


def _steps(content: Content, section: Section) -> tuple[Step, ...]:
    """Three steps: of the section, of its desk, of nobody's unit."""
    first, second, third = content.steps
    return (
        first.model_copy(update={"unit_code": section.unit.code, "unit_name": section.unit.name}),
        second.model_copy(update={"unit_code": section.desk.code, "unit_name": section.desk.name}),
        third,
    )


def _post(person: User, day: dt.date) -> Post:
    post = person.post_on(day)
    assert post is not None
    return post


def _do(change: Reorganisation, office: Office) -> actions.Reorganised:
    return actions.reorganise(change, by=office.secretary, seen=plan_of(change).digest())


def _asked(kind: str, office: Office, **values: Any) -> Reorganisation:
    usual: dict[str, Any] = {"agency": office.agency, "on": SOON, "reason": "QĐ 99/QĐ-UBND"}
    return Reorganisation(kind=kind, **(usual | values))


def _draft(version: ProcedureVersion) -> ProcedureVersion:
    return (
        ProcedureVersion.objects.open()
        .select_related("procedure__owner")
        .get(procedure=version.procedure_id)
    )


def test_unit_is_renamed_from_a_day_to_come_and_everything_follows() -> None:
    office = Office()
    section = Section(office, "Tổ Tiểu học")
    old = section.unit
    excluded = Responsibility(tthc=make_tthc(), unit=old)
    excluded.record(by=system(), reason="Giao")
    Exclusion(responsibility=excluded, reason="only_assists", proposed_by=office.secretary).record(
        by=system(), reason="Đề nghị"
    )

    made = _do(_asked(Kind.RENAME_UNIT, office, olds=(old,), names=("Tổ Phổ thông",)), office)

    old.refresh_from_db()
    new = old.successor
    assert new is not None
    assert (new.name, new.parent, new.kind, new.valid_from) == (
        "Tổ Phổ thông",
        office.agency,
        old.kind,
        SOON,
    )
    assert (old.name, old.valid_to) == ("Tổ Tiểu học", SOON)
    assert {u.name for u in Unit.objects.existing(on=BEFORE).within(office.agency)} == {
        office.agency.name,
        "Tổ Tiểu học",
        section.desk.name,
    }
    desk = Unit.objects.get(parent=new)
    assert (desk.name, desk.valid_from) == (section.desk.name, SOON)
    for day, unit in ((BEFORE, old), (SOON, new)):
        assert has_role(section.head, Role.UNIT_HEAD, unit=unit, on=day)
        assert _post(section.head, day).unit == unit
        assert list(Responsibility.objects.valid(on=day).filter(tthc=section.tthc)) == [
            Responsibility.objects.get(tthc=section.tthc, unit=unit)
        ]
    assert not has_role(section.head, Role.UNIT_HEAD, unit=new, on=BEFORE)
    assert not has_role(section.head, Role.UNIT_HEAD, unit=old, on=SOON)
    assert _post(section.clerk, SOON).unit == desk
    waiting = Exclusion.objects.get(responsibility__unit=new)
    assert (waiting.accepted_at, waiting.valid_from) == (None, SOON)

    draft = _draft(section.version)
    assert draft.procedure.owner == new
    assert not draft.is_significant
    found = [c for c in changes(section.version.document, draft.document) if c.section == "steps"]
    assert [(c.old, c.new) for c in found if "người thực hiện" in c.label] == [
        ("Văn thư, Tổ Tiểu học", "Văn thư, Tổ Phổ thông")
    ]
    assert all("người thực hiện" in c.label or "mã đơn vị" in c.label for c in found)
    assert {(d.unit, d.position.name) for d in draft.duties.select_related("position")} >= {
        (new, "Văn thư"),
        (desk, "Chuyên viên"),
    }
    section.version.refresh_from_db()
    assert section.version.document.steps[0].unit_name == "Tổ Tiểu học"
    assert made.bundles[0].effective_on == SOON
    assert OrganisationChange.objects.get(old_unit=old).new_unit == new
    assert old.history.order_by("-history_id")[0].history_user == office.secretary


def test_units_merge_into_a_new_one_or_into_one_that_is_there() -> None:
    office = Office()
    first, second = Section(office, "Tổ Mầm non"), Section(office, "Tổ Tiểu học")
    both = (first.unit, second.unit)

    _do(_asked(Kind.MERGE_UNITS, office, olds=both, names=("Tổ Chuyên môn",)), office)

    new = Unit.objects.get(name="Tổ Chuyên môn")
    assert {u.successor for u in Unit.objects.filter(pk__in=[u.pk for u in both])} == {new}
    assert {r.tthc for r in Responsibility.objects.valid(on=SOON).filter(unit=new)} == {
        first.tthc,
        second.tthc,
    }
    assert {_draft(s.version).document.steps[0].unit_name for s in (first, second)} == {
        "Tổ Chuyên môn"
    }
    assert _draft(first.version).is_significant

    other = Office()
    gone, stays = Section(other, "Tổ Kế hoạch"), Section(other, "Văn phòng")
    Responsibility(tthc=gone.tthc, unit=stays.unit).record(by=system(), reason="Giao")
    change = _asked(Kind.MERGE_UNITS, other, olds=(gone.unit,), targets=(stays.unit,))
    _do(change, other)
    open_rows = Responsibility.objects.filter(tthc=gone.tthc, valid_to=None)
    assert [row.unit for row in open_rows] == [stays.unit]  # what was there already stands once
    assert _post(gone.head, SOON).unit == stays.unit
    assert not stays.version.procedure.versions.open().exists()


def test_unit_splits_and_each_goes_where_it_is_sent() -> None:
    office = Office()
    section = Section(office, "Tổ Phổ thông")
    tthc = make_tthc(section.unit)
    change = _asked(Kind.SPLIT_UNIT, office, olds=(section.unit,), names=("Tổ Tiểu học", "Tổ THCS"))
    asked = {question.name for question in plan_of(change).questions}
    duty = Responsibility.objects.get(tthc=tthc)
    procedure = section.version.procedure
    assert asked >= {
        f"person-{section.head.pk}",
        f"unit-{section.desk.pk}",
        f"duty-{duty.pk}",
        f"procedure-{procedure.pk}",
    }
    choices = {f"person-{section.head.pk}": 1, f"duty-{duty.pk}": 1, f"procedure-{procedure.pk}": 1}
    _do(_asked(change.kind, office, olds=change.olds, names=change.names, choices=choices), office)

    first, second = Unit.objects.get(name="Tổ Tiểu học"), Unit.objects.get(name="Tổ THCS")
    section.unit.refresh_from_db()
    assert section.unit.successor is None
    assert _post(section.head, SOON).unit == second
    assert has_role(section.head, Role.UNIT_HEAD, unit=second, on=SOON)
    assert _post(section.clerk, SOON).unit.parent == first
    assert Responsibility.objects.valid(on=SOON).get(tthc=tthc).unit == second
    assert Responsibility.objects.valid(on=SOON).get(tthc=section.tthc).unit == first
    draft = _draft(section.version)
    assert draft.procedure.owner == second
    assert draft.document.steps[0].unit_name == "Tổ THCS"


def test_unit_moves_with_all_below_and_roles_above_reach_it_from_that_day() -> None:
    office = Office()
    section, above = Section(office, "Tổ Một cửa"), Section(office, "Văn phòng")
    change = _asked(
        Kind.MOVE_UNIT, office, olds=(section.unit,), names=("Tổ Một cửa",), parent=above.unit
    )
    _do(change, office)

    new = Unit.objects.get(name="Tổ Một cửa", valid_to=None)
    assert new.parent == above.unit
    assert has_role(above.head, Role.UNIT_HEAD, unit=Unit.objects.get(parent=new), on=SOON)
    assert not has_role(above.head, Role.UNIT_HEAD, unit=section.unit, on=BEFORE)
    below = _asked(
        Kind.MOVE_UNIT, office, olds=(above.unit,), names=("Văn phòng",), parent=above.desk
    )
    with pytest.raises(ValidationError, match="cấp dưới"):
        plan_of(below)


def test_position_is_renamed_in_posts_and_steps_of_the_agency_alone() -> None:
    office, other = Office(), Office()
    version = in_force(office, since=LONG_AGO)
    in_force(other, since=LONG_AGO)
    old = Position.objects.get(name="Chuyên viên")
    change = _asked(
        Kind.RENAME_POSITION, office, position=old, names=("Công chức chuyên môn",), on=today()
    )
    made = _do(change, office)

    assert _post(office.staff, today()).position.name == "Công chức chuyên môn"
    assert _post(office.staff, today() - dt.timedelta(days=1)).position == old
    assert _post(other.staff, today()).position == old
    old.refresh_from_db()
    assert old.is_active  # the other agency still has it
    draft = made.bundles[0].drafts.get().version
    assert draft.procedure == version.procedure
    assert [step.position for step in draft.document.steps] == [
        "Văn thư",
        "Công chức chuyên môn",
        "Văn thư",
    ]


def test_what_is_under_way_or_says_it_elsewhere_is_named_and_left() -> None:
    office = Office()
    section = Section(office, "Tổ Tiểu học")
    make_next_draft(office, section.version)
    said = in_force(office, since=LONG_AGO, reception_place="Nộp tại Tổ Tiểu học")
    change = _asked(Kind.RENAME_UNIT, office, olds=(section.unit,), names=("Tổ Phổ thông",))

    left = dict(plan_of(change).left)
    assert "đang có bản dự thảo" in left[section.version.procedure]
    assert "Thời hạn, tiếp nhận, phí, kết quả" in left[said.procedure]
    made = _do(change, office)
    assert not made.bundles[0].drafts.exists()
    section.version.procedure.refresh_from_db()
    assert section.version.procedure.owner.name == "Tổ Phổ thông"


def test_half_way_failure_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    section = Section(office, "Tổ Tiểu học")
    units = Unit.objects.count()
    change = _asked(Kind.RENAME_UNIT, office, olds=(section.unit,), names=("Tổ Phổ thông",))

    def failing(*args: object, **kwargs: object) -> None:
        raise ValidationError("Hỏng ở bước cuối")

    monkeypatch.setattr("procedures.actions.reorganising.draft_into", failing)
    with pytest.raises(ValidationError, match="bước cuối"):
        _do(change, office)
    section.unit.refresh_from_db()
    assert section.unit.valid_to is None
    assert Unit.objects.count() == units
    assert not DraftBundle.objects.exists()
    assert _post(section.head, SOON).unit == section.unit
    with pytest.raises(ValidationError, match="Dữ liệu đã thay đổi"):
        actions.reorganise(change, by=office.secretary, seen="0" * 64)


def test_only_the_secretary_of_all_that_is_concerned_may() -> None:
    office, other = Office(), Office()
    section = Section(office, "Tổ Tiểu học")
    change = _asked(Kind.RENAME_UNIT, office, olds=(section.unit,), names=("Tổ Phổ thông",))
    seen = plan_of(change).digest()
    local = make_user(Role.ISO_SECRETARY, unit=section.desk)
    for person in (office.leader, office.admin, section.head, other.secretary, local):
        with pytest.raises(ValidationError, match="Chỉ thư ký ISO"):
            actions.reorganise(change, by=person, seen=seen)
    handover = _asked(Kind.END_UNIT, office, olds=(office.agency,), targets=(other.agency,))
    with pytest.raises(ValidationError, match="Chỉ thư ký ISO"):
        _do(handover, office)
    whole = _asked(Kind.RENAME_UNIT, office, olds=(office.agency,), names=("Sở",))
    with pytest.raises(ValidationError, match="là cơ quan"):
        plan_of(whole)


def test_page_previews_asks_the_password_and_keeps_what_was_typed(client: Client) -> None:
    office = Office()
    section = Section(office, "Tổ Tiểu học")
    sign_in(client, office.leader)
    assert client.get(URL).status_code == 403
    sign_in(client, office.secretary)
    assert "Tách đơn vị" in client.get(URL).content.decode()
    assert client.get(f"{URL}?viec=gi-do").status_code == 404
    where = f"{URL}?viec=tach"
    typed = {"old": section.unit.pk, "new_names": "Tổ A", "on": "x", "reason": "QĐ 5"}
    wrong = client.post(where, typed | {"buoc": "xem"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "Ghi ít nhất hai đơn vị" in page
    assert "ví dụ 01/07/2025" in page
    assert "QĐ 5" in page
    foreign = client.post(where, typed | {"old": Section(Office(), "X").unit.pk})
    assert foreign.status_code == 422

    typed |= {"new_names": "Tổ A\nTổ B", "on": format_date(SOON)}
    shown = client.post(where, typed | {"buoc": "xem"})
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "Chưa có gì thay đổi" in page
    assert str(section.head) in page
    assert section.tthc.code in page
    assert section.version.procedure.code in page
    assert not DraftBundle.objects.exists()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    confirm = typed | {"buoc": "xac-nhan", "seen": seen}
    confirm |= {q.name: 0 for q in _questions(office, section)}
    confirm |= {f"person-{section.head.pk}": 1}
    refused = client.post(where, confirm | {"password": "sai"})
    assert refused.status_code == 422
    assert "Mật khẩu không đúng." in refused.content.decode()
    assert not DraftBundle.objects.exists()
    again = client.post(where, typed | {"buoc": "sua"}).content.decode()
    assert "Tổ A\nTổ B" in again

    done = client.post(where, confirm | {"password": PASSWORD}, follow=True)
    bundle = DraftBundle.objects.get()
    assert done.redirect_chain[-1][0] == bundle.get_absolute_url()
    assert "1 bản dự thảo mang tên mới" in done.content.decode()
    assert _post(section.head, SOON).unit.name == "Tổ B"
    late = client.post(where, confirm | {"password": PASSWORD})
    assert late.status_code == 422  # the unit has ended; it is offered no more


def _questions(office: Office, section: Section) -> list[Any]:
    change = _asked(Kind.SPLIT_UNIT, office, olds=(section.unit,), names=("Tổ A", "Tổ B"))
    return plan_of(change).questions


def test_code_of_what_follows_is_free_and_names_the_year() -> None:
    agency = Office().agency
    unit = make_unit(agency)
    day = dt.date(2025, 7, 1)

    assert successor_code("TH", on=day) == "TH-2025"
    unit.code = "TH-2025"
    unit.record(by=system(), reason="Mã")
    assert successor_code("TH-2022", on=day) == "TH-2025-2"
    assert len(successor_code("X" * 40, on=day)) <= 40
