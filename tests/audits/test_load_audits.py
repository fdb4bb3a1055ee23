"""The made-up audit of 2022, loaded through the verbs: what it shows, once, and as of a day."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings as office_settings
from django.core.exceptions import ValidationError
from django.core.management import call_command

from audits.loading.cast import Cast
from audits.loading.demonstration import Loaded, load_demonstration
from audits.models import (
    Audit,
    AuditMember,
    AuditorCertificate,
    AuditProgramme,
    Clause,
    Finding,
    ItemAnswer,
    Nonconformity,
)
from audits.models.reports import report_sha256
from audits.workflow import AuditStatus, NonconformityStatus, ProgrammeStatus
from procedures.loading.facts import Facts
from procedures.models import ChangeRequest
from qms.organisation.models import Post, User
from qms.records.models import Signature

pytestmark = pytest.mark.django_db
FOLDER = office_settings.BASE_DIR / "fixtures"


def say(command: str, **options: Any) -> str:
    said = StringIO()
    call_command(command, stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def _office(settings: Any, tmp_path: Path) -> None:
    """The office as `load_office` makes it, its files in a folder of their own."""
    settings.VAR_DIR = tmp_path
    say("load_office")


def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = yaml.safe_load((FOLDER / "audits.yaml").read_text(encoding="utf-8"))
    return facts


def _load(facts: dict[str, Any]) -> Loaded:
    cast = Cast.of(Facts(FOLDER), facts)
    assert cast is not None
    return load_demonstration(facts, cast)


def _rows() -> dict[str, int]:
    """How many rows each table holds, history included."""
    return {model._meta.db_table: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.usefixtures("_office")
def test_load_carries_one_audit_through_and_writes_nothing_the_second_time() -> None:
    assert "1 cuộc đánh giá, 8 phiếu KPH" in say("load_audits")

    _must_be_planned_and_reported()
    _must_be_found_and_answered()
    _must_stand_in_every_state()
    _must_bear_the_days_of_the_paper()
    _must_count_as_of_the_end_of_the_year()
    before = _rows()
    assert "Cuộc đánh giá minh họa đã có đủ, không ghi thêm gì." in say("load_audits")
    assert _rows() == before


def _must_be_planned_and_reported() -> None:
    programme, audit = AuditProgramme.objects.get(), Audit.objects.get()
    assert (programme.status, programme.is_illustrative) == (ProgrammeStatus.APPROVED, True)
    assert programme.standing_lines().count() == 5
    assert (audit.status, audit.is_illustrative) == (AuditStatus.CLOSED, True)
    assert "(minh họa)" in audit.title
    lines = audit.subjects.values_list("line__procedure__code", flat=True)
    assert list(lines) == [
        "QT-07/GDĐT",
        "QT-19/GDĐT",
        "QT-13/GDĐT",
    ]
    assert audit.sessions.count() == 5
    assert {row.session.kind for row in _attendance(audit)} == {"opening", "closing"}
    assert {row.position for row in _attendance(audit)} >= {
        "Trưởng phòng, Phòng Giáo dục và Đào tạo thành phố Bắc Giang"
    }
    assert audit.report_sha256 == report_sha256(audit)
    team = AuditMember.objects.filter(audit=audit)
    signers = team.values_list("countersigned_by__username", flat=True)
    assert set(signers) == {"truongphong"}
    assert all(member.conflicts for member in team)
    assert AuditorCertificate.objects.count() == 2
    assert Post.objects.get(person__username="motcua").unit.code == "MC-TPBG"


def _attendance(audit: Audit) -> list[Any]:
    return [row for session in audit.sessions.all() for row in session.attendance.all()]


def _must_be_found_and_answered() -> None:
    audit = Audit.objects.get()
    answered = ItemAnswer.objects.standing().values("item").distinct().count()
    assert answered == audit.items.standing().count() == 34
    assert Counter(ItemAnswer.objects.values_list("result", flat=True)) == {
        "conform": 40,
        "nonconform": 5,
        "observation": 1,
    }
    assert audit.dossiers.filter(removed_at=None).count() == 7
    grades = Counter(Finding.objects.values_list("grade", flat=True))
    assert grades == {"major": 1, "minor": 4, "observation": 1, "improvement": 1}
    assert Finding.objects.filter(answer=Finding.Answer.CONTESTED).count() == 1
    assert Finding.objects.filter(grade__in=["major", "minor"], answer="").count() == 0


def _must_stand_in_every_state() -> None:
    told = {
        (row.get("finding") or row["source"]): row["status"] for row in _facts()["nonconformities"]
    }
    stands = Nonconformity.objects.order_by("pk").values_list("number", "status", "source")
    assert [(status, source) for _, status, source in stands] == [
        ("closed", "late_dossier"),
        ("closed", "audit"),
        ("verified", "audit"),
        ("implemented", "audit"),
        ("planned", "audit"),
        ("analysed", "audit"),
        ("rejected", "complaint"),
        ("open", "self_check"),
    ]
    assert [status for _, status, _ in stands] == list(told.values())
    assert {status for _, status, _ in stands} == set(NonconformityStatus)
    assert [number for number, *_ in stands] == [f"KPH-2022-{n:03}" for n in range(1, 9)]
    assert not Nonconformity.objects.filter(is_illustrative=False).exists()
    change = ChangeRequest.objects.get()
    assert (change.origin_text, change.requested_on.isoformat()) == ("KPH-2022-002", "2022-11-10")


def _must_bear_the_days_of_the_paper() -> None:
    signed = Signature.objects.values_list("method", "signed_on__year").distinct()
    assert set(signed) == {("paper", 2021), ("paper", 2022), ("paper", 2023)}
    names = Signature.objects.values_list("person_name", flat=True)
    assert [name for name in names if "(Minh họa)" not in name] == []


def _must_count_as_of_the_end_of_the_year() -> None:
    assert json.loads(say("nonconformities", on="2022-12-31", json=True)) == {
        "open": 6,
        "overdue": 4,
        "closed": 1,
        "by_grade": {"major": 1, "minor": 5},
        "by_unit": {"PGDDT-TPBG": 6},
    }


@pytest.mark.usefixtures("_office")
def test_run_that_died_is_completed_by_the_next() -> None:
    say("load_audits", no_demo=True)
    broken = _facts()
    broken["audit"]["conclusion"] = ""
    with pytest.raises(ValidationError, match="Chưa ghi kết luận"):
        _load(broken)
    assert AuditProgramme.objects.get().status == ProgrammeStatus.APPROVED
    assert not Audit.objects.exists()

    broken = _facts()
    sheet = next(row for row in broken["nonconformities"] if row.get("finding") == "receipt")
    sheet["actions"][0]["note"] = ""
    with pytest.raises(ValidationError, match="Hãy ghi kết quả"):
        _load(broken)
    half_done = Nonconformity.objects.get(finding__dossier__code="MH-19-067", step_key="s1")
    assert (half_done.status, half_done.moves.count()) == (NonconformityStatus.OPEN, 1)

    assert _load(_facts()) == Loaded(certificates=0, programmes=0, audits=0, nonconformities=5)
    _must_stand_in_every_state()
    assert _load(_facts()).is_nothing


@pytest.mark.usefixtures("_office")
def test_demonstration_may_be_left_out(settings: Any) -> None:
    say("load_audits", no_demo=True)
    settings.LOAD_DEMO = False
    say("load_audits")

    assert Clause.objects.count() == 82
    assert not AuditorCertificate.objects.exists()
    assert not AuditProgramme.objects.exists()
    assert not Nonconformity.objects.exists()


def test_without_the_demo_people_only_clauses_are_loaded() -> None:
    assert "bỏ qua cuộc đánh giá minh họa" in say("load_audits")

    assert Clause.objects.count() == 82
    assert not User.objects.exclude(username=User.SYSTEM).exists()
    assert not Audit.objects.exists()
