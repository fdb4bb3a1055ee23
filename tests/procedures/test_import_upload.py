"""Choosing a list to import: what is wrong is told at its field, what was chosen is kept."""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures.models import TTHC
from tests.procedures.imports.bad_files import BAD_FILES
from tests.procedures.imports.pages import URL, as_secretary, messages_of, press, text_of, upload
from tests.procedures.imports.running import everything

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", BAD_FILES)
def test_tthc_import_refuses_a_bad_file_at_its_field(client: Client, kind: str) -> None:
    client, unit = as_secretary(client)
    name, data, words = BAD_FILES[kind]
    content, before, started = data(), everything(), time.monotonic()

    page = upload(client, unit, content, name=name, decision="632/QĐ-UBND", effective_on="1/5/2024")

    assert page.status_code == 422
    ((error,),) = page.context["form"].errors.values()
    assert list(page.context["form"].errors) == ["file"]
    assert words in error
    assert 'value="632/QĐ-UBND"' in page.content.decode()
    assert everything() == before
    assert time.monotonic() - started < 5  # seconds


def test_tthc_import_without_a_file_asks_for_one(client: Client) -> None:
    client, unit = as_secretary(client)

    page = client.post(reverse(URL), {"unit": unit.pk})

    assert page.status_code == 422
    assert page.context["form"].errors == {"file": ["Hãy chọn tệp danh mục."]}


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"decision": "632/QĐ-UBND"}, "effective_on", "phải ghi ngày hiệu lực"),
        ({"effective_on": "01/05/2024"}, "decision", "phải ghi quyết định công bố TTHC"),
        (
            {"decision": "632/QĐ-UBND", "effective_on": "31/02/2024"},
            "effective_on",
            "ngày/tháng/năm",
        ),
        ({"decision": "x" * 256, "effective_on": "01/05/2024"}, "decision", "255"),
    ],
)
def test_tthc_import_keeps_the_file_while_something_else_is_mended(
    client: Client, typed: dict[str, str], field: str, why: str
) -> None:
    client, unit = as_secretary(client)

    wrong = upload(client, unit, **typed)
    form = wrong.context["form"]
    page = client.post(reverse(URL), {"unit": unit.pk, "kept": form.upload.token})

    assert wrong.status_code == 422
    assert list(form.errors) == [field]
    assert why in str(form.errors)
    assert "Đang giữ tệp “danh-muc.csv”" in text_of(wrong)
    assert page.context["plan"].codes("new") == ["1.004494", "1.004555"]
    assert TTHC.objects.count() == 0


def test_tthc_import_lets_the_terms_be_mended_without_choosing_the_file_again(
    client: Client,
) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit, decision="632/QĐ-UBND", effective_on="01/05/2024")

    form = press(client, page, "sua")
    again = client.post(
        reverse(URL),
        {"unit": unit.pk, "kept": form.context["form"].upload.token, "decision": ""},
    )

    assert form.context["form"].initial["decision"] == "632/QĐ-UBND"
    assert 'value="01/05/2024"' in form.content.decode()
    assert again.context["upload"].terms.decision_no == ""
    assert again.context["plan"].codes("new") == ["1.004494", "1.004555"]


@pytest.mark.parametrize("field", ["token", "kept"])
def test_tthc_import_of_a_page_that_is_too_old_starts_anew(client: Client, field: str) -> None:
    client, unit = as_secretary(client)

    answer: Any = client.post(reverse(URL), {field: "hỏng", "buoc": "nhap", "unit": unit.pk})

    assert answer.status_code == 302
    assert answer["Location"] == reverse(URL)
    said = messages_of(answer)
    assert said == ["Phần xem trước đã hết hạn. Hãy chọn lại tệp."]


def test_tthc_import_of_a_file_that_is_gone_starts_anew(client: Client, settings: Any) -> None:
    client, unit = as_secretary(client)
    page = upload(client, unit)
    settings.MEDIA_ROOT = settings.MEDIA_ROOT / "elsewhere"

    answer = press(client, page, "nhap")

    assert answer["Location"] == reverse(URL)
    assert TTHC.objects.count() == 0
