"""One person for each way of being near to what is audited."""

import datetime as dt
from dataclasses import dataclass, field

from audits.actions.planning import (
    SubjectGiven,
    add_subject,
)
from audits.actions.team import (
    add_member,
)
from audits.models import (
    Audit,
    AuditMember,
    DossierHandler,
    SampledDossier,
)
from procedures.models import ProcedureVersion, VersionAuthor
from procedures.workflow import VersionStatus
from qms.organisation.models import Unit, User
from qms.organisation.roles import Role
from tests.audits.making import (
    make_audit,
    make_auditor,
    post_in,
)
from tests.factories import Office, make_unit, make_user, make_version, system

PAST = dt.date(2022, 1, 3)
Member = AuditMember.Role


@dataclass
class World:
    """A procedure, a unit, and one person for each way of being near to them."""

    office: Office
    version: ProcedureVersion
    unit: Unit
    audit: Audit
    people: dict[str, User] = field(default_factory=dict)


REFUSED = {"approver"}
WARNED = {"author", "reviewer", "owner", "title"}  # towards the procedure


def make_world() -> World:
    """`audit` has a lead of no relation, a timetable, and a section as its scope."""
    office = Office()
    version = make_version(VersionStatus.ISSUED, office, paper_on=PAST, effective_on=PAST)
    unit = make_unit(office.agency, name="Tổ được đánh giá")
    audit = make_audit(office)
    world = World(office, version, unit, audit)
    author = make_auditor(office, "Người Soạn")
    VersionAuthor(version=version, person=author).record(by=system(), reason="Thêm người soạn")
    titled = make_auditor(office, "Người Cùng Chức Danh")
    post_in(titled, make_unit(office.agency), "Chuyên viên")
    owner = make_user(Role.INTERNAL_AUDITOR, unit=office.agency, name="Người Của Phòng")
    post_in(owner, office.agency)
    colleague = make_user(Role.INTERNAL_AUDITOR, unit=office.agency, name="Người Của Tổ")
    post_in(colleague, unit)
    world.people = {
        "approver": office.leader,
        "author": author,
        "reviewer": office.reviewer,
        "owner": owner,
        "title": titled,
        "unit": colleague,
        "none": make_auditor(office, "Người Ngoài Cuộc"),
        "handler": make_auditor(office, "Người Giải Quyết"),
    }
    return world


def sample(world: World, *, person: User | None = None, name: str = "") -> DossierHandler:
    dossier = SampledDossier.objects.filter(audit=world.audit).first()
    if dossier is None:
        dossier = SampledDossier(
            audit=world.audit,
            procedure=world.version.procedure,
            version=world.version,
            code="HS-01",
            received_on=PAST,
        )
        dossier.record(by=system(), reason="Lấy mẫu")
    handler = DossierHandler(dossier=dossier, person=person, name=name or str(person))
    handler.record(by=system(), reason="Ghi người giải quyết")
    return handler


def take_up(world: World) -> None:
    add_subject(
        world.audit, SubjectGiven(procedure=world.version.procedure), by=world.office.secretary
    )


def take_up_unit(world: World) -> None:
    add_subject(world.audit, SubjectGiven(unit=world.unit), by=world.office.secretary)


def join(world: World, who: str, *, reason: str = "", role: str = Member.AUDITOR) -> AuditMember:
    return add_member(
        world.audit, world.people[who], role, by=world.office.secretary, reason=reason
    )
