"""Many drafts for one cause: issued anew as they are, handed in, reviewed, decided together."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procedures import actions
from procedures.comparison import changes
from procedures.content import LegalBasis
from procedures.models import BundleDraft, Decision, DraftBundle, ProcedureVersion, TTHCChange
from qms.foundation.dates import today
from qms.organisation.roles import Role
from tests.factories import (
    BY_PASSWORD,
    Office,
    issue,
    make_next_draft,
    make_tthc,
    make_user,
    sign_in,
)
from tests.procedures.coverage.builders import in_force, make_change

LIST = "/dot-soan-lai/"
REISSUE = "/dot-soan-lai/ban-hanh-lai/"
LONG_AGO = dt.date(2022, 3, 15)
pytestmark = pytest.mark.django_db


def _page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def _bundle(office: Office, *versions: ProcedureVersion) -> DraftBundle:
    return actions.reissue_unchanged(
        [version.procedure for version in versions],
        by=office.secretary,
        reason="Kiện toàn lãnh đạo",
        title="Ban hành lại năm 2026",
    ).bundle


def test_secretary_reissues_many_at_once_and_those_left_out_are_named(client: Client) -> None:
    office = Office()
    plain = in_force(office, since=LONG_AGO)
    other = in_force(office, since=LONG_AGO)
    drafted = in_force(office, since=LONG_AGO)
    make_next_draft(office, drafted)
    tthc = make_tthc(office.agency)
    stale = in_force(office, tthc, since=LONG_AGO)
    make_change(tthc, TTHCChange.Kind.AMENDED, dt.date(2024, 1, 1))
    foreign = in_force(Office(), since=LONG_AGO)
    sign_in(client, office.secretary)

    page = _page(client, REISSUE + "?chon=1")
    assert page.count('name="procedures"') == 2
    assert page.count("checked") == 2
    assert "Không: đang có bản dự thảo chưa xong" in page
    assert "Không: còn thay đổi pháp luật chưa cập nhật" in page
    assert foreign.procedure.title not in page
    assert "Không có quy trình nào" in _page(client, f"{REISSUE}?q=khong-co")

    everything = [str(v.procedure_id) for v in (plain, other, drafted, stale)]
    typed = {"procedures": everything, "title": "Lãnh đạo mới", "reason": ""}
    refused = client.post(REISSUE, typed)
    assert refused.status_code == 422
    assert "Hãy ghi lý do, căn cứ." in refused.content.decode()
    assert "Lãnh đạo mới" in refused.content.decode()
    assert not DraftBundle.objects.exists()

    answer = client.post(REISSUE, typed | {"reason": "QĐ 12/QĐ-UBND bổ nhiệm"}, follow=True)
    bundle = DraftBundle.objects.get()
    assert answer.redirect_chain[-1][0] == bundle.get_absolute_url()
    told = answer.content.decode()
    assert "Đã lập 2 bản dự thảo" in told
    assert f"{drafted.procedure.code} để lại: đang có bản dự thảo chưa xong" in told
    assert f"{stale.procedure.code} để lại: còn thay đổi pháp luật" in told
    draft = plain.procedure.versions.open().get()
    assert (draft.change_type, draft.base, draft.is_significant) == ("reissue", plain, False)
    assert {c.section for c in changes(plain.document, draft.document)} == {
        "change_summary",
        "is_significant",
    }
    assert "QĐ 12/QĐ-UBND bổ nhiệm" in draft.document.change_summary
    assert "Thuộc đợt" in _page(client, f"/du-thao/{draft.pk}/")


def test_nothing_is_written_where_one_fails_or_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()
    versions = [in_force(office, since=LONG_AGO) for _ in range(2)]
    made: list[int] = []

    def failing(bundle: DraftBundle, version: ProcedureVersion, *, by: object) -> None:
        made.append(version.pk)
        if len(made) == 2:
            raise ValidationError("Hỏng giữa chừng")

    with monkeypatch.context() as patch:
        patch.setattr("procedures.actions.bundles.add_draft", failing)
        with pytest.raises(ValidationError, match="giữa chừng"):
            _bundle(office, *versions)
    assert not DraftBundle.objects.exists()
    assert not ProcedureVersion.objects.open().exists()
    _bundle(office, *versions)
    with pytest.raises(ValidationError, match="Không còn quy trình nào"):
        _bundle(office, *versions)
    with pytest.raises(ValidationError, match="một cơ quan"):
        _bundle(office, versions[0], in_force(Office(), since=LONG_AGO))


def test_one_click_each_hands_in_reviews_and_decides(client: Client) -> None:
    office = Office()
    good = in_force(office, since=LONG_AGO)
    warned = in_force(office, since=LONG_AGO)
    blocked = in_force(office, since=LONG_AGO)
    bundle = _bundle(office, good, warned, blocked)
    drafts = {link.version.base_id: link.version for link in bundle.drafts.all()}
    _say(office, drafts[warned.pk], bases=(LegalBasis(number="01/2020/TT-X"),), records=())
    _say(office, drafts[blocked.pk], steps=())
    url = bundle.get_absolute_url()
    sign_in(client, office.secretary)

    page = _page(client, url)
    assert "Trình xem xét tất cả (3)" in page
    assert "Cần giải trình" in page
    left = client.post(f"{url}trinh/", {"explanation": ""}, follow=True).content.decode()
    assert "Đã trình xem xét 1 bản." in left
    assert f"{warned.procedure.code} để lại: Cần giải trình" in left
    assert f"{blocked.procedure.code} để lại" in left
    rest = client.post(f"{url}trinh/", {"explanation": "Đã rõ"}, follow=True).content.decode()
    assert "Đã trình xem xét 1 bản." in rest
    assert f"{blocked.procedure.code} để lại" in rest

    sign_in(client, office.staff)
    assert client.get(LIST).status_code == 403
    assert client.get(url).status_code == 404
    assert client.post(f"{url}xem-xet/", {"seen": ""}).status_code == 404
    sign_in(client, office.reviewer)
    page = _page(client, url)
    assert "Xem xét: phù hợp (2)" in page
    assert "Trình xem xét tất cả" not in page
    assert blocked.procedure.code not in page
    assert "và 1 bản chưa đến lượt bạn xem" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    stale = client.post(f"{url}xem-xet/", {"seen": seen.split(",")[0]}, follow=True)
    assert "Đã xem xét, phù hợp: 1 bản." in stale.content.decode()
    assert "Nội dung đã thay đổi sau khi bạn mở trang" in stale.content.decode()
    client.post(f"{url}xem-xet/", {"seen": seen})
    assert client.post(f"{url}quyet-dinh/", {"subject": "X"}).status_code == 403

    sign_in(client, office.secretary)
    empty = client.post(f"{url}quyet-dinh/", {"subject": ""})
    assert empty.status_code == 422
    assert "Hãy ghi trích yếu" in empty.content.decode()
    client.post(f"{url}quyet-dinh/", {"subject": "Ban hành lại quy trình"})
    decision = Decision.objects.get(subject="Ban hành lại quy trình")
    assert {item.version.base for item in decision.items.all() if item.version} == {good, warned}
    again = client.post(f"{url}quyet-dinh/", {"subject": "X"}, follow=True).content.decode()
    assert "Chưa có bản nào xem xét xong" in again
    assert "Ban hành lại quy trình" in _page(client, url)


def test_all_are_returned_with_one_comment(client: Client) -> None:
    office = Office()
    versions = [in_force(office, since=LONG_AGO) for _ in range(2)]
    bundle = _bundle(office, *versions)
    drafts = [link.version for link in bundle.drafts.select_related("version__procedure")]
    actions.submit_drafts(drafts, by=office.secretary)
    url = f"{bundle.get_absolute_url()}tra-lai/"
    sign_in(client, office.secretary)
    nothing = client.post(url, {"return-comment": "Sai"}, follow=True).content.decode()
    assert "Không có bản nào bạn trả lại được." in nothing

    sign_in(client, office.reviewer)
    refused = client.post(url, {"return-comment": ""})
    assert refused.status_code == 422
    assert "Hãy ghi lý do." in refused.content.decode()
    sign_in(client, make_user(Role.UNIT_HEAD, unit=office.agency))
    done = client.post(url, {"return-comment": "Thiếu căn cứ"}, follow=True)
    assert done.redirect_chain[-1][0] == LIST  # a head sees them no more, a leader would
    assert "Đã trả lại 2 bản." in done.content.decode()
    assert set(bundle.drafts.values_list("version__status", flat=True)) == {"draft"}


def test_queries_do_not_grow_with_the_drafts(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)

    def count(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    few = _bundle(office, *(in_force(office, since=LONG_AGO) for _ in range(2)))
    some = count(few.get_absolute_url()), count(REISSUE), count(LIST)
    many = _bundle(office, *(in_force(office, since=LONG_AGO) for _ in range(3)))
    assert (count(many.get_absolute_url()), count(REISSUE), count(LIST)) == some


def test_strangers_to_the_agency_see_no_bundle(client: Client) -> None:
    office = Office()
    bundle = _bundle(office, in_force(office, since=LONG_AGO))
    other = Office()
    sign_in(client, other.secretary)

    assert client.get(bundle.get_absolute_url()).status_code == 404
    assert bundle.title not in _page(client, LIST)
    head = make_user(Role.UNIT_HEAD, unit=office.agency)
    sign_in(client, head)
    assert client.get(bundle.get_absolute_url()).status_code == 404
    actions.submit_drafts([link.version for link in bundle.drafts.all()], by=office.secretary)
    assert "Xem xét: phù hợp (1)" in _page(client, bundle.get_absolute_url())
    assert BundleDraft.objects.count() == 1


def _say(office: Office, draft: ProcedureVersion, **fields: object) -> None:
    draft.save_content(
        draft.document.revised(**fields),
        by=office.secretary,
        seen=draft.content_sha256,
        reason="Sửa",
    )


def test_issued_anew_the_number_grows_and_nobody_has_to_read() -> None:
    office = Office()
    version = in_force(office, since=LONG_AGO)
    bundle = _bundle(office, version)
    draft = bundle.drafts.get().version
    actions.submit_drafts([draft], by=office.secretary)
    draft.review(by=office.reviewer, seen=draft.content_sha256)
    decision = actions.decide_bundle(bundle, [draft], by=office.secretary, subject="Ban hành lại")
    decision.submit(by=office.secretary)
    actions.approve_decision(
        decision, by=office.leader, seen=decision.sha256(), signing=BY_PASSWORD
    )
    issue(decision, office)

    draft.refresh_from_db()
    assert (draft.issue_no, draft.revision_no) == ((version.issue_no or 0) + 1, 0)
    assert not draft.is_significant
    assert list(version.procedure.versions.in_force(on=today())) == [draft]
