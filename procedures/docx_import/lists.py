"""Bases, forms and records: each a table, or lines below their heading."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from procedures.docx_import.blocks import Paragraph, Row
from procedures.docx_import.headings import is_label, split_label
from procedures.docx_import.outline import Section
from procedures.docx_import.tables import Grid
from qms.foundation.text import clean, comparison_key, fold

_NONE = re.compile(r"(?:khong(?: co| quy dinh| ap dung)?|khong co bieu mau|0)")
_REFERS = re.compile(r"(?:xem|theo|nhu|tai)(?: tai)? (?:muc|phan|khoan|diem) .{1,40}")
_INTRODUCES = re.compile(
    r"(?:theo )?(?:bang|danh muc) (?:sau|duoi day|kem theo)|(?:.{0,60}\b(?:gom|bao gom|gom co"
    r"|sau|sau day|nhu sau|duoi day)|thanh phan ho so|ho so|cac van ban"
    r"|giay to phai nop|bieu mau)"
)
DOC_NUMBER = re.compile(r"\d{1,5}/(?:\d{4}/)?[A-ZĐ][\w&Đ.-]*|\d{1,4}/VBHN-[A-ZĐ]+")
_DOC_KIND = re.compile(
    r"(?:bộ luật|luật|hiến pháp|pháp lệnh|nghị định|nghị quyết|thông tư|quyết định|chỉ thị|công văn"
    r"|văn bản hợp nhất|tcvn|kế hoạch|hướng dẫn|thông tư liên tịch)\b",
    re.I,
)
_FORM_CODE = re.compile(
    r"(?P<code>(?:BM|BMT|MS|HC|TP|MB|M|PL|ISO)[-.\sA-ZĐ0-9/]*\d[\w./\-–]*(?:\([^()]{1,20}\))?"
    r"|[A-ZĐ]{1,6}[-.][\w.\-–/]*\d[\w./\-–]*"
    r"|(?:mẫu|phụ lục|biểu mẫu)(?: số)? ?(?:[0-9]{1,3}[\w./\-–]*|[IVX]{1,4}\b)(?:[-–/.][\w.]+)*)",
    re.I,
)


@dataclass
class Form:
    code: str
    name: str

    @property
    def printed(self) -> str:
        return clean(f"{self.code} {self.name}")


@dataclass
class Kept:
    name: str
    keeper: str = ""
    kept_for: str = ""
    code: str = ""


@dataclass
class Found:
    """The rows of a list, how sure they are, and other facts that stood among them."""

    rows: list = field(default_factory=list)
    sure: float = 0.0
    sets: int | None = None


def is_none(text: str) -> bool:
    return bool(_NONE.fullmatch(fold(text)))


# Legal bases


def read_bases(sections: list[Section]) -> Found:
    """Return the documents cited, one text each as printed."""
    found = Found()
    for section in sections:
        for item in section.items:
            if isinstance(item, Grid):
                found.rows += list(_base_rows(item))
            elif not is_silent(item):
                found.rows += _split_bases(item.take())
    known = [text for text in found.rows if _DOC_KIND.match(text) or DOC_NUMBER.search(text)]
    found.sure = round(0.95 * len(known) / len(found.rows), 2) if found.rows else 0.0
    return found


def _base_rows(grid: Grid) -> Iterator[str]:
    for row in grid.body():
        if grid.layout:
            if repeats_header(grid, row) or is_number_row(row):
                continue
            grid.layout.text(row, "no")
            code, name = grid.layout.text(row, "code"), grid.layout.text(row, "name")
            places = [c.start for role in ("code", "name") for c in grid.layout.of(role)]
            parts = [name] if code in name else [code, name]
            if places != sorted(places):
                parts.reverse()
            rest = [grid.layout.text(row, role) for role in ("date", "note")]
            text = clean(" ".join([*parts, *rest]))
        else:
            text = clean(" ".join(cell.take() for cell in row if not is_label(cell.text)))
            for cell in row:
                cell.take()
        if text:
            yield text.strip(" .;")


def _split_bases(text: str) -> list[str]:
    text = clean(split_label(text)[1])
    parts = [part.strip(" .;,-–+•*") for part in text.split(";")]
    parts = [part for part in parts if part]
    if len(parts) > 1 and all(_DOC_KIND.match(p) or DOC_NUMBER.search(p) for p in parts):
        return parts
    return [text.strip(" ;,-–+•*").removesuffix(".")] if text.strip(" .;-") else []


# Lists in general


def is_silent(paragraph: Paragraph) -> bool:
    """Take what only leads over: *bao gồm:*, *không*, *xem mục 5*."""
    text = fold(paragraph.text)
    leads = bool(_INTRODUCES.fullmatch(text)) and (
        paragraph.text.rstrip().endswith(":") or "bang" in text.split()
    )
    if not text or is_none(paragraph.text) or _REFERS.fullmatch(text) or leads:
        paragraph.take()
        return True
    return False


def bare(text: str) -> str:
    """Return an item without the number or bullet before it and the mark after it."""
    label, rest = split_label(text)
    if label and not re.fullmatch(r"[0-9]{1,2}(?:\.[0-9]{1,2})*|[a-zđ]|[IVX]+", label):
        rest = text
    return clean(rest).strip(" ;,").lstrip("-–+•* ").removesuffix(".").strip()


def plain_name(row: Row) -> str:
    """Return the longest text of a row without known columns, all of it used."""
    texts = [cell.take() for cell in row]
    return clean(max(texts, key=len, default=""))


# Rows of tables


def repeats_header(grid: Grid, row: Row) -> bool:
    """Take a header that is printed again on the next page."""
    heads = {
        fold(cell.text) for r in grid.rows[: grid.layout.depth if grid.layout else 1] for cell in r
    }
    texts = [fold(cell.text) for cell in row if cell.text]
    if texts and all(text in heads for text in texts) and len(texts) > 1:
        for cell in row:
            cell.take()
        return True
    return False


def is_number_row(row: Row) -> bool:
    """Take a row that only numbers the columns: (1) (2) (3)."""
    if len(row) < 3 or not all(re.fullmatch(r"\(?[0-9]\)?", cell.text) for cell in row):
        return False
    numbers = [int(cell.text.strip("()")) for cell in row]
    if numbers != list(range(numbers[0], numbers[0] + len(row))):
        return False
    for cell in row:
        cell.take()
    return True


# Forms and records


def read_forms(sections: list[Section]) -> Found:
    """Return the forms named, each once."""
    found = Found()
    for section in sections:
        for item in section.items:
            if isinstance(item, Grid):
                forms = list(_form_rows(item))
            elif is_silent(item):
                forms = []
            else:
                forms = [_form_of(item.take())]
            found.rows += [form for form in forms if not _is_known(form, found.rows)]
    coded = [form for form in found.rows if form.code]
    found.sure = round(0.75 + 0.2 * len(coded) / len(found.rows), 2) if found.rows else 0.0
    return found


def _is_known(form: Form, rows: Iterable[Form]) -> bool:
    return any(
        (comparison_key(form.code), fold(form.name)) == (comparison_key(row.code), fold(row.name))
        for row in rows
    )


def _form_of(text: str) -> Form:
    text = bare(text)
    found = _FORM_CODE.match(text)
    if found:
        rest = text[found.end() :].lstrip(" :.–-—,")
        if rest:
            return Form(clean(found["code"]).rstrip(":. "), rest)
    return Form("", text)


def _form_rows(grid: Grid) -> Iterator[Form]:
    for row in grid.body():
        if grid.layout is None:
            texts = [cell for cell in row if cell.text and not is_label(cell.text)]
            code = next((clean(c.text) for c in texts if _FORM_CODE.fullmatch(clean(c.text))), "")
            names = [clean(c.text) for c in texts if clean(c.text) != code]
            for cell in row:
                cell.take()
            if names or code:
                yield Form(code, names[0] if names else "")
            continue
        if repeats_header(grid, row) or is_number_row(row):
            continue
        code, name = clean(grid.layout.text(row, "code")), clean(grid.layout.text(row, "name"))
        grid.layout.text(row, "note")
        grid.layout.text(row, "no")
        if name and not code:
            yield _form_of(name)
        elif code or name:
            yield Form(code, name)


def read_records(sections: list[Section]) -> Found:
    """Return the records to keep, with keeper and retention where a table tells them."""
    found = Found()
    from_table = 0
    for section in sections:
        for item in section.items:
            if isinstance(item, Grid):
                rows = list(_record_rows(item))
                found.rows += [row for row in rows if row.name]
                from_table += len(found.rows)
                for row in rows:
                    if not row.name:
                        _keep_all(row.kept_for, found.rows)
            elif is_silent(item):
                continue
            elif _ABOUT_KEEPING.match(item.text):
                _keep_all(item.take(), found.rows)
            else:
                found.rows.append(_kept(item.take()))
    if found.rows:
        found.sure = round(0.8 + 0.15 * from_table / len(found.rows), 2)
    return found


_KEPT_FOR = (
    r"(?:[0-9]{1,3}|một|hai|ba|năm|mười)\s*(?:\([^()]*\)\s*)?(?:năm|tháng)|vĩnh viễn|lâu dài"
)
_KEPT = re.compile(
    rf"\s*(?:[(:,;–—\-]|\blưu\b)\s*(?:thời (?:gian|hạn)\s*)?(?:lưu(?: trữ"
    rf"| giữ)?)?\s*(?:trong\s*)?:?\s*"
    rf"(?P<time>{_KEPT_FOR})(?:\s*(?:,\s*)?(?:lưu )?tại (?P<where>[^()]+))?\s*\)?$",
    re.I,
)
_ABOUT_KEEPING = re.compile(
    r"(?:(?:các |toàn bộ )?hồ sơ (?:trên |này )?(?:được )?lưu\b|thời (?:gian|hạn) lưu|nơi lưu"
    r"|lưu tại\b)",
    re.I,
)


def _kept(text: str) -> Kept:
    """Return the record that a line names, without how long and where it is kept."""
    text = bare(text)
    found = _KEPT.search(text)
    if found and found.start() > 2:
        return Kept(
            text[: found.start()].strip(" .,;:–-("), clean(found["where"] or ""), found["time"]
        )
    return Kept(text)


def _keep_all(text: str, rows: list[Kept]) -> None:
    """Add a sentence on where and how long all records are kept."""
    time = re.search(_KEPT_FOR, text, re.I)
    where = re.search(r"lưu(?: trữ| giữ)? tại (?P<where>[^,.;]+)", text, re.I)
    for row in rows:
        row.kept_for = row.kept_for or (time[0] if time else "")
        row.keeper = row.keeper or (clean(where["where"]) if where else "")


def _record_rows(grid: Grid) -> Iterator[Kept]:
    layout = grid.layout
    keeper = kept_for = ""
    for row in grid.body():
        if layout is None:
            name = plain_name([cell for cell in row if not is_label(cell.text)])
            for cell in row:
                cell.take()
            if name:
                yield Kept(name)
            continue
        if repeats_header(grid, row) or is_number_row(row):
            continue
        name = clean(layout.text(row, "name"))
        layout.text(row, "no")
        code = clean(layout.text(row, "code"))
        keeper = clean(layout.text(row, "keeper")) or (
            keeper if _goes_on(grid, row, "keeper") else ""
        )
        kept_for = clean(layout.text(row, "kept_for")) or (
            kept_for if _goes_on(grid, row, "kept_for") else ""
        )
        layout.text(row, "note")
        if _ABOUT_KEEPING.match(name):
            yield Kept("", kept_for=name)
        elif name:
            yield Kept(name, keeper, kept_for, code)


def _goes_on(grid: Grid, row: Row, role: str) -> bool:
    layout = grid.layout
    return layout is not None and any(
        cell.goes_on for column in layout.of(role) for cell in layout.cells(row, column)
    )
