"""1 July 2025: the district level ends, its TTHC go to the communes (DOMAIN §1.8, §7.8)."""

import datetime as dt

import pytest
from django.test import Client

from procedures import actions
from procedures.comparison import changes, substantial
from procedures.content import Content, Step
from procedures.coverage import coverage_on
from procedures.models import Procedure, ProcedureVersion, Responsibility
from procedures.reorganisation import Kind, Reorganisation, plan_of
from procedures.workflow import DecisionStatus, VersionStatus
from qms.organisation.models import Unit, User, grant_role, has_role
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.signatures import Signing
from tests.factories import (
    Office,
    issue,
    make_content,
    make_tthc,
    make_unit,
    make_user,
    sign_in,
    system,
)
from tests.procedures.coverage.builders import in_force

DAY = dt.date(2025, 7, 1)
EVE = dt.date(2025, 6, 30)
SIGNED = dt.date(2025, 6, 25)
LONG_AGO = dt.date(2022, 3, 15)
pytestmark = pytest.mark.django_db


class District:
    """A city with its education office, and two wards that take over."""

    def __init__(self) -> None:
        self.office = Office(name="Phòng Giáo dục và Đào tạo thành phố")
        self.desk = make_unit(
            self.office.agency, name="Bộ phận Một cửa thành phố", kind=Unit.Kind.ONE_STOP
        )
        self.school = make_unit(
            self.office.agency, name="Trường Tiểu học Lê Lợi", kind=Unit.Kind.SCHOOL
        )
        self.receiver = make_user(Role.STAFF, unit=self.desk, position="Văn thư")
        self.headmaster = make_user(Role.STAFF, unit=self.school, position="Hiệu trưởng")
        self.ward = Office(name="UBND phường Bắc Giang", code_pattern="QT-{seq:02}/P.BG")
        self.ward_desk = make_unit(
            self.ward.agency, name="Trung tâm Phục vụ hành chính công", kind=Unit.Kind.ONE_STOP
        )
        self.other = Office(name="UBND phường Đa Mai", code_pattern="QT-{seq:02}/P.ĐM")
        self.secretary = self.office.secretary
        for agency in (self.ward.agency, self.other.agency):
            grant_role(self.secretary, Role.ISO_SECRETARY, agency, by=system())
        self.tthc = [make_tthc(self.office.agency) for _ in range(3)]
        self.versions = [self._version(0), self._version(1, 2)]

    def _version(self, *numbers: int) -> ProcedureVersion:
        tthc = [self.tthc[number] for number in numbers]
        steps = self._steps(make_content(*tthc))
        place = "Bộ phận Một cửa thành phố, số 1 đường Nguyễn Gia Thiều"
        return in_force(self.office, *tthc, since=LONG_AGO, steps=steps, reception_place=place)

    def _steps(self, content: Content) -> tuple[Step, ...]:
        first, second, third = content.steps
        agency = self.office.agency
        return (
            first.model_copy(update={"unit_code": self.desk.code, "unit_name": self.desk.name}),
            second.model_copy(update={"unit_code": agency.code, "unit_name": agency.name}),
            third,
        )

    def handover(self, **choices: int) -> Reorganisation:
        return Reorganisation(
            kind=Kind.END_UNIT,
            agency=self.office.agency,
            on=DAY,
            reason="Luật Tổ chức chính quyền địa phương 2025; QĐ 700/QĐ-UBND",
            olds=(self.office.agency,),
            targets=(self.ward.agency, self.other.agency),
            choices=choices,
        )


def _place(person: User, day: dt.date) -> Unit:
    post = person.post_on(day)
    assert post is not None
    return post.unit


def _issue_all(district: District, ward: Office) -> None:
    drafts = ProcedureVersion.objects.open().filter(procedure__agency=ward.agency)
    listed = list(drafts.select_related("procedure__owner"))
    outcome = actions.submit_drafts(listed, by=district.secretary, explanation="Giữ như trước")
    assert not outcome.left
    actions.review_drafts(
        listed, by=ward.reviewer, seen={each.pk: each.content_sha256 for each in listed}
    )
    decision = actions.compose_decision(
        ward.agency, by=ward.secretary, subject="Ban hành quy trình tiếp nhận", versions=listed
    )
    decision.submit(by=ward.secretary)
    signing = Signing(Signature.Method.PAPER, on=SIGNED)
    actions.approve_decision(decision, by=ward.leader, seen=decision.sha256(), signing=signing)
    issue(decision, ward, signed_on=SIGNED, effective_on=DAY)


def _units_and_people_follow(district: District) -> None:
    office, ward, other = district.office, district.ward, district.other
    # units: the office and its desk end, the school goes on under a ward
    for unit in (office.agency, district.desk, district.school):
        unit.refresh_from_db()
        assert unit.valid_to == DAY
    school = district.school.successor
    assert school is not None
    assert (school.name, school.parent) == ("Trường Tiểu học Lê Lợi", ward.agency)
    # people: roles and posts follow, each to one place
    assert has_role(office.leader, Role.LEADER, unit=office.agency, on=EVE)
    assert not has_role(office.leader, Role.LEADER, unit=office.agency, on=DAY)
    assert has_role(office.leader, Role.LEADER, unit=ward.agency, on=DAY)
    assert has_role(office.staff, Role.STAFF, unit=other.agency, on=DAY)
    assert not has_role(office.staff, Role.STAFF, unit=ward.agency, on=DAY)
    assert _place(district.receiver, DAY) == district.ward_desk
    assert _place(district.headmaster, DAY) == school
    assert _place(district.headmaster, EVE) == district.school


