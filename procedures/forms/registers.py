"""What is typed on the page of the document settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from procedures.models import DocumentSettings
from procedures.models.settings import PAPERS
from procedures.papers.impact import COLUMNS as IMPACT_COLUMNS
from procedures.papers.recall import COLUMNS as RECALL_COLUMNS
from procedures.registers import REGISTERS
from qms.foundation.forms import LineField
from qms.records.numbers import check_pattern

# The columns that an office may name, by the key of the paper: key of the column → usual label.
LABELS: Mapping[str, Mapping[str, str]] = {
    register.key: {column.key: column.label for column in register.columns}
    for register in REGISTERS.values()
} | {
    "recall": {key: label for key, label, *_ in RECALL_COLUMNS},
    "impact": {key: label for key, label, *_ in IMPACT_COLUMNS},
}


def paper_name(key: str) -> str:
    """Return what a printed record is called on the page."""
    return PAPERS[key][1].capitalize()


@dataclass(frozen=True)
class PaperFields:
    """The fields of one printed record."""

    name: str
    code: forms.BoundField
    title: forms.BoundField
    columns: list[forms.BoundField]

    @property
    def is_open(self) -> bool:
        """Tell whether the columns are unfolded: one was refused."""
        return any(field.errors for field in self.columns)


class DocumentSettingsForm(forms.ModelForm):
    """Deadlines, patterns of numbers, codes, titles and labels of columns of printed records."""

    GROUPS = (
        ("Thời hạn", ("reading_days",)),
        ("Số hiệu", ("change_request_pattern", "impact_pattern", "recall_pattern")),
    )

    class Meta:
        model = DocumentSettings
        fields = ("reading_days", "change_request_pattern", "impact_pattern", "recall_pattern")
        labels = {
            "reading_days": "Đọc tài liệu mới ban hành trong (ngày)",
            "change_request_pattern": "Số phiếu yêu cầu sửa đổi",
            "impact_pattern": "Số phiếu đánh giá tác động",
            "recall_pattern": "Số biên bản thu hồi, hủy",
        }
        help_texts = {
            "reading_days": "Tính từ ngày ban hành; quá hạn thì nhắc người đọc và thư ký ISO.",
            "change_request_pattern": "{year} là năm, {seq:03} là số thứ tự gồm ít nhất ba chữ số.",
            "recall_pattern": "Số đã cấp không đổi; mẫu mới dùng cho số cấp sau.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in PAPERS:
            code, title = self.instance.paper(key)
            self._add(f"code_{key}", "Mã hiệu", 40, code)
            self._add(f"title_{key}", "Tên", 255, title)
            for column, usual in LABELS.get(key, {}).items():
                own = self.instance.label(key, column, usual)
                self._add(f"column_{key}_{column}", usual, 60, own)

    def _add(self, name: str, label: str, longest: int, initial: str) -> None:
        self.fields[name] = LineField(
            label=label, max_length=longest, required=False, initial=initial
        )

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Yield the fields under the headings of the page."""
        for heading, names in self.GROUPS:
            yield heading, [self[name] for name in names]

    def papers(self) -> Iterator[PaperFields]:
        """Yield the fields of each printed record."""
        for key in PAPERS:
            columns = [self[f"column_{key}_{column}"] for column in LABELS.get(key, {})]
            yield PaperFields(paper_name(key), self[f"code_{key}"], self[f"title_{key}"], columns)

    def clean_change_request_pattern(self) -> str:
        return self._pattern("change_request_pattern")

    def clean_impact_pattern(self) -> str:
        return self._pattern("impact_pattern")

    def clean_recall_pattern(self) -> str:
        return self._pattern("recall_pattern")

    def _pattern(self, name: str) -> str:
        pattern: str = self.cleaned_data[name]
        check_pattern(pattern)
        return pattern

    def settings(self) -> DocumentSettings:
        """Return what was typed, not yet recorded; what is left as usual is not written down."""
        kept: DocumentSettings = self.instance
        kept.papers = {key: own for key in PAPERS if (own := self._own_paper(key))}
        kept.columns = {key: own for key in LABELS if (own := self._own_columns(key))}
        return kept

    def _own_paper(self, key: str) -> dict[str, str]:
        """Return what differs from the usual code and title; an empty title is the usual one."""
        code, title = self.cleaned_data[f"code_{key}"], self.cleaned_data[f"title_{key}"]
        own = {"code": code} if code != PAPERS[key][0] else {}
        return own | ({"title": title} if title not in ("", PAPERS[key][1]) else {})

    def _own_columns(self, key: str) -> dict[str, str]:
        typed = {column: self.cleaned_data[f"column_{key}_{column}"] for column in LABELS[key]}
        return {
            column: label
            for column, label in typed.items()
            if label not in ("", LABELS[key][column])
        }
