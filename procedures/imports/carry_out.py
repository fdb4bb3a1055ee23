"""Carry an import out: one transaction, through the records' own verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from procedures.actions.reviews import open_impact_sheets
from procedures.imports.facts import is_state
from procedures.imports.plan import ImportPlan, RowPlan, Terms, is_of, plan_import
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

LONGEST_DECISION = 255  # letters


@dataclass(frozen=True)
class ImportFile:
    """A list as it came: its bytes and the name it bore."""

    data: bytes
    name: str

    @property
    def kind(self) -> str:
        return "csv" if self.name.strip().casefold().endswith(".csv") else "xlsx"


class CatalogueMoved(ValidationError):
    """The catalogue is no longer what the plan was made for; nothing was written."""


def import_list(
    source: ImportFile, terms: Terms, *, unit: Unit, by: User, seen: str = ""
) -> ImportPlan:
    """Import the list and keep the file; return what was done.

    Each new TTHC gets one responsibility *giải quyết* of `unit`; what a decision changes gets its
    impact sheets. All is written or nothing; a list
    that changes nothing writes nothing, not one history row. `seen` is the fingerprint of the plan
    that the person has looked at, where one has. Raises UnreadableFile for the file, CatalogueMoved
    when the plan is no longer the one that was seen, ValidationError while a row is invalid or one
    code stands on rows that differ.
    """
    check_terms(terms)
    table = read_table(source.data, source.name)
    try:
        with transaction.atomic():
            _wait_for_others()
            plan = plan_import(table, terms)
            if seen and plan.fingerprint() != seen:
                raise CatalogueMoved("Danh mục đã thay đổi sau khi bạn xem trước. Hãy xem lại.")
            refuse_blocked(plan)
            if plan.changes_anything:
                _Import(plan, unit, by).run()
                _keep(source, plan, unit=unit, by=by)
    except (IntegrityError, DataError) as error:
        raise CatalogueMoved(
            "Không ghi được: danh mục vừa được người khác thay đổi, hoặc quyết định này đã ghi một"
            " thay đổi cùng loại cho TTHC. Chưa có gì được nhập; hãy xem trước lại."
        ) from error
    return plan


def check_terms(terms: Terms) -> None:
    """Raise ValidationError for a decision without its day, or a day without its decision."""
    if terms.decision_no and terms.effective_on is None:
        raise ValidationError({"effective_on": "Nhập theo quyết định thì phải ghi ngày hiệu lực."})
    if terms.effective_on is not None and not terms.decision_no:
        raise ValidationError({"decision": "Đã ghi ngày hiệu lực thì phải ghi quyết định công bố."})
    if len(terms.decision_no) > LONGEST_DECISION:
        raise ValidationError(
            {"decision": f"Quyết định công bố dài quá {LONGEST_DECISION} ký tự: ghi số và ngày."}
        )


def refuse_blocked(plan: ImportPlan) -> None:
    """Raise ValidationError that lists each blocking row with its number and reason."""
    wrong = [f"Dòng {row.key}: {row.problem}" for row in plan.invalid]
    wrong += [
        f"Mã {code} có nhiều dòng khác nhau: {', '.join(row.key for row in rows)}."
        for code, rows in plan.conflicts
    ]
    if wrong:
        raise ValidationError([*wrong, "Hãy sửa tệp, hoặc bỏ các dòng này ra rồi nhập lại."])


def _wait_for_others() -> None:
    """Let imports follow one another, so that what is planned is what is carried out."""
    Unit.objects.select_for_update(of=("self",)).order_by("path").first()


def _keep(source: ImportFile, plan: ImportPlan, *, unit: Unit, by: User) -> None:
    run = ImportRun(
        file=files.store(source.data, source.name, kind=source.kind, by=by),
        unit=unit,
        decision_no=plan.terms.decision_no,
        effective_on=plan.terms.effective_on,
        counts=plan.counts() | {"left_out": len(plan.left_out)},
        imported_by=by,
    )
    run.record(by=by, reason="Nhập danh mục TTHC")


class _Import:
    """Writes the rows of one plan."""

    def __init__(self, plan: ImportPlan, unit: Unit, by: User) -> None:
        self.plan, self.terms, self.unit, self.by = plan, plan.terms, unit, by
        self.reason = plan.terms.decision_no or "Nhập danh mục TTHC"
        self.fields: dict[str, Field] = {}
        self.changes: list[TTHCChange] = []

    def run(self) -> None:
        for row in self.plan.rows:
            if row.kind == "new":
                self._add(row)
            elif row.kind == "changed" and row.tthc is not None:
                self._change(row, row.tthc)
        open_impact_sheets(self.changes, by=self.by)

    def _add(self, row: RowPlan) -> None:
        tthc = TTHC(code=row.row.code or "")
        self._lay(tthc, row.values)
        if row.change == TTHCChange.Kind.ANNOUNCED and not tthc.decision_no:
            tthc.decision_no = self.terms.decision_no
        tthc.record(by=self.by, reason=self.reason)
        if row.change:
            self._record_change(tthc, row.change, {})
        duty = Responsibility(tthc=tthc, unit=self.unit, valid_from=self.terms.effective_on)
        duty.record(by=self.by, reason=self.reason)

    def _change(self, row: RowPlan, tthc: TTHC) -> None:
        about = {k: v for k, v in row.values.items() if not is_state(k)}
        state = {k: v for k, v in row.values.items() if is_state(k)}
        if row.change:
            self._decide(tthc, row.change, state)
        else:
            about |= self._correct(tthc, state)
        if about:
            self._lay(tthc, about)
            tthc.record(by=self.by, reason=self._mending)

    def _decide(self, tthc: TTHC, kind: str, state: dict[str, Any]) -> None:
        """Record the change; where the very decision has one already, mend that one."""
        own = [change for change in tthc.changes.all() if is_of(change, self.terms)]
        if kind == TTHCChange.Kind.AMENDED and own and own[-1].kind in TTHCChange.LIVING:
            change = own[-1]
            change.changed_fields = sorted({*change.changed_fields, *_stated(state)})
            self._lay(change, state)
            change.record(by=self.by, reason=self._mending)
        else:
            self._record_change(tthc, kind, state)

    def _correct(self, tthc: TTHC, state: dict[str, Any]) -> dict[str, Any]:
        """Mend each fact in the change that says it now; return what the row itself says."""
        own = dict(state)
        past = [c for c in tthc.changes.all() if not c.is_void and c.effective_on <= self.terms.day]
        for change in reversed(past):
            said = {k: v for k, v in own.items() if _says(change, k)}
            if said:
                self._lay(change, said)
                change.record(by=self.by, reason=self._mending)
                own = {k: v for k, v in own.items() if k not in said}
        return own

    def _record_change(self, tthc: TTHC, kind: str, state: dict[str, Any]) -> None:
        change = TTHCChange(
            tthc=tthc,
            kind=kind,
            decision_no=self.terms.decision_no,
            effective_on=self.terms.day,
            changed_fields=sorted(_stated(state)),
        )
        self._lay(change, state)
        change.record(by=self.by, reason=self.reason)
        self.changes.append(change)

    @property
    def _mending(self) -> str:
        return f"Đính chính: {self.reason}"

    def _lay(self, record: TTHC | TTHCChange, values: Mapping[str, Any]) -> None:
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


def _stated(state: Mapping[str, Any]) -> set[str]:
    """Return which of the columns of a change the state sets; name and field tell themselves."""
    return {name for name in state if name in STATE_FIELDS}


def _says(change: TTHCChange, name: str) -> bool:
    if name == "name":
        return bool(change.name)
    if name == "field":
        return change.field_id is not None
    return name in change.changed_fields
