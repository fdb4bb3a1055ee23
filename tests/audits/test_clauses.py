"""The catalogue of clauses: what is loaded, in which order, and that a second run adds nothing."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from audits.loading.clauses import load_clauses
from audits.models import Clause, clause_key
from tests.audits.making import EDITION, make_clause
from tests.factories import system

pytestmark = pytest.mark.django_db


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
