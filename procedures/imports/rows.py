"""Down one sheet of a TTHC list: what each row is, and what it says with what stands above it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from procedures.imports.asides import (
    Group,
    is_aside,
    is_closing,
    is_column_numbers,
    is_ditto,
    is_page_number,
    read_group,
)
from procedures.imports.codes import Code, looks_like_code, read_code
from procedures.imports.columns import Header, header_at, match_label
from procedures.imports.headings import Headings, style_of
from procedures.imports.reading import Line, Sheet
from qms.foundation.text import clean, clean_lines, fold

LONGEST_NAME = 1_100  # letters; the longest of 2,642 real names has 1,094 (DOMAIN §5.2)
_LONGEST = {  # letters that the record holds
    "field": ("Tên lĩnh vực", 255),
    "level": ("Cấp thực hiện", 120),
    "online_level": ("Mức độ trực tuyến", 60),
}
HEADER_WITHIN = 30  # rows with text, from the top of a sheet
_YES = {"yes", "co", "da kiem chung", "true", "1", "x", "roi", "dung"}
_NO = {"no", "khong", "chua", "chua kiem chung", "false", "0"}
_LABELLING = {"number", "code", "name"}  # what a group row may fill
_ONE_LINE = {"name", "field", "level", "online_level", "status"}
_LIMITS = {"limit_text", "local_limit_text"}
_UNIT_OF_COLUMN = re.compile(r"\((?:[^()]*\s)?(ngày làm việc|ngày|giờ làm việc|giờ)\)")
_NUMBER = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
# Full-width letters and digits, as some input methods type them, say the same as plain ones.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True)
class TTHCRow:
    """One row of a list. `row` as a person sees it; `code` is the core, None if there is none.

    `problem` is the sentence that makes the row invalid. `columns` tells which facts the list
    gives for this row at all. `section` is the heading the row stands under, after the one above
    that says what becomes of the row: *Danh mục TTHC bị bãi bỏ › A. Cấp huyện*. `cells` are what
    was printed, untouched, each with the label of its column.
    """

    row: int
    sheet: str
    printed_code: str
    code: str | None
    agency_suffix: str
    restored: bool
    problem: str | None
    name: str
    field: str
    level: str
    agency: str
    limit_text: str
    local_limit_text: str
    fee: str
    online_level: str
    decision: str
    legal_basis: str
    receiving_place: str
    applicants: str
    status: str
    source_url: str
    verified: bool | None
    note: str
    section: str
    columns: frozenset[str]
    cells: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """Return what names the row in the whole file: `12`, or `Sheet1!12` in a workbook."""
        return f"{self.sheet}!{self.row}" if self.sheet else str(self.row)


class SheetReader:
    """Reads one sheet from top to bottom, keeping what the rows above have set."""

    def __init__(self, sheet: Sheet, *, from_csv: bool = False) -> None:
        self.sheet = sheet
        self.from_csv = from_csv
        self.rows: list[TTHCRow] = []
        self.columns: set[str] = set()
        self.is_vague = False
        self._header = Header({}, 0, {})
        self._field = self._level = ""
        self._headings = Headings()
        self._closed = False
        self._above: dict[str, str | float] = {}

    @property
    def has_codes(self) -> bool:
        return any(row.code for row in self.rows)

    def read(self) -> bool:
        """Read all rows below the first header; False if the sheet has none."""
        place = self._find_header()
        if place is None:
            return False
        while place < len(self.sheet.lines):
            place += self._read_line(place)
        return True

    def _find_header(self) -> int | None:
        for place in range(min(HEADER_WITHIN, len(self.sheet.lines))):
            if header := header_at(self.sheet.lines, place):
                self._use(header)
                self.is_vague = header.is_vague
                return place + header.height
            title = clean(" ".join(_own_texts(self.sheet.lines[place]).values()))
            if any(word in fold(title) for word in ("thu tuc", "tthc")):
                self._headings.enter(title, style_of(title))
        return None

    def _use(self, header: Header) -> None:
        self._header = header
        self.columns |= header.columns.keys()
        self._closed = False

    def _read_line(self, place: int) -> int:
        """Take the row at `place` for what it is; return how many rows that took."""
        line = self.sheet.lines[place]
        code = self._code(line)
        if code.code is None:
            if header := header_at(self.sheet.lines, place):
                self._use(header)
                return header.height
            if self._take_aside(line, code):
                return 1
        self._closed = False
        self.rows.append(self._row(line, code))
        return 1

    def _take_aside(self, line: Line, code: Code) -> bool:
        """Take a row without a readable code for what it sets; False if it is a TTHC anyway."""
        own = _own_texts(line)
        texts = [own[column] for column in sorted(own)]
        name = own.get(self._header.columns["name"])
        if not texts or is_column_numbers(texts) or is_aside(texts) or _heads_codes(code.printed):
            return True
        if code.problem and looks_like_code(code.printed):
            return False
        if is_page_number(texts):
            return True
        group = self._group_of(line, own)
        if name and not group and self._is_numbered(own):
            return False
        if self._closed or is_closing([name] if name else texts):
            self._closed = True
            return True
        if group:
            self._field = group.field
            self._level = group.level or self._level
            if not group.field:
                self._headings.enter(group.text, group.style)
            return True
        return not (name or self._is_left_empty(own) or (code.problem and self._has_more(own)))

    def _group_of(self, line: Line, own: dict[int, str]) -> Group | None:
        return read_group(
            own,
            name=self._header.columns["name"],
            merged=any(first in own and last - first > 1 for first, last in line.spans),
            others=self._has_more(own),
        )

    def _has_more(self, own: dict[int, str]) -> bool:
        columns = self._header.columns
        return any(column in own for key, column in columns.items() if key not in _LABELLING)

    def _is_numbered(self, own: dict[int, str]) -> bool:
        number = own.get(self._header.columns.get("number", -1), "")
        return number.strip(" .()").isdecimal()

    def _is_left_empty(self, own: dict[int, str]) -> bool:
        """Tell whether a numbered row says something, but neither code nor name."""
        return self._is_numbered(own) and len(own) > 2

    # What a row says

    def _code(self, line: Line) -> Code:
        cell = self._value(line, "code")
        return read_code(cell, from_csv=self.from_csv)

    def _value(self, line: Line, key: str) -> str | float:
        """Return the cell of `key`; *như trên* and marks like it give what stands above."""
        column = self._header.columns.get(key)
        cell = line.cells[column] if column is not None and column < len(line.cells) else ""
        if isinstance(cell, str) and is_ditto(cell):
            return self._above.get(key, "")
        return cell

    def _text(self, line: Line, key: str) -> str:
        cell = self._value(line, key)
        self._above[key] = cell
        text = _cleaned(_printed(cell), one_line=key in _ONE_LINE)
        return self._with_unit(text, key) if key in _LIMITS else text

    def _with_unit(self, text: str, key: str) -> str:
        """Return `25 ngày làm việc` for a bare 25 in a column headed *(ngày làm việc)*."""
        label = clean(self._header.labels.get(self._header.columns.get(key, -1), "")).lower()
        unit = _UNIT_OF_COLUMN.search(label)
        return f"{text} {unit[1]}" if unit and _NUMBER.fullmatch(text) else text

    def _row(self, line: Line, code: Code) -> TTHCRow:
        name = self._text(line, "name")
        self._above["code"] = self._value(line, "code")
        field = self._text(line, "field") or self._field
        self._above["field"] = field
        level = self._text(line, "level") or self._level
        online_level = self._online_level(line)
        return TTHCRow(
            row=line.number,
            sheet=self.sheet.name,
            printed_code=code.printed,
            code=code.code,
            agency_suffix=code.agency_suffix,
            restored=code.restored,
            problem=(
                code.problem
                or (self._overflow(line) if code.code else None)
                or _name_problem(code, name)
                or _length_problem(field=field, level=level, online_level=online_level)
            ),
            name=name,
            field=field,
            level=level,
            agency=self._text(line, "agency"),
            limit_text=self._text(line, "limit_text"),
            local_limit_text=self._text(line, "local_limit_text"),
            fee=self._fee(line),
            online_level=online_level,
            decision=self._text(line, "decision"),
            legal_basis=self._text(line, "legal_basis"),
            receiving_place=self._text(line, "receiving_place"),
            applicants=self._text(line, "applicants"),
            status=self._text(line, "status"),
            source_url=self._text(line, "source_url"),
            verified=_yes_or_no(self._text(line, "verified")),
            note=self._text(line, "note"),
            section=self._headings.text,
            columns=self._known(),
            cells=tuple(self._printed_cells(line)),
        )

    def _overflow(self, line: Line) -> str | None:
        """Return what is wrong with a CSV row that says more than the header has columns for."""
        if not self.from_csv or not any(_blankless(line.cells[self._header.width :])):
            return None
        return (
            f"Dòng có nhiều hơn {self._header.width} ô của dòng tiêu đề: ô có dấu phân cách bên"
            " trong phải nằm giữa hai dấu ngoặc kép."
        )

    def _fee(self, line: Line) -> str:
        """Return fee and charge; lists that part them (*phí*, *lệ phí*) get both named."""
        fee, charge = self._text(line, "fee"), self._text(line, "charge")
        if fee and charge:
            return f"Phí: {fee}; lệ phí: {charge}"
        return fee or charge

    def _online_level(self, line: Line) -> str:
        """Return the level; lists that tick it in a column of its own get its name."""
        ticked = {"online_full": "Toàn trình", "online_part": "Một phần"}
        cells = {key: fold(self._text(line, key)) for key in ticked}
        names = (ticked[key] for key, cell in cells.items() if cell and cell not in _NO)
        return self._text(line, "online_level") or next(names, "")

    def _known(self) -> frozenset[str]:
        known = set(self._header.columns)
        known |= {"field"} if self._field else set()
        known |= {"level"} if self._level else set()
        known |= {"fee"} if "charge" in known else set()
        known |= {"online_level"} if known & {"online_full", "online_part"} else set()
        return frozenset(known - {"charge", "online_full", "online_part"})

    def _printed_cells(self, line: Line) -> Iterator[tuple[str, str]]:
        for column, cell in enumerate(line.cells):
            if text := _printed(cell):
                yield self._header.labels.get(column, f"Cột {column + 1}"), text


def _own_texts(line: Line) -> dict[int, str]:
    cells = enumerate(line.cells)
    texts = {c: clean(_narrow(_printed(cell))) for c, cell in cells if c not in line.carried}
    return {column: text for column, text in texts.items() if text}


@lru_cache(maxsize=2_000)  # fields, bodies and fees come again and again
def _cleaned(text: str, *, one_line: bool) -> str:
    text = _narrow(text)
    text = clean(text) if one_line else clean_lines(text)
    return text if any(c.isalnum() for c in text) else ""  # a dash is nothing


def _narrow(text: str) -> str:
    return text.translate(_NARROW)


def _blankless(cells: tuple[str | float, ...]) -> Iterator[str]:
    return (text for cell in cells if (text := _printed(cell).strip()))


def _heads_codes(text: str) -> bool:
    match = match_label(text)
    return match is not None and match[0] == "code"


def _printed(cell: str | float) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else cell


def _name_problem(code: Code, name: str) -> str | None:
    if not name:
        if code.code:
            return f"Có mã {code.code} nhưng không có tên thủ tục."
        return "Dòng có số thứ tự nhưng không có mã và tên thủ tục."
    if len(name) > LONGEST_NAME:
        letters = f"{len(name):,}".replace(",", ".")
        return f"Tên thủ tục dài {letters} ký tự, vượt quá 1.100 ký tự."
    return None


def _length_problem(**texts: str) -> str | None:
    for key, text in texts.items():
        what, most = _LONGEST[key]
        if len(text) > most:
            return f"{what} dài {len(text)} ký tự, vượt quá {most} ký tự."
    return None


def _yes_or_no(text: str) -> bool | None:
    folded = fold(text)
    return True if folded in _YES else False if folded in _NO else None
