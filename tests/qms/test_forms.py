"""How fields look and what a date may look like."""

from datetime import date

import pytest
from django import forms

from qms.foundation.forms import DateField, ManyField
from qms.organisation.models import Position


class Letter(forms.Form):
    subject = forms.CharField(label="Trích yếu", help_text="Ngắn gọn.")
    issued_on = DateField(label="Ngày ban hành")
    kind = forms.ChoiceField(label="Loại", choices=[("a", "Công văn")], required=False)
    is_urgent = forms.BooleanField(label="Khẩn", required=False)
    copies = forms.ChoiceField(
        label="Số bản", choices=[("1", "Một"), ("2", "Hai")], widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, object]:
        self.add_error(None, "Chưa có người ký.")
        return self.cleaned_data


def html(text: str) -> str:
    return " ".join(text.split())


def test_field_ties_label_help_and_control_together() -> None:
    field = html(Letter()["subject"].as_field_group())

    assert '<label for="id_subject">Trích yếu' in field
    assert '<span class="visually-hidden"> (bắt buộc)</span>' in field
    assert 'id="id_subject_helptext">Ngắn gọn.</div>' in field
    assert 'aria-describedby="id_subject_helptext"' in field
    assert 'class="form-control"' in field


def test_refused_field_says_why_and_is_described_by_it() -> None:
    form = Letter({"subject": "", "issued_on": "31/02/2022"})
    form.is_valid()

    field = html(form["issued_on"].as_field_group())

    assert 'id="id_issued_on_error"' in field
    assert 'aria-describedby="id_issued_on_error"' in field
    assert 'aria-invalid="true"' in field
    assert "is-invalid" in field
    assert "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 15/03/2022." in field
    assert 'value="31/02/2022"' in field


def test_refused_form_begins_with_its_errors_and_links_to_fields() -> None:
    form = Letter({"subject": "", "issued_on": "01/03/2022", "copies": "1"})
    form.is_valid()

    page = html(str(form))

    assert page.startswith('<div class="error-summary" role="alert"> <h2>Có mục cần sửa</h2>')
    assert "<li>Chưa có người ký.</li>" in page
    assert '<a href="#id_subject">Trích yếu</a>' in page


def test_form_without_errors_has_no_summary() -> None:
    assert "error-summary" not in str(Letter())


def test_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    field = html(Letter()["copies"].as_field_group())

    assert "<fieldset>" in field
    assert "<legend>Số bản" in field
    assert field.count('type="radio"') == 2


@pytest.mark.parametrize(
    ("name", "style"),
    [("kind", "form-select"), ("is_urgent", "form-check-input"), ("issued_on", "form-control")],
)
def test_each_kind_of_control_has_its_class(name: str, style: str) -> None:
    assert f'class="{style}"' in str(Letter()[name])


@pytest.mark.parametrize("text", ["15/03/2022", "15-03-2022", "2022-03-15", "15/3/2022"])
def test_date_is_read_day_first(text: str) -> None:
    assert DateField().clean(text) == date(2022, 3, 15)


@pytest.mark.parametrize("text", ["03/15/2022", "31/02/2022", "mai"])
def test_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="ngày/tháng/năm"):
        DateField().clean(text)


def test_date_is_shown_day_first_beside_a_picker() -> None:
    field = html(str(Letter(initial={"issued_on": date(2022, 3, 1)})["issued_on"]))

    assert 'value="01/03/2022"' in field
    assert 'type="text" name="issued_on"' in field
    assert 'aria-label="Chọn ngày trên lịch"' in field
    assert 'type="date"' not in field


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["9" * 60, "-" + "9" * 30, "9223372036854775808"])
def test_a_number_that_no_record_can_have_is_a_wrong_choice(key: str) -> None:
    with pytest.raises(forms.ValidationError) as refusal:
        ManyField(queryset=Position.objects.all()).clean([key])

    assert refusal.value.code == "invalid_pk_value"
    assert len(refusal.value.messages[0]) < 80
