"""What must hold before a version may go to review, and what must at least be answered for.

`check()` is pure: the content, and the facts of the day that it is held against.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from procedures.content import Content, Origin, TimeKind, TimeLimit, Unit
from qms.foundation.dates import days_text, duration_text
from qms.foundation.text import comparison_key

_WORKING = frozenset({Unit.WORKING_DAY, Unit.HOUR})


class Level(StrEnum):
    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what it is, how to mend it, and where (a section and a row)."""

    code: str
    level: Level
    section: str
    message: str
    row: str = ""

    @property
    def name(self) -> str:
        """Return what tells this problem from all others of the version."""
        return f"{self.code}:{self.row}" if self.row else self.code

    @property
    def is_blocking(self) -> bool:
        return self.level is Level.BLOCKING


@dataclass(frozen=True)
class KnownLimit:
    """The limits the catalogue knows for a TTHC: by law and as shortened locally (minutes)."""

    law: tuple[Unit, int] | None = None
    local: tuple[Unit, int] | None = None

    def lowest_working(self) -> int | None:
        known = [m for pair in (self.law, self.local) if pair for u, m in [pair] if u in _WORKING]
        return min(known) if known else None


@dataclass(frozen=True)
class Facts:
    """What the content is checked against; gathered by the version from the database."""

    is_tthc_kind: bool = True
    limits: Mapping[str, KnownLimit] = field(default_factory=dict)
    known_tthc: frozenset[str] = frozenset()
    known_forms: frozenset[str] = frozenset()  # comparison keys of the office's own form codes
    ended_bases: Mapping[str, str] = field(default_factory=dict)  # number → why not in force
    code_confusable_with: str = ""


def check(content: Content, facts: Facts) -> list[Problem]:
    """Return every problem, the blocking ones first, in the order of the page."""
    problems = [*_identity(content, facts)]
    if facts.is_tthc_kind:
        problems += [
            *_tthc(content, facts),
            *_dossier(content),
            *_steps(content),
            *_times(content, facts),
        ]
    elif not (content.body or content.file or content.steps):
        problems.append(_blocking("body_missing", "body", "Chưa có nội dung hoặc tệp tài liệu."))
    problems += [*_forms(content, facts), *_bases(facts), *_records(content, facts)]
    return sorted(problems, key=lambda p: not p.is_blocking)


def _blocking(code: str, section: str, message: str, row: str = "") -> Problem:
    return Problem(code, Level.BLOCKING, section, message, row)


def _warning(code: str, section: str, message: str, row: str = "") -> Problem:
    return Problem(code, Level.WARNING, section, message, row)


def _identity(content: Content, facts: Facts) -> Iterator[Problem]:
    if not content.title:
        yield _blocking("title_missing", "general", "Chưa có tên quy trình.")
    if facts.code_confusable_with:
        yield _warning(
            "code_confusable",
            "general",
            f"Mã hiệu dễ nhầm với “{facts.code_confusable_with}” (chỉ khác dấu hoặc chữ Đ/D).",
        )
    for name, label in (("purpose", "Mục đích"), ("scope", "Phạm vi")):
        if not getattr(content, name):
            yield _blocking(f"{name}_missing", "general", f"Chưa ghi mục “{label}”.")


def _tthc(content: Content, facts: Facts) -> Iterator[Problem]:
    if not content.tthc:
        yield _blocking(
            "tthc_missing", "tthc", "Chưa chọn thủ tục hành chính nào. Hãy chọn ít nhất một TTHC."
        )
    for covered in content.tthc:
        if covered.code not in facts.known_tthc:
            yield _blocking(
                "tthc_unknown",
                "tthc",
                f"TTHC {covered.code} không có trong danh mục. Hãy nhập danh mục hoặc bỏ dòng này.",
                covered.code,
            )
        elif not covered.decision:
            yield _warning(
                "decision_unknown",
                "tthc",
                f"Chưa rõ quyết định công bố TTHC {covered.code}.",
                covered.code,
            )


