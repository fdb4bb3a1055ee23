"""The steps of a procedure: a table with one or more time columns, or lines that begin *Bước 1*."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from procedures.content import Unit
from procedures.docx_import.amounts import column_unit, is_nothing, step_minutes
from procedures.docx_import.blocks import Paragraph, Row
from procedures.docx_import.headings import is_label
from procedures.docx_import.outline import Section
from procedures.docx_import.tables import Column, Grid, Layout
from qms.foundation.text import clean, fold

_TOTAL = re.compile(r"(?:tong(?: cong| so| thoi gian| so ngay| thoi han)?|cong)(?: .{0,60})?")
_LIMIT = re.compile(r"thoi (?:han|gian) giai quyet(?: .{0,60})?")  # below the steps, not one
_NOTE = re.compile(r"(?:ghi chu|luu y|chu thich|chu y|\*)")
_BEGINS = re.compile(
    r"(?:bước|b)\s*(?P<no>[0-9]{1,2}[a-zđ]?)\s*[.:)\-–]?\s*(?P<rest>.*)", re.I | re.S
)
_WHO = re.compile(
    r"(?:người |đơn vị |bộ phận )?(?:trách nhiệm|thực hiện"
    r"|phụ trách)(?: thực hiện)?\s*:\s*(?P<said>.+)",
    re.I,
)
_TIME = re.compile(r"(?:thời gian|thời hạn)(?: thực hiện| giải quyết)?\s*:\s*(?P<said>.+)", re.I)


@dataclass
class StepRow:
    """One step; a time is None where the cell says nothing, or words, or goes on from above."""

    no: int | str | None
    work: str
    responsible: str = ""
    times: list[int | None] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # the printed times
    output: str = ""
    note: str = ""
    shares_no: bool = False
    shared_times: frozenset[int] = frozenset()  # columns whose time stands with a step above


@dataclass
class Steps:
    """All steps; `cases` are the names of the time columns, `totals` what a last row states."""

    rows: list[StepRow] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    totals: list[int | None] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # times in other words
    repeated: list[str] = field(default_factory=list)  # numbers that stand on two steps
    sure: float = 0.0


def read_steps(sections: list[Section]) -> Steps:
    """Return the steps of every step table, or else of lines, in order."""
    steps = Steps()
    tables = [
        (grid, section)
        for section in sections
        for grid in section.grids
        if grid.layout is not None and grid.layout.kind == "steps"
    ]
    for grid, section in tables:
        _read_grid(grid, section, steps)
    steps.repeated = _repeated(steps.rows)
    if not steps.rows:
        _read_lines([s for s in sections if s.key == "steps"], steps)
        steps.sure = 0.6 if steps.rows else 0.0
    elif steps.rows:
        unknown = len(steps.words) / max(1, sum(len(row.times) for row in steps.rows))
        without = sum(1 for row in steps.rows if not row.responsible) / len(steps.rows)
        steps.sure = round(max(0.3, 0.97 - 0.4 * unknown - 0.3 * without), 2)
    return steps


def _repeated(rows: list[StepRow]) -> list[str]:
    """Return the numbers that stand twice in one run of steps; a new run begins with 1 after 2."""
    found: list[str] = []
    run: list[str] = []
    for row in rows:
        if row.no is None or row.shares_no:
            continue
        number = str(row.no)
        if number == "1" and "2" in run:
            run = []
        if number in run and number not in found:
            found.append(number)
        run.append(number)
    return found


def number_of(text: str) -> int | str | None:
    """Return the number of a step: 3 of `3`, `03.`, `B3`, `Bước 3`; other texts as printed."""
    text = clean(text).strip(" .):")
    found = re.fullmatch(r"(?:bước|b)?\s*[-.:]?\s*([0-9]{1,3})", text, re.I)
    if found:
        return int(found[1])
    named = re.fullmatch(r"(?:bước|b)\s*[-.:]?\s*(\S{1,6})", text, re.I)
    return named[1] if named else text or None


def _read_grid(grid: Grid, section: Section, steps: Steps) -> None:
    layout = grid.layout
    assert layout is not None  # noqa: S101 - only tables with a header are asked
    times = layout.of("time")
    units = [column_unit(column.text) for column in times]
    told = [
        p.text for p in section.paragraphs() if re.search(r"(?:đơn vị tính|đvt)\s*:", p.text, re.I)
    ]
    if told:
        units = [unit if unit != (None, False) else column_unit(told[0]) for unit in units]
    for column in layout.columns:
        if column.role == "" and column.text:
            column.role = "note"
    if len(times) > len(steps.cases):
        steps.cases = [column.case for column in times]
    reader = _GridReader(layout, times, units, steps)
    heads = {fold(c.text) for r in grid.rows[: layout.depth] for c in r if c.text}
    for row in grid.body():
        reader.read(row, heads)


class _GridReader:
    def __init__(
        self,
        layout: Layout,
        times: list[Column],
        units: list[tuple[Unit | None, bool]],
        steps: Steps,
    ) -> None:
        self._layout, self._times, self._units, self._steps = layout, times, units, steps
        self._rows: list[StepRow] = []
        self._has_numbers = bool(layout.of("no"))

    def read(self, row: Row, heads: set[str]) -> None:
        shown = [cell for cell in row if cell.text]
        if not shown:
            return
        texts = [fold(cell.text) for cell in shown]
        if (len(shown) > 1 and all(text in heads for text in texts)) or _numbers_columns(row):
            for cell in shown:
                cell.take()
            return
        words = [cell for cell in shown if not is_label(cell.text)]
        if words and _TOTAL.fullmatch(fold(words[0].text.split("\n")[0])) and self._is_total(row):
            self._read_total(row)
            return
        who = fold(self._who(row))
        if _LIMIT.fullmatch(texts[0]) and (not who or _LIMIT.fullmatch(who)):
            for cell in row:
                cell.take()
            return
        if _NOTE.match(texts[0]) and len(shown) == 1:
            return
        if len(shown) == 1 and shown[0].span >= self._width() - 1 and len(self._layout.columns) > 2:
            return  # a line across the table: of which part, or a remark; it stays unparsed
        self._read_step(row)

    def _width(self) -> int:
        return max(column.end for column in self._layout.columns)

    def _who(self, row: Row) -> str:
        return "".join(
            c.text for column in self._layout.of("who") for c in self._layout.cells(row, column)
        )

    def _is_total(self, row: Row) -> bool:
        who = self._who(row)
        return not who or _TOTAL.fullmatch(fold(who)) is not None or bool(step_minutes(who))

    def _read_total(self, row: Row) -> None:
        totals = [self._minutes(row, place)[0] for place in range(len(self._times))]
        for cell in row:
            cell.take()
        if any(total is not None for total in totals):
            self._steps.totals = totals

    def _minutes(self, row: Row, place: int) -> tuple[int | None, str]:
        cells = self._layout.cells(row, self._times[place])
        text = "\n".join(cell.text for cell in cells if cell.text)
        unit, is_minutes = self._units[place]
        return step_minutes(text, unit, minutes_unit=is_minutes), text

    def _goes_on(self, row: Row, role: str) -> bool:
        cells = [c for column in self._layout.of(role) for c in self._layout.cells(row, column)]
        return bool(cells) and all(cell.goes_on for cell in cells)

    def _read_step(self, row: Row) -> None:
        layout = self._layout
        printed_no = layout.text(row, "no")
        work = layout.text(row, "work")
        who = layout.text(row, "who")
        output, note = layout.text(row, "output"), layout.text(row, "note")
        times = [self._take_time(row, place) for place in range(len(self._times))]
        before = self._rows[-1] if self._rows else None
        if before is not None and not printed_no and not work and self._only_goes_on(row):
            self._add_to(before, who, output, note, times)
            return
        if not work and before is not None and self._goes_on(row, "work"):
            work = before.work
        if not who and before is not None and self._goes_on(row, "who"):
            who = before.responsible
        no, shares = number_of(printed_no), False
        if not printed_no and before is not None and self._goes_on(row, "no"):
            no, shares = before.no, True
        if not self._has_numbers:
            no, work = _number_before(work, len(self._steps.rows) + 1)
        step = StepRow(
            no=no,
            work=work or str(printed_no),
            responsible=who,
            times=[minutes for minutes, _ in times],
            said=[said for _, said in times],
            output=output,
            note=note,
            shares_no=shares,
            shared_times=frozenset(self._shared_times(row)),
        )
        self._rows.append(step)
        self._steps.rows.append(step)

    def _only_goes_on(self, row: Row) -> bool:
        """Whether a row without number and work is the rest of the row above, not a step."""
        is_same = self._goes_on(row, "no") or not self._has_numbers
        return is_same or not self._goes_on(row, "work")

    def _take_time(self, row: Row, place: int) -> tuple[int | None, str]:
        minutes, text = self._minutes(row, place)
        cells = self._layout.cells(row, self._times[place])
        if minutes is not None or is_nothing(text):
            for cell in cells:
                cell.take()
        elif clean(text) not in self._steps.words:
            self._steps.words.append(clean(text))
        return minutes, clean(text)

    def _shared_times(self, row: Row) -> Iterator[int]:
        for place, column in enumerate(self._times):
            cells = self._layout.cells(row, column)
            if cells and all(cell.goes_on for cell in cells):
                yield place

    def _add_to(
        self, step: StepRow, who: str, output: str, note: str, times: list[tuple[int | None, str]]
    ) -> None:
        """Add a row that only goes on with the one before it, as at the end of a page."""
        for name, text in (("responsible", who), ("output", output), ("note", note)):
            if text and text not in getattr(step, name):
                setattr(step, name, "\n".join(filter(None, [getattr(step, name), text])))
        for place, (minutes, said) in enumerate(times):
            if minutes is not None and place < len(step.times):
                step.times[place] = (step.times[place] or 0) + minutes
                step.said[place] = clean(f"{step.said[place]} {said}")


def _numbers_columns(row: Row) -> bool:
    texts = [re.fullmatch(r"\(([0-9])\)", cell.text) for cell in row]
    return len(texts) > 2 and all(texts)


def _number_before(work: str, place: int) -> tuple[int | str | None, str]:
    found = re.match(r"(?:bước|b)\s*([0-9]{1,2})\s*[.:)\-–]\s*(?=\S)", work, re.I)
    if found:
        return int(found[1]), work[found.end() :]
    return place, work


# Lines


def _read_lines(sections: Iterable[Section], steps: Steps) -> None:
    current: StepRow | None = None
    for paragraph in _lines(sections):
        found = _BEGINS.match(paragraph.text)
        label = re.fullmatch(r"(?:bước|b)\s*([0-9]{1,2})[.:)]*", paragraph.label, re.I)
        if found or label:
            no = found["no"] if found else label[1] if label else ""
            current = StepRow(number_of(no), "", "", [None], [""])
            steps.rows.append(current)
            steps.cases = [""]
            _read_into(current, found["rest"] if found else paragraph.text, steps)
            paragraph.take()
        elif current is not None and _read_into(current, paragraph.text, steps):
            paragraph.take()


def _lines(sections: Iterable[Section]) -> Iterator[Paragraph]:
    for section in sections:
        for item in section.items:
            if isinstance(item, Paragraph):
                yield item


def _without_dashes(text: str, step: StepRow) -> str:
    """Return the work of *work – who – time*; the other two are noted in the step."""
    parts = [part.strip(" .;") for part in re.split(r"\s+[–—-]\s+|\s*\|\s*", text)]
    minutes = step_minutes(parts[-1]) if len(parts) > 1 else None
    if minutes is None or ":" in parts[-1]:
        return text
    step.times, step.said = [minutes], [parts[-1]]
    if len(parts) > 2:
        step.responsible = parts[-2]
        return " – ".join(parts[:-2])
    return parts[0]


def _read_into(step: StepRow, text: str, steps: Steps) -> bool:
    """Take who and how long out of a line; the rest is the work. False: the line is none of it."""
    if _NOTE.match(fold(text)):
        return False
    text = _without_dashes(text, step)
    for part in re.split(r"(?<=[.;])\s+|\t+|\s*\|\s*|\n", text):
        part = part.strip(" .;-–")
        who, time = _WHO.fullmatch(part), _TIME.fullmatch(part)
        if who and not step.responsible:
            step.responsible = clean(who["said"])
        elif time:
            minutes = step_minutes(time["said"])
            step.times, step.said = [minutes], [clean(time["said"])]
            if minutes is None:
                steps.words.append(clean(time["said"]))
        elif part:
            step.work = "\n".join(filter(None, [step.work, part]))
    return True
