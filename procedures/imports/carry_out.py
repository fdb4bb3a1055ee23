"""Carry an import out: one transaction, through the records' own verbs."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.imports.plan import ImportPlan, RowPlan, Terms, plan_import
from procedures.imports.table import read_table
from procedures.models import (
    STATE_FIELDS,
    TTHC,
    Field,
    ImportRun,
    Responsibility,
    TTHCChange,
)
from qms.organisation.models import Unit, User
from qms.records import files


@dataclass(frozen=True)
class ImportFile:
    """A list as it came: its bytes and the name it bore."""

    data: bytes
    name: str


def import_list(source: ImportFile, terms: Terms, *, unit: Unit, by: User) -> ImportPlan:
    """Import the list and keep the file; return what was done.

    Each new TTHC gets one responsibility *giải quyết* of `unit`. All is written or nothing; a list
    that changes nothing writes nothing, not one history row. Raises UnreadableFile for the file,
    ValidationError while a row is invalid or one code stands on rows that differ.
    """
    check_terms(terms)
    table = read_table(source.data, source.name)
    with transaction.atomic():
        # The lock comes first, so that what is planned is what is carried out.
        Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        plan = plan_import(table, terms)
        refuse_blocked(plan)
        if plan.changes_anything:
            _Import(plan, unit, by).run()
            _keep(source, plan, unit=unit, by=by)
    return plan


def check_terms(terms: Terms) -> None:
    """Raise ValidationError for a decision without its day, or a day without its decision."""
    if terms.decision_no and terms.effective_on is None:
        raise ValidationError({"effective_on": "Nhập theo quyết định thì phải ghi ngày hiệu lực."})
    if terms.effective_on is not None and not terms.decision_no:
        raise ValidationError({"decision": "Đã ghi ngày hiệu lực thì phải ghi quyết định công bố."})


def refuse_blocked(plan: ImportPlan) -> None:
    """Raise ValidationError that lists each blocking row with its number and reason."""
    wrong = [f"Dòng {row.row}: {row.problem}" for row in plan.invalid]
    wrong += [
        f"Mã {code} có nhiều dòng khác nhau: " + ", ".join(str(row.row) for row in rows) + "."
        for code, rows in plan.conflicts
    ]
    if wrong:
        raise ValidationError([*wrong, "Hãy sửa tệp, hoặc bỏ các dòng này ra rồi nhập lại."])


def _keep(source: ImportFile, plan: ImportPlan, *, unit: Unit, by: User) -> None:
    kind = "csv" if source.name.casefold().endswith(".csv") else "xlsx"
    run = ImportRun(
        file=files.store(source.data, source.name, kind=kind, by=by),
        unit=unit,
        decision_no=plan.terms.decision_no,
        effective_on=plan.terms.effective_on,
        counts=plan.counts(),
        imported_by=by,
    )
    run.record(by=by, reason="Nhập danh mục TTHC")


class _Import:
    """Writes the rows of one plan."""

    def __init__(self, plan: ImportPlan, unit: Unit, by: User) -> None:
        self.plan, self.terms, self.unit, self.by = plan, plan.terms, unit, by
        self.reason = plan.terms.decision_no or "Nhập danh mục TTHC"
        self.fields: dict[str, Field] = {}

    def run(self) -> None:
        for row in self.plan.rows:
            if row.kind == "new":
                self._add(row)
            elif row.kind == "changed" and row.tthc is not None:
                self._change(row, row.tthc)

    def _add(self, row: RowPlan) -> None:
        tthc = TTHC(code=row.row.code or "")
        self._lay(tthc, row.values)
        if self.terms.is_change and not tthc.decision_no:
            tthc.decision_no = self.terms.decision_no
        tthc.record(by=self.by, reason=self.reason)
        if self.terms.is_change:
            self._record_change(tthc, TTHCChange.Kind.ANNOUNCED, {})
        duty = Responsibility(tthc=tthc, unit=self.unit, valid_from=self.terms.effective_on)
        duty.record(by=self.by, reason=self.reason)

    def _change(self, row: RowPlan, tthc: TTHC) -> None:
        about = {k: v for k, v in row.values.items() if not _is_state(k)}
        state = {k: v for k, v in row.values.items() if _is_state(k)}
        if self.terms.is_change:
            if row.is_ending:
                self._record_change(tthc, TTHCChange.Kind.ABOLISHED, {})
            elif state:
                self._record_change(tthc, TTHCChange.Kind.AMENDED, state)
        else:
            about |= self._correct(tthc, state)
        if about:
            self._lay(tthc, about)
            tthc.record(by=self.by, reason=f"Đính chính: {self.reason}")

    def _correct(self, tthc: TTHC, state: dict[str, Any]) -> dict[str, Any]:
        """Mend each fact in the change that says it now; return what the row itself says."""
        own = dict(state)
        past = [c for c in tthc.changes.all() if not c.is_void and c.effective_on <= self.terms.day]
        for change in reversed(past):
            said = {k: v for k, v in own.items() if _says(change, k)}
            if said:
                self._lay(change, said)
                change.record(by=self.by, reason=f"Đính chính: {self.reason}")
                own = {k: v for k, v in own.items() if k not in said}
        return own

    def _record_change(self, tthc: TTHC, kind: str, state: dict[str, Any]) -> None:
        assert self.terms.effective_on is not None  # noqa: S101  check_terms has seen to it
        change = TTHCChange(
            tthc=tthc,
            kind=kind,
            decision_no=self.terms.decision_no,
            effective_on=self.terms.effective_on,
            changed_fields=sorted(k for k in state if k in STATE_FIELDS),
        )
        self._lay(change, {k: v for k, v in state.items() if k != "decision_no"})
        change.record(by=self.by, reason=self.reason)

    def _lay(self, record: Any, values: Any) -> None:
        for name, value in values.items():
            setattr(record, name, self._field(value) if name == "field" else value)

    def _field(self, name: str) -> Field:
        if name not in self.fields:
            field = Field.objects.named(name)
            if field is None:
                field = Field(name=name)
                field.record(by=self.by, reason=self.reason)
            self.fields[name] = field
        return self.fields[name]


def _is_state(name: str) -> bool:
    return name in STATE_FIELDS or name in ("name", "field")


def _says(change: TTHCChange, name: str) -> bool:
    if name == "name":
        return bool(change.name)
    if name == "field":
        return change.field_id is not None
    return name in change.changed_fields