def _each_ward_answers_for_all(district: District) -> None:
    office, ward, other = district.office, district.ward, district.other
    # TTHC: each ward answers for all of them, the office for none
    assert coverage_on(EVE, office.agency).with_procedure == (3, 3)
    assert coverage_on(DAY, office.agency).base == 0
    for agency in (ward.agency, other.agency):
        assert coverage_on(EVE, agency).base == 0
        assert coverage_on(DAY, agency).base == 3
        kept = Responsibility.objects.valid(on=DAY).filter(unit=agency)
        assert {row.tthc for row in kept} == set(district.tthc)


def test_the_handover_of_2025(client: Client) -> None:
    district = District()
    office, ward, other = district.office, district.ward, district.other
    before = coverage_on(EVE, office.agency)
    assert before.with_procedure == (3, 3)
    change = district.handover(**{f"person-{office.staff.pk}": 1})
    plan = plan_of(change)
    assert len(plan.abolished) == 2
    assert all("Thời hạn, tiếp nhận, phí, kết quả" in each.texts for each in plan.rewritings)

    made = actions.reorganise(change, by=district.secretary, seen=plan.digest())

    _units_and_people_follow(district)
    _each_ward_answers_for_all(district)
    page = sign_in(client, ward.secretary).get(made.bundles[0].get_absolute_url())
    assert "Còn nhắc tên cũ, sửa bằng tay nếu cần: Thời hạn, tiếp nhận" in page.content.decode()

    # procedures: each ward has its own, from the old one, with nothing but the names changed
    bundle = made.bundles[0]
    assert [each.agency for each in made.bundles] == [ward.agency, other.agency]
    drafts = {link.version.base: link.version for link in bundle.drafts.all()}
    assert set(drafts) == set(district.versions)
    for old, draft in drafts.items():
        assert old is not None
        assert draft.procedure.predecessor == old.procedure
        assert draft.procedure.code.endswith("/P.BG")
        found = substantial(changes(old.document, draft.document))
        assert {each.section for each in found} == {"steps"}
        said = {(each.old, each.new) for each in found if "người thực hiện" in each.label}
        assert said == {
            ("Văn thư, Bộ phận Một cửa thành phố", "Văn thư, Trung tâm Phục vụ hành chính công"),
            (f"Chuyên viên, {office.agency.name}", f"Chuyên viên, {ward.agency.name}"),
        }
    _issue_all(district, ward)
    _issue_all(district, other)
    assert coverage_on(DAY, ward.agency).with_procedure == (3, 3)
    assert coverage_on(DAY, other.agency).with_procedure == (3, 3)
    assert coverage_on(EVE, office.agency).with_procedure == (3, 3)

    _abolish_old(district, made)
    _history_is_readable(client, district)


def _abolish_old(district: District, made: actions.Reorganised) -> None:
    office, decision = district.office, made.decision
    assert decision is not None
    assert decision.status == DecisionStatus.COMPOSING
    assert {item.effective_on for item in decision.standing_items()} == {DAY}
    decision.submit(by=office.secretary)
    signing = Signing(Signature.Method.PAPER, on=SIGNED)
    actions.approve_decision(decision, by=office.leader, seen=decision.sha256(), signing=signing)
    issue(decision, office, signed_on=SIGNED, effective_on=DAY)
    for version in district.versions:
        assert list(version.procedure.versions.in_force(on=EVE)) == [version]
        assert not version.procedure.versions.in_force(on=DAY).exists()


def _history_is_readable(client: Client, district: District) -> None:
    """Old pages show the old names, to those who have taken over too; a paper code still tells."""
    version = district.versions[0]
    hidden = district.versions[1].procedure
    profile = district.office.agency.profile
    profile.public_reading = False
    profile.record(by=system(), reason="Chỉ đọc nội bộ")
    sign_in(client, district.ward.staff)
    page = client.get(version.get_absolute_url()).content.decode()
    assert "Bộ phận Một cửa thành phố" in page
    assert "Trung tâm Phục vụ hành chính công" not in page
    assert "Bàn giao cho UBND phường Bắc Giang" in page
    new = Procedure.objects.get(agency=district.ward.agency, predecessor=version.procedure)
    page = client.get(new.get_absolute_url()).content.decode()
    assert "Trung tâm Phục vụ hành chính công" in page
    assert f'Tiếp nối <a href="{version.procedure.get_absolute_url()}">' in page
    stranger = Office(public_reading=False)
    sign_in(client, stranger.staff)
    assert client.get(hidden.get_absolute_url()).status_code == 404
    version.refresh_from_db()
    assert version.status == VersionStatus.ISSUED
    assert version.document.steps[0].unit_name == "Bộ phận Một cửa thành phố"


def test_what_serves_more_than_is_handed_over_stays_beside_the_new_one() -> None:
    district = District()
    office = district.office
    section = make_unit(office.agency, name="Tổ Tiểu học")
    duty = Responsibility.objects.get(tthc=district.tthc[1])
    duty.unit = section
    duty.record(by=system(), reason="Giao cho tổ")
    change = Reorganisation(
        kind=Kind.END_UNIT,
        agency=office.agency,
        on=DAY,
        reason="QĐ 700/QĐ-UBND",
        olds=(section,),
        targets=(district.ward.agency,),
    )
    made = actions.reorganise(change, by=district.secretary, seen=plan_of(change).digest())

    assert made.decision is None  # the old procedure still serves another TTHC of the office
    draft = made.bundles[0].drafts.get().version
    assert [covered.code for covered in draft.document.tthc] == [district.tthc[1].code]
    assert coverage_on(DAY, office.agency).base == 2
