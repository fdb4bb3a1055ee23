"""What a checklist asks: read from the content in force on the audit's day, row by row.

Pure reading: `actions.checklist` writes. A sampled dossier is judged by the version in force on
the day it came in, so that version's rows are asked too. What the last audit asked is reused.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from audits.models import Audit, AuditSubject, ChecklistItem, Clause
from audits.workflow import AuditStatus
from procedures.comparison import time_text
from procedures.content import Content, DossierItem, FormUse, KeptRecord, Step, TimeKind
from procedures.models import Procedure, ProcedureVersion
from qms.foundation.dates import format_date
from qms.organisation.models import Unit

Kind = ChecklistItem.Kind
Key = tuple[Any, ...]
_WHOLE = "all"  # the row of a document that has no rows
_NOTHING = "none"  # the row of a procedure without a version in force
_SUBJECT_ROOM = 100_000  # positions of one subject; a thousand a kind of row
_HELD = (AuditStatus.UNDER_WAY, AuditStatus.REPORTED, AuditStatus.CLOSED)
_MEDIA = {"paper": "bản giấy", "electronic": "bản điện tử", "both": "bản giấy và bản điện tử"}


@dataclass(frozen=True)
class Row:
    """A row of a content as a question, whoever asks it."""

    kind: str
    key: str
    text: str
    question: str
    expects: str = ""
    unit_code: str = ""


@dataclass(frozen=True)
class WantedItem:
    """A question that the checklist of an audit should hold."""

    kind: str
    subject: AuditSubject
    position: int
    question: str
    expects: str = ""
    unit: Unit | None = None
    version: ProcedureVersion | None = None
    row_key: str = ""
    row_text: str = ""
    clause: str = ""
    source: ChecklistItem | None = None

    @property
    def key(self) -> Key:
        """Return what makes it the same question in one audit, see `key_of`."""
        return _key(
            self.kind, self.version, self.row_key, self.subject.pk, self.clause, self.source
        )


def key_of(item: ChecklistItem) -> Key:
    """Return the key of a stored question, equal to that of the `WantedItem` it was made from."""
    return _key(
        item.kind, item.version_id, item.row_key, item.subject_id, item.clause, item.source_id
    )


def _key(
    kind: str, version: Any, row_key: str, subject: int | None, clause: str, source: Any
) -> Key:
    if version is not None:
        return kind, getattr(version, "pk", version), row_key
    if kind == Kind.OWN:
        return kind, subject, getattr(source, "pk", source)
    return kind, subject, row_key, clause


# --- the rows of a content, as questions ---


def rows_of(version: ProcedureVersion) -> list[Row]:
    """Return the questions of a version: steps, dossier, forms, records, in their order."""
    document = version.document
    rows = [
        *(_step(number, step, document) for number, step in enumerate(document.steps, start=1)),
        *(_dossier(row, document) for row in document.dossier),
        *(_form(row) for row in document.forms),
        *(_record(row) for row in document.records),
    ]
    return rows or [_whole(version)]


def _lines(*pairs: tuple[str, str]) -> str:
    return "\n".join(f"{label}: {value}" for label, value in pairs if value)


def _short(text: str) -> str:
    """Return the beginning of a row, enough to know it by: the whole stands beside the question."""
    line = text.partition("\n")[0].partition(";")[0].rstrip(".;: ")
    return line if len(line) <= 100 else f"{line[:99].rpartition(' ')[0]}…"


def _step(number: int, step: Step, document: Content) -> Row:
    time = _time(step, document)
    forms = [form for key in step.forms if (form := document.form(key))]
    asked = [
        "đúng người thực hiện" if step.who else "",
        "đúng thời hạn" if time else "",
        "dùng đúng biểu mẫu" if forms else "",
        "có đủ kết quả, hồ sơ" if step.output else "",
    ]
    said = ", ".join(filter(None, asked))
    question = f"Bước {number}. {_short(step.work)}: thực tế có "
    question += f"làm theo quy trình, {said} không?" if said else "làm theo quy trình không?"
    expects = _lines(
        ("Người thực hiện", step.who),
        ("Thời gian", time),
        ("Kết quả", step.output),
        ("Biểu mẫu", "; ".join(_form_name(form) for form in forms)),
        ("Ghi chú", step.note),
    )
    return Row(Kind.STEP, step.key, step.work, question, expects, step.unit_code)


def _time(step: Step, document: Content) -> str:
    """Return the time of the step, case by case where the cases are named."""
    texts = [
        (case.label, time_text(step.time(case.key)))
        for case in document.cases
        if step.time(case.key).kind is not TimeKind.UNKNOWN
    ]
    if len({text for _, text in texts}) == 1:
        return texts[0][1]
    return "; ".join(f"{label}: {text}" if label else text for label, text in texts)


def _form_name(form: FormUse) -> str:
    return " ".join(filter(None, [form.code, form.name]))


def _dossier(row: DossierItem, document: Content) -> Row:
    name = _short(row.name)
    if row.kind == "present":
        question = f"Khi tiếp nhận, “{name}” có được xuất trình và đối chiếu không?"
    else:
        question = f"Hồ sơ có “{name}” đúng thành phần, số lượng theo quy định không?"
    copies = f"{row.copies} {row.copy_kind or 'bản sao'}" if row.copies else ""
    case = next((case.label for case in document.cases if case.key == row.case), "")
    form = document.form(row.form)
    expects = _lines(
        ("Bản chính", str(row.originals or "")),
        ("Bản sao", copies),
        ("Khi", row.condition),
        ("Trường hợp", case),
        ("Theo mẫu", _form_name(form) if form else ""),
    )
    return Row(Kind.DOSSIER, row.key, row.name, question, expects)


def _form(row: FormUse) -> Row:
    name = _form_name(row)
    question = f"Hồ sơ có dùng đúng “{_short(name)}”, bản còn hiệu lực khi đó không?"
    return Row(Kind.FORM, row.key, name, question, _lines(("Văn bản quy định mẫu", row.source)))


def _record(row: KeptRecord) -> Row:
    question = f"“{_short(row.name)}” có được lưu đủ, đúng nơi và tìm lại được không?"
    years = "" if row.years is None else f"{row.years:02d} năm"
    expects = _lines(
        ("Nơi lưu", row.keeper),
        ("Thời hạn lưu", "vĩnh viễn" if row.is_permanent else years),
        ("Hình thức", _MEDIA.get(row.medium, "")),
    )
    return Row(Kind.RECORD, row.key, row.name, question, expects)


def _whole(version: ProcedureVersion) -> Row:
    """Return the one question of a version of which only the paper or the file is known."""
    question = f"Thực tế có làm theo “{_short(version.title)}” không?"
    expects = "Đối chiếu từng nội dung với toàn văn của lần ban hành này (bản chụp, tệp đính kèm)"
    return Row(Kind.DOCUMENT, _WHOLE, version.title, question, expects)


# --- the questions of an audit ---


def wanted_items(audit: Audit) -> list[WantedItem]:
    """Return the questions of the audit's scope, in order; a bounded number of queries."""
    subjects = list(audit.subjects.select_related("procedure__owner", "unit"))
    ranks = {subject.pk: rank for rank, subject in enumerate(subjects)}
    standing = [subject for subject in subjects if subject.removed_at is None]
    versions = _versions(audit, standing)
    units = {unit.code: unit for unit in Unit.objects.within(audit.agency)}
    titles = dict(Clause.objects.of(audit.edition).values_list("number", "title_vi"))
    wanted: list[WantedItem] = []
    for subject in standing:
        start = ranks[subject.pk] * _SUBJECT_ROOM
        if subject.procedure is not None:
            found = versions.get(subject.procedure.pk, [])
            wanted += _of_procedure(audit, subject, found, units, start)
        wanted += _of_clauses(audit, subject, titles, start + 80_000)
    return _improved(audit, wanted) + list(_own_again(audit, standing, ranks))


