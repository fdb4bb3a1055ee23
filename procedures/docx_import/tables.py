"""What a table of a procedure is about, told by the words at the top of its columns."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from procedures.docx_import.amounts import step_minutes
from procedures.docx_import.blocks import Cell, Paragraph, Row
from qms.foundation.text import fold

# By role, how the header of a column begins or what it says, folded.
_ROLES: dict[str, re.Pattern[str]] = {
    role: re.compile(words)
    for role, words in {
        "no": r"(?:so )?tt|stt|so thu tu|b|buoc|buoc so|no|thu tu|ma buoc|so buoc",
        "kept_for": r".*\b(?:thoi (?:gian|han) (?:luu|bao quan)|han luu|thoi han$"
        "|thoi gian$).*(?<!xu ly)",
        "keeper": (
            r".*\b(?:noi|nguoi|don vi|bo phan|trach nhiem|vi tri|dia diem|phuong thuc|noi va nguoi)"
            r" (?:luu|bao quan|giu).*|luu tai.*|don vi quan ly|nguoi giu|noi luu.*"
        ),
        "time": (
            r".*\b(?:thoi gian|thoi han|thoi luong|tg|so ngay|thoi diem)\b.*|ngay lam viec|gio"
            r"|ngay|tg|so gio"
        ),
        "original": r".*\bban (?:chinh|goc)\b.*|goc|chinh",
        "copy": r".*\b(?:ban (?:sao|chup|photo|phot?o?)|photo(?:copy)?|sao)\b.*",
        "count": r"so luong.*|so ban|sl|so bo|so luong ban",
        "submit": r"(?:phai |can )?nop(?: ho so)?",
        "present": r"(?:phai |can )?xuat trinh(?: doi chieu)?",
        "kind": (
            r"(?:hinh thuc|loai|yeu cau|cach|tinh chat|quy cach)(?: (?:nop|xuat trinh|giay to"
            r"|ho so|ban"
            r"|van ban|hoac|va))*|nop xuat trinh|nop hoac xuat trinh"
        ),
        "code": (
            r"(?:ma(?: so| hieu)?|ky hieu|so hieu|so ky hieu|ky hieu ma hieu)(?: (?:cua "
            r"|tai lieu|bieu mau"
            r"|mau|ho so|van ban|so|tthc|thu tuc(?: hanh chinh)?))*|so va ky hieu|mau so"
            r"|so ky hieu van ban"
        ),
        "who": (
            r".*\b(?:trach nhiem|nguoi (?:thuc hien|phu trach|lam|chu tri)"
            r"|don vi(?: .{0,20})? thuc hien"
            r"|bo phan|chuc danh|don vi|co quan thuc hien|phu trach|can bo|chu tri|vi tri thuc hien"
            r"|co quan|nguoi chiu).*|thuc hien|ai lam|vi tri"
        ),
        "work": (
            r"(?:ten |cac |mo ta |noi dung )?(?:trinh tu|noi dung|cong viec|hoat dong|buoc"
            r"|buoc thuc hien"
            r"|buoc cong viec|cac buoc|dien giai|cong doan|mo ta|quy trinh)(?: .*)?|luu do.*"
        ),
        "case": r"(?:cac )?truong hop(?: .*)?|doi tuong(?: .*)?|loai ho so|thu tuc"
        "|ten thu tuc.*|loai viec",
        "output": r".*\b(?:bieu mau|ket qua|san pham|mau bieu|tai lieu|ho so|dau ra)\b.*",
        "name": (
            r"(?:ten |cac |danh muc |thanh phan |loai )*(?:giay to|thu tuc|tthc|ho so"
            r"|thanh phan|tai lieu|bieu mau|mau"
            r"|mau don|van ban|ten|trich yeu|noi dung|co so phap ly|can cu phap ly|can cu)(?: .*)?"
            r"|trich yeu.*|ten.*"
        ),
        "note": r"ghi chu.*|luu y|dien giai",
        "date": r"ngay (?:ban hanh|hieu luc|thang).*|hieu luc.*|co quan ban hanh",
    }.items()
}
_WANTED: dict[str, tuple[str, ...]] = {  # the roles a kind of table has, the most telling first
    "steps": ("no", "time", "who", "output", "note", "work"),
    "dossier": (
        "no",
        "original",
        "copy",
        "count",
        "submit",
        "present",
        "kind",
        "note",
        "code",
        "name",
    ),
    "records": ("no", "kept_for", "keeper", "code", "note", "name"),
    "forms": ("no", "code", "note", "date", "name"),
    "tthc": ("no", "code", "note", "name"),
    "limits": ("no", "time", "note", "case", "name"),
    "bases": ("no", "code", "date", "note", "name"),
}
_UNIT_WORDS = re.compile(
    r"\b(?:don vi tinh|dvt|tinh bang|ngay lam viec|ngay|gio lam viec|gio|phut|thuc hien|giai quyet"
    r"|xu ly|thoi gian|thoi han|tg|toi da|du kien|quy dinh|lam viec)\b"
)
_STEP_LABEL = re.compile(r"(?:bước|b)?\s*[0-9]{1,2}[.:]?", re.I)
_REVISED = re.compile(
    r"\b(?:noi dung (?:sua doi|thay doi)|lan sua doi|ngay sua doi|sua doi lan"
    r"|mo ta noi dung (?:sua|thay) doi|vi tri sua doi|yeu cau sua doi)\b"
)
SIGNS = tuple(
    re.compile(words)
    for words in (
        r"(?:nguoi |don vi )?(?:bien soan|soan thao|viet|lap|du thao)",
        r"(?:nguoi )?(?:kiem tra|soat xet|xem xet|tham dinh|kiem soat)",
        r"(?:nguoi )?(?:phe duyet|duyet|ban hanh)",
    )
)


@dataclass
class Column:
    """A column by its place in the grid; `case` where it is one of several time columns."""

    role: str
    start: int
    end: int
    text: str
    case: str = ""


@dataclass
class Layout:
    """The kind of a table and its columns; the first `depth` rows are its header."""

    kind: str
    columns: list[Column]
    depth: int = 1

    def of(self, role: str) -> list[Column]:
        return [column for column in self.columns if column.role == role]

    def cells(self, row: Row, column: Column) -> list[Cell]:
        """Return the cells of `row` under `column`; a wide one may stand under several."""
        return [cell for cell in row if self._belongs(cell, column)]

    def _belongs(self, cell: Cell, column: Column) -> bool:
        shared = _shared(cell, column.start, column.end)
        if shared == 0:
            return False
        if shared >= min(cell.span, column.end - column.start):
            return True
        return shared == max(_shared(cell, c.start, c.end) for c in self.columns)

    def text(self, row: Row, role: str) -> str:
        """Return what stands under the columns of a role, marked as used."""
        cells = [cell for column in self.of(role) for cell in self.cells(row, column)]
        return "\n".join(text for cell in _once(cells) if (text := cell.take()))


@dataclass
class Grid:
    """Rows of one table, or of a part of it below a heading; `layout` once it is known."""

    rows: list[Row]
    layout: Layout | None = None
    hint: str = field(default="")

    def body(self) -> list[Row]:
        return self.rows[self.layout.depth :] if self.layout else self.rows

    def paragraphs(self) -> Iterable[Paragraph]:
        return (p for row in self.rows for cell in row for p in cell.paragraphs())


def _shared(cell: Cell, start: int, end: int) -> int:
    return max(0, min(cell.col + cell.span, end) - max(cell.col, start))


def _once(cells: list[Cell]) -> list[Cell]:
    seen: list[Cell] = []
    for cell in cells:
        if cell not in seen:
            seen.append(cell)
    return seen


def layout_of(rows: list[Row], section: str) -> Layout | None:
    """Return the layout that the first rows announce, None where they are no header.

    `section` is the key of the heading above, which decides between like tables.
    """
    if not rows or sum(1 for cell in rows[0] if cell.text) < 2:
        return None
    heads = [(cell, fold(re.sub(r"\([^()]*\)", " ", cell.text))) for cell in rows[0]]
    if any(len(head.split()) > 14 for _, head in heads):
        return None
    order = ([section] if section in _WANTED else []) + [k for k in _WANTED if k != section]
    for kind in order:
        columns = _columns(heads, kind)
        if columns is not None and _is_enough(kind, columns, is_expected=kind == section):
            layout = Layout(kind, columns)
            _read_second_row(layout, rows)
            if kind == "steps":
                _find_times(layout, rows)
                _find_numbers(layout, rows)
            _name_cases(layout)
            return layout
    return None


def _columns(heads: list[tuple[Cell, str]], kind: str) -> list[Column] | None:
    columns = []
    taken: set[str] = set()
    for cell, head in heads:
        role = _role(head, kind, taken)
        if head and not role and kind not in ("steps", "dossier"):
            role = "note"
        taken.add(role)
        columns.append(Column(role, cell.col, cell.col + cell.span, cell.text))
    return columns


def _role(head: str, kind: str, taken: set[str]) -> str:
    if not head:
        return ""
    for role in _WANTED[kind]:
        if role in taken and role not in ("time", "note", "output"):
            continue
        if _ROLES[role].fullmatch(head) and not _is_misread(role, head, kind):
            return role
    return ""


def _is_misread(role: str, head: str, kind: str) -> bool:
    if role == "time":
        return bool(re.search(r"\b(?:luu|bao quan)\b", head))
    if role == "no":
        return False
    if role == "who":
        return bool(re.match(r"(?:noi dung|trinh tu|cong viec|bieu mau)", head))
    if role == "output" and kind == "steps":
        return bool(re.match(r"(?:noi dung|trinh tu|cac buoc|cong viec|mo ta)", head))
    return False


def _is_enough(kind: str, columns: list[Column], *, is_expected: bool) -> bool:
    roles = {column.role for column in columns if column.role}
    heads = " ".join(fold(column.text) for column in columns)
    if kind == "steps":
        has_step = "work" in roles or (is_expected and "no" in roles)
        return (
            has_step
            and bool(roles & {"who", "time"})
            and (len(roles & {"who", "time", "no"}) > 1 or is_expected)
        )
    if kind == "dossier":
        counted = roles & {"original", "copy", "count", "submit", "present", "kind"}
        return "name" in roles and bool(counted or (is_expected and "no" in roles))
    if kind == "records":
        return (
            "name" in roles
            and bool(roles & {"keeper", "kept_for"} or is_expected)
            and ("luu" in heads.split() or "bao quan" in heads or is_expected)
        )
    if kind == "forms":
        has_word = bool(re.search(r"\b(?:bieu mau|mau|to khai|phu luc)\b", heads))
        return "name" in roles and bool(roles & {"code", "no"}) and (is_expected or has_word)
    if kind == "limits":
        return (
            "time" in roles and bool(roles & {"case", "name"}) and (is_expected or "case" in roles)
        )
    if kind == "tthc":
        return {"code", "name"} <= roles and bool(re.search(r"\b(?:tthc|thu tuc)\b", heads))
    known = roles & {"no", "code", "date"}
    return "name" in roles and bool(known) and (is_expected or "van ban" in heads)


def _read_second_row(layout: Layout, rows: list[Row]) -> None:
    """Read a header of two rows: cases below *Thời gian*, kinds of copies below a count."""
    if len(rows) < 2:
        return
    first, second = rows[0], rows[1]
    wide = [c for c in layout.columns if c.end - c.start > 1]
    goes_on = [cell for cell in second if cell.goes_on]
    parted = [
        column
        for column in layout.columns
        if column.role in ("time", "count", "original", "name", "kind", "copy")
        and sum(1 for cell in second if cell.text and _shared(cell, column.start, column.end)) > 1
    ]
    others_empty = all(
        not cell.text or cell.goes_on or cell.text == first_text
        for cell in second
        for first_text in [_text_above(first, cell)]
        if not any(_shared(cell, c.start, c.end) for c in layout.of("time") + parted)
    )
    if not (parted and wide and others_empty) and not (
        goes_on and others_empty and len(layout.of("time")) > 0 and _are_labels(layout, second)
    ):
        return
    columns: list[Column] = []
    for column in layout.columns:
        below = [
            c for c in second if c.text and not c.goes_on and _shared(c, column.start, column.end)
        ]
        below = [c for c in below if c.text != column.text]
        if not below:
            columns.append(column)
            continue
        for cell in below:
            role = column.role
            if layout.kind == "dossier":
                role = _role(fold(cell.text), "dossier", set()) or column.role
            columns.append(
                Column(
                    role, cell.col, cell.col + cell.span, f"{column.text} {cell.text}", cell.text
                )
            )
    layout.columns, layout.depth = columns, 2


def _find_numbers(layout: Layout, rows: list[Row]) -> None:
    """Take a column of `B1`, `Bước 2` for the numbers, and another one for the work."""
    if layout.of("no"):
        return
    for column in layout.of("work"):
        below = [cell for row in rows[layout.depth :] for cell in layout.cells(row, column)]
        texts = [cell.text for cell in below if cell.text]
        numbers = [text for text in texts if _STEP_LABEL.fullmatch(text)]
        others = [
            other
            for other in layout.columns
            if other.role in ("", "note", "output") and _ROLES["work"].fullmatch(fold(other.text))
        ]
        if others and len(numbers) * 2 > len(texts):
            column.role, others[0].role = "no", "work"


def _find_times(layout: Layout, rows: list[Row]) -> None:
    """Take columns that hold times for time columns, whatever their head says: a case."""
    for column in layout.columns:
        if column.role in ("", "note", "output") and column.text:
            below = [cell for row in rows[layout.depth :] for cell in layout.cells(row, column)]
            texts = [cell.text for cell in below if cell.text]
            times = [text for text in texts if step_minutes(text) is not None]
            if len(times) * 2 > len(texts) and len(times) > 1:
                column.role = "time"


def _text_above(first: Row, cell: Cell) -> str:
    return next((c.text for c in first if _shared(cell, c.col, c.col + c.span)), "")


def _are_labels(layout: Layout, second: Row) -> bool:
    """Whether the cells below the time columns name cases rather than state times."""
    below = [
        cell.text
        for cell in second
        for column in layout.of("time")
        if _shared(cell, column.start, column.end) and cell.text and not cell.goes_on
    ]
    return bool(below) and not any(re.match(r"\s*[0-9½¼¾]", text) for text in below)


def _name_cases(layout: Layout) -> None:
    times = layout.of("time")
    for column in times:
        said = column.case or column.text
        if column.case == "":
            brackets = re.findall(r"\(([^()]*)\)", said)
            inside = next((b for b in brackets if _UNIT_WORDS.sub("", fold(b)).strip()), "")
            outside = re.sub(r"\([^()]*\)", " ", said)
            said = inside or (outside if _UNIT_WORDS.sub("", fold(outside)).strip() else "")
            said = re.sub(
                r"^\s*(?:tổng )?(?:thời gian|thời hạn|tg)(?: (?:thực hiện|giải quyết|xử lý))*",
                "",
                said,
                flags=re.I,
            )
        column.case = " ".join(said.split()).strip(" -–:;") if len(times) > 1 else ""


def is_front(rows: list[Row]) -> bool:
    """Tell whether a table is the head of the document: code, issue, dates."""
    said = set()
    for row in rows:
        for cell in row:
            for line in cell.lines:
                found = re.match(
                    r"(ma hieu|ma so|ky hieu|lan ban hanh|ngay ban hanh|lan sua doi"
                    r"|ngay hieu luc|ban hanh lan|so hieu|ma tai lieu|ma quy trinh)\b",
                    fold(line.text),
                )
                if found:
                    said.add(found[1])
    return len(said) > 1


def is_sign_table(rows: list[Row]) -> bool:
    """Tell whether a table is where author, reviewer and approver sign."""
    texts = [[fold(cell.text) for cell in row if cell.text] for row in rows[:6]]
    lists = [*texts, [row[0] for row in texts if row]]
    for heads in lists:
        found = {n for n, sign in enumerate(SIGNS) for head in heads if sign.fullmatch(head)}
        if len(found) > 1:
            return True
    return False


def is_revision_table(rows: list[Row]) -> bool:
    """Tell whether a table follows the amendments of the document (BM-01-04)."""
    return any(_REVISED.search(fold(cell.text)) for row in rows[:2] for cell in row)
