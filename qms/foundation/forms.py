"""How every form of the product looks: one renderer, one field template, one date field.

`settings.FORM_RENDERER` names `OfficeRenderer`; a template writes `{{ form }}`, or
`{{ form.name.as_field_group }}` where it arranges the fields itself.
"""

import datetime as dt
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from qms.foundation.text import clean

_LONGEST_KEY = 18  # digits that fit into 64 bits, whatever they are
STYLES = {
    "checkboxinput": "form-check-input",
    "checkboxselectmultiple": "choices",
    "radioselect": "choices",
    "select": "form-select",
    "selectmultiple": "form-select",
    "nullbooleanselect": "form-select",
    "hiddeninput": "",
    "multiplehiddeninput": "",
}


class OfficeBoundField(forms.BoundField):
    """Gives each widget its class, so that forms name fields and no looks."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        names = [str(widget.attrs.get("class", "")), str(attrs.get("class", ""))]
        names.append(STYLES.get(type(widget).__name__.lower(), "form-control"))
        if self.errors:
            names.append("is-invalid")
        if style := " ".join(name for name in names if name):
            attrs["class"] = style
        return attrs


class OfficeRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = OfficeBoundField


class LineField(forms.CharField):
    """One line of text as it is stored: NFC, nothing that cannot be seen, single spaces."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


class ManyField(forms.ModelMultipleChoiceField):
    """Several records; a number too long to be a key is told like every wrong choice.

    Django asks the database for it, and SQLite fails at a number of more than 64 bits.
    """

    def clean(self, value: Any) -> Any:
        for each in value if isinstance(value, list | tuple) else ():
            if len(str(each)) > _LONGEST_KEY:
                message = self.error_messages["invalid_pk_value"]
                raise forms.ValidationError(
                    message, code="invalid_pk_value", params={"pk": f"{str(each)[:20]}…"}
                )
        return super().clean(value)


class DateTextInput(forms.DateInput):
    """A date typed as dd/mm/yyyy, with a picker beside it.

    The browser's own date field shows the order of its own language, often the American one.
    """

    template_name = "forms/date_text_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        usual = {"placeholder": "dd/mm/yyyy", "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(attrs=usual | (attrs or {}), format="%d/%m/%Y")


class DateField(forms.DateField):
    """A civil date; reads 15/03/2022, 15-03-2022 and 2022-03-15."""

    widget = DateTextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"])
        kwargs.setdefault(
            "error_messages",
            {"invalid": "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 15/03/2022."},
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        """Read it; a year that was mistyped is told, before somebody reckons with it."""
        day = super().to_python(value)
        if day is not None and not 1900 <= day.year < 2200:
            raise forms.ValidationError("Năm phải từ 1900 đến 2199.", code="year")
        return day