def _versions(audit: Audit, subjects: Iterable[AuditSubject]) -> dict[int, list[ProcedureVersion]]:
    """Return, by procedure, the version in force on the audit's day, then those of dossiers."""
    procedures = [subject.procedure_id for subject in subjects if subject.procedure_id]
    known = ProcedureVersion.objects.select_related("procedure__owner").prefetch_related("periods")
    current = list(known.in_force(on=audit.day).filter(procedure__in=procedures))
    sampled = audit.dossiers.filter(removed_at=None, procedure__in=procedures)
    others = known.filter(pk__in=sampled.values("version")).exclude(
        pk__in=[version.pk for version in current]
    )
    found: dict[int, list[ProcedureVersion]] = {}
    for version in [*current, *others.order_by("pk")]:
        found.setdefault(version.procedure_id, []).append(version)
    return found


def _of_procedure(
    audit: Audit,
    subject: AuditSubject,
    versions: list[ProcedureVersion],
    units: Mapping[str, Unit],
    start: int,
) -> Iterator[WantedItem]:
    procedure: Any = subject.procedure
    owner = subject.unit or procedure.owner
    if not any(_is_in_force(version, audit.day) for version in versions):
        yield _nothing_in_force(subject, procedure, audit.day, owner, start)
    for nth, version in enumerate(versions):
        for index, row in enumerate(rows_of(version)):
            yield WantedItem(
                kind=row.kind,
                subject=subject,
                position=start + 1 + nth * 10_000 + index,
                question=row.question,
                expects=row.expects,
                unit=subject.unit or units.get(row.unit_code) or owner,
                version=version,
                row_key=row.key,
                row_text=row.text,
            )


def _is_in_force(version: ProcedureVersion, day: dt.date) -> bool:
    periods = version.periods.all()
    return any(
        period.voided_at is None
        and period.valid_from <= day
        and (period.valid_to is None or day < period.valid_to)
        for period in periods
    )


