"""How Word files that were read in are told: the list of them, and one beside its original."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from pydantic import ValidationError as NotContent

from procedures.comparison import limit_text, time_text
from procedures.content import Content, Step, TimeLimit
from procedures.docx_import.carry_out import is_same_title
from procedures.docx_import.receiving import KIND
from procedures.models import TTHC, Procedure, WordImport
from procedures.pages.jobs import ShownJob, shown_jobs
from qms.records.models import Job

SURE, CHECK = 0.9, 0.6  # from which on a fact is sure, or read with some doubt
_BADGES = {
    WordImport.State.UNREAD: "in_review",
    WordImport.State.REFUSED: "ended",
    WordImport.State.READ: "in_review",
    WordImport.State.DRAFTED: "draft",
    WordImport.State.REGISTERED: "in_force",
    WordImport.State.DROPPED: "discarded",
}
_READ = "Đã đọc, chờ kiểm tra"


def mark_of(sure: float | None) -> str:
    """Return how far a fact may be trusted: sure, check, guess or none (nothing was found)."""
    if not sure:
        return "none"
    return "sure" if sure >= SURE else "check" if sure >= CHECK else "guess"


def listed_imports(rows: QuerySet[WordImport]) -> QuerySet[WordImport]:
    """Return the rows with what a list tells of each; what was read stays in the database."""
    return (
        rows.select_related("file", "imported_by", "agency", "version__procedure")
        .defer("reading", "version__content", "version__search_key")
        .annotate(
            code=KT("reading__code"),
            title=KT("reading__title"),
            code_key=KT("reading__code_key"),
            defect_count=KT("reading__defect_count"),
            unparsed_count=KT("reading__unparsed_count"),
        )
    )


@dataclass(frozen=True)
class ListedImport:
    """A row of the list: `clash` says who else has its code."""

    row: Any  # a WordImport with the annotations of `listed_imports`
    clash: str

    @property
    def badge(self) -> str:
        return _BADGES[self.row.state]

    @property
    def label(self) -> str:
        state = self.row.state
        return _READ if state is WordImport.State.READ else str(state.label)

    @property
    def notes(self) -> list[str]:
        """Return what the person should know before opening it."""
        told = [self.row.refused, self.clash]
        for count, words in (
            (self.row.defect_count, "sai sót của bản gốc"),
            (self.row.unparsed_count, "đoạn chưa hiểu"),
        ):
            if count and int(count):
                told.append(f"{int(count):02} {words}")
        return [text for text in told if text]


def shown_imports(rows: Iterable[Any], agencies: Iterable[int]) -> list[ListedImport]:
    """Return the rows with the clashes of their codes, in two queries for all of them."""
    rows = list(rows)
    keys = {row.code_key for row in rows if row.code_key}
    unsettled = WordImport.objects.unsettled().filter(agency__in=agencies)
    pairs = unsettled.annotate(code_key=KT("reading__code_key"))
    waiting = Counter(pairs.values_list("agency_id", "code_key"))
    known = {
        (procedure.agency_id, procedure.code_key): procedure
        for procedure in Procedure.objects.filter(agency__in=agencies, code_key__in=keys)
    }
    return [ListedImport(row, _clash(row, waiting, known)) for row in rows]


def _clash(row: Any, waiting: Counter[tuple[int, str]], known: dict[Any, Procedure]) -> str:
    if row.version is not None or row.dropped_at or not row.code_key:
        return ""
    key = (row.agency_id, row.code_key)
    taken = known.get(key)
    if taken is not None and not is_same_title(taken.title, row.title or ""):
        return f"Mã hiệu {row.code} đã dùng cho “{taken.title}”"
    if waiting[key] > 1:
        return f"Mã hiệu {row.code} có trong {waiting[key]:02} tệp đang chờ"
    return f"Mã hiệu {row.code} đã có; sẽ là lần ban hành tiếp theo" if taken else ""


def unfinished_jobs(jobs: QuerySet[Job]) -> list[ShownJob]:
    """Return the jobs that still read, or did not come to their end and were not begun again."""
    recent = shown_jobs(jobs.filter(kind=KIND).order_by("-pk")[:20])
    going: list[ShownJob] = []
    seen: set[str] = set()
    for shown in recent:
        is_newest = shown.job.result_url not in seen
        seen.add(shown.job.result_url)
        if is_newest and (shown.is_going_on or shown.may_begin_again):
            going.append(shown)
    return going


# One import


@dataclass(frozen=True)
class LimitLine:
    limit: TimeLimit
    text: str
    case: str


@dataclass(frozen=True)
class StepLine:
    number: int
    step: Step
    times: list[tuple[str, str]]  # case and time


@dataclass(frozen=True)
class ShownImport:
    """One import beside its original; `content` is None where nothing was read."""

    row: WordImport
    content: Content | None

    @classmethod
    def of(cls, row: WordImport) -> "ShownImport":
        kept = row.reading.get("content")
        try:
            return cls(row, Content.model_validate(kept) if kept else None)
        except NotContent:  # kept by an older release that knew another content
            return cls(row, None)

    @property
    def badge(self) -> str:
        return _BADGES[self.row.state]

    @property
    def marks(self) -> dict[str, str]:
        """Return how far each field may be trusted, by its name."""
        read = self.row.reading
        sure = read.get("sure", {})
        marks = {name: mark_of(value) for name, value in read.get("confidence", {}).items()}
        marks |= {name: mark_of(sure.get(name)) for name in ("revision", "effective_on")}
        marks["owner"] = "guess"
        marks["kind"] = "check" if read.get("tthc") else "guess"
        for act, said in read.get("signers", {}).items():
            marks |= {f"{act}_{field}": "check" for field in said}
        return marks

    @property
    def limits(self) -> list[LimitLine]:
        if self.content is None:
            return []
        cases = {case.key: case.label for case in self.content.cases}
        return [
            LimitLine(limit, limit_text(limit), cases.get(limit.case, ""))
            for limit in self.content.limits
        ]

    @property
    def case_labels(self) -> list[str]:
        return [case.label for case in self.content.cases] if self.content else []

    @property
    def steps(self) -> list[StepLine]:
        if self.content is None:
            return []
        cases = self.content.cases
        return [
            StepLine(number, step, [(c.label, time_text(step.time(c.key))) for c in cases])
            for number, step in enumerate(self.content.steps, start=1)
        ]

    @property
    def has_narrative(self) -> bool:
        document = self.content
        return bool(
            document
            and (
                document.purpose
                or document.scope
                or document.references
                or document.definitions
                or document.conditions
            )
        )

    def warnings(self) -> list[str]:
        """Return what contradicts the database or another file that waits."""
        return list(_warnings(self.row))


def _warnings(row: WordImport) -> Iterator[str]:
    read = row.reading
    key, code = read.get("code_key"), read.get("code", "")
    if key:
        known = Procedure.objects.coded(row.agency, code)
        if known is not None and is_same_title(known.title, read.get("title", "")):
            yield f"Quy trình “{known}” đã có; tệp này sẽ là lần ban hành tiếp theo của nó."
        elif known is not None:
            yield f"Mã hiệu “{code}” đã dùng cho quy trình “{known.title}”."
        others = WordImport.objects.unsettled().filter(agency=row.agency).exclude(pk=row.pk)
        same = others.filter(reading__code_key=key)
        for label in same.values_list("label", flat=True)[:5]:
            yield f"Tệp “{label}” đang chờ cũng ghi mã hiệu “{code}”."
    codes = read.get("tthc", [])
    rows = set(TTHC.objects.filter(code__in=codes).values_list("code", flat=True))
    for missing in (code for code in codes if code not in rows):
        yield f"TTHC {missing} không có trong danh mục: nhập danh mục trước, hoặc bỏ mã này."
