"""The whole office, loaded once: what it holds, and that a second run changes nothing."""

import datetime as dt
import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as office_settings
from django.core.exceptions import ValidationError
from django.core.management import call_command

from procedures.loading.facts import Facts
from procedures.loading.office import load_facts
from procedures.models import (
    TTHC,
    Decision,
    InForcePeriod,
    LegalChange,
    LegalDocument,
    Procedure,
    ProcedureVersion,
    Rendition,
    Responsibility,
)
from procedures.workflow import DecisionStatus, VersionStatus
from qms.organisation.models import AgencyProfile, Position, Unit, UnitGrant, User, roles_of
from qms.organisation.roles import Role
from qms.records.models import Signature
from tests.factories import system

pytestmark = pytest.mark.django_db
SUMMER = dt.date(2022, 6, 30)
Load = Callable[..., str]


@pytest.fixture
def load(settings: Any, tmp_path: Path) -> Load:
    """Run the command in a folder of its own; return what it says."""
    settings.VAR_DIR = tmp_path

    def run(**options: Any) -> str:
        said = StringIO()
        call_command("load_office", stdout=said, **options)
        return said.getvalue()

    return run


def _rows() -> dict[str, int]:
    """Return how many rows each table holds, history included."""
    return {model._meta.db_table: model._base_manager.count() for model in apps.get_models()}


def test_load_brings_the_real_data_and_issues_what_is_enough(load: Load, tmp_path: Path) -> None:
    load()

    assert (TTHC.objects.count(), TTHC.objects.filter(is_verified=True).count()) == (43, 18)
    assert Responsibility.objects.valid(on=dt.date(1990, 1, 1)).count() == 43
    assert LegalDocument.objects.count() == 84
    assert LegalChange.objects.filter(
        document__number="46/2017/NĐ-CP",
        by_document__number="125/2024/NĐ-CP",
        effective_on=dt.date(2024, 11, 20),
        is_verified=True,
    ).exists()
    assert AgencyProfile.objects.get().catalogue_until == dt.date(2025, 6, 30)
    assert Procedure.objects.count() == 20
    drafts = ProcedureVersion.objects.filter(status=VersionStatus.DRAFT)
    assert sorted(draft.procedure.code for draft in drafts) == [
        "QT-10/GDĐT",
        "QT-11/GDĐT",
        "QT-12/GDĐT",
        "QT-18/GDĐT",
    ]
    in_force = ProcedureVersion.objects.in_force(on=SUMMER)
    assert in_force.count() == 16
    assert in_force.values("tthc_links__tthc").distinct().count() == 17
    assert not ProcedureVersion.objects.in_force(on=dt.date(2021, 12, 14)).exists()
    assert Rendition.objects.count() == 16
    _must_be_signed_on_paper_by_three()
    _must_tell_passwords_once(tmp_path / "demo-accounts.txt")


def _must_be_signed_on_paper_by_three() -> None:
    decision = Decision.objects.get(origin=Decision.Origin.SYSTEM)
    assert (decision.status, decision.is_illustrative) == (DecisionStatus.ISSUED, True)
    assert set(Signature.objects.values_list("method", flat=True)) == {"paper"}
    assert {day.year for day in Signature.objects.values_list("signed_on", flat=True)} == {
        2021,
        2022,
    }
    version = decision.items.first().version  # type: ignore[union-attr]
    signed = Signature.objects.on(version).values_list("act", "position_name", "signed_on")  # type: ignore[arg-type]
    assert list(signed) == [
        ("prepared", "Chuyên viên", dt.date(2022, 3, 1)),
        ("reviewed", "Phó Trưởng phòng", dt.date(2022, 3, 4)),
        ("approved", "Trưởng phòng", dt.date(2022, 3, 10)),
    ]
    paper = ProcedureVersion.objects.get(origin=ProcedureVersion.Origin.PAPER)
    assert paper.scan is not None
    assert paper.document.steps == ()