def _dossier(content: Content) -> Iterator[Problem]:
    if not content.dossier and not content.has_no_dossier:
        yield _blocking(
            "dossier_missing",
            "dossier",
            "Chưa có thành phần hồ sơ. Hãy thêm giấy tờ hoặc đánh dấu “không có”.",
        )
    if content.dossier and content.has_no_dossier:
        yield _blocking(
            "dossier_contradicts",
            "dossier",
            "Đã đánh dấu “không có” thành phần hồ sơ nhưng vẫn còn giấy tờ. Hãy bỏ một trong hai.",
        )
    for number, item in enumerate(content.dossier, 1):
        if not item.name:
            yield _blocking(
                "item_unnamed", "dossier", f"Giấy tờ thứ {number} chưa có tên.", item.key
            )
        elif item.originals is None and item.copies is None:
            yield _warning(
                "copies_unknown", "dossier", f"Chưa rõ số bản của “{item.name}”.", item.key
            )


def _steps(content: Content) -> Iterator[Problem]:
    if not content.steps:
        yield _blocking(
            "steps_missing",
            "steps",
            "Chưa có bước nào. Hãy thêm ít nhất một bước có người thực hiện.",
        )
    elif not any(step.who for step in content.steps):
        yield _blocking(
            "responsible_missing",
            "steps",
            "Chưa bước nào có người thực hiện. Hãy chọn chức danh hoặc ghi người thực hiện.",
        )
    for number, step in enumerate(content.steps, 1):
        if not step.work:
            yield _blocking("step_empty", "steps", f"Bước {number} chưa ghi công việc.", step.key)
        elif not step.who:
            yield _warning(
                "step_nobody", "steps", f"Bước {number} chưa ghi ai thực hiện.", step.key
            )
        kinds = {step.time(case.key).kind for case in content.cases}
        if TimeKind.UNKNOWN in kinds:
            yield _warning("time_unknown", "steps", f"Bước {number} chưa rõ thời gian.", step.key)


def working_limit(content: Content, facts: Facts, tthc: str, case: str) -> int | None:
    """Return the lower known limit in minutes of working time, None where none is known.

    Of the limit stated in the content and the catalogue's two, by law and local.
    """
    known = []
    stated = content.limit_for(tthc, case)
    if stated is not None and stated.unit in _WORKING and stated.minutes is not None:
        known.append(stated.minutes)
    general_only = stated is None or not stated.case
    catalogued = facts.limits.get(tthc, KnownLimit()).lowest_working()
    if catalogued is not None and general_only:
        known.append(catalogued)
    return min(known) if known else None


def _is_unknown(stated: TimeLimit | None, facts: Facts, tthc: str) -> bool:
    known = facts.limits.get(tthc, KnownLimit())
    if known.law or known.local:
        return False
    return stated is None or (stated.minutes is None and stated.unit is not Unit.BY_PLAN)


def _times(content: Content, facts: Facts) -> Iterator[Problem]:
    for covered in content.tthc:
        for case in content.cases:
            yield from _time(content, facts, covered.code, case.key, case.label)


def _time(content: Content, facts: Facts, tthc: str, case: str, label: str) -> Iterator[Problem]:
    row = f"{tthc}.{case}"
    of_case = f" (trường hợp {label})" if label else ""
    limit = working_limit(content, facts, tthc, case)
    if limit is None:
        if _is_unknown(content.limit_for(tthc, case), facts, tthc):
            yield _warning(
                "limit_unknown", "limits", f"Chưa rõ thời hạn của TTHC {tthc}{of_case}.", row
            )
        return
    total, complete = content.known_total(case), content.case_total(case) is not None
    if total > limit:
        excess = duration_text(total - limit).removesuffix(" làm việc")
        yield _blocking(
            "over_limit",
            "steps",
            f"Tổng thời gian các bước{of_case} là {days_text(total)} ngày, vượt hạn "
            f"{days_text(limit)} ngày của TTHC {tthc}. Giảm bớt {excess} ở một bước.",
            row,
        )
    elif complete and total < limit:
        yield _warning(
            "under_limit",
            "steps",
            f"Tổng thời gian các bước{of_case} là {days_text(total)} ngày, ít hơn hạn "
            f"{days_text(limit)} ngày của TTHC {tthc}.",
            row,
        )


