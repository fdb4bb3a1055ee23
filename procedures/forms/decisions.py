"""What is typed on the pages of decisions."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, QuerySet

from procedures.actions import Correction, Numbering, Words
from procedures.models import DecisionItem, Procedure, ProcedureVersion
from procedures.models.capacities import Allowed
from procedures.permissions import in_force_exists
from procedures.wording import TRANSITION
from procedures.workflow import VersionStatus
from qms.foundation.forms import DateField, LineField, ManyField
from qms.organisation.forms import PasswordForm
from qms.organisation.models import Unit, User
from qms.records import files
from qms.records.models import Signature, StoredFile
from qms.records.pades import check_pdf
from qms.records.signatures import Signing
from qms.records.uploads import UploadForm


class _VersionsField(ManyField):
    def label_from_instance(self, version: ProcedureVersion) -> str:
        return f"{version.procedure.code} – {version.title}"


class _ProceduresField(ManyField):
    def label_from_instance(self, procedure: Procedure) -> str:
        return f"{procedure.code} – {procedure.title}"


def ready_versions(agency: Unit) -> QuerySet[ProcedureVersion]:
    """Return the reviewed versions of the agency that no open decision holds."""
    held = DecisionItem.objects.filter(version=OuterRef("pk"), closed_at=None)
    ready = ProcedureVersion.objects.filter(
        ~Exists(held), status=VersionStatus.REVIEWED, procedure__agency=agency
    )
    return ready.select_related("procedure").order_by("procedure__sort_key")


def abolishable(agency: Unit) -> QuerySet[Procedure]:
    """Return the procedures in force of the agency with nothing open about them."""
    drafted = ProcedureVersion.objects.open().filter(procedure=OuterRef("pk"))
    held = DecisionItem.objects.filter(procedure=OuterRef("pk"), closed_at=None)
    return Procedure.objects.filter(
        in_force_exists(), ~Exists(drafted), ~Exists(held), agency=agency
    )


class ItemsForm(forms.Form):
    """Which procedures a decision issues and abolishes."""

    versions = _VersionsField(
        label="Ban hành",
        queryset=ProcedureVersion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Các quy trình đã xem xét xong, chưa nằm trong quyết định nào.",
    )
    abolish = _ProceduresField(
        label="Bãi bỏ",
        queryset=Procedure.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Quy trình đang có hiệu lực cần bãi bỏ, nếu có.",
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["versions"].queryset = ready_versions(agency)  # type: ignore[attr-defined]
        self.fields["abolish"].queryset = abolishable(agency)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("versions") or cleaned.get("abolish")):
            raise ValidationError("Hãy chọn ít nhất một quy trình để ban hành hoặc bãi bỏ.")
        return cleaned


class DecisionForm(ItemsForm):
    """Begin a decision."""

    subject = LineField(
        label="Trích yếu",
        max_length=500,
        initial="Ban hành quy trình thuộc hệ thống quản lý chất lượng theo TCVN ISO 9001:2015",
    )
    issuer_name = LineField(
        label="Cơ quan ban hành",
        max_length=255,
        required=False,
        help_text="Để trống nếu cơ quan tự ban hành; ghi tên cơ quan cấp trên nếu cấp trên ký.",
    )
    field_order = ("subject", "issuer_name", "versions", "abolish")


class CommentForm(forms.Form):
    """A reason that must be given."""

    comment = forms.CharField(
        label="Lý do",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi lý do."},
    )


class EffectsForm(forms.Form):
    """Days on which single items take effect; a decision with one item needs none but its own."""

    def __init__(self, *args: Any, items: Sequence[DecisionItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_asked = len(items) > 1 or any(item.effective_on for item in items)
        self.items = list(items) if is_asked else []
        for item in self.items:
            self.fields[f"effect_{item.pk}"] = DateField(
                label=str(item).capitalize() if item.version is None else item.procedure.code,
                required=False,
                initial=item.effective_on,
            )

    def effect_fields(self) -> Iterator[forms.BoundField]:
        """Yield the field of each item."""
        return (self[f"effect_{item.pk}"] for item in self.items)

    @property
    def has_effects(self) -> bool:
        """Tell whether a day of its own is given for an item, or one is wrong."""
        return any(field.errors or field.value() for field in self.effect_fields())

    def effects(self) -> dict[int, dt.date | None]:
        """Return the day given for each item, None for that of the decision."""
        return {item.pk: self.cleaned_data[f"effect_{item.pk}"] for item in self.items}


class WordsForm(EffectsForm):
    """What a decision says around its items."""

    subject = LineField(label="Trích yếu", max_length=500)
    issuer_name = LineField(
        label="Cơ quan ban hành",
        max_length=255,
        required=False,
        help_text="Để trống nếu cơ quan tự ban hành; ghi tên cơ quan cấp trên nếu cấp trên ký.",
    )
    grounds = forms.CharField(
        label="Căn cứ",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Mỗi dòng một căn cứ, in như đã ghi.",
    )
    transition = forms.CharField(
        label="Điều khoản chuyển tiếp",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Khi có điều khoản này, bản hết hiệu lực ghi rõ: vẫn áp dụng cho hồ sơ tiếp nhận "
        "trước ngày bản mới có hiệu lực. Để trống nếu không có. Gợi ý: “" + TRANSITION + "”",
    )
    recipients = forms.CharField(
        label="Nơi nhận",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Mỗi dòng một nơi nhận, không cần gạch đầu dòng.",
    )

    def words(self) -> Words:
        """Return what was typed."""
        return Words(**{name: self.cleaned_data[name] for name in WordsForm.base_fields})


class NumberingForm(EffectsForm):
    """What the văn thư enters after the signature."""

    number = LineField(
        label="Số, ký hiệu", max_length=60, help_text="Ví dụ 12/QĐ-PGDĐT, lấy theo sổ văn bản đi."
    )
    signed_on = DateField(label="Ngày quyết định")
    effective_on = DateField(
        label="Có hiệu lực từ",
        required=False,
        help_text="Để trống nếu có hiệu lực từ ngày quyết định.",
    )
    signed_file = forms.FileField(
        label="Bản ký (PDF hoặc ảnh)",
        required=False,
        help_text="Bản chụp bản gốc đã ký, hoặc tệp PDF đã ký số; tối đa "
        f"{settings.MAX_UPLOAD_BYTES // 1048576} MB.",
    )
    signed_check: Sequence[dict[str, Any]] = ()

    def clean_signed_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["signed_file"]
        if upload is not None:
            self.file_data, self.file_kind = files.taken(upload, allowed=files.SCANS)
            self.signed_check = check_pdf(self.file_data) if self.file_kind == "pdf" else []
        return upload

    def numbering(self, *, by: User) -> Numbering:
        """Return what was entered; the file is kept by now."""
        upload: UploadedFile | None = self.cleaned_data["signed_file"]
        kept: StoredFile | None = None
        if upload is not None:
            kept = files.store(self.file_data, upload.name or "", kind=self.file_kind, by=by)
        signed_on: dt.date = self.cleaned_data["signed_on"]
        return Numbering(
            number=self.cleaned_data["number"],
            signed_on=signed_on,
            effective_on=self.cleaned_data["effective_on"] or signed_on,
            signed_file=kept,
            signed_check=tuple(self.signed_check),
            effects=self.effects(),
        )


class SigningForm(PasswordForm):
    """The leader's password, and in what capacity they sign (NĐ 30/2020/NĐ-CP, Điều 13)."""

    capacity = forms.ChoiceField(label="Quyền hạn ký", required=False)

    def __init__(self, *args: Any, capacities: Sequence[Allowed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capacities = {each.key: each for each in capacities}
        choices = [(key, f"{a.capacity.label} – {a.why}") for key, a in self.capacities.items()]
        self.fields["capacity"].choices = choices  # type: ignore[attr-defined]
        self.fields["capacity"].initial = next(iter(self.capacities), "")

    def signing(self) -> Signing:
        """Return how the person signs; the verb checks that they may."""
        chosen = self.capacities.get(self.cleaned_data["capacity"])
        if chosen is None:
            return Signing(Signature.Method.PASSWORD)
        return Signing(Signature.Method.PASSWORD, chosen.capacity, mandate=chosen.mandate)


class ApproveForm(SigningForm):
    """The leader's signature; the hash of what was laid before them travels with it."""

    seen = forms.CharField(widget=forms.HiddenInput)


class CorrectionForm(UploadForm, SigningForm):
    """What is right about number and dates, why, and the paper that says so."""

    number = LineField(label="Số, ký hiệu đúng", max_length=60)
    signed_on = DateField(label="Ngày quyết định đúng")
    effective_on = DateField(
        label="Có hiệu lực từ (đúng)",
        help_text="Áp dụng cho các quy trình không có ngày hiệu lực riêng.",
    )
    reason = forms.CharField(
        label="Lý do đính chính",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi lý do đính chính."},
    )
    reference = LineField(
        label="Số văn bản đính chính",
        max_length=120,
        required=False,
        help_text="Ví dụ 25/PGDĐT, lấy theo sổ văn bản đi; để trống nếu chưa có.",
    )
    file = forms.FileField(
        label="Văn bản đính chính (PDF hoặc ảnh)", required=False, help_text="Nếu đã có bản ký."
    )
    field_order = (
        "number",
        "signed_on",
        "effective_on",
        "reason",
        "reference",
        "file",
        "capacity",
        "password",
    )

    def correction(self, *, by: User) -> Correction:
        """Return what was entered; the file is kept by now."""
        told = self.cleaned_data
        return Correction(
            number=told["number"],
            signed_on=told["signed_on"],
            effective_on=told["effective_on"],
            reason=told["reason"],
            reference=told["reference"],
            file=self.stored(by=by),
        )


class WithdrawalForm(SigningForm):
    """Why a decision is taken back before it takes effect."""

    reason = forms.CharField(
        label="Lý do thu hồi",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi lý do thu hồi."},
    )
    field_order = ("reason", "capacity", "password")
