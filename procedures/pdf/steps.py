"""The table of steps: who does what, how long in each case, what comes out of it."""

from collections.abc import Iterator

from reportlab.platypus import Paragraph

from procedures.content import Case, Content, Step
from procedures.pdf.wording import case_limit, step_time, total, trusted
from qms.records.pdf import (
    Cell,
    Column,
    Part,
    Row,
    Span,
    bold,
    cell,
    italic,
    markup,
    paragraph,
    table,
)
from qms.records.pdf.text import CELL, CELL_CENTERED, CELL_HEAD, CELL_SMALL, SMALL

_WIDE_CASES = 4  # as many have a column each
_SHARES = {1: (59, 33, 24, 39), 2: (50, 30, 22, 31), 3: (45, 28, 19, 25), 4: (40, 26, 16, 25)}
_DAY = "Thời gian của các bước tính theo ngày làm việc, mỗi ngày 08 giờ."


def step_table(content: Content) -> Iterator[Part]:
    """Yield the steps with a column of time for each case, their sums beside the limits."""
    if not content.steps:
        return
    cases = _cases(content)
    is_wide = len(cases) <= _WIDE_CASES
    work, who, time, output = _SHARES[len(cases)] if is_wide else (46, 29, 52, 28)
    labels = [case.label for case in cases] if is_wide else [""]
    columns = [
        Column("TT", 10, is_centered=True),
        Column("Trình tự công việc", work),
        Column("Trách nhiệm", who),
        *(Column("Thời gian", time, is_centered=is_wide) for _ in labels),
        Column("Biểu mẫu, kết quả", output),
    ]
    head: list[Cell] = [column.head for column in columns]
    head[3 : 3 + len(labels)] = map(_time_head, labels)
    rows: list[Row] = [
        [str(number), *_step(step, content, is_wide=is_wide)]
        for number, step in enumerate(content.steps, 1)
    ]
    yield table(columns, [*rows, *_sums(content, is_wide=is_wide)], head=[head], last=3)
    yield paragraph(italic(_DAY), SMALL)


def _cases(content: Content) -> tuple[Case, ...]:
    return content.cases or (Case(),)


def _time_head(label: str) -> list[Paragraph]:
    return [
        *cell(markup("Thời gian"), CELL_HEAD),
        *(cell(markup(label), CELL_SMALL) if label else []),
    ]


def _step(step: Step, content: Content, *, is_wide: bool) -> Iterator[str | list[Paragraph]]:
    work = cell(trusted(step.work, step.origin))
    if step.note:
        work += cell(italic(step.note))
    yield work
    yield step.who or "chưa rõ"
    times = [step_time(step.time(case.key)) for case in _cases(content)]
    yield from _times(times, content, is_wide=is_wide)
    named = [form.code or form.name for key in step.forms if (form := content.form(key))]
    yield "\n".join(text for text in (step.output, *named) if text)


def _times(texts: list[str], content: Content, *, is_wide: bool) -> list[str]:
    if is_wide:
        return list(texts)
    labelled = zip(_cases(content), texts, strict=True)
    return ["\n".join(f"{case.label or 'Thời gian'}: {text}" for case, text in labelled)]


def _sums(content: Content, *, is_wide: bool) -> Iterator[Row]:
    for label, of_case in (("Tổng thời gian các bước", total), ("Thời hạn giải quyết", case_limit)):
        texts = [of_case(content, case.key) for case in _cases(content)]
        cells = [
            cell(bold(text), CELL_CENTERED if is_wide else CELL)
            for text in _times(texts, content, is_wide=is_wide)
        ]
        yield [Span(cell(bold(label)), 3), *cells, ""]
