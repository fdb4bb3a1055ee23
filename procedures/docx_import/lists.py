"""Bases, dossier, forms and records: each a table, or lines below their heading."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from procedures.docx_import.blocks import Cell, Paragraph, Row
from procedures.docx_import.headings import is_label, split_label
from procedures.docx_import.outline import Section
from procedures.docx_import.tables import Grid
from qms.foundation.text import clean, comparison_key, fold

_NONE = re.compile(r"(?:khong(?: co| quy dinh| ap dung)?|khong co bieu mau|0)")
_REFERS = re.compile(r"(?:xem|theo|nhu|tai)(?: tai)? (?:muc|phan|khoan|diem) .{1,40}")
_INTRODUCES = re.compile(
    r"(?:theo )?(?:bang|danh muc) (?:sau|duoi day|kem theo)|(?:.{0,60}\b(?:gom|bao gom|gom co|sau|sau day|nhu sau|duoi day)|thanh phan ho so|ho so|cac van ban"
    r"|giay to phai nop|bieu mau)"
)
DOC_NUMBER = re.compile(r"\d{1,5}/(?:\d{4}/)?[A-ZĐ][\w&Đ.-]*|\d{1,4}/VBHN-[A-ZĐ]+")
_DOC_KIND = re.compile(
    r"(?:bộ luật|luật|hiến pháp|pháp lệnh|nghị định|nghị quyết|thông tư|quyết định|chỉ thị|công văn"
    r"|văn bản hợp nhất|tcvn|kế hoạch|hướng dẫn|thông tư liên tịch)\b",
    re.I,
)
_FORM_CODE = re.compile(
    r"(?P<code>(?:BM|BMT|MS|HC|TP|MB|M|PL|ISO)[-.\sA-ZĐ0-9/]*\d[\w./\-–]*(?:\([^()]{1,20}\))?|[A-ZĐ]{1,6}[-.][\w.\-–/]*\d[\w./\-–]*"
    r"|(?:mẫu|phụ lục|biểu mẫu)(?: số)? ?(?:[0-9]{1,3}[\w./\-–]*|[IVX]{1,4}\b)(?:[-–/.][\w.]+)*)",
    re.I,
)
_NUMBER_WORDS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5}
_N = r"(?P<n>[0-9]{1,3}|một|hai|ba|bốn|năm)(?:\s*\((?:một|hai|ba|bốn|năm|[0-9]{1,2})\))?"
_COUNTED = re.compile(
    rf"(?:{_N}\s*)?(?:\(\s*)?(?P<what>bản chính|bản gốc|bản sao|bản chụp|bản photo(?:copy)?|bản phô tô)"
    rf"(?P<kind>\s*(?:có\s+|được\s+)?(?:chứng thực|công chứng|y|đối chiếu)(?:\s+(?:bản chính|từ bản chính|hợp lệ))?)?(?:\s*\))?(?:\s*:?\s*{_N.replace('<n>', '<after>')}(?!\s*(?:\(|bản (?:chính|gốc|sao|chụp)|bộ|[/.,]?\d))(?:\s*bản)?)?",
    re.I,
)
_SETS = re.compile(
    r"(?P<n>[0-9]{1,2}|một|hai|ba)\s*(?:\((?:một|hai|ba|[0-9]{1,2})\)\s*)?bộ\b", re.I
)
_PRESENT = re.compile(r"\b(?:xuất trình|để đối chiếu)\b", re.I)
_ONLY_COUNT = re.compile(
    r"(?:ban|ho so|va|hoac|kem(?: theo)?|de doi chieu|so luong|moi loai|nop|phai|can|gom|\d| )*"
)
_MARK = re.compile(r"[xX×✓✔☒☑vV●•+]|có", re.I)


@dataclass
class Item:
    """A paper of the dossier; None copies: the number is not told."""

    name: str
    kind: Literal["submit", "present"] = "submit"
    originals: int | None = None
    copies: int | None = None
    copy_kind: str = ""
    is_sure: bool = True
    condition: str = ""  # the case it belongs to, where the list tells cases apart


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
            if _repeats_header(grid, row) or _is_number_row(row):
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


def _bare(text: str) -> str:
    """Return an item without the number or bullet before it and the mark after it."""
    label, rest = split_label(text)
    if label and not re.fullmatch(r"[0-9]{1,2}(?:\.[0-9]{1,2})*|[a-zđ]|[IVX]+", label):
        rest = text
    return clean(rest).strip(" ;,").lstrip("-–+•* ").removesuffix(".").strip()


def _plain_name(row: Row) -> str:
    """Return the longest text of a row without known columns, all of it used."""
    texts = [cell.take() for cell in row]
    return clean(max(texts, key=len, default=""))


# Dossier


def read_dossier(sections: list[Section]) -> Found:
    """Return the papers of the dossier, the ones to submit and the ones to present."""
    found = Found()
    from_table = listed = 0
    for section in sections:
        kind: Literal["submit", "present"] = "present" if section.kind == "present" else "submit"
        condition = ""
        for item in section.items:
            if isinstance(item, Grid):
                rows = list(_dossier_rows(item, kind))
                from_table += len(rows)
                found.rows += rows
                continue
            sets = _sets(item.text)
            if sets is not None and _says_only_sets(item.text):
                found.sets = sets
                item.take()
                continue
            if is_silent(item):
                continue
            if _switches(item):
                kind = "present" if "xuat trinh" in fold(item.take()) else "submit"
                continue
            if _is_remark(item.text):
                continue
            if _names_case(item):
                condition = item.take().rstrip(" :")
                continue
            found.rows.append(item_of(item.take(), kind))
            found.rows[-1].condition = condition
            listed += 1
    sure = [row.is_sure and row.originals is not None for row in found.rows]
    if found.rows:
        found.sure = round(
            (0.95 * from_table + 0.85 * listed) / len(found.rows)
            - 0.25 * sure.count(False) / len(sure),
            2,
        )
    return found


def _sets(text: str) -> int | None:
    found = _SETS.search(text)
    return _count(found["n"]) if found else None


def _says_only_sets(text: str) -> bool:
    return len(fold(_SETS.sub(" ", text)).replace("so luong", "").replace("ho so", "").split()) <= 3


def _is_remark(text: str) -> bool:
    return bool(re.match(r"(?:ghi chú|lưu ý|chú thích|\(\*\))", text, re.I))


def _names_case(paragraph: Paragraph) -> bool:
    """Whether a line only says for which case the next papers are."""
    text = split_label(paragraph.text)[1]
    stands_out = (
        paragraph.text.rstrip().endswith(":") or paragraph.is_bold or text != paragraph.text
    )
    begins = re.match(r"(?:(?:đối )?với )?(?:trường hợp|đối với)\b", text, re.I)
    return bool(begins) and stands_out and copies_in(text)[0] is None and len(text) < 120


def _switches(paragraph: Paragraph) -> bool:
    """Whether a line is a heading inside the list: *Giấy tờ xuất trình:*."""
    text = fold(paragraph.text)
    short = len(text.split()) <= 12 and (paragraph.text.rstrip().endswith(":") or paragraph.is_bold)
    return short and bool(re.search(r"\b(?:xuat trinh|phai nop|can nop|giay to nop)\b", text))


def item_of(text: str, kind: Literal["submit", "present"]) -> Item:
    """Return the paper that a line names, with the copies it states."""
    text = _bare(text)
    originals, copies, copy_kind, is_sure = copies_in(text)
    is_present = kind == "present" or bool(re.match(r"(?:xuất trình)\b", text, re.I))
    name = _without_copies(text)
    if re.match(r"xuất trình\b", name, re.I) and kind != "present":
        name = re.sub(r"^xuất trình\s*:?\s*", "", name, flags=re.I)
        name = name[:1].upper() + name[1:]
    return Item(
        name or text, "present" if is_present else "submit", originals, copies, copy_kind, is_sure
    )


def copies_in(text: str) -> tuple[int | None, int | None, str, bool]:
    """Return originals, copies, kind of the copies, and whether the numbers are stated."""
    originals: int | None = None
    copies: int | None = None
    copy_kind, is_sure = "", True
    for found in _COUNTED.finditer(text):
        number = _count(found["n"] or found["after"])
        if number is None:
            begins_name = found.start() == 0 and not found["kind"]
            in_bracket = "(" in text[max(0, found.start() - 3) : found.start() + 1]
            if begins_name or not (in_bracket or found["kind"] or _stands_last(text, found)):
                continue
            number, is_sure = 1, False
        if found["what"].lower() in ("bản chính", "bản gốc"):
            originals = (originals or 0) + number
        else:
            copies = (copies or 0) + number
            copy_kind = clean(found["kind"] or "")
    if originals is not None or copies is not None:
        return originals or 0, copies or 0, copy_kind, is_sure
    return None, None, "", False


def _stands_last(text: str, found: re.Match[str]) -> bool:
    return not text[found.end() :].strip(" .;)")


def _count(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isdigit() else _NUMBER_WORDS.get(text.lower())


def _without_copies(text: str) -> str:
    """Return the name without a bracket or an ending that only counts copies."""

    def kept(bracket: re.Match[str]) -> str:
        rest = fold(_COUNTED.sub(" ", bracket[1]))
        return " " if _COUNTED.search(bracket[1]) and _ONLY_COUNT.fullmatch(rest) else bracket[0]

    text = re.sub(r"\(([^()]*)\)", kept, text)
    ending = re.search(
        rf"\s*[:,–\-]\s*(?:số lượng:?\s*)?(?P<rest>(?:{_N}\s*)?\(?(?:bản (?:chính|gốc|sao|chụp|photo))\b.*)$",
        text,
        re.I,
    )
    if ending and ending.start() > 3:
        rest = fold(_COUNTED.sub(" ", ending["rest"]))
        if _ONLY_COUNT.fullmatch(rest):
            text = text[: ending.start()]
    return clean(text).strip(" .;,:–-")


def _dossier_rows(grid: Grid, kind: Literal["submit", "present"]) -> Iterator[Item]:
    layout = grid.layout
    for row in grid.body():
        shown = [cell for cell in row if cell.text]
        if not shown:
            continue
        words = [cell for cell in shown if not is_label(cell.text)]
        if len(words) == 1 and _is_group(words[0]):
            kind = "present" if "xuat trinh" in fold(words[0].text) else "submit"
            for cell in shown:
                cell.take()
            continue
        if layout is None:
            yield item_of(_plain_name(row), kind)
            continue
        if _repeats_header(grid, row) or _is_number_row(row):
            continue
        item = _dossier_row(grid, row, kind)
        if item is not None:
            yield item


def _is_group(cell: Cell) -> bool:
    text = fold(cell.text)
    return (
        len(text.split()) <= 10
        and bool(re.search(r"\b(?:phai nop|can nop|giay to nop|xuat trinh|ho so nop)\b", text))
        and (cell.span > 1 or cell.lines[0].is_bold)
    )


def _repeats_header(grid: Grid, row: Row) -> bool:
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


def _is_number_row(row: Row) -> bool:
    """Take a row that only numbers the columns: (1) (2) (3)."""
    texts = [re.sub(r"\D", "", cell.text) for cell in row]
    if all(re.fullmatch(r"\(?[0-9]\)?", cell.text) for cell in row) and len(row) > 2:
        if texts == [str(n) for n in range(int(texts[0]), int(texts[0]) + len(row))]:
            for cell in row:
                cell.take()
            return True
    return False


def _dossier_row(grid: Grid, row: Row, kind: Literal["submit", "present"]) -> Item | None:
    layout = grid.layout
    assert layout is not None  # noqa: S101 - the caller has asked
    printed = layout.text(row, "name")
    for cell in row:
        if is_label(cell.text):
            cell.take()
    if not printed:
        return None
    item = item_of(printed, kind)
    numbers = {
        role: _number_in_cell(layout.text(row, role))
        for role in ("original", "copy")
        if layout.of(role)
    }
    if numbers:
        item.originals, item.copies = _both(numbers, has_both=len(numbers) == 2)
        item.is_sure = True
    counted = layout.text(row, "count")
    told = f"{layout.text(row, 'kind')} {layout.text(row, 'note')}".strip()
    if not numbers:
        _count_of(counted, told, item)
    present, submit = layout.text(row, "present"), layout.text(row, "submit")
    if (layout.of("present") and present and not submit) or (
        _PRESENT.search(told) and "nộp" not in told.lower()
    ):
        item.kind = "present"
    elif re.search(r"\bnộp\b", told, re.I):
        item.kind = "submit"
    return item


def _both(numbers: dict[str, int | None], *, has_both: bool) -> tuple[int | None, int | None]:
    """Beside a column that is filled, an empty one says none."""
    originals, copies = numbers.get("original"), numbers.get("copy")
    if originals is None and copies is None:
        return None, None
    return originals or 0, copies or 0


def _number_in_cell(text: str) -> int | None:
    text = clean(text).strip(" .")
    if not text:
        return None
    number = re.search(r"[0-9]{1,3}", text)
    if number:
        return int(number[0])
    if re.fullmatch(r"[-–—/]|không", text, re.I):
        return 0
    words = _NUMBER_WORDS.get(text.split()[0].lower())
    if words:
        return words
    return 1 if _MARK.match(text) or "bản" in text.lower() else None


def _count_of(counted: str, told: str, item: Item) -> None:
    """Read *01 bản chính*, or a bare number whose kind another column or the name tells."""
    for text in (counted, told):
        originals, copies, copy_kind, is_sure = copies_in(f"({text})")
        if originals is not None and (is_sure or not counted):
            item.originals, item.copies, item.copy_kind = originals, copies, copy_kind
            item.is_sure = is_sure
            return
    number = _number_in_cell(counted)
    if number is None:
        return
    is_copy = re.match(r"bản (?:sao|chụp|photo)", item.name, re.I)
    kinds = re.findall(r"bản (chính|gốc|sao|chụp|photo)", told, re.I)
    if item.originals is not None:  # the name told which, the column tells how many
        is_copy = is_copy if item.originals else re.match("", "")
    elif kinds:
        is_copy = re.match(r"sao|chụp|photo", kinds[0], re.I)
    else:
        item.is_sure = bool(is_copy)
    item.originals, item.copies = (0, number) if is_copy else (number, 0)


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
    text = _bare(text)
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
        if _repeats_header(grid, row) or _is_number_row(row):
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
                from_table += len(rows)
                found.rows += rows
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
    rf"\s*(?:[(:,;–—\-]|\blưu\b)\s*(?:thời (?:gian|hạn)\s*)?(?:lưu(?: trữ| giữ)?)?\s*(?:trong\s*)?:?\s*"
    rf"(?P<time>{_KEPT_FOR})(?:\s*(?:,\s*)?(?:lưu )?tại (?P<where>[^()]+))?\s*\)?$",
    re.I,
)
_ABOUT_KEEPING = re.compile(
    r"(?:(?:các |toàn bộ )?hồ sơ (?:trên |này )?(?:được )?lưu\b|thời (?:gian|hạn) lưu|nơi lưu|lưu tại\b)",
    re.I,
)


def _kept(text: str) -> Kept:
    """Return the record that a line names, without how long and where it is kept."""
    text = _bare(text)
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
            name = _plain_name([cell for cell in row if not is_label(cell.text)])
            for cell in row:
                cell.take()
            if name:
                yield Kept(name)
            continue
        if _repeats_header(grid, row) or _is_number_row(row):
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
        if name:
            yield Kept(name, keeper, kept_for, code)


def _goes_on(grid: Grid, row: Row, role: str) -> bool:
    layout = grid.layout
    return layout is not None and any(
        cell.goes_on for column in layout.of(role) for cell in layout.cells(row, column)
    )
