"""The checklist as it is filled: each question with its answers and what is known beside it.

Read by as many queries for one question as for a hundred.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from audits.models import (
    Audit,
    ChecklistItem,
    Clause,
    Evidence,
    Finding,
    ItemAnswer,
    Nonconformity,
    Result,
    SampledDossier,
    SiteConfirmation,
    answer_sha256,
    worst,
)
from procedures.models import ProcedureVersion

Kind = ChecklistItem.Kind
_PLACES = {
    Kind.STEP: "bước",
    Kind.DOSSIER: "thành phần hồ sơ",
    Kind.FORM: "biểu mẫu",
    Kind.RECORD: "hồ sơ lưu",
}


@dataclass(frozen=True)
class Cell:
    """What was found in one dossier; without an answer it is hollow."""

    dossier: SampledDossier
    answer: ItemAnswer | None = None
    disputed: tuple[ItemAnswer, ...] = ()


@dataclass(frozen=True)
class LastTime:
    """What an earlier audit answered to the same question."""

    audit: Audit
    result: str
    note: str
    on: dt.date

    @property
    def result_label(self) -> str:
        return Result(self.result).label


@dataclass
class Line:
    """One question of the checklist with all that its page shows."""

    item: ChecklistItem
    step_no: int | None = None
    clause_title: str = ""
    answer: ItemAnswer | None = None
    disputed: list[ItemAnswer] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    last: LastTime | None = None
    sheets: list[Nonconformity] = field(default_factory=list)  # open ones of the same step
    evidence: list[Evidence] = field(default_factory=list)
    confirmations: list[SiteConfirmation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def answers(self) -> list[ItemAnswer]:
        """Return the standing answers, of the question and of its cells."""
        own = [self.answer, *(cell.answer for cell in self.cells)]
        return [answer for answer in own if answer is not None and answer.result]

    @property
    def all_disputed(self) -> list[ItemAnswer]:
        return [*self.disputed, *(answer for cell in self.cells for answer in cell.disputed)]

    @property
    def result(self) -> str:
        """Return the worst of its answers, empty while there is none."""
        return worst(answer.result for answer in self.answers)

    @property
    def result_label(self) -> str:
        return Result(self.result).label if self.result else "Chưa trả lời"

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the unit confirmed exactly the answers that stand."""
        return any(confirmation.sha256 == self.sha256 for confirmation in self.confirmations)

    @property
    def sha256(self) -> str:
        """Return the hash of its standing answers, as a site confirmation holds it."""
        return answer_sha256(self.answers)

    @property
    def group(self) -> str:
        """Return under which heading it stands: the procedure and its issue, the unit, the law."""
        item = self.item
        if item.version is not None:
            return f"{item.version.procedure.code} {item.version.title}, {item.version.number_text}"
        if item.kind == Kind.LAW:
            return "Nội dung kiểm tra theo Thông tư 26/2014/TT-BKHCN, Điều 36"
        if item.subject is not None and item.subject.procedure is not None:
            procedure = item.subject.procedure
            if item.kind == Kind.CLAUSE:
                return f"Điều khoản của tiêu chuẩn, áp dụng cho {procedure.code}"
            if item.kind == Kind.OWN:
                return f"Câu hỏi riêng về {procedure.code}"
            return str(procedure)
        unit = f" – {item.unit}" if item.unit else ""
        return f"Điều khoản{unit}" if item.kind == Kind.CLAUSE else f"Câu hỏi riêng{unit}"

    @property
    def requirement(self) -> str:
        """Return the requirement that a finding of this question states, ready to be changed."""
        item = self.item
        if item.version is not None and item.row_text:
            place = _PLACES.get(Kind(item.kind), "")
            place = f"{place} {self.step_no}" if self.step_no else place
            code = f"{item.version.procedure.code}, {item.version.number_text}"
            return f"{code}, {place}: {item.row_text}".replace(", :", ":")
        if item.clause:
            return f"{item.audit.edition}, điều {item.clause} {self.clause_title}".strip()
        return item.row_text or item.question


def board_of(audit: Audit, *, hidden: Collection[int] = ()) -> list[Line]:
    """Return the questions of the audit in their order, with what belongs to each.

    None is about a procedure whose key is in `hidden`.
    """
    read = audit.items.standing().select_related("unit", "auditor__person", "subject__procedure")
    versions = ProcedureVersion.objects.select_related("procedure").in_bulk(
        {item.version_id for item in read if item.version_id}
    )
    items = [item for item in read if not _procedures_of(item, versions) & set(hidden)]
    lines = {item.pk: Line(item) for item in items}
    for item in items:
        item.audit = audit
        item.version = versions.get(item.version_id) if item.version_id else None
    _number(lines.values(), versions)
    _name_clauses(audit, lines.values())
    _add_answers(audit, lines)
    _add_last_time(lines.values())
    _add_sheets(audit, lines.values())
    _add_rest(audit, lines)
    return list(lines.values())


