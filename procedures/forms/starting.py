"""How a draft begins."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator

from procedures.models import ChangeRequest, Procedure, ProcedureVersion
from qms.foundation.forms import LineField, ManyField
from qms.foundation.text import clean, comparison_key
from qms.organisation.models import Unit, User

TWICE = dt.timedelta(minutes=10)  # within which the same form again is the same deed


class NewProcedureForm(forms.Form):
    """What identifies a new procedure."""

    code = LineField(
        label="Mã hiệu",
        max_length=60,
        help_text="Đề nghị theo mẫu của cơ quan; sửa được ở đây, về sau thì không.",
    )
    title = LineField(label="Tên quy trình", max_length=1100)
    kind = forms.ChoiceField(label="Loại tài liệu", choices=Procedure.Kind.choices)
    owner = forms.ModelChoiceField(
        label="Đơn vị quản lý", queryset=Unit.objects.none(), empty_label=None
    )
    issuer_name = LineField(
        label="Cơ quan ban hành",
        required=False,
        max_length=255,
        help_text="Để trống nếu cơ quan tự ban hành.",
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        units = Unit.objects.within(agency).filter(valid_to=None).order_by("path")
        self.fields["owner"].queryset = units  # type: ignore[attr-defined]
        self.fields["owner"].initial = agency

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if len(comparison_key(code)) > 60:
            raise ValidationError("Mã hiệu dài quá. Hãy rút gọn.")
        taken = Procedure.objects.coded(self.agency, code)
        if taken is not None:
            raise ValidationError(f"Mã hiệu này đã dùng cho “{taken.title}”.")
        return code

    def begun_already(self, *, by: User) -> ProcedureVersion | None:
        """Return the draft that `by` began by sending this very form just before, if any."""
        if not self.is_bound or "code" not in self.errors:
            return None
        procedure = Procedure.objects.coded(self.agency, self.data.get("code", ""))
        if procedure is None or procedure.title != clean(self.data.get("title", "")):
            return None
        since = timezone.now() - TWICE
        return procedure.versions.open().filter(created_by=by, created_at__gte=since).first()


class _ChangesField(ManyField):
    def label_from_instance(self, change: ChangeRequest) -> str:
        where = f" ({change.step_text})" if change.step_text else ""
        origin = f" – {change.origin_text}" if change.origin_text else ""
        return f"{Truncator(clean(change.what)).chars(160)}{where}{origin}"


class NextVersionForm(forms.Form):
    """Whether the next version is a revision or a new issue, and which requests it takes up."""

    change_type = forms.ChoiceField(
        label="Hình thức",
        choices=[
            (ProcedureVersion.Change.REVISION, "Sửa đổi: tăng lần sửa đổi thêm 1"),
            (
                ProcedureVersion.Change.REISSUE,
                "Ban hành lại: tăng lần ban hành thêm 1, lần sửa đổi trở về 00",
            ),
        ],
        widget=forms.RadioSelect,
        initial=ProcedureVersion.Change.REVISION,
    )
    takes_up = _ChangesField(
        label="Góp ý, đề nghị sửa đổi đã chấp nhận",
        queryset=ChangeRequest.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Bản này tiếp thu các góp ý được đánh dấu; ban hành xong thì các góp ý đó được "
        "ghi là đã sửa đổi.",
        error_messages={
            "invalid_choice": "Một góp ý vừa được xử lý ở nơi khác. Hãy tải lại trang và chọn lại."
        },
    )

    def __init__(self, *args: Any, procedure: Procedure, one_counter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if one_counter:
            del self.fields["change_type"]
        parked = ChangeRequest.objects.for_next_version().filter(procedure=procedure).order_by("pk")
        if parked:
            self.fields["takes_up"].queryset = parked  # type: ignore[attr-defined]
            self.fields["takes_up"].initial = parked
        else:
            del self.fields["takes_up"]

    @property
    def chosen_type(self) -> str:
        """Return what was chosen; where issues alone are counted, every version is a new one."""
        chosen = self.cleaned_data.get("change_type", ProcedureVersion.Change.REISSUE)
        return str(chosen)

    @property
    def chosen_requests(self) -> list[ChangeRequest]:
        return list(self.cleaned_data.get("takes_up", ()))
