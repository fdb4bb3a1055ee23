"""Of each record that says who may what for how long, one that stands and one that has ended."""

from procedures.actions.assigning import Given, Paper, give_mandate
from procedures.actions.granting import grant_reading
from procedures.models import Procedure
from qms.foundation.dates import today
from qms.organisation.leaving import leave
from qms.organisation.models import UnitGrant, grant_role
from qms.organisation.roles import Role
from qms.records.models import Mandate
from tests.factories import Office, assign, make_user
from tests.matrix.documents import DAY, PAST, Records, scan_of


def make_people(office: Office, known: Records) -> Records:
    """Make all of them for the office; readers are let in to the procedures of `known`."""
    person = make_user(Role.STAFF, unit=office.agency, position="Chuyên viên")
    gone = make_user(Role.STAFF, unit=office.agency, position="Chuyên viên")
    leave(gone, by=office.admin, on=today(), reason="Chuyển công tác")
    of_person = UnitGrant.objects.get(user=person)
    return {
        "person": {"pk": person.pk},
        "person who left": {"pk": gone.pk},
        "person's grant": {"pk": of_person.pk},
        **_checkers(office),
        **_signers(office),
        **_readers(office, known),
    }


def _checkers(office: Office) -> Records:
    def let_in() -> UnitGrant:
        return grant_role(
            make_user(),
            Role.EXTERNAL_CHECKER,
            office.agency,
            by=office.secretary,
            valid_from=today() - DAY,
            valid_to=today() + DAY,
        )

    ended = let_in()
    ended.end(by=office.secretary, on=today())
    return {"checker": {"pk": let_in().pk}, "checker ended": {"pk": ended.pk}}


def _signers(office: Office) -> Records:
    def mandate(name: str) -> Mandate:
        given = Given(
            kind="TUQ.",
            giver=office.leader,
            holder=office.reviewer,
            content="Ký quyết định ban hành quy trình.",
            for_documents=True,
            for_audits=False,
            file=scan_of(office, name),
        )
        paper = Paper(f"{name}/GUQ", PAST, PAST, today() + DAY)
        return give_mandate(office.agency, given, by=office.secretary, paper=paper)

    assigned, over = (assign(office.agency, office.reviewer) for _ in range(2))
    standing, past = mandate("uy-quyen"), mandate("uy-quyen-cu")
    over.end(by=office.secretary, on=today(), reason="Phân công lại")
    past.end(by=office.secretary, on=today(), reason="Hết việc")
    return {
        "assignment": {"pk": assigned.pk},
        "assignment ended": {"pk": over.pk},
        "mandate": {"pk": standing.pk},
        "mandate ended": {"pk": past.pk},
    }


def _readers(office: Office, known: Records) -> Records:
    records: Records = {}
    for name, of in (
        ("reader", "internal procedure"),
        ("reader ended", "internal procedure"),
        ("restricted reader", "restricted procedure"),
    ):
        procedure = Procedure.objects.get(slug=known[of]["slug"])
        grant = grant_reading(
            procedure, make_user(), by=office.secretary, valid_from=PAST, valid_to=None
        )
        if name == "reader ended":
            grant.end(by=office.secretary, on=today())
        records[name] = {"slug": procedure.slug, "pk": grant.pk}
    return records