def _procedures_of(item: ChecklistItem, versions: dict[int, ProcedureVersion]) -> set[int]:
    """Return the keys of the procedures that the question names."""
    named = {item.subject.procedure_id} if item.subject else set()
    if item.version_id:
        named.add(versions[item.version_id].procedure_id)
    return {key for key in named if key is not None}


def _number(lines: Iterable[Line], versions: dict[int, ProcedureVersion]) -> None:
    numbers = {
        (pk, step.key): number
        for pk, version in versions.items()
        for number, step in enumerate(version.document.steps, start=1)
    }
    for line in lines:
        if line.item.kind == Kind.STEP and line.item.version_id:
            line.step_no = numbers.get((line.item.version_id, line.item.row_key))


def _name_clauses(audit: Audit, lines: Iterable[Line]) -> None:
    titles = dict(Clause.objects.of(audit.edition).values_list("number", "title_vi"))
    for line in lines:
        line.clause_title = titles.get(line.item.clause, "")


def _add_answers(audit: Audit, lines: dict[int, Line]) -> None:
    dossiers = list(audit.dossiers.standing().select_related("procedure"))
    answers = ItemAnswer.objects.filter(item__audit=audit, superseded_at__isnull=True)
    given: dict[tuple[int, int | None], list[ItemAnswer]] = defaultdict(list)
    for answer in answers.select_related("answered_by"):
        given[answer.item_id, answer.dossier_id].append(answer)
    for pk, line in lines.items():
        line.answer, line.disputed = _parted(given[pk, None])
        for dossier in dossiers:
            if line.item.version_id and dossier.version_id == line.item.version_id:
                standing, disputed = _parted(given[pk, dossier.pk])
                line.cells.append(Cell(dossier, standing, tuple(disputed)))


def _parted(answers: list[ItemAnswer]) -> tuple[ItemAnswer | None, list[ItemAnswer]]:
    """Return the one that stands, and those in dispute."""
    standing = next((answer for answer in answers if not answer.is_disputed), None)
    return standing, [answer for answer in answers if answer.is_disputed]


def _add_last_time(lines: Iterable[Line]) -> None:
    """Take the answers of the item that each was made from: the worst of its cells."""
    sources = {line.item.source_id for line in lines if line.item.source_id}
    answers = ItemAnswer.objects.standing().filter(item__in=sources).exclude(result="")
    given: dict[int, list[ItemAnswer]] = defaultdict(list)
    for answer in answers.select_related("item__audit"):
        given[answer.item_id].append(answer)
    for line in lines:
        found = given.get(line.item.source_id or 0)
        if found:
            result = worst(answer.result for answer in found)
            notes = [a.note for a in found if a.result == result and a.note]
            on = max(answer.seen_on for answer in found)
            line.last = LastTime(found[0].item.audit, result, "; ".join(notes), on)


def _add_sheets(audit: Audit, lines: Iterable[Line]) -> None:
    """Find the nonconformities, not settled yet, of the same step or clause."""
    procedures = {line.item.version.procedure_id for line in lines if line.item.version}
    clauses = {line.item.clause for line in lines if line.item.clause}
    sheets = Nonconformity.objects.unsettled().filter(
        Q(procedure__in=procedures) & ~Q(step_key="") | Q(clause__in=clauses), agency=audit.agency
    )
    by_step: dict[Any, list[Nonconformity]] = defaultdict(list)
    for sheet in sheets:
        by_step[sheet.procedure_id, sheet.step_key].append(sheet)
        by_step[sheet.clause].append(sheet)
    for line in lines:
        item = line.item
        if item.version is not None and item.row_key:
            line.sheets = by_step[item.version.procedure_id, item.row_key]
        elif item.clause:
            line.sheets = by_step[item.clause]


def _add_rest(audit: Audit, lines: dict[int, Line]) -> None:
    for evidence in (
        Evidence.objects.standing().filter(item__audit=audit).select_related("original")
    ):
        if evidence.item_id in lines:
            lines[evidence.item_id].evidence.append(evidence)
    for confirmation in SiteConfirmation.objects.filter(item__audit=audit):
        if confirmation.item_id in lines:
            lines[confirmation.item_id].confirmations.append(confirmation)
    for finding in audit.findings.standing():
        finding.audit = audit
        if finding.item_id in lines:
            lines[finding.item_id].findings.append(finding)