@dataclass(frozen=True)
class TimeCheck:
    """The sum of the steps against the limit, for one TTHC and case; minutes of working time."""

    tthc: str
    case: str
    total: int
    limit: int | None
    is_complete: bool

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.total > self.limit

    @property
    def excess(self) -> int:
        """Return the minutes by which the sum is too long, 0 where it is not."""
        return max(self.total - self.limit, 0) if self.limit is not None else 0


def time_checks(content: Content, facts: Facts) -> list[TimeCheck]:
    """Return one check a TTHC and case, in the order of the page."""
    return [
        TimeCheck(
            tthc=covered.code,
            case=case.label,
            total=content.known_total(case.key),
            limit=working_limit(content, facts, covered.code, case.key),
            is_complete=content.case_total(case.key) is not None,
        )
        for covered in content.tthc
        for case in content.cases
    ]


def strictest(times: Iterable[TimeCheck]) -> list[TimeCheck]:
    """Return one check a case, the one with the lowest known limit."""
    lowest: dict[str, TimeCheck] = {}
    for time in times:
        known = lowest.get(time.case)
        is_lower = time.limit is not None and (
            known is None or known.limit is None or time.limit < known.limit
        )
        if known is None or is_lower:
            lowest[time.case] = time
    return list(lowest.values())


def _forms(content: Content, facts: Facts) -> Iterator[Problem]:
    for form in content.forms:
        name = form.code or form.name
        if form.kind == "internal" and comparison_key(form.code) not in facts.known_forms:
            yield _blocking(
                "form_unknown",
                "forms",
                f"Biểu mẫu “{name}” chưa có trong danh mục biểu mẫu. Hãy thêm biểu mẫu này trước.",
                form.key,
            )
        elif form.kind == "legal" and not form.source:
            yield _blocking(
                "form_sourceless",
                "forms",
                f"Mẫu “{name}” do văn bản quy định thì phải ghi văn bản nào.",
                form.key,
            )
    keys = {form.key for form in content.forms}
    used = {form for step in content.steps for form in step.forms}
    used |= {item.form for item in content.dossier if item.form}
    for key in sorted(used - keys):
        yield _blocking(
            "form_missing",
            "forms",
            "Có bước hoặc giấy tờ dẫn biểu mẫu không còn trong danh sách.",
            key,
        )


def _bases(facts: Facts) -> Iterator[Problem]:
    for number, why in facts.ended_bases.items():
        yield _warning("basis_ended", "bases", f"Căn cứ {number} {why}.", number)


def _records(content: Content, facts: Facts) -> Iterator[Problem]:
    if not content.records and facts.is_tthc_kind:
        yield _warning("records_unknown", "records", "Chưa ghi hồ sơ nào cần lưu.")
    for record in content.records:
        if record.years is None and not record.is_permanent:
            yield _warning(
                "retention_unknown",
                "records",
                f"Chưa rõ thời gian lưu “{record.name}”.",
                record.key,
            )


def unverified(content: Content) -> int:
    """Return how many rows are not stated by the office itself."""
    rows: Iterable[object] = (
        *content.dossier,
        *content.steps,
        *content.bases,
        *content.limits,
        *content.forms,
        *content.records,
        *content.fees,
        *content.results,
    )
    return sum(getattr(row, "origin", Origin.STATED) is not Origin.STATED for row in rows)
