"""The sections of a document, whether it runs down the page or stands in one big table."""

import re
from collections import Counter
from dataclasses import dataclass, field

from procedures.docx_import.blocks import (
    Block,
    Cell,
    Paragraph,
    Row,
    Story,
    Table,
    paragraphs_of,
)
from procedures.docx_import.headings import (
    UNKNOWN,
    Heading,
    heading_in,
    heading_of,
    is_label,
    is_title_like,
    major_of,
)
from procedures.docx_import.tables import (
    Grid,
    Layout,
    is_front,
    is_revision_table,
    is_sign_table,
    layout_of,
)
from qms.foundation.text import fold

FRONT = "front"
_FORM_BEGINS = re.compile(r"cong hoa xa hoi chu nghia|doc lap tu do hanh phuc")
_KINDS = {"submit": "dossier", "present": "dossier"}


@dataclass
class Section:
    """What stands under one heading; `kind` is submit or present inside the dossier."""

    key: str
    heading: Heading | None = None
    items: list[Paragraph | Grid] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.heading.key if self.heading and self.heading.key in _KINDS else ""

    def paragraphs(self) -> list[Paragraph]:
        found: list[Paragraph] = []
        for item in self.items:
            found += [item] if isinstance(item, Paragraph) else item.paragraphs()
        return found

    @property
    def grids(self) -> list[Grid]:
        return [item for item in self.items if isinstance(item, Grid)]


def outline(story: Story) -> list[Section]:
    """Return the sections in order, the first being the front of the document."""
    walker = _Walker(_keys(story.body))
    walker.walk(story.body)
    return walker.sections


