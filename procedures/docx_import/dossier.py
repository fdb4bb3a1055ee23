"""The papers of a dossier: what is to be submitted or presented, in how many copies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from procedures.docx_import.blocks import Cell, Paragraph, Row
from procedures.docx_import.headings import is_label, split_label
from procedures.docx_import.lists import (
    Found,
    bare,
    is_number_row,
    is_silent,
    plain_name,
    repeats_header,
)
from procedures.docx_import.outline import Section
from procedures.docx_import.tables import Grid
from qms.foundation.text import clean, fold

_NUMBER_WORDS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5}
_N = r"(?P<n>[0-9]{1,3}|một|hai|ba|bốn|năm)(?:\s*\((?:một|hai|ba|bốn|năm|[0-9]{1,2})\))?"
_COUNTED = re.compile(
    rf"(?:{_N}\s*)?(?:\(\s*)?(?P<what>bản chính|bản gốc|bản sao|bản chụp|bản photo(?:copy)?"
    rf"|bản phô tô)"
    rf"(?P<kind>\s*(?:có\s+|được\s+)?(?:chứng thực|công chứng|y|đối chiếu)(?:\s+(?:bản chính"
    rf"|từ bản chính|hợp lệ))?)?(?:\s*\))?(?:\s*:?\s*{_N.replace('<n>', '<after>')}(?!\s*(?:\("
    rf"|bản (?:chính|gốc|sao|chụp)|bộ|[/.,]?\d))(?:\s*bản)?)?",
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
    text = bare(text)
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
        rf"\s*[:,–\-]\s*(?:số lượng:?\s*)?(?P<rest>(?:{_N}\s*)?\(?(?:bản (?:chính|gốc|sao|chụp"
        rf"|photo))\b.*)$",
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
            yield item_of(plain_name(row), kind)
            continue
        if repeats_header(grid, row) or is_number_row(row):
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