def _nothing_in_force(
    subject: AuditSubject, procedure: Procedure, day: dt.date, owner: Unit, start: int
) -> WantedItem:
    said = (
        f"Ngày {format_date(day)} quy trình {procedure.code} không có lần ban hành nào có hiệu lực."
    )
    return WantedItem(
        kind=Kind.DOCUMENT,
        subject=subject,
        position=start,
        question=f"{said} Đơn vị đang làm theo tài liệu nào?",
        expects="Tài liệu đang dùng, người cho phép dùng",
        unit=owner,
        row_key=_NOTHING,
        row_text=said,
    )


def _of_clauses(
    audit: Audit, subject: AuditSubject, titles: Mapping[str, str], start: int
) -> Iterator[WantedItem]:
    unit = subject.unit or (subject.procedure.owner if subject.procedure else audit.agency)
    for index, number in enumerate(subject.clauses):
        title = titles.get(number, "")
        named = f"“{title}” (điều {number})" if title else f"điều {number}"
        yield WantedItem(
            kind=Kind.CLAUSE,
            subject=subject,
            position=start + index,
            question=f"Yêu cầu {named} được thực hiện thế nào, hồ sơ nào cho thấy điều đó?",
            unit=unit,
            clause=number,
        )


# --- what the last audit asked ---


def _improved(audit: Audit, wanted: list[WantedItem]) -> list[WantedItem]:
    """Give each question its source in the last audit, and the wording improved there."""
    last = _last_items(audit, wanted)
    made: dict[int, dict[tuple[str, str], Row]] = {}
    improved = []
    for item in wanted:
        source = last.get(
            _subject_key(item.kind, item.version, item.row_key, item.subject, item.clause)
        )
        if source is None:
            improved.append(item)
            continue
        if source.version is not None and source.version.pk not in made:
            made[source.version.pk] = {(r.kind, r.key): r for r in rows_of(source.version)}
        rows = made.get(source.version_id or 0, {})
        improved.append(_reworded(item, source, rows.get((source.kind, source.row_key))))
    return improved


def _reworded(item: WantedItem, source: ChecklistItem, made: Row | None) -> WantedItem:
    """Take over what somebody wrote better last time; what was generated is generated anew."""
    changes: dict[str, Any] = {"source": source}
    if source.question != (made.question if made else item.question):
        changes["question"] = source.question
    if source.expects != (made.expects if made else item.expects):
        changes["expects"] = source.expects
    return replace(item, **changes)


def _subject_key(
    kind: str, version: ProcedureVersion | None, row_key: str, subject: Any, clause: str
) -> Key:
    """Return what makes two questions of different audits the same one."""
    if version is not None:
        return kind, version.procedure_id, row_key
    return kind, subject.procedure_id, subject.unit_id, row_key, clause


def _last_items(audit: Audit, wanted: list[WantedItem]) -> dict[Key, ChecklistItem]:
    """Return the latest question of an earlier audit by what it asked of."""
    kinds = {item.kind for item in wanted}
    keys = {item.row_key for item in wanted}
    earlier = _earlier(audit).filter(kind__in=kinds, row_key__in=keys).exclude(kind=Kind.OWN)
    found: dict[Key, ChecklistItem] = {}
    for item in earlier.select_related("version", "subject"):
        if item.version is None and item.subject is None:
            continue
        key = _subject_key(item.kind, item.version, item.row_key, item.subject, item.clause)
        found[key] = item  # the latest comes last
    return found


def _earlier(audit: Audit) -> Any:
    """Return the questions of earlier audits of the agency that were held, the latest last."""
    return (
        ChecklistItem.objects.filter(
            audit__agency=audit.agency_id,
            audit__starts_on__lt=audit.starts_on,
            audit__status__in=_HELD,
            removed_at=None,
        )
        .exclude(audit=audit.pk)
        .order_by("audit__starts_on", "audit_id", "position", "pk")
    )


def _own_again(
    audit: Audit, subjects: Iterable[AuditSubject], ranks: Mapping[int, int]
) -> Iterator[WantedItem]:
    """Yield the own questions of the last audit of each procedure or unit in the scope."""
    asked: dict[Key, list[ChecklistItem]] = {}
    own = _earlier(audit).filter(kind=Kind.OWN, subject__isnull=False)
    for item in own.select_related("subject", "unit"):
        group = asked.setdefault((item.subject.procedure_id, item.subject.unit_id), [])
        if group and group[0].audit_id != item.audit_id:
            group.clear()
        group.append(item)
    for subject in subjects:
        again = asked.get((subject.procedure_id, subject.unit_id), [])
        for index, item in enumerate(again):
            yield WantedItem(
                kind=Kind.OWN,
                subject=subject,
                position=ranks[subject.pk] * _SUBJECT_ROOM + 90_000 + index,
                question=item.question,
                expects=item.expects,
                unit=subject.unit or item.unit,
                clause=item.clause,
                source=item,
            )
