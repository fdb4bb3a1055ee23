"""What is typed to do something about a nonconformity, one form a deed."""

from typing import Any

from django import forms
from django.http import HttpRequest

from audits.actions.treating import MOST_WHYS, TreatmentGiven
from audits.models import AuditSettings, CorrectiveAction, Nonconformity, Treatment
from audits.models.nonconformities import EXTERNAL_MOVES
from audits.recurrence import why_label
from qms.foundation.dates import format_date, today
from qms.foundation.forms import DateField
from qms.organisation.forms import PasswordForm
from qms.organisation.models import User, people_of

_IN_A_ROW = {"class": "choices-inline"}
_YES_NO = [("True", "Có"), ("False", "Không")]


def _area(label: str, *, rows: int = 3, **options: Any) -> forms.CharField:
    options.setdefault("required", False)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


def _read_bool(value: str) -> bool:
    return value == "True"


class DeedForm(forms.Form):
    """Anything that is done: the state it was looked at in travels with it, and what was read."""

    state = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, nonconformity: Nonconformity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nonconformity = nonconformity
        self.fields["state"].initial = state_of(nonconformity)

    def said(self) -> dict[str, Any]:
        """Return what the verb is told."""
        return {name: value for name, value in self.cleaned_data.items() if name != "state"}


def state_of(nonconformity: Nonconformity) -> str:
    """Return where it stands, as a form remembers it."""
    return f"{nonconformity.status}.{nonconformity.round}"


class DayForm(DeedForm):
    """The civil day of a deed, today where it is not told otherwise."""

    on = DateField(
        label="Ngày", initial=today, help_text="Ghi ngày khác nếu đã làm trên giấy trước đó."
    )


class SeenForm(DayForm):
    """A deed that signs: the hash of what was read travels with it."""

    seen = forms.CharField(widget=forms.HiddenInput)


class RefuseForm(DayForm):
    comment = _area(
        "Điểm chưa đồng ý", required=True, error_messages={"required": "Hãy ghi điểm chưa đồng ý."}
    )
    field_order = ("comment", "on")


class RejectForm(DayForm):
    reason = _area(
        "Vì sao không phải là sự không phù hợp",
        required=True,
        error_messages={"required": "Hãy ghi lý do không phải là sự không phù hợp."},
    )
    field_order = ("reason", "on")


class VerdictForm(DayForm):
    """Whether it works, and a remark that must be made where it does not."""

    is_effective = forms.TypedChoiceField(
        label="Kết quả",
        choices=[("True", "Đạt"), ("False", "Chưa đạt")],
        coerce=_read_bool,
        empty_value=None,
        widget=forms.RadioSelect(attrs=_IN_A_ROW),
        error_messages={"required": "Hãy chọn đạt hoặc chưa đạt."},
    )
    comment = _area("Nhận xét", help_text="Đã xem gì, thấy gì. Chưa đạt thì phải ghi.")
    field_order = ("is_effective", "comment", "on")


class VerifyForm(VerdictForm):
    seen = forms.CharField(widget=forms.HiddenInput)


class ActionForm(DeedForm):
    """A further measure: what, who, by when."""

    what = _area("Biện pháp", required=True, error_messages={"required": "Hãy ghi biện pháp."})
    person = forms.ModelChoiceField(
        label="Người thực hiện",
        queryset=User.objects.none(),
        empty_label="– chọn người –",
        error_messages={"required": "Hãy chọn người thực hiện."},
    )
    due_on = DateField(label="Hạn thực hiện", help_text="Ngày cuối cùng còn đúng hạn.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_of(self.nonconformity.agency, on=today())
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        last = self.nonconformity.due_on
        if last >= today():
            self.fields["due_on"].initial = last
        else:
            self.fields["due_on"].help_text = (
                f"Phiếu quá hạn từ {format_date(last)}. Thư ký hoặc lãnh đạo gia hạn phiếu trước, "
                "rồi ghi hạn mới ở đây."
            )


class DoneForm(DayForm):
    """What shows that an action was carried out, with a photo or a file where there is one."""

    note = _area(
        "Kết quả, bằng chứng",
        required=True,
        error_messages={"required": "Hãy ghi kết quả, bằng chứng đã thực hiện."},
    )
    file = forms.FileField(
        label="Ảnh hoặc tệp (nếu có)",
        required=False,
        help_text="Ảnh, PDF, DOCX hoặc XLSX.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,.pdf,.docx,.xlsx"}),
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("note", "file", "on")


class ChangeForm(DeedForm):
    """What to change in the procedure, and why."""

    what = _area(
        "Nội dung cần sửa trong quy trình",
        required=True,
        error_messages={"required": "Hãy ghi nội dung cần sửa."},
    )
    why = _area("Lý do", required=True, error_messages={"required": "Hãy ghi lý do cần sửa."})


