"""What is typed of a sampled dossier, and the table of what was found in each."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from audits.actions.sampling import DossierGiven
from audits.forms.field import LinesField
from audits.models import Audit, Result, SampledDossier
from procedures.models import Procedure
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField, ManyField
from qms.organisation.models import User, people_of

_SHEET = [("unknown", "Chưa xem"), ("true", "Ghi đủ"), ("false", "Không đủ")]


class PeopleField(ManyField):
    """People of the agency, by name with what they do."""

    def label_from_instance(self, person: Any) -> str:
        return str(person)


class DossierForm(forms.Form):
    """A dossier as its papers show it."""

    procedure = forms.ModelChoiceField(
        Procedure.objects.none(), label="Quy trình", empty_label=None
    )
    code = LineField(label="Mã hồ sơ", max_length=60)
    received_on = DateField(
        label="Ngày tiếp nhận",
        help_text="Hồ sơ được đánh giá theo lần ban hành có hiệu lực ngày này.",
    )
    due_on = DateField(label="Ngày hẹn trả", required=False)
    returned_on = DateField(label="Ngày trả kết quả", required=False)
    is_sheet_complete = forms.NullBooleanField(
        label="Phiếu kiểm soát quá trình",
        required=False,
        widget=forms.NullBooleanSelect,
    )
    people = PeopleField(
        User.objects.none(),
        label="Người giải quyết",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ai đã giải quyết hồ sơ thì không được đánh giá nó.",
    )
    names = LinesField(
        label="Người giải quyết khác",
        required=False,
        max_length=1000,
        help_text="Người không có tài khoản; mỗi dòng một họ tên.",
    )

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        named["procedure"].queryset = Procedure.objects.filter(
            audit_subjects__audit=audit, audit_subjects__removed_at=None
        ).distinct()
        named["people"].queryset = people_of(audit.agency, on=today())
        named["is_sheet_complete"].widget.choices = _SHEET

    def given(self) -> DossierGiven:
        data = self.cleaned_data
        return DossierGiven(
            procedure=data["procedure"],
            code=data["code"],
            received_on=data["received_on"],
            due_on=data["due_on"],
            returned_on=data["returned_on"],
            is_sheet_complete=data["is_sheet_complete"],
            people=tuple(data["people"]),
            names=tuple(data["names"].splitlines()),
        )


def written(dossier: SampledDossier) -> dict[str, Any]:
    """Return what the form shows of a dossier that is stored."""
    handlers = [each for each in dossier.handlers.all() if each.removed_at is None]
    fields = ("procedure", "code", "received_on", "due_on", "returned_on", "is_sheet_complete")
    return {name: getattr(dossier, name) for name in fields} | {
        "people": [each.person_id for each in handlers if each.person_id],
        "names": "\n".join(each.name for each in handlers if not each.person_id),
    }


@dataclass(frozen=True)
class CellGiven:
    """One cell of the table as it was sent; `base` is the answer that the page showed."""

    item: int
    dossier: int
    base: int | None
    result: str
    client_id: uuid.UUID


def cells_given(sent: Any) -> Iterator[CellGiven]:
    """Yield the cells of a sent table, named `cell-<item>-<dossier>`; others are passed over.

    Sending the same page twice gives each cell the same `client_id`.
    """
    try:
        page = uuid.UUID(sent.get("page", ""))
    except ValueError:
        return
    for name, result in sent.items():
        kind, _, rest = name.partition("-")
        item, _, dossier = rest.partition("-")
        if kind != "cell" or not _is_key(item) or not _is_key(dossier):
            continue
        if result and result not in Result.values:
            continue
        base = sent.get(f"base-{rest}", "")
        yield CellGiven(
            int(item),
            int(dossier),
            int(base) if _is_key(base) else None,
            result,
            uuid.uuid5(page, f"{name}={result}"),
        )


def _is_key(text: str) -> bool:
    return text.isdecimal() and len(text) < 16
