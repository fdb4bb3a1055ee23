"""Who sees nonconformities, and who may do what about them."""

from typing import Any

import pytest

from audits.actions.raising import raise_nonconformity
from audits.models import AuditMember, Nonconformity
from audits.permissions.nonconformities import (
    can_agree,
    can_close,
    can_confirm,
    can_extend,
    can_follow_up,
    can_regrade,
    can_reject,
    can_report,
    can_report_on,
    can_set_external,
    can_treat,
    can_verify,
    can_write,
    visible_nonconformities,
)
from audits.workflow import NonconformityStatus
from procedures.workflow import VersionStatus
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.audits.making_nc import (
    advance_nonconformity,
    make_action,
    make_bare_audit,
    make_bare_finding,
    make_nonconformity,
    report_bare_audit,
)
from tests.factories import Office, make_unit, make_user, make_version, restrict, system

pytestmark = pytest.mark.django_db

Status = NonconformityStatus


def seen_by(user: User) -> set[Nonconformity]:
    return set(visible_nonconformities(user))


def test_nonconformities_are_seen_by_those_they_concern() -> None:
    office, other = Office(), Office()
    section, desk = make_unit(office.agency), make_unit(office.agency)
    here = make_nonconformity(office, unit=section)
    there = make_nonconformity(office, unit=desk)

    assert seen_by(office.secretary) == {here, there}
    assert seen_by(office.leader) == {here, there}
    assert seen_by(make_user(Role.INTERNAL_AUDITOR, unit=office.agency)) == {here, there}
    assert seen_by(make_user(Role.EXTERNAL_CHECKER, unit=office.agency)) == {here, there}
    assert seen_by(make_user(Role.UNIT_HEAD, unit=section)) == {here}
    assert seen_by(make_user(unit=section, position="Chuyên viên")) == {here}
    assert seen_by(make_user(Role.STAFF, unit=desk)) == {there}
    for stranger in (other.secretary, other.staff, office.admin, make_user()):
        assert seen_by(stranger) == set()


def test_nonconformity_is_seen_by_who_reports_answers_or_acts() -> None:
    office = Office()
    section = make_unit(office.agency)
    reporter, owner, actor = make_user(), make_user(), make_user()
    nc = make_nonconformity(office, unit=section, by=reporter, owner=owner)
    action = make_action(office, nc, person=actor)

    assert [seen_by(person) for person in (reporter, owner, actor)] == [{nc}] * 3

    action.removed_at = action.history.latest().history_date
    action.record(by=system(), reason="Bỏ")
    assert seen_by(actor) == set()
    owner.is_active = False
    assert seen_by(owner) == set()


def test_auditor_from_outside_leaves_what_follows_to_the_lead() -> None:
    office = Office()
    outsider, lead = make_user(), make_user(Role.INTERNAL_AUDITOR, unit=office.agency)
    audit = make_bare_audit(office)
    roles = ((outsider, "auditor", True), (lead, "lead", False))
    for person, role, is_outside in roles:
        member = AuditMember(audit=audit, person=person, role=role, is_outside=is_outside)
        member.record(by=system(), reason="Lập đoàn")
    finding = make_bare_finding(office, audit, found_by=outsider)
    report_bare_audit(audit, office)

    nc = raise_nonconformity(finding, by=office.leader)

    assert (nc.found_by, nc.auditor) == (outsider, lead)
    assert (seen_by(outsider), seen_by(lead)) == (set(), {nc})
    assert [can_reject(person, nc) for person in (lead, office.staff)] == [True, False]


def test_nonconformity_of_a_restricted_procedure_hides_with_it() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    nc = make_nonconformity(office, version=version)
    assert seen_by(office.staff) == {nc}

    restrict(version.procedure)

    assert seen_by(office.staff) == set()
    assert seen_by(office.leader) == {nc}


def test_everybody_who_reads_the_procedure_may_report() -> None:
    office, other = Office(public_reading=False), Office()
    version = make_version(VersionStatus.ISSUED, office)

    assert can_report_on(office.staff, version.procedure)
    assert not can_report_on(other.staff, version.procedure)
    assert can_report(office.staff, office.agency)
    assert not can_report(other.staff, office.agency)
    office.staff.is_active = False
    assert not can_report_on(office.staff, version.procedure)


def test_each_capability_belongs_to_its_roles() -> None:
    office, other = Office(), Office()
    section = make_unit(office.agency)
    people = {
        "head": make_user(Role.UNIT_HEAD, unit=section),
        "clerk_there": make_user(unit=section, position="Chuyên viên"),
        "auditor": make_user(Role.INTERNAL_AUDITOR, unit=office.agency),
        "secretary": office.secretary,
        "leader": office.leader,
        "staff": office.staff,
        "stranger": other.secretary,
    }
    nc = make_nonconformity(office, unit=section, owner=people["head"])
    late = make_nonconformity(office, unit=section, owner=people["head"])
    advance_nonconformity(late, Status.VERIFIED, office)
    doubtful = make_nonconformity(office, unit=section, owner=people["head"])
    advance_nonconformity(doubtful, Status.IMPLEMENTED, office)

    def may(can: Any, record: Nonconformity) -> set[str]:
        return {name for name, person in people.items() if can(person, record)}

    assert may(can_confirm, nc) == {"head", "clerk_there", "leader"}
    assert may(can_write, nc) == {"head", "clerk_there", "leader", "secretary"}
    assert may(can_treat, nc) == {"head", "leader"}
    assert may(can_reject, nc) == {"secretary"}
    assert may(can_regrade, nc) == {"secretary"}
    assert may(can_extend, nc) == {"secretary", "leader"}
    assert may(can_verify, doubtful) == {"auditor", "secretary"}
    assert may(can_close, late) == {"leader"}
    for can in (can_agree, can_verify, can_close, can_follow_up, can_set_external):
        assert may(can, nc) == set()
    for can in (can_confirm, can_write, can_treat, can_reject, can_regrade, can_verify):
        assert may(can, late) == set()
