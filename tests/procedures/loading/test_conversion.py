"""From facts to content: times, cases, origins, bases of the day; nothing is made up unmarked."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings

from procedures.content import Content, CoveredTTHC, Origin, TimeKind, Unit
from procedures.loading.conversion import KnownBasis, Setting, Wording, content_of, metadata_of
from procedures.loading.facts import Facts
from qms.foundation.text import comparison_key

FACTS = Facts(settings.BASE_DIR / "fixtures")
BY_CODE = {facts["code"]: facts for facts in FACTS.procedures}


def _setting(**fields: Any) -> Setting:
    values: dict[str, Any] = {
        "wording": Wording.of(FACTS.office),
        "illustrations": FACTS.illustrations,
        "tthc": {
            row["code"]: CoveredTTHC(
                code=row["code"], name=row["name"], decision=row["announcing_decision"]
            )
            for row in FACTS.tthc
        },
    } | fields
    return Setting(**values)


def _content(code: str, **fields: Any) -> Content:
    return content_of(BY_CODE[code], _setting(**fields))


@pytest.mark.parametrize("code", list(BY_CODE))
def test_content_round_trips_and_marks_what_was_made_up(code: str) -> None:
    content = _content(code)

    assert Content.parse(content.canonical()) == content
    assert content.canonical() == _content(code).canonical()
    assert {"purpose", "scope"} <= set(content.illustrative)
    assert {record.origin for record in content.records} <= {Origin.ILLUSTRATIVE}


def test_half_days_become_minutes_of_the_case_they_are_told_of() -> None:
    content = _content("2.001904")

    with_book, without = content.cases
    times = [
        (step.time(with_book.key).minutes, step.time(without.key).kind) for step in content.steps
    ]
    assert times == [(240, TimeKind.UNKNOWN), (480, TimeKind.UNKNOWN), (240, TimeKind.UNKNOWN)]
    limits = {limit.case: (limit.unit, limit.minutes) for limit in content.limits}
    assert limits == {
        with_book.key: (Unit.WORKING_DAY, 2 * 480),
        without.key: (Unit.WORKING_DAY, 5 * 480),
    }


def test_dossier_of_two_cases_keeps_them_apart() -> None:
    content = _content("1.001714")

    labels = {case.key: case.label for case in content.cases}
    assert [labels[item.case] for item in content.dossier] == [
        *["Học tại cơ sở công lập"] * 2,
        *["Học tại cơ sở ngoài công lập"] * 3,
    ]
    assert content.limits == ()


def test_limit_by_plan_has_no_minutes() -> None:
    content = _content("3.000182")

    (limit,) = content.limits
    assert (limit.unit, limit.minutes) == (Unit.BY_PLAN, None)
    assert [step.times[0].kind for step in content.steps] == [TimeKind.UNKNOWN, TimeKind.BY_PLAN]


def test_unknown_facts_stay_unknown() -> None:
    content = _content("1.006390")

    assert (content.fees, content.steps, content.reception_place) == ((), (), "")
    assert content.dossier_sets is None
    assert content.dossier[0].origin is Origin.UNVERIFIED


def test_what_was_inferred_is_less_than_stated() -> None:
    content = _content("1.004494")

    assert {item.origin for item in content.dossier} == {Origin.PARTLY}


def test_bases_younger_than_the_decision_or_ended_before_it_are_left_out() -> None:
    known = {
        "41/2010/TT-BGDĐT": KnownBasis("Điều lệ", dt.date(2010, 12, 30), dt.date(2020, 10, 20)),
        "28/2020/TT-BGDĐT": KnownBasis("Điều lệ mới", dt.date(2020, 9, 4)),
        "50/2012/TT-BGDĐT": KnownBasis("Sửa đổi", dt.date(2012, 12, 18), dt.date(2020, 10, 20)),
    }
    bases = {comparison_key(number): basis for number, basis in known.items()}
    day = dt.date(2022, 3, 10)

    issued = _content("1.005099", bases=bases, decided_on=day)
    younger = _content("1.005097", decided_on=day)

    assert [(b.number, b.kind, b.title) for b in issued.bases] == [
        ("28/2020/TT-BGDĐT", "direct", "Điều lệ mới"),
        ("01/2018/TT-VPCP", "general", ""),
    ]
    assert [b.number for b in younger.bases] == ["44/2014/TT-BGDĐT"]
    assert "25/2023/TT-BGDĐT" in [b.number for b in _content("1.005097").bases]


def test_decision_of_another_province_announces_nothing_here() -> None:
    assert _content("1.004442").tthc[0].decision == ""
    assert _content("2.001914").tthc[0].decision.startswith("4932/QĐ-BGDĐT")


def test_decision_after_the_day_is_not_cited() -> None:
    before = _content("2.002481", decided_on=dt.date(2022, 3, 10))

    assert before.tthc[0].decision == ""
    assert _content("2.002481").tthc[0].decision == "941/QĐ-BGDĐT 06/04/2022"


def test_steps_name_the_position_of_this_office_where_one_fits() -> None:
    content = _content("1.004442")

    assert [(step.position, step.responsible) for step in content.steps] == [
        ("Công chức Một cửa", ""),
        ("", "Văn thư UBND thành phố"),
        ("", "Phòng Giáo dục và Đào tạo, phối hợp các phòng chuyên môn"),
        ("", "Chủ tịch UBND thành phố"),
        ("Công chức Một cửa", ""),
    ]
    assert content.steps[0].forms == ("f1",)
    assert [(form.kind, form.source) for form in content.forms] == [
        ("legal", "01/2018/TT-VPCP")
    ] * 3


def test_metadata_of_a_paper_says_no_more_than_title_tthc_and_bases() -> None:
    content = metadata_of(BY_CODE["1.006390"], _setting())

    assert content == Content(title=content.title, tthc=content.tthc, bases=content.bases)
    assert [basis.number for basis in content.bases] == ["46/2017/NĐ-CP", "135/2018/NĐ-CP"]
