"""What is typed on the page of the audits' settings."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet

from audits.models import CAUSES, PAPERS, AuditSettings, Clause
from qms.foundation.forms import LineField
from qms.records.numbers import check_pattern

# Papers whose title alone does not tell what they are.
_NAMES = {"team": "Quyết định thành lập đoàn", "notification": "Thông báo đánh giá"}


def paper_name(kind: str) -> str:
    """Return what a printed record is called on the page."""
    return _NAMES.get(kind) or PAPERS[kind][1].capitalize()


class SettingsForm(forms.ModelForm):
    """Frequencies, deadlines, patterns of numbers, codes and titles of papers, causes."""

    GROUPS = (
        ("Tần suất", ("unit_audit_months", "system_audit_months", "tthc_audit_months")),
        (
            "Thời hạn khắc phục",
            ("treatment_days", "effect_months", "external_answer_months", "recurrence_months"),
        ),
        (
            "Báo lên cấp trên khi quá hạn",
            ("unit_escalation_days", "secretary_escalation_days", "leader_escalation_days"),
        ),
        ("Số hiệu", ("audit_pattern", "nonconformity_pattern")),
    )

    class Meta:
        model = AuditSettings
        fields = (
            "unit_audit_months",
            "system_audit_months",
            "tthc_audit_months",
            "recurrence_months",
            "external_answer_months",
            "treatment_days",
            "effect_months",
            "unit_escalation_days",
            "secretary_escalation_days",
            "leader_escalation_days",
            "audit_pattern",
            "nonconformity_pattern",
        )
        labels = {
            "unit_audit_months": "Đánh giá mỗi đơn vị ít nhất một lần trong (tháng)",
            "system_audit_months": "Đánh giá mỗi quy trình hệ thống một lần trong (tháng)",
            "tthc_audit_months": "Đánh giá mỗi quy trình giải quyết TTHC một lần trong (tháng)",
            "recurrence_months": "Coi là lặp lại nếu xảy ra trong (tháng)",
            "external_answer_months": "Báo cáo khắc phục sau kiểm tra bên ngoài trong (tháng)",
            "treatment_days": "Khắc phục sự không phù hợp trong (ngày)",
            "effect_months": "Đánh giá hiệu lực sau khi kiểm tra xác nhận (tháng)",
            "unit_escalation_days": "Báo trưởng đơn vị sau (ngày)",
            "secretary_escalation_days": "Báo thư ký ISO sau (ngày)",
            "leader_escalation_days": "Báo lãnh đạo sau (ngày)",
            "audit_pattern": "Số cuộc đánh giá",
            "nonconformity_pattern": "Số phiếu KPH",
        }
        help_texts = {
            "audit_pattern": "{year} là năm, {seq:02} là số thứ tự gồm ít nhất hai chữ số.",
            "nonconformity_pattern": "Số đã cấp không đổi; mẫu mới dùng cho số cấp sau.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in PAPERS:
            code, own_title = self.instance.paper(kind)
            self.fields[f"code_{kind}"] = LineField(
                label="Mã hiệu", max_length=40, required=False, initial=code
            )
            self.fields[f"title_{kind}"] = LineField(
                label="Tên", max_length=255, required=False, initial=own_title
            )
        labels = self.instance.cause_labels()
        for key, usual in CAUSES.items():
            self.fields[f"cause_{key}"] = LineField(
                label=usual, max_length=120, required=False, initial=labels[key]
            )

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Yield the fields under the headings of the page."""
        for heading, names in self.GROUPS:
            yield heading, [self[name] for name in names]

    def papers(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """Yield each kind of printed record: its usual title, the fields of code and title."""
        for kind in PAPERS:
            yield paper_name(kind), self[f"code_{kind}"], self[f"title_{kind}"]

    def cause_fields(self) -> Iterator[forms.BoundField]:
        """Yield the fields of the categories of causes."""
        for key in CAUSES:
            yield self[f"cause_{key}"]

    def clean_audit_pattern(self) -> str:
        return self._pattern("audit_pattern")

    def clean_nonconformity_pattern(self) -> str:
        return self._pattern("nonconformity_pattern")

    def _pattern(self, name: str) -> str:
        pattern: str = self.cleaned_data[name]
        check_pattern(pattern)
        return pattern

    def clean(self) -> dict[str, Any]:
        """Refuse an order of escalation in which a higher one hears before a lower one."""
        cleaned = super().clean() or {}
        days = [cleaned.get(f"{who}_escalation_days") for who in ("unit", "secretary", "leader")]
        if None not in days and days != sorted(days):  # type: ignore[type-var]
            self.add_error(
                "leader_escalation_days",
                "Cấp trên được báo sau cấp dưới: số ngày phải tăng dần từ trưởng đơn vị, thư ký "
                "ISO đến lãnh đạo.",
            )
        return cleaned

    def settings(self) -> AuditSettings:
        """Return what was typed, not yet recorded; what is left as usual is not written down."""
        kept: AuditSettings = self.instance
        data = self.cleaned_data
        kept.papers = {
            kind: own
            for kind, usual in PAPERS.items()
            if (own := _own(usual, data[f"code_{kind}"], data[f"title_{kind}"]))
        }
        kept.causes = {
            key: data[f"cause_{key}"]
            for key, usual in CAUSES.items()
            if data[f"cause_{key}"] not in ("", usual)
        }
        return kept


def _own(usual: tuple[str, str], code: str, title: str) -> dict[str, str]:
    """Return what differs from the usual code and title; an empty title is the usual one."""
    own = {"code": code} if code != usual[0] else {}
    return own | ({"title": title} if title not in ("", usual[1]) else {})


class ClauseForm(forms.Form):
    """Why a clause of the standard is not applied; an empty reason says that it is."""

    clause = forms.ModelChoiceField(
        label="Điều khoản",
        queryset=Clause.objects.none(),
        empty_label="– chọn điều khoản –",
        error_messages={"required": "Hãy chọn điều khoản."},
    )
    reason = forms.CharField(
        label="Lý do không áp dụng",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Để trống nếu điều khoản được áp dụng (trở lại).",
    )

    def __init__(self, *args: Any, clauses: QuerySet[Clause], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].queryset = clauses  # type: ignore[attr-defined]