class ExtendForm(DayForm):
    """A later deadline, of the whole or of one action, and why."""

    action = forms.ChoiceField(label="Gia hạn", required=False)
    new_due_on = DateField(label="Hạn mới")
    reason = _area(
        "Lý do gia hạn", required=True, error_messages={"required": "Hãy ghi lý do gia hạn."}
    )
    field_order = ("action", "new_due_on", "reason", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.undone = [each for each in self.nonconformity.actions_now() if not each.is_done]
        whole = f"Cả phiếu, hạn hiện nay {format_date(self.nonconformity.due_on)}"
        each = [(str(a.pk), f"{a.what[:80]}, hạn {format_date(a.due_on)}") for a in self.undone]
        self.fields["action"].choices = [("", whole), *each]  # type: ignore[attr-defined]

    def clean_action(self) -> CorrectiveAction | None:
        chosen = self.cleaned_data["action"]
        return next((each for each in self.undone if str(each.pk) == chosen), None)


class ExternalForm(DayForm):
    """What the checking body was told, or what it said."""

    external = forms.ChoiceField(label="Đoàn kiểm tra", widget=forms.RadioSelect)
    field_order = ("external", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = EXTERNAL_MOVES[self.nonconformity.external_state]
        choices = [(each, Nonconformity.External(each).label) for each in states]
        self.fields["external"].choices = choices  # type: ignore[attr-defined]


class RegradeForm(DeedForm):
    grade = forms.ChoiceField(
        label="Mức", choices=Nonconformity.Grade.choices, widget=forms.RadioSelect
    )
    reason = _area(
        "Lý do đổi mức",
        rows=2,
        required=True,
        error_messages={"required": "Hãy ghi lý do đổi mức."},
    )


class RepeatForm(DeedForm):
    """Links it to an earlier one, or says why it is none of them over again."""

    repeats = forms.ChoiceField(label="Lặp lại phiếu", required=False, widget=forms.RadioSelect)
    repeat_denied = _area("Vì sao không coi là lặp lại", rows=2)

    def __init__(self, *args: Any, similar: list[Nonconformity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.similar = similar
        alike = [
            (str(each.pk), f"{each.number} ({why_label(each)}): {each.gap[:100]}")
            for each in similar
        ]
        choices = [*alike, ("", "Không lặp lại phiếu nào")]
        self.fields["repeats"].choices = choices  # type: ignore[attr-defined]

    def clean_repeats(self) -> Nonconformity | None:
        chosen = self.cleaned_data["repeats"]
        return next((each for each in self.similar if str(each.pk) == chosen), None)


class CloseForm(PasswordForm):
    """The leader's password; the hash of what was laid before them travels with it."""

    seen = forms.CharField(widget=forms.HiddenInput)
    state = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, nonconformity: Nonconformity, request: HttpRequest, **kwargs: Any
    ) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["state"].initial = state_of(nonconformity)


class TreatmentForm(DeedForm):
    """Correction and cause: one box for a minor one, whys with their root for a demanding one."""

    correction = _area(
        "Khắc phục tức thời",
        help_text="Đã sửa, xử lý hậu quả thế nào; khác với biện pháp ngăn tái diễn.",
    )
    corrected_by = forms.ModelChoiceField(
        label="Người khắc phục",
        queryset=User.objects.none(),
        required=False,
        empty_label="– chưa khắc phục –",
    )
    corrected_on = DateField(label="Ngày khắc phục", required=False)
    cause = _area("Nguyên nhân")
    category = forms.ChoiceField(label="Nhóm nguyên nhân", required=False)
    has_similar = forms.TypedChoiceField(
        label="Có trường hợp tương tự ở nơi khác không?",
        choices=_YES_NO,
        coerce=_read_bool,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs=_IN_A_ROW),
    )
    similar = _area("Ở đâu, trường hợp nào", rows=2)
    no_action_reason = _area(
        "Không cần hành động khắc phục vì",
        rows=2,
        help_text="Chỉ ghi khi KPH nhẹ và khắc phục tức thời là đủ.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, treatment: Treatment | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.treatment = treatment
        nonconformity = self.nonconformity
        people = people_of(nonconformity.agency, on=today())
        self.fields["corrected_by"].queryset = people  # type: ignore[attr-defined]
        causes = AuditSettings.of(nonconformity.agency).cause_labels()
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", "– chọn nhóm nguyên nhân –"),
            *causes.items(),
        ]
        if nonconformity.is_demanding:
            self._ask_why()
        self._show(treatment)

    def _ask_why(self) -> None:
        """Ask why up to five times instead of the one box, and which answer is the root."""
        del self.fields["cause"], self.fields["no_action_reason"]
        for number in range(1, MOST_WHYS + 1):
            self.fields[f"why{number}"] = _area(f"Vì sao? Lần {number}", rows=2)
        self.fields["root"] = forms.TypedChoiceField(
            label="Nguyên nhân gốc là câu trả lời",
            choices=[(str(n), f"lần {n}") for n in range(1, MOST_WHYS + 1)],
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect(attrs=_IN_A_ROW),
        )
        whys = [f"why{number}" for number in range(1, MOST_WHYS + 1)]
        self.order_fields(["correction", "corrected_by", "corrected_on", *whys, "root"])

    def _show(self, treatment: Treatment | None) -> None:
        """Begin with what is stored."""
        if treatment is None:
            return
        for name in self.fields:
            if hasattr(treatment, name):
                self.initial.setdefault(name, getattr(treatment, name))
        self.initial["corrected_by"] = treatment.corrected_by_id
        for number, why in enumerate(treatment.whys, start=1):
            self.initial[f"why{number}"] = why
        self.initial["root"] = None if treatment.root is None else treatment.root + 1

    def given(self) -> TreatmentGiven:
        """Return what was typed; what was not asked for stays as it is."""
        data = self.cleaned_data
        kept = self.treatment or Treatment()
        whys = tuple(data.get(f"why{n}", "") for n in range(1, MOST_WHYS + 1))
        root = data.get("root")
        is_asked = self.nonconformity.is_demanding
        return TreatmentGiven(
            correction=data["correction"],
            corrected_by=data["corrected_by"],
            corrected_on=data["corrected_on"],
            cause=data.get("cause", kept.cause),
            whys=whys if is_asked else tuple(kept.whys),
            root=(None if root is None else root - 1) if is_asked else kept.root,
            category=data["category"],
            has_similar=data["has_similar"],
            similar=data["similar"],
            no_action_reason=data.get("no_action_reason", kept.no_action_reason),
        )
