"""The typed document: its canonical bytes, its round trip, what it refuses and what it cleans."""

import datetime as dt
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from procedures.content import (
    Abbreviation,
    AttachedFile,
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Origin,
    Statement,
    Step,
    StepTime,
    TakenUp,
    TimeKind,
    TimeLimit,
    Unit,
    sanitise,
    sha256_of,
)

GOLDEN = Path(__file__).parent / "golden" / "content_1.json"


def _whole() -> Content:
    """A document in which every field says something."""
    return Content(
        title="Chuyển trường đối với học sinh tiểu học",
        purpose="<p>Quy định <strong>thống nhất</strong>.</p>",
        scope="<p>Áp dụng trên địa bàn thành phố.</p>",
        references="<p>TCVN ISO 9001:2015</p>",
        definitions="<p>Không có</p>",
        abbreviations=(Abbreviation(key="a1", short="TTHC", meaning="Thủ tục hành chính"),),
        tthc=(CoveredTTHC(code="1.005099", name="Chuyển trường", decision="12/QĐ-UBND"),),
        **_rows(),
        applicants=("Cha mẹ hoặc người giám hộ",),
        conditions="<ul><li>Có chỗ học</li></ul>",
        dossier_sets=1,
        reception_place="Bộ phận Một cửa",
        submission_modes=("Trực tiếp", "Trực tuyến"),
        body="<h3>Nội dung</h3>",
        file=AttachedFile(sha256="0" * 64, label="quy-trinh.pdf"),
        taken_up=(
            TakenUp(
                kind="legal",
                subject="46/2017/NĐ-CP",
                change="replaced",
                effective_on=dt.date(2024, 11, 20),
            ),
        ),
        change_summary="Bớt một bước",
        is_significant=False,
        illustrative=("purpose",),
    )


def _rows() -> dict[str, object]:
    return {
        "cases": (Case(key="c1", label="Có xác minh"),),
        "bases": (_basis(),),
        "dossier": (_paper(),),
        "limits": (_limit("1.005099", "c1", 2400),),
        "fees": (Statement(key="p1", text="Không", tthc=("1.005099",)),),
        "results": (Statement(key="r1", text="Giấy giới thiệu chuyển trường"),),
        "forms": (_form(),),
        "records": (
            KeptRecord(key="k1", name="Đơn", keeper="Văn thư", years=5, medium="both"),
            KeptRecord(key="k2", name="Sổ", is_permanent=True, origin=Origin.ILLUSTRATIVE),
        ),
        "steps": (_received(), _appraised()),
    }


def _basis() -> LegalBasis:
    return LegalBasis(
        key="b1",
        number="28/2020/TT-BGDĐT",
        title="Điều lệ trường tiểu học",
        kind="general",
        tthc=("1.005099",),
        note="Điều 36",
        origin=Origin.PARTLY,
    )


def _paper() -> DossierItem:
    return DossierItem(
        key="d1",
        name="Đơn",
        kind="present",
        originals=1,
        copies=2,
        copy_kind="sao y",
        condition="nếu có",
        case="c1",
        form="f1",
        tthc=("1.005099",),
        origin=Origin.UNVERIFIED,
    )


def _limit(tthc: str, case: str, minutes: int) -> TimeLimit:
    return TimeLimit(
        key="l1",
        tthc=tthc,
        case=case,
        unit=Unit.WORKING_DAY,
        minutes=minutes,
        text="05 ngày làm việc",
    )


def _form() -> FormUse:
    return FormUse(
        key="f1", kind="legal", code="Mẫu 01", name="Đơn xin chuyển trường", source="28/2020/TT"
    )


def _received() -> Step:
    return Step(
        key="s1",
        work="Tiếp nhận hồ sơ",
        position="Văn thư",
        unit_code="MC",
        unit_name="Một cửa",
        times=(StepTime(case="c1", kind=TimeKind.WORKING, minutes=240),),
        output="Giấy tiếp nhận",
        forms=("f1",),
        note="trong ngày",
    )


def _appraised() -> Step:
    return Step(
        key="s2",
        work="Thẩm định",
        responsible="Chuyên viên phụ trách",
        times=(StepTime(case="c1", kind=TimeKind.PARALLEL),),
    )


def test_canonical_bytes_are_those_of_the_golden_file() -> None:
    assert _whole().canonical() == GOLDEN.read_text(encoding="utf-8").removesuffix("\n")


def test_golden_file_leaves_no_field_out() -> None:
    empty = json.loads(Content(cases=()).canonical())
    whole = json.loads(GOLDEN.read_text(encoding="utf-8"))

    assert set(whole) == set(empty)
    default = {"schema", "has_no_dossier"}
    assert {name for name in empty if whole[name] == empty[name]} == default


def test_document_comes_back_exactly() -> None:
    text = _whole().canonical()

    assert Content.parse(text) == _whole()
    assert Content.parse(text).canonical() == text


def test_hash_is_of_the_bytes_that_are_stored() -> None:
    # printf 'á' | sha256sum
    assert sha256_of("á") == "fb9778719d93551b1c88df5f1ab229f83ea30af112fc51017c9f0a383dcf6cb3"


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(title=TEXT, work=TEXT, html=TEXT, number=TEXT)
def test_any_text_is_kept_composed_and_comes_back(
    title: str, work: str, html: str, number: str
) -> None:
    document = Content(
        title=title,
        purpose=html,
        steps=(Step(work=work),),
        bases=(LegalBasis(number=number),),
    )
    text = document.canonical()

    assert Content.parse(text).canonical() == text
    assert unicodedata.is_normalized("NFC", text)


def test_a_word_from_a_mac_gives_the_same_bytes() -> None:
    composed = Content(title="Chuyển trường", cases=())
    apart = Content(title=unicodedata.normalize("NFD", "Chuyển trường"), cases=())

    assert apart.canonical() == composed.canonical()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}x",
        "[]",
        '{"schema":2}',
        '{"ten_la":1}',
        '{"steps":[{"work":1}]}',
        '{"steps":[{"key":"KHÔNG","work":"a"}]}',
        '{"dossier":[{"name":"a","copies":-1}]}',
        '{"steps":[{"work":"a","times":[{"kind":"working"}]}]}',
        '{"steps":[{"work":"a","times":[{"kind":"parallel","minutes":60}]}]}',
    ],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Content.parse(text)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>Một <b>hai</b> <em>ba</em></p>", "<p>Một hai <em>ba</em></p>"),
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red">a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="https://chinhphu.vn">a</a>', '<a href="https://chinhphu.vn">a</a>'),
        ('<img src="/etc/passwd">', ""),
        ('<td colspan="2">a</td>', "a"),
        ("<p></p>", ""),
        ("<p>&nbsp;</p>", ""),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_narrative_keeps_what_a_procedure_needs_and_nothing_active(html: str, kept: str) -> None:
    assert sanitise(html) == kept
    assert sanitise(kept) == kept


def test_sum_is_known_only_when_every_step_is() -> None:
    known = _whole()
    unknown = known.revised(steps=(*known.steps, Step(key="s3", work="Trả kết quả")))

    assert known.case_total("c1") == 240
    assert unknown.case_total("c1") is None
    assert unknown.known_total("c1") == 240


def test_the_closest_limit_wins() -> None:
    document = Content(limits=(_limit("", "", 1), _limit("", "c1", 2), _limit("1.000001", "", 3)))

    found = [document.limit_for(*pair) for pair in (("x", "y"), ("x", "c1"), ("1.000001", "c1"))]
    assert [limit.minutes for limit in found if limit] == [1, 2, 3]
