"""What is wrong in the document set: each rule with a seeded defect, none in a clean office."""

import datetime as dt
import io
import json
import re
from html import unescape
from io import StringIO
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from procedures import actions
from procedures.content import FormUse, Step, StepTime
from procedures.health import RULES, Defect, Scope, defects
from procedures.models import (
    Acknowledgement,
    DocumentSettings,
    LegalDocument,
    PrintedCopy,
    ProcedureVersion,
    TTHCChange,
    new_token,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import add_months, format_date, today
from qms.organisation.models import Unit
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing
from tests.factories import (
    BY_PASSWORD,
    Office,
    advance,
    make_blank,
    make_blank_issue,
    make_decision,
    make_draft,
    make_next_draft,
    make_next_version,
    make_tthc,
    restrict,
    sign_in,
    system,
)
from tests.procedures.coverage.builders import (
    basis,
    make_change,
    make_legal,
    make_legal_change,
    make_review,
)

pytestmark = pytest.mark.django_db
URL = "/ra-loi/"
LAW = "46/2017/NĐ-CP"


def law() -> LegalDocument:
    return LegalDocument.objects.numbered(LAW) or make_legal(LAW)


def put_in_force(
    office: Office, *tthc: Any, since: dt.date | None = None, **fields: Any
) -> ProcedureVersion:
    """A version without any defect but what `fields` seed, its decision with a signed original."""
    law()
    draft = make_draft(office, *tthc, **({"bases": (basis(LAW),)} | fields))
    advance(draft, VersionStatus.REVIEWED, office)
    decision = make_decision(office, draft)
    day = since or today()
    signing = BY_PASSWORD if since is None else Signing(Signature.Method.PAPER, on=day)
    actions.approve_decision(decision, by=office.leader, seen=decision.sha256(), signing=signing)
    original = files.store(b"%PDF-1.4 ky", "ky.pdf", kind="pdf", by=system())
    numbering = actions.Numbering(f"{draft.pk}/QĐ", day, day, original)
    actions.issue_decision(decision, numbering, by=office.clerk)
    draft.refresh_from_db()
    return draft


def found(*, on: dt.date | None = None, units: Any = None) -> dict[str, list[Defect]]:
    """What is wrong, by rule."""
    rows: dict[str, list[Defect]] = {}
    scope = Scope.whole(Unit.objects.all() if units is None else units, on or today())
    for defect in defects(scope):
        assert resolve(defect.url.partition("#")[0].partition("?")[0])
        rows.setdefault(defect.rule, []).append(defect)
    return rows


def only(rule: str, **asked: Any) -> Defect:
    """The one defect there is, which is of `rule`."""
    rows = found(**asked)
    assert {key: len(listed) for key, listed in rows.items()} == {rule: 1}
    return rows[rule][0]


def test_health_finds_nothing_in_a_clean_office() -> None:
    office = Office()
    blank = make_blank(office, "BM-01")
    make_blank_issue(blank, valid_from=today())
    put_in_force(office, forms=(FormUse(code="BM-01", name="Đơn"),))
    make_draft(office, make_tthc())

    assert found() == {}


def test_health_tells_of_bases_unknown_missing_and_ended() -> None:
    office = Office()
    unknown = put_in_force(office, bases=(basis(LAW), basis("9/2021/TT")))
    bare = put_in_force(office, bases=(basis(LAW, kind="general"),))

    rows = found()

    assert list(rows) == ["basis_unknown", "basis_missing"]
    assert rows["basis_unknown"][0].object == "9/2021/TT"
    assert rows["basis_unknown"][0].message == (
        f"Văn bản 9/2021/TT chưa có trong danh mục nhưng được dẫn ở {unknown.procedure.code}. "
        "Hãy ghi văn bản này vào danh mục, hoặc sửa số, ký hiệu cho đúng."
    )
    assert rows["basis_missing"][0].object == bare.procedure.code

    change = make_legal_change(law(), today())

    ended = found()["basis_ended"]
    assert [(d.object, d.message.partition(" từ ")[0]) for d in ended] == [
        (unknown.procedure.code, f"Căn cứ trực tiếp {LAW} đã bị thay thế"),
        (LAW, f"{LAW} đã bị thay thế"),
    ]
    make_review(unknown, office, today().isoformat(), "keep", legal_change=change)
    assert [d.object for d in found()["basis_ended"]] == [LAW]


def test_health_tells_of_steps_without_time_or_owner_and_of_sums_over_the_limit() -> None:
    office = Office()
    tthc = make_tthc(office.agency)

    def step(minutes: int | None, **who: str) -> Step:
        kind = "unknown" if minutes is None else "working"
        return Step(work="Làm", times=(StepTime(case="c1", kind=kind, minutes=minutes),), **who)

    steps = (step(None, position="Chuyên viên"), step(480, responsible="Một cửa"), step(480))
    version = put_in_force(office, tthc, steps=steps)
    make_change(
        tthc,
        TTHCChange.Kind.AMENDED,
        today(),
        law_minutes=480,
        law_unit="working_day",
        changed_fields=["law_minutes", "law_unit"],
    )

    rows = found()

    assert {rule: [d.object for d in listed] for rule, listed in rows.items()} == {
        rule: [version.procedure.code] for rule in ("step_untimed", "step_nobody", "over_limit")
    }
    assert rows["step_untimed"][0].message.startswith("Chưa rõ thời gian của bước 1.")
    assert rows["step_nobody"][0].message.startswith("Chưa ghi ai thực hiện bước 3.")
    assert rows["over_limit"][0].message == (
        f"Tổng thời gian các bước là 2 ngày, vượt hạn 1 ngày của TTHC {tthc.code}. Giảm bớt 1 ngày."
    )
    assert rows["over_limit"][0].url == f"/quy-trinh/{version.procedure.slug}/#cac-buoc"


def test_health_tells_of_a_form_without_file_until_its_issue_is_in_force() -> None:
    office = Office()
    blank = make_blank(office, "BM-07")
    version = put_in_force(office, forms=(FormUse(code="BM-07", name="Đơn"),))

    defect = only("form_fileless")

    assert (defect.object, version.procedure.code in defect.message) == ("BM-07", True)
    assert defect.url == blank.get_absolute_url()
    make_blank_issue(blank, valid_from=today())
    assert found() == {}


def test_health_tells_of_an_overdue_review_by_the_interval_of_the_agency() -> None:
    office = Office(review_interval_months=6)
    version = put_in_force(office)
    acknowledge_all(version)
    last_day = add_months(today(), 6)

    assert found(on=last_day) == {}
    defect = only("review_overdue", on=last_day + dt.timedelta(days=1))
    assert defect.message == (
        f"Phải xem xét định kỳ chậm nhất ngày {format_date(last_day)}; lần gần nhất là ngày "
        f"{format_date(today())}. Hãy xem xét và ghi kết luận."
    )
    make_review(version, office, last_day.isoformat(), "keep")
    assert found(on=last_day + dt.timedelta(days=1)) == {}


def acknowledge_all(version: ProcedureVersion) -> None:
    for duty in version.duties.all():
        for post in duty.position.posts.all():
            acknowledge(version, post.person)


def acknowledge(version: ProcedureVersion, person: Any) -> None:
    if not Acknowledgement.objects.filter(version=version, person=person).exists():
        Acknowledgement(
            version=version,
            person=person,
            acknowledged_on=today(),
            content_sha256=version.content_sha256,
            recorded_by=person,
        ).record(by=person, reason="Đã đọc")


def test_health_tells_of_what_waits_for_approval_number_and_signed_original() -> None:
    office = Office()
    reviewed = make_draft(office, make_tthc(), bases=(basis(law().number),))
    advance(reviewed, VersionStatus.REVIEWED, office)

    defect = only("not_approved")
    assert (defect.object, defect.url) == (reviewed.procedure.code, f"/du-thao/{reviewed.pk}/")

    decision = make_decision(office, reviewed)
    assert only("not_approved").url == decision.get_absolute_url()

    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    assert only("not_numbered").url == decision.get_absolute_url()

    numbering = actions.Numbering("5/QĐ", today(), today())
    actions.issue_decision(decision, numbering, by=office.clerk)
    decision.refresh_from_db()
    assert only("original_missing").object == str(decision)


def test_health_tells_who_has_not_read_in_time() -> None:
    office = Office()
    DocumentSettings(agency=office.agency, reading_days=3).record(by=system(), reason="Đặt")
    version = put_in_force(office)
    late = today() + dt.timedelta(days=4)

    assert found(on=late - dt.timedelta(days=1)) == {}
    defect = only("unread", on=late)
    assert defect.object == version.procedure.code
    assert defect.message.startswith("2 người có bước phải thực hiện chưa xác nhận đã đọc")
    acknowledge(version, office.clerk)
    assert only("unread", on=late).message.startswith("1 người")
    acknowledge(version, office.staff)
    assert found(on=late) == {}


def test_health_tells_where_tthc_and_procedures_do_not_meet() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    first, second = put_in_force(office, tthc), put_in_force(office, tthc)

    defect = only("tthc_twice")
    assert defect.object == tthc.code
    assert f"{first.procedure.code}, {second.procedure.code}" in defect.message

    missing = make_tthc(office.agency)
    assert found()["tthc_uncovered"][0].url == f"/tthc/{missing.code}/"
    make_draft(office, missing)
    assert "Bản dự thảo đang soạn" in found()["tthc_uncovered"][0].message

    make_change(tthc, TTHCChange.Kind.ABOLISHED, today())
    idle = found()["procedure_idle"]
    assert [d.object for d in idle] == [first.procedure.code, second.procedure.code]
    assert idle[0].message.startswith(f"Không TTHC nào của quy trình còn hiệu lực ({tthc.code})")


def test_health_tells_of_copies_held_of_what_has_ended() -> None:
    office = Office()
    version = put_in_force(office, since=today() - dt.timedelta(days=2))
    copy = PrintedCopy(
        version=version,
        number=3,
        token=new_token(),
        holder="Một cửa",
        handed_on=today(),
        made_by=office.secretary,
    )
    copy.record(by=office.secretary, reason="Giao")
    assert found() == {}

    make_next_version(office, version)

    rows = found()
    assert list(rows) == ["original_missing", "copy_held"]
    assert rows["copy_held"][0].object == f"{version.procedure.code}, bản số 03"
    assert rows["copy_held"][0].message.startswith("Một cửa còn giữ bản giấy lần ban hành 01")


def test_health_tells_of_codes_that_are_easily_mistaken() -> None:
    office = Office()
    put_in_force(office, code="QT-01/GDĐT")
    put_in_force(office, code="QT-01/GDDT")

    assert "QT-01/GDDT, QT-01/GDĐT" in only("code_confusable").message or (
        "QT-01/GDĐT, QT-01/GDDT" in only("code_confusable").message
    )


def test_health_tells_of_a_draft_whose_base_was_replaced() -> None:
    office = Office()
    old = put_in_force(office, since=today() - dt.timedelta(days=2))
    new = make_next_version(office, old)
    draft = make_next_draft(office, new)
    assert "base_superseded" not in found()

    ProcedureVersion.objects.filter(pk=draft.pk).update(base=old)

    defect = found()["base_superseded"][0]
    assert (defect.object, defect.url) == (draft.procedure.code, f"/du-thao/{draft.pk}/")


def test_every_rule_is_told_of_in_these_tests() -> None:
    assert set(RULES) == {
        *("basis_unknown", "basis_missing", "basis_ended", "step_untimed", "step_nobody"),
        *("over_limit", "form_fileless", "review_overdue", "not_approved", "not_numbered"),
        *("original_missing", "unread", "tthc_twice", "tthc_uncovered", "procedure_idle"),
        *("copy_held", "code_confusable", "base_superseded"),
    }


def test_health_asks_as_often_for_many_procedures_as_for_one() -> None:
    office = Office()
    wrong: dict[str, Any] = {
        "bases": (basis("9/2021/TT"),),
        "forms": (FormUse(kind="legal", name="Mẫu", source="L"),),
    }
    put_in_force(office, **wrong)
    later = today() + dt.timedelta(days=800)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found(on=later)
        return len(captured)

    one = queries()
    for _ in range(2):
        put_in_force(office, **wrong)
    make_tthc(office.agency)
    make_tthc(office.agency)

    assert queries() == one <= 32


# --- page, sheet, command ---


def _text(answer: Any) -> str:
    main = answer.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_health_page_groups_by_rule_filters_and_links(client: Client) -> None:
    office = Office()
    version = put_in_force(office, bases=(basis("9/2021/TT", kind="general"),))
    sign_in(client, office.secretary)

    whole = _text(client.get(URL))
    one = client.get(URL, {"loai": "basis_missing"})

    assert "Căn cứ chưa có trong danh mục văn bản 1 lỗi" in whole
    assert "Quy trình TTHC chưa có căn cứ trực tiếp 1 lỗi" in whole
    assert [group.key for group in one.context["groups"]] == ["basis_missing"]
    assert f'href="/quy-trinh/{version.procedure.slug}/"' in one.content.decode()
    assert "Không còn lỗi loại này" in _text(client.get(URL, {"loai": "unread"}))


def test_health_page_says_that_nothing_is_wrong(client: Client) -> None:
    office = Office()

    assert "Không thấy lỗi nào" in _text(sign_in(client, office.leader).get(URL))


def test_health_page_shows_each_what_they_answer_for(client: Client) -> None:
    office, other = Office(), Office()
    mine = put_in_force(office, bases=())
    theirs = put_in_force(other, bases=())
    restrict(mine.procedure)
    draft = make_next_draft(office, mine)
    ProcedureVersion.objects.filter(pk=draft.pk).update(
        base=put_in_force(office, bases=(basis(LAW),))
    )

    def told(user: Any) -> set[tuple[str, str]]:
        page = sign_in(client, user).get(URL)
        return {(d.rule, d.object) for d in page.context["page"].object_list}

    code = mine.procedure.code
    assert told(office.secretary) == {("basis_missing", code), ("base_superseded", code)}
    # a leader does not see what is only being drafted
    assert told(office.leader) == {("basis_missing", code)}
    assert told(other.secretary) == {("basis_missing", theirs.procedure.code)}
    for user in (office.staff, office.clerk, office.admin):
        assert sign_in(client, user).get(URL).status_code == 403


def test_health_sheet_holds_what_the_page_tells(client: Client) -> None:
    office = Office()
    version = put_in_force(office, bases=())
    sign_in(client, office.secretary)

    answer = client.get("/ra-loi/bang-tinh/")

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)  # type: ignore[union-attr]
    assert rows[0][0] == f"Lỗi trong bộ tài liệu, ngày {format_date(today())}"
    assert rows[2] == ("Loại lỗi", "Tài liệu, đối tượng", "Lỗi và cách sửa", "Địa chỉ")
    assert rows[3][:2] == (RULES["basis_missing"].title, version.procedure.code)
    assert rows[3][3] == f"http://testserver/quy-trinh/{version.procedure.slug}/"
    assert len(rows) == 4


def test_health_command_prints_json_or_words_for_all_or_one_agency() -> None:
    office, other = Office(), Office()
    version = put_in_force(office, bases=())

    def run(*args: str) -> str:
        out = StringIO()
        call_command("health", *args, stdout=out)
        return out.getvalue()

    rows = json.loads(run("--json"))

    assert [list(row) for row in rows] == [["rule", "object", "message", "url"]]
    assert (rows[0]["rule"], rows[0]["object"]) == ("basis_missing", version.procedure.code)
    assert json.loads(run("--json", "--agency", other.agency.code)) == []
    assert version.procedure.code in run("--agency", office.agency.code)
    with pytest.raises(CommandError, match="Không có cơ quan nào mã “X”"):
        run("--agency", "X")