def _must_tell_passwords_once(accounts: Path) -> None:
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    lines = [line.split() for line in accounts.read_text().splitlines()[1:]]
    assert len(lines) == User.objects.exclude(username=User.SYSTEM).count() == 9
    for username, password, *_ in lines:
        user = User.objects.get(username=username)
        assert user.check_password(password)
        assert "(Minh họa)" in user.full_name
    held = {role for user in User.objects.all() for role, _ in roles_of(user)}
    assert held == set(Role) - {Role.UNIT_HEAD}
    admin = User.objects.get(is_staff=True)
    assert admin.has_perm("organisation.change_unitgrant")
    assert not admin.has_perm("procedures.change_procedure")


def test_second_load_writes_nothing_and_keeps_what_the_office_edited(
    load: Load, tmp_path: Path
) -> None:
    load()
    by = system()
    tthc = TTHC.objects.get(code="1.005099")
    tthc.name = "Chuyển trường (đã sửa)"
    tthc.record(by=by, reason="Sửa")
    position = Position.objects.get(name="Phó Trưởng phòng")
    position.name = "Phó trưởng phòng"
    position.record(by=by, reason="Sửa")
    profile = AgencyProfile.objects.get()
    profile.place = "Thành phố Bắc Giang"
    profile.record(by=by, reason="Sửa")
    person = User.objects.get(username="danhgia")
    person.username = "vugiam"
    person.record(by=by, reason="Sửa")
    grant = UnitGrant.objects.get(user=person)
    grant.valid_to = dt.date(2024, 1, 1)
    grant.record(by=by, reason="Thôi giao quyền")
    before, passwords = _rows(), (tmp_path / "demo-accounts.txt").read_text()

    said = load()

    assert said == "Dữ liệu của cơ quan đã có đủ, không ghi thêm gì.\n"
    assert _rows() == before
    assert (tmp_path / "demo-accounts.txt").read_text() == passwords
    for record, name, value in [
        (tthc, "name", "Chuyển trường (đã sửa)"),
        (position, "name", "Phó trưởng phòng"),
        (profile, "place", "Thành phố Bắc Giang"),
        (grant, "valid_to", dt.date(2024, 1, 1)),
    ]:
        record.refresh_from_db()
        assert getattr(record, name) == value


def test_lost_passwords_are_not_made_anew(load: Load, tmp_path: Path) -> None:
    load()
    password = (tmp_path / "demo-accounts.txt").read_text().splitlines()[1].split()[1]
    (tmp_path / "demo-accounts.txt").unlink()

    said = load()

    assert "changepassword" in said
    assert not (tmp_path / "demo-accounts.txt").exists()
    assert User.objects.get(username="thuky").check_password(password)


def test_interrupted_load_is_completed_by_the_next(tmp_path: Path) -> None:
    facts = Facts(office_settings.BASE_DIR / "fixtures")
    facts.office["decision"]["number"] = ""
    accounts = tmp_path / "accounts.txt"
    with pytest.raises(ValidationError, match="số, ký hiệu"):
        load_facts(facts, accounts=accounts, demo=True)
    reviewed = ProcedureVersion.objects.filter(status=VersionStatus.REVIEWED)
    assert reviewed.count() == 15

    load_facts(Facts(office_settings.BASE_DIR / "fixtures"), accounts=accounts, demo=True)

    assert InForcePeriod.objects.valid(on=SUMMER).count() == 16
    assert Procedure.objects.count() == 20
    assert Rendition.objects.count() == 16


def test_office_may_begin_without_demo_people(load: Load, tmp_path: Path) -> None:
    load(no_demo=True)

    assert list(User.objects.values_list("username", flat=True)) == [User.SYSTEM]
    assert not (tmp_path / "demo-accounts.txt").exists()
    assert (TTHC.objects.count(), LegalDocument.objects.count()) == (43, 84)
    assert not Procedure.objects.exists()
    assert Unit.objects.agencies().count() == 1
