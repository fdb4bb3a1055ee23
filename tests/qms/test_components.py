"""What each piece of the pages says and wears."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string

from qms.foundation.charts import stacked_bar, time_bars, trend


def component(piece: str, /, **values: Any) -> str:
    return " ".join(render_to_string(f"components/{piece}.html", values).split())


@pytest.mark.parametrize(
    ("status", "word", "colour", "icon"),
    [
        ("draft", "Dự thảo", "is-draft", "pencil"),
        ("in_review", "Đang xem xét", "is-waiting", "clock"),
        ("reviewed", "Chờ phê duyệt", "is-waiting", "clock"),
        ("approved", "Chờ vào số", "is-waiting", "clock"),
        ("scheduled", "Chưa có hiệu lực", "is-waiting", "clock"),
        ("in_force", "Còn hiệu lực", "is-in-force", "circle-check"),
        ("ended", "Hết hiệu lực", "is-ended", "ban"),
        ("abolished", "Bị bãi bỏ", "is-ended", "ban"),
        ("discarded", "Đã hủy", "is-ended", "ban"),
        ("composing", "Dự thảo", "is-draft", "pencil"),
        ("submitted", "Chờ phê duyệt", "is-waiting", "clock"),
        ("programme_approved", "Đã phê duyệt", "is-in-force", "circle-check"),
        ("issued", "Đã ban hành", "is-in-force", "circle-check"),
        ("withdrawn", "Đã thu hồi", "is-ended", "ban"),
        ("cancelled", "Đã hủy", "is-ended", "ban"),
        ("requested", "Chờ trả lời", "is-waiting", "clock"),
        ("accepted", "Đã chấp nhận", "is-draft", "check"),
        ("refused", "Không chấp nhận", "is-ended", "ban"),
        ("answered", "Đã sửa đổi", "is-in-force", "circle-check"),
        ("covered", "Phù hợp", "is-in-force", "circle-check"),
        ("stale", "Phải cập nhật", "is-stale", "triangle-alert"),
        ("overdue", "Quá hạn cập nhật", "is-ended", "triangle-alert"),
        ("in_progress", "Đang soạn", "is-draft", "pencil"),
        ("missing", "Chưa có quy trình", "is-draft", "circle-dashed"),
        ("excluded", "Không thuộc phạm vi", "is-draft", "circle-minus"),
        ("replaced", "Đã bị thay thế", "is-stale", "triangle-alert"),
        ("unknown", "Chưa rõ", "is-draft", "circle-help"),
    ],
)
def test_status_badge_has_word_colour_and_icon(
    status: str, word: str, colour: str, icon: str
) -> None:
    badge = component("status_badge", status=status)

    assert f"<span>{word}</span>" in badge
    assert f'class="badge-state {colour}"' in badge
    assert f"#{icon}" in badge


def test_status_badge_takes_another_word_and_an_addition() -> None:
    badge = component("status_badge", status="scheduled", label="Sắp có", extra="(từ 01/07/2022)")

    assert 'Sắp có<span class="badge-extra"> (từ 01/07/2022)</span>' in badge


def test_icon_beside_text_is_silent() -> None:
    assert 'aria-hidden="true"' in component("icon", name="clock")


def test_icon_alone_has_a_name() -> None:
    icon = component("icon", name="download", label="Tải về")

    assert 'role="img" aria-label="Tải về"' in icon
    assert "aria-hidden" not in icon


def test_pagination_keeps_the_filter() -> None:
    page = Paginator(range(120), 50).page(2)

    html = component("pagination", page=page, query="q=a&", noun="quy trình")

    assert "51–100 trong 120 quy trình" in html
    assert 'href="?q=a&amp;trang=3"' in html
    assert '<span class="page-link" aria-current="page">2</span>' in html


def test_pagination_of_one_page_only_counts() -> None:
    html = component("pagination", page=Paginator(range(3), 50).page(1), query="", noun="TTHC")

    assert "3 TTHC" in html
    assert "<nav" not in html


def test_empty_says_how_to_begin() -> None:
    html = component(
        "empty", title="Chưa có", text="Ở đây là…", action_label="Soạn", action_url="/s/"
    )

    assert "<h2>Chưa có</h2>" in html
    assert '<a class="btn btn-secondary" href="/s/">Soạn</a>' in html


def test_empty_shows_no_button_to_who_may_not_begin() -> None:
    assert "<a " not in component("empty", title="Chưa có", text="Ở đây là…")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"value": "5 ngày"}, "<dd>5 ngày</dd>"),
        ({"value": ""}, '<span class="quiet">chưa rõ</span>'),
        ({"value": "1.005099", "url": "/t/"}, '<a href="/t/">1.005099</a>'),
        ({"value": "5 ngày", "unverified": True}, "chưa kiểm chứng"),
    ],
)
def test_fact_shows_its_value_and_what_is_not_known(values: dict[str, Any], shown: str) -> None:
    assert shown in component("fact", term="Thời hạn", **values)


def test_ratio_shows_fraction_and_percent() -> None:
    html = component("ratio", fraction="38/43", percent="88,37%")

    assert "38/43" in html
    assert "(88,37%)" in html


def test_ratio_of_nothing_does_not_apply() -> None:
    html = component("ratio", fraction="0/0", percent="không áp dụng")

    assert html == '<span class="quiet">không áp dụng</span>'


def test_stacked_bar_says_in_words_what_it_draws() -> None:
    segments = stacked_bar([("Phù hợp", 3, "covered", "?a"), ("Phải cập nhật", 1, "stale", "?b")])

    html = component("stacked_bar", segments=segments, id="bar", title="4 TTHC")

    assert 'aria-label="4 TTHC: Phù hợp 3, Phải cập nhật 1"' in html
    assert 'x="75%" width="25%"' in html
    assert '<a href="?b">Phải cập nhật <strong>1</strong></a>' in html


def test_trend_has_the_table_behind_it() -> None:
    chart = trend(
        [("Có quy trình ISO", "covered")],
        [(date(2022, 3, 15), [12])],
        until=date(2022, 6, 30),
        marks=[(date(2022, 3, 15), "QĐ số 112")],
    )

    html = component("trend", chart=chart, title="Diễn biến", unit="TTHC")

    assert '<th scope="row">15/03/2022</th><td class="num">12</td>' in html
    assert "15/03/2022: QĐ số 112" in html


def test_time_bar_begins_where_the_step_begins() -> None:
    html = component("time_bar", bar=time_bars([480, 480])[1])

    assert 'x="50%" width="50%"' in html


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"total": "4½", "limit": "5"}, "4½ / 5 ngày làm việc"),
        ({"total": "5½", "limit": "5", "is_over": True}, "vượt thời hạn"),
        ({"total": "5½", "limit": ""}, "chưa rõ thời hạn"),
    ],
)
def test_sum_stands_beside_the_limit(values: dict[str, Any], shown: str) -> None:
    assert shown in component("sum_limit", unit="ngày làm việc", **values)


def test_person_line_tells_a_paper_signature_from_a_password() -> None:
    at = datetime(2022, 3, 15, 10, 32, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    values = {"act": "Phê duyệt", "name": "Nguyễn Văn An", "position": "Trưởng phòng", "at": at}

    assert "(ký trên bản giấy)" in component("person_line", method="paper", **values)
    assert "(ký trên bản giấy)" not in component("person_line", method="password", **values)
    assert "10:32, 15/03/2022" in component("person_line", **values)


def test_confirm_password_names_the_deed() -> None:
    class Sign(forms.Form):
        password = forms.CharField(label="Mật khẩu", widget=forms.PasswordInput)

    html = component(
        "confirm_password", field=Sign()["password"], statement="Tôi phê duyệt.", action="Phê duyệt"
    )

    assert "<p>Tôi phê duyệt.</p>" in html
    assert 'type="password"' in html
    assert "Phê duyệt</button>" in html


def test_what_was_typed_is_escaped() -> None:
    assert "&lt;b&gt;" in component("fact", term="Tên", value="<b>")
    assert "&lt;b&gt;" in component("status_badge", status="draft", label="<b>")


def test_breadcrumbs_end_with_the_page_itself() -> None:
    html = component("breadcrumbs", trail=[("Quy trình", "/quy-trinh/"), ("QT-05", "")])

    assert '<a href="/quy-trinh/">Quy trình</a>' in html
    assert '<li class="breadcrumb-item active" aria-current="page">QT-05</li>' in html