class _Walker:
    def __init__(self, keys: Counter[str]) -> None:
        self._ahead = keys  # how often each heading is still to come
        self.sections = [Section(FRONT)]
        self._in_contents = self._in_appendix = False
        self._had_steps = False
        self._last: Grid | None = None  # the data table that a next one may go on with

    @property
    def _current(self) -> Heading | None:
        return self.sections[-1].heading

    @property
    def _key(self) -> str:
        return self.sections[-1].key

    def walk(self, blocks: list[Block]) -> None:
        for block in blocks:
            self._in_appendix = self._in_appendix or self._begins_appendix(block)
            if self._in_appendix:
                self._append(block)
                continue
            if isinstance(block, Table):
                self._table(block)
                continue
            if block.points_to_page or (self._in_contents and self._is_entry(block)):
                block.take()
            else:
                self._paragraph(block)
            self._pass(block)

    def _begins_appendix(self, block: Block) -> bool:
        """Whether blank forms begin here, which procedures append after their last section."""
        if not {section.key for section in self.sections} & {"records", "steps"}:
            return False
        lines = [block] if isinstance(block, Paragraph) else list(paragraphs_of([block]))[:6]
        return any(_FORM_BEGINS.match(fold(line.text)) for line in lines)

    def _append(self, block: Block) -> None:
        """Keep what belongs to a blank form as it is: no heading in it is one of the procedure."""
        if self._key != "appendix":
            self.sections.append(Section("appendix"))
        self._add(block if isinstance(block, Paragraph) else Grid(block.rows))

    def _pass(self, paragraph: Paragraph) -> None:
        found = heading_in(paragraph.text, paragraph.label)
        if found is not None:
            self._ahead[found.key] -= 1

    def _is_entry(self, paragraph: Paragraph) -> bool:
        """Whether a line below *Mục lục* names a section that comes later."""
        found = heading_in(paragraph.text, paragraph.label)
        return found is not None and self._ahead[found.key] > 1

    def _paragraph(self, paragraph: Paragraph) -> None:
        if not paragraph.shown:
            return
        heading = heading_of(paragraph, self._current)
        if heading is not None and self._current is None and is_title_like(heading):
            heading = None
        if heading is None:
            self._add(paragraph)
        else:
            if heading.key != UNKNOWN:
                paragraph.take()
            self._open(heading)
            if heading.key == UNKNOWN:
                self._add(paragraph)

    def _open(self, heading: Heading) -> None:
        self._in_contents = heading.key == "toc"
        self._last = None
        key = _KINDS.get(heading.key, heading.key)
        if key == "papers":
            later = {section.key for section in self.sections} & {"steps", "forms", "records"}
            key = "records" if later or self._had_steps else "dossier"
        self.sections.append(Section(key, heading))
        if heading.rest:
            self._add(Paragraph(heading.rest))

    def _add(self, item: Paragraph | Grid) -> None:
        if isinstance(item, Paragraph):
            self._last = None
        self.sections[-1].items.append(item)

    # Tables

    def _table(self, table: Table) -> None:
        rows = [row for row in table.rows if any(cell.text or cell.goes_on for cell in row)]
        if not rows:
            return
        is_first = all(section.key in (FRONT, "toc", "revisions") for section in self.sections)
        special = (
            (is_first and is_front(rows) and FRONT)
            or (is_revision_table(rows) and "revisions")
            or (is_sign_table(rows) and layout_of(rows, self._key) is None and "signs")
            or (self._in_contents and self._lists_sections(rows) and "toc")
        )
        if special:
            self.sections.insert(-1, Section(special, None, [Grid(rows)]))
            return
        self._data_or_layout(rows)

    def _lists_sections(self, rows: list[Row]) -> bool:
        named = sum(1 for row in rows if any(heading_in(cell.text) for cell in row))
        return named * 2 > len(rows)

    def _data_or_layout(self, rows: list[Row]) -> None:
        pending: list[Row] = []
        layout: Layout | None = None
        before = self._last.layout if self._last is not None and self._goes_on(rows) else None
        place = 0
        while place < len(rows):
            row = rows[place]
            new = layout_of(rows[place:], self._key)
            heading = (
                None
                if new and not _has_section_number(row)
                else self._row_heading(row, layout or before)
            )
            if heading is not None:
                self._flush(pending, layout)
                pending, layout = [], None
                found, head, rest = heading
                head.lines[0].take()
                self._open(found)
                beside = layout_of([[head, *rest], *rows[place + 1 :]], self._key)
                if beside is not None and beside.kind == self._key and _names_columns(beside):
                    layout, pending = beside, [[head, *rest]]
                    for cell in rest:
                        cell.take()
                else:
                    self._cell_blocks(head, skip=1)
                    for cell in rest:
                        self._cell_blocks(cell)
            elif new is not None and layout is None and not pending:
                layout = new
                pending.append(row)
            elif new is not None and (layout is None or new.kind != layout.kind):
                self._flush(pending, layout)
                pending, layout = [row], new
            else:
                pending.append(row)
            place += 1
        self._flush(pending, layout)

    def _row_heading(
        self, row: Row, layout: Layout | None
    ) -> tuple[Heading, Cell, list[Cell]] | None:
        cells = [cell for cell in row if cell.text]
        if not cells:
            return None
        label, head, rest = "", cells[0], cells[1:]
        if is_label(head.text) and rest:
            label, head, rest = head.text, rest[0], rest[1:]
        first = head.lines[0]
        found = heading_in(first.text, label or first.label)
        if found is None or (found.label == "-" and not first.is_bold):
            return None
        if layout is not None and not self._ends_data(found, cells, head, layout):
            return None
        if label:
            cells[0].take()
        return found, head, rest

    def _ends_data(self, found: Heading, cells: list[Cell], head: Cell, layout: Layout) -> bool:
        """Whether a row below a header of columns is the next heading rather than data."""
        if found.key in ("submit", "present"):
            return layout.kind != "dossier" and len(cells) < 3
        if "." in found.label or (found.label and not found.label[0].isdigit()):
            return True
        if found.key != self._key and cells[-1] is head and not found.rest:
            return True  # nothing beside it: no data, but the heading of the next part
        if found.label:
            return head.lines[0].is_bold and major_of(found.label) > (
                self._current.major if self._current else 0
            )
        return len(cells) == 1 and head.span > 1 and (head.lines[0].is_bold or head.text.isupper())

    def _cell_blocks(self, cell: Cell, *, skip: int = 0) -> None:
        for block in cell.blocks:
            if skip and isinstance(block, Paragraph) and block.shown:
                skip -= 1
            elif isinstance(block, Table):
                self._table(block)
            elif not skip:
                self._paragraph(block)

    def _flush(self, rows: list[Row], layout: Layout | None) -> None:
        if not rows:
            return
        if layout is None and self._last is not None and self._goes_on(rows):
            self._last.rows += rows
            return
        if layout is None and _is_one_column(rows):
            for row in rows:
                for cell in row:
                    self._label_first(row, cell)
            return
        grid = Grid(rows, layout)
        for row in rows[: layout.depth] if layout else []:
            for cell in row:
                cell.take()
        self._add(grid)
        self._last = grid if layout is not None else None
        self._had_steps |= layout is not None and layout.kind == "steps"

    def _label_first(self, row: Row, cell: Cell) -> None:
        if len(row) > 1 and is_label(cell.text) and cell.col == row[0].col:
            cell.take()
            return
        self._cell_blocks(cell)

    def _goes_on(self, rows: list[Row]) -> bool:
        """Whether a table without a header is the rest of the one before it."""
        last = self._last
        if last is None or last.layout is None:
            return False
        return _width(rows) == _width(last.rows) or len(rows[0]) == len(last.rows[-1])


def _keys(blocks: list[Block]) -> Counter[str]:
    found = (heading_in(p.text, p.label) for p in paragraphs_of(blocks))
    return Counter(heading.key for heading in found if heading is not None)


def _has_section_number(row: Row) -> bool:
    first = next((cell.text for cell in row if cell.text), "")
    found = heading_in(first)
    return (is_label(first) and "." in first.strip(".")) or bool(found and found.label)


def _names_columns(layout: Layout) -> bool:
    """Whether what stands beside a heading are heads of columns, not the text of the section."""
    return any(column.role not in ("", "note", "no", "name") for column in layout.columns[1:])


def _width(rows: list[Row]) -> int:
    return max(cell.col + cell.span for row in rows for cell in row)


def _is_one_column(rows: list[Row]) -> bool:
    """Whether the rows have one text each, besides a number."""
    for row in rows:
        texts = [cell for cell in row if cell.text]
        if texts and is_label(texts[0].text):
            texts = texts[1:]
        if len(texts) > 1:
            return False
    return True
