"""The reading page: what a person finds on it, for their steps, on their day, and who may not."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.content import Content, CoveredTTHC, LegalBasis, Origin, Step, StepTime, TimeLimit
from procedures.models import LegalChange, LegalDocument, Procedure, ProcedureVersion
from procedures.reading import for_tthc, read_version
from procedures.templatetags.reading import narrative
from procedures.workflow import VersionStatus
from qms.foundation.dates import add_months, format_date, today
from tests.factories import (
    BY_PASSWORD,
    Office,
    fill_catalogue,
    make_blank,
    make_blank_issue,
    make_content,
    make_draft,
    make_tthc,
    make_unit,
    make_version,
    system,
)

pytestmark = pytest.mark.django_db
LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}


def read(client: Client, version: ProcedureVersion, **asked: str) -> str:
    answer = client.get(version.procedure.get_absolute_url(), asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def law(number: str, **change: Any) -> LegalDocument:
    document = LegalDocument(number=number, kind="Nghị định", title="Quy định")
    document.record(by=system(), reason="Nhập văn bản")
    if change:
        LegalChange(document=document, **change).record(by=system(), reason="Ghi thay đổi")
    return document


# --- What one reads ------------------------------------------------------------------------------


def test_ribbon_says_code_edition_state_and_when_to_review(client: Client) -> None:
    office = Office(review_interval_months=24)
    version = make_version(VersionStatus.ISSUED, office, code="QT-07/GDĐT")
    client.force_login(office.staff)

    page = read(client, version)

    assert '<strong class="doc-ribbon-code">QT-07/GDĐT</strong>' in page
    assert "Lần ban hành: 01 · Lần sửa đổi: 00" in page
    assert f'Còn hiệu lực<span class="badge-extra"> từ {format_date(today())}</span>' in page
    assert f"Xem xét định kỳ trước {format_date(add_months(today(), 24))}" in page
    assert "Quá hạn xem xét" not in page
    assert f'href="{version.get_absolute_url()}pdf/"' in page


def test_ribbon_says_when_the_review_is_late(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    client.force_login(office.staff)

    assert "Quá hạn xem xét định kỳ: 15/03/2023" in read(client, version)


def test_summary_says_what_who_does_the_work_needs(client: Client) -> None:
    office = Office()
    version = make_version(
        VersionStatus.ISSUED, office, reception_place="Bộ phận Một cửa", fees=({"text": "Không"},)
    )
    client.force_login(office.staff)

    page = read(client, version)
    summary = page[page.index('id="tom-tat"') : page.index('id="ho-so"')]

    assert "<strong>01</strong> loại giấy tờ, <strong>01</strong> bộ" in summary
    assert "<strong>5 ngày làm việc</strong>" in summary
    assert "<dd>Không</dd>" in summary
    assert "<dd>Bộ phận Một cửa</dd>" in summary


def test_steps_of_the_reader_are_marked_and_those_of_others_are_not(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    client.force_login(office.staff)

    page = read(client, version)

    assert re.findall(r'<tr id="(buoc-\d)" class="is-mine">', page) == ["buoc-2"]
    assert "Bước 2 của tôi" in page
    client.force_login(office.leader)
    assert "is-mine" not in read(client, version)


def test_a_step_of_another_unit_is_not_mine() -> None:
    office = Office()
    other = make_unit(office.agency)
    own = Step(work="Việc", position="Chuyên viên", unit_code=office.agency.code)
    elsewhere = own.model_copy(update={"key": "khac", "unit_code": other.code})
    version = make_version(VersionStatus.ISSUED, office, steps=(own, elsewhere))
    posts = list(office.staff.posts.select_related("position", "unit"))

    reading = read_version(version, period=None, profile=None, posts=posts)

    assert [view.is_mine for view in reading.steps] == [True, False]


def test_steps_show_time_bars_and_the_total_against_the_limit(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    client.force_login(office.staff)

    page = read(client, version)

    bars = re.findall(r'time-bar-fill" x="([\d.]+)%" width="([\d.]+)%"', page)
    assert bars == [("0", "10"), ("10", "80"), ("90", "10")]
    assert "<strong>5 / 5 ngày</strong>" in page


def test_a_total_that_is_not_known_whole_says_so(client: Client) -> None:
    office = Office()
    steps = (
        Step(work="Thẩm định", position="Chuyên viên", times=(time("working", 480),)),
        Step(work="Ký", position="Trưởng phòng", times=(time("unknown"),)),
    )
    version = make_version(VersionStatus.ISSUED, office, steps=steps, limits=())
    client.force_login(office.staff)

    page = read(client, version)

    assert '<span class="quiet">đã rõ</span> <strong>1' in page


def time(kind: str, minutes: int | None = None) -> StepTime:
    return StepTime(case="c1", kind=kind, minutes=minutes)


def test_forms_are_one_tap_away_in_the_issue_of_today(client: Client) -> None:
    office = Office()
    form, bare = make_blank(office, "BM-01"), make_blank(office, "BM-02")
    old = make_blank_issue(form, valid_from=dt.date(2022, 1, 1))
    now = make_blank_issue(form, valid_from=today(), data=b"%PDF-1.4 n")
    later = make_blank_issue(form, valid_from=dt.date(2100, 1, 1), data=b"%PDF-1.4 l")
    uses = tuple({"code": f.code, "name": f.name} for f in (form, bare))
    version = make_version(VersionStatus.ISSUED, office, forms=uses)
    client.force_login(office.staff)

    page = read(client, version)

    def link(issue: Any) -> str:
        return f'href="{reverse("procedures:blank-file", args=[issue.pk])}"'

    assert page.count(link(now)) == 3  # in the summary of a phone, in the text, beside it
    assert link(old) not in page
    assert link(later) not in page
    assert "– chưa có tệp" in page


def test_bases_say_whether_they_hold_today(client: Client) -> None:
    office = Office()
    new = law("125/2024/NĐ-CP")
    replaced = {"kind": "replaced", "by_document": new, "effective_on": dt.date(2024, 11, 20)}
    law("46/2017/NĐ-CP", **replaced, is_verified=True)
    law("28/2020/TT-BGDĐT", kind="amended", effective_on=dt.date(2025, 1, 1))
    law("01/2018/TT-VPCP", kind="expired", effective_on=dt.date(2100, 1, 1))
    numbers = ["46/2017/nđ-cp", "28/2020/TT-BGDĐT", "01/2018/TT-VPCP"]
    version = make_version(
        VersionStatus.ISSUED, office, bases=tuple(LegalBasis(number=n) for n in numbers)
    )

    reading = read_version(version, period=None, profile=None)

    assert [(view.is_ended, view.note, view.is_unverified) for view in reading.bases] == [
        (True, "đã bị thay thế bởi 125/2024/NĐ-CP từ 20/11/2024", False),
        (False, "đã được sửa đổi, bổ sung từ 01/01/2025", True),
        (False, "", False),
    ]
    client.force_login(office.staff)
    page = read(client, version)
    assert page.count("đã bị thay thế bởi 125/2024/NĐ-CP từ 20/11/2024") == 2


def test_facts_nobody_has_checked_say_so(client: Client) -> None:
    office = Office()
    steps = (
        Step(work="Thẩm định", position="Văn thư", origin=Origin.UNVERIFIED),
        Step(work="Ký", position="Trưởng phòng", origin=Origin.PARTLY),
    )
    version = make_version(VersionStatus.ISSUED, office, steps=steps, illustrative=("purpose",))
    client.force_login(office.staff)

    page = read(client, version)

    assert '<span class="unverified">chưa kiểm chứng</span></td>' not in page
    assert 'Thẩm định</span> <span class="unverified">chưa kiểm chứng</span>' in page
    assert 'Ký</span> <span class="unverified">kiểm chứng một phần</span>' in page
    assert '<span class="unverified">minh họa</span> Một số phần' in page
    assert "</span> 2 nội dung lấy từ nguồn ngoài" in page


def test_signatures_and_decision_stand_beside_the_text(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    client.force_login(office.staff)

    page = read(client, version)

    for name in ("Lê Văn Chuyên", "Phạm Thị Phó", "Hoàng Văn Trưởng"):
        assert f"<strong>{name}</strong>" in page
    decision = version.periods.get().begun_by.decision
    assert f'<a href="{decision.get_absolute_url()}">{decision}</a>' in page
    assert reverse("procedures:procedure-history", args=[version.procedure.slug]) in page


def test_reader_picks_one_of_several_tthc(client: Client) -> None:
    office = Office()
    one, two = make_tthc(office.agency), make_tthc(office.agency)
    dossier = (
        {"name": "Giấy cho cả hai", "originals": 1},
        {"name": "Giấy của một", "originals": 1, "tthc": (one.code,)},
        {"name": "Giấy của hai", "originals": 1, "tthc": (two.code,)},
    )
    version = make_version(VersionStatus.ISSUED, office, one, two, dossier=dossier)
    client.force_login(office.staff)

    whole, part = read(client, version), read(client, version, tthc=two.code)

    assert "Dùng cho 2 TTHC. Đang đọc: <strong>chung cho tất cả</strong>" in whole
    assert f'href="?tthc={two.code}"' in whole
    assert "Giấy của một" in whole
    assert f"Đang đọc: <strong>riêng cho {two.code}</strong>" in part
    assert "Giấy cho cả hai" in part
    assert "Giấy của hai" in part
    assert "Giấy của một" not in part


def test_limits_fees_and_bases_of_another_tthc_are_left_out() -> None:
    rows = {
        "limits": (TimeLimit(tthc="1.000001"), TimeLimit(tthc="1.000002"), TimeLimit()),
        "bases": (LegalBasis(number="1", tthc=("1.000001",)), LegalBasis(number="2")),
        "fees": ({"text": "Không", "tthc": ("1.000002",)},),
    }
    document = Content.model_validate({"tthc": [{"code": "1.000001"}, {"code": "1.000002"}]} | rows)

    part = for_tthc(document, "1.000001")

    assert [limit.tthc for limit in part.limits] == ["1.000001", ""]
    assert [basis.number for basis in part.bases] == ["1", "2"]
    assert part.fees == ()
    assert [covered.code for covered in part.tthc] == ["1.000001"]
    assert for_tthc(document, "") is document


def test_limits_that_differ_by_case_are_said_in_one_line() -> None:
    version = make_version(VersionStatus.ISSUED)
    limits = tuple(TimeLimit(unit="working_day", minutes=n * 480) for n in (3, 5))
    version.content = version.document.revised(limits=limits).canonical()

    reading = read_version(version, period=None, profile=None)

    assert reading.main_limit == "3 hoặc 5 ngày làm việc"


def test_a_document_of_another_kind_shows_its_text(client: Client) -> None:
    office = Office()
    version = make_version(
        VersionStatus.ISSUED,
        office,
        kind=Procedure.Kind.SYSTEM,
        body="<p>Tài liệu được <strong>kiểm soát</strong>.</p>",
        tthc=(),
        dossier=(),
        steps=(),
        limits=(),
    )
    client.force_login(office.staff)

    page = read(client, version)

    assert "<p>Tài liệu được <strong>kiểm soát</strong>.</p>" in page
    assert "Tóm tắt cho người làm hồ sơ" not in page
    assert "Các bước" not in page


def test_a_paper_of_which_nothing_was_typed_shows_no_empty_sections(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    draft = make_draft(office, tthc)
    draft.discard(by=office.secretary, reason="Đã có bản giấy")
    day = dt.date(2020, 1, 6)
    paper = actions.PaperIssue(1, 0, "05/QĐ-PGDĐT", day, day)
    covered = CoveredTTHC(code=tthc.code, name=tthc.name)
    content = Content(title="Chuyển trường", tthc=(covered,))
    version = actions.register_paper(draft.procedure, paper, by=office.secretary, content=content)
    actions.accept_paper(
        version, by=office.leader, seen=version.content_sha256, signing=BY_PASSWORD
    )
    client.force_login(office.staff)

    page = read(client, version)

    assert "Nội dung của bản này chưa được nhập; xem bản giấy hoặc bản chụp." in page
    assert "Nhập từ bản giấy" in page
    assert "Tóm tắt cho người làm hồ sơ" not in page
    assert "Các bước" not in page
    assert tthc.code in page


def test_narrative_shows_nothing_active_even_when_the_row_was_tampered_with() -> None:
    shown = narrative('<p onclick="x()">Một</p><script>alert(1)</script><img src=x onerror=y>')

    assert shown == "<p>Một</p>"


# --- What it costs --------------------------------------------------------------------------------


def busy_version(office: Office, rows: int) -> ProcedureVersion:
    """A version in force with `rows` of everything that the page looks up."""
    forms = [make_blank(office, f"BM-{n}") for n in range(rows)]
    for form in forms:
        make_blank_issue(form, valid_from=dt.date(2022, 1, 1))
    for number in range(rows):
        law(f"{number}/2017/NĐ-CP", kind="expired", effective_on=dt.date(2024, 1, 1))
    tthc = [make_tthc(office.agency) for _ in range(rows)]
    step = make_content(tthc[0]).steps[0].model_copy(update={"position": "Chuyên viên"})
    return make_version(
        VersionStatus.ISSUED,
        office,
        *tthc,
        forms=tuple({"code": form.code, "name": form.name} for form in forms),
        bases=tuple(LegalBasis(number=f"{n}/2017/NĐ-CP") for n in range(rows)),
        steps=tuple(step.model_copy(update={"key": f"b{n}"}) for n in range(rows)),
        limits=(),
    )


@pytest.mark.parametrize("who", ["staff", "secretary"])
@pytest.mark.parametrize("rows", [1, 3])
def test_reading_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, who: str, rows: int
) -> None:
    office = Office()
    version = busy_version(office, rows)
    page = version.procedure.get_absolute_url()
    client.force_login(getattr(office, who))

    with django_assert_num_queries(19):
        client.get(page)


@pytest.mark.parametrize("count", [10, 2000])
def test_reading_query_count_does_not_grow_with_the_catalogue(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    version = busy_version(office, 1)
    fill_catalogue(office.agency, count)
    page = version.procedure.get_absolute_url()
    client.force_login(office.staff)

    with django_assert_num_queries(19):
        client.get(page)
