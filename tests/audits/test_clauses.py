"""The catalogue of clauses: what is loaded, in which order, and that a second run adds nothing."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audits.forms.places import clause_choices, clause_requirement
from audits.forms.programmes import LineForm
from audits.loading.clauses import load_clauses
from audits.models import Clause, clause_key
from tests.audits.making import EDITION, make_clause, make_programme
from tests.factories import Office, sign_in, system

pytestmark = pytest.mark.django_db
PAGE = reverse("audits:clauses")


def load() -> str:
    said = StringIO()
    call_command("load_audits", stdout=said)
    return said.getvalue()


def row(number: str, *, edition: str = "TCVN ISO 9001:2026", **fields: str) -> dict[str, str]:
    usual = {"title_vi": f"Điều {number}", "title_en": "", "is_auditable": "yes"}
    return usual | {"edition": edition, "number": number} | fields


def test_command_loads_the_edition_in_the_order_of_its_numbers() -> None:
    assert "Đã nạp 82 điều khoản" in load()

    second = list(Clause.objects.of(EDITION).auditable().second_level())
    assert [clause.number for clause in second] == [
        *("4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3", "6.1", "6.2", "6.3"),
        *("7.1", "7.2", "7.3", "7.4", "7.5", "8.1", "8.2", "8.3", "8.4", "8.5", "8.6", "8.7"),
        *("9.1", "9.2", "9.3", "10.1", "10.2", "10.3"),
    ]
    kept = Clause.objects.get(edition=EDITION, number="7.5.3")
    assert (kept.title_vi, str(kept.parent)) == (
        "Kiểm soát thông tin dạng văn bản",
        "7.5 Thông tin dạng văn bản",
    )
    not_audited = Clause.objects.filter(is_auditable=False).values_list("number", flat=True)
    assert list(not_audited) == ["1", "2", "3"]


def test_command_run_again_writes_nothing() -> None:
    load()
    before = Clause.history.count()

    assert "không ghi thêm gì" in load()
    assert Clause.history.count() == before


def test_title_that_the_office_mended_stays() -> None:
    load()
    clause = Clause.objects.get(number="10.2")
    clause.title_vi = "Sự không phù hợp, hành động khắc phục"
    clause.record(by=system(), reason="Sửa tên")

    load()

    clause.refresh_from_db()
    assert clause.title_vi == "Sự không phù hợp, hành động khắc phục"


def test_next_edition_stands_beside_the_one_before() -> None:
    load()

    added = load_clauses([row("7.5"), row("7")], by=system())

    assert added == 2
    assert Clause.objects.of(EDITION).count() == 82
    new = Clause.objects.get(edition="TCVN ISO 9001:2026", number="7.5")
    assert str(new.parent) == "7 Điều 7"
    assert new.parent is not None
    assert new.parent.edition == "TCVN ISO 9001:2026"


def test_ten_sorts_after_nine() -> None:
    assert sorted(["10.2", "9.3", "9.10", "10"], key=clause_key) == ["9.3", "9.10", "10", "10.2"]


def test_number_is_unique_within_an_edition() -> None:
    make_clause("7.5")

    with pytest.raises(IntegrityError), transaction.atomic():
        Clause(edition=EDITION, number="7.5", title_vi="Lặp").record(by=system(), reason="Thử")


def test_fixture_says_of_each_title_whether_it_was_seen() -> None:
    path = settings.BASE_DIR / "fixtures" / "clauses.csv"
    rows: list[dict[str, Any]] = list(csv.DictReader(path.read_text("utf-8").splitlines()))

    assert {each["verified"] for each in rows} == {"yes", "no"}
    assert [r["number"] for r in rows if bool(r["source"]) != (r["verified"] == "yes")] == []
    third = [r for r in rows if r["number"].count(".") == 2]
    assert {r["verified"] for r in third} == {"no"}


# --- clauses that are not applied ---


def test_secretary_says_why_a_clause_is_not_applied_and_that_it_is_again(client: Client) -> None:
    office = Office()
    design = make_clause("8.3")
    sign_in(client, office.secretary)

    client.post(PAGE, {"clause": design.pk, "reason": "Cơ quan không thiết kế dịch vụ."})
    shown = client.get(PAGE).content.decode()
    design.refresh_from_db()
    left_out = design.inapplicable_reason
    client.post(PAGE, {"clause": design.pk, "reason": " "})

    design.refresh_from_db()
    assert left_out == "Cơ quan không thiết kế dịch vụ."
    assert left_out in shown
    assert design.inapplicable_reason == ""
    assert design.history.count() == 3


@pytest.mark.parametrize("who", ["staff", "clerk", "admin"])
def test_others_do_not_say_which_clauses_are_applied(client: Client, who: str) -> None:
    office = Office()
    design = make_clause("8.3")

    answer = sign_in(client, getattr(office, who)).post(PAGE, {"clause": design.pk, "reason": "x"})

    assert answer.status_code == 403
    design.refresh_from_db()
    assert design.inapplicable_reason == ""


def test_a_clause_of_another_edition_is_not_left_out(client: Client) -> None:
    office = Office()
    other = make_clause("8.3", edition="TCVN ISO 9001:2026")

    answer = sign_in(client, office.secretary).post(PAGE, {"clause": other.pk, "reason": "x"})

    assert answer.status_code == 422
    other.refresh_from_db()
    assert other.inapplicable_reason == ""


def test_the_same_reason_again_writes_nothing() -> None:
    clause = make_clause("8.3")
    clause.leave_out(by=system(), reason="Không thiết kế")

    clause.leave_out(by=system(), reason=" Không thiết kế ")

    assert clause.history.count() == 2


def test_clauses_not_applied_are_offered_last_with_those_below_and_so_said() -> None:
    for number in ("8.2", "8.3", "8.3.1", "8.4"):
        make_clause(number)
    Clause.objects.get(number="8.3").leave_out(by=system(), reason="Không thiết kế")

    choices = clause_choices(EDITION)[1:]

    assert choices == [
        ("8.2", "8.2 Điều 8.2"),
        ("8.4", "8.4 Điều 8.4"),
        ("8.3", "8.3 Điều 8.3 (không áp dụng)"),
        ("8.3.1", "8.3.1 Điều 8.3.1 (không áp dụng)"),
    ]
    assert clause_requirement("8.3", choices, EDITION) == f"{EDITION}, điều 8.3 Điều 8.3"


def test_plan_offers_clauses_not_applied_last() -> None:
    office = Office()
    make_clause("8.3").leave_out(by=system(), reason="Không thiết kế")
    make_clause("9.2")
    clauses: Any = LineForm(programme=make_programme(office)).fields["clauses"]

    assert [label for _, label in clauses.choices] == [
        "9.2 Điều 9.2",
        "8.3 Điều 8.3 (không áp dụng)",
    ]
