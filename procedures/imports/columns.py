"""Which column says what: the header row of a TTHC list, found by the words in use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from procedures.imports.reading import Line
from qms.foundation.text import clean, fold

LONGEST_LABEL = 90  # letters; what is longer is a title or a text
# What columns hold, by the names of `TTHCRow`, and how lists call them: folded (no accents, lower
# case), the surest first. Real lists: DOMAIN §5.3; the English words are those of `fixtures/`.
_LABELS = {
    "number": "stt, so tt, so thu tu, tt, no",
    "code": "ma tthc quoc gia, ma so tthc quoc gia, ma quoc gia, ma tthc, ma so tthc,"
    " ma thu tuc hanh chinh, ma so thu tuc hanh chinh, ma thu tuc, ma so thu tuc,"
    " ma so ho so tthc, ma ho so tthc, so ho so tthc, ma so ho so, ma ho so,"
    " ma dvc, ma dich vu cong, ma so, ma, procedure code, code",
    "name": "ten tthc, ten thu tuc hanh chinh, ten thu tuc, ten goi tthc, ten dich vu cong,"
    " ten goi thu tuc hanh chinh, ten goi thu tuc, ten cua thu tuc hanh chinh,"
    " thu tuc hanh chinh, danh muc thu tuc hanh chinh, danh muc tthc, thu tuc, tthc,"
    " noi dung thu tuc, ten goi, ten, procedure name, name",
    "field": "linh vuc, ten linh vuc, linh vuc tthc, linh vuc thu tuc, linh vuc thu tuc hanh chinh,"
    " linh vuc hoat dong, nhom linh vuc, nganh linh vuc, field",
    "level": "cap thuc hien, cap giai quyet, cap hanh chinh, cap, level",
    "agency": "co quan thuc hien, don vi thuc hien, co quan truc tiep thuc hien,"
    " co quan giai quyet, don vi giai quyet, co quan thuc hien tthc, co quan don vi thuc hien,"
    " implementing agency, co quan co tham quyen, tham quyen giai quyet, tham quyen",
    "local_limit_text": "thoi han da cat giam, thoi gian da cat giam, thoi han thuc te",
    "limit_text": "thoi han giai quyet, thoi gian giai quyet, thoi han, thoi gian thuc hien,"
    " thoi han thuc hien, tong thoi gian giai quyet, thoi gian, processing time",
    "charge": "le phi",
    "fee": "phi le phi, phi va le phi, phi, muc phi, muc thu phi, fee",
    "online_full": "toan trinh, dvc truc tuyen toan trinh, dich vu cong truc tuyen toan trinh,"
    " dvctt toan trinh",
    "online_part": "mot phan, dvc truc tuyen mot phan, dich vu cong truc tuyen mot phan,"
    " dvctt mot phan",
    "online_level": "muc do dvc, muc do dvctt, muc do dich vu cong, dich vu cong truc tuyen,"
    " muc do dich vu cong truc tuyen, dvc truc tuyen, muc do truc tuyen, muc do,"
    " online service level",
    "decision": "qd cong bo, so qd cong bo, quyet dinh cong bo, so quyet dinh cong bo,"
    " qd cong bo tthc, quyet dinh cong bo tthc, van ban cong bo, announcing decision,"
    " so quyet dinh, quyet dinh",
    "legal_basis": "can cu phap ly, co so phap ly, can cu, van ban quy dinh, vbqppl, legal basis",
    "receiving_place": "dia diem tiep nhan, noi tiep nhan, noi tiep nhan ho so, noi nop ho so,"
    " dia chi tiep nhan, co quan tiep nhan, dia diem thuc hien, dia diem, receiving place",
    "applicants": "doi tuong thuc hien, doi tuong",
    "status": "tinh trang, trang thai",
    "source_url": "nguon, duong dan, lien ket, dia chi web, url, link, source url",
    "verified": "da kiem chung, kiem chung, verified",
    "note": "ghi chu, verification note, note",
}
# A label that begins like this says the same with more words.
_BEGINNINGS = {
    "code": "ma tthc, ma so tthc, ma thu tuc, ma so thu tuc, ma so ho so tthc, so ho so tthc",
    "name": "ten tthc, ten thu tuc, ten dich vu cong",
    "agency": "co quan thuc hien, don vi thuc hien, co quan giai quyet, co quan truc tiep",
    "limit_text": "thoi han, thoi gian giai quyet, thoi gian thuc hien, tong thoi gian",
    "fee": "phi le phi, phi va le phi, muc thu phi",
    "online_full": "toan trinh, dvc truc tuyen toan trinh, dich vu cong truc tuyen toan trinh,"
    " dvctt toan trinh",
    "online_part": "mot phan, dvc truc tuyen mot phan, dich vu cong truc tuyen mot phan,"
    " dvctt mot phan",
    "online_level": "muc do dvc, muc do dich vu cong, muc do cung cap, dvc truc tuyen",
    "decision": "qd cong bo, quyet dinh cong bo, so qd cong bo, so quyet dinh cong bo",
    "legal_basis": "can cu phap ly, co so phap ly, ten vbqppl, van ban quy pham phap luat",
    "receiving_place": "dia diem tiep nhan, dia diem thuc hien, noi tiep nhan",
}
SYNONYMS = {key: words.split(", ") for key, words in _LABELS.items()}
BEGINNINGS = {key: tuple(f"{w} " for w in words.split(", ")) for key, words in _BEGINNINGS.items()}
_SHORTENED = re.compile(r"(?:thoi (?:han|gian).* )?(?:sau (?:khi )?|da )(?:cat giam|rut ngan)\b")
_SURE_NAMES = {"ten tthc", "ten thu tuc hanh chinh", "ten thu tuc", "thu tuc hanh chinh"}
_BESIDE_NAME = {
    "field",
    "agency",
    "limit_text",
    "fee",
    "receiving_place",
    "legal_basis",
    "decision",
}


@dataclass(frozen=True)
class Header:
    """Which column holds what, how many rows the header takes, what each column is called.

    `width` counts the cells of its rows, with those that have no label.
    """

    columns: dict[str, int]
    height: int
    labels: dict[int, str]
    width: int = 0

    @property
    def is_list(self) -> bool:
        """It heads a list of TTHC: code and name, or a sure name with something else beside it."""
        if "name" not in self.columns:
            return False
        if "code" in self.columns:
            return True
        name = fold(self.labels[self.columns["name"]])
        return name in _SURE_NAMES and not _BESIDE_NAME.isdisjoint(self.columns)

    @property
    def is_vague(self) -> bool:
        """Its words could head a list of anything: *Mã*, *Tên*."""
        known = [self.columns[key] for key in ("code", "name") if key in self.columns]
        words = {fold(self.labels[column]) for column in known}
        return words <= {"ma", "ma so", "ten", "code", "name"} and len(self.columns) <= 4


def header_at(lines: Sequence[Line], place: int) -> Header | None:
    """Return the header that begins at `lines[place]`, of one row or of two, or None."""
    line = lines[place]
    single = _header(_own_labels(line), 1, len(line.cells))
    if place + 1 == len(lines):
        return single if single.is_list else None
    below = lines[place + 1]
    if single.is_list and _is_row_of(single, below):
        return single
    double = _header(_double_labels(line, below), 2, max(len(line.cells), len(below.cells)))
    merged_down = single.is_list and single.columns["name"] in below.carried
    more = len(double.columns) > max(len(single.columns), len(_header(_own_labels(below)).columns))
    is_title = len(set(_own_labels(line).values())) < 2  # over a header, not part of it
    if double.is_list and (merged_down or (more and not is_title)):
        return double
    return single if single.is_list else None


def _is_row_of(header: Header, below: Line) -> bool:
    """Tell whether `below` has a code or name of its own that is no label: then it is data."""
    columns = {header.columns["name"], header.columns.get("code", -1)} - below.carried
    return any(text and not match_label(text) for text in (_text(below, c) for c in columns))


def match_label(label: str) -> tuple[str, int] | None:
    """Return what a column called `label` holds and how sure that is (0 is surest), or None."""
    if len(label) > LONGEST_LABEL:
        return None
    for text in (fold(label), fold(re.sub(r"\([^)]*\)", " ", label))):
        if _SHORTENED.match(text):
            return "local_limit_text", 0
        for key, words in SYNONYMS.items():
            if text in words:
                return key, words.index(text)
    for key, beginnings in BEGINNINGS.items():
        if text.startswith(beginnings):
            return key, len(SYNONYMS[key])
    return None


def _header(labels: dict[int, tuple[str, ...]], height: int = 1, width: int = 0) -> Header:
    """Give each known thing its surest column; `labels` are tried in turn for each column."""
    best: dict[str, tuple[int, int]] = {}
    names = {column: tried[0] for column, tried in labels.items()}
    for column, tried in sorted(labels.items()):
        match = next(((label, m) for label in tried if (m := match_label(label))), None)
        if match is None:
            continue
        label, (key, rank) = match
        if key not in best or rank < best[key][0]:
            best[key] = (rank, column)
            names[column] = label
    return Header({key: column for key, (_, column) in best.items()}, height, names, width)


def _own_labels(line: Line) -> dict[int, tuple[str, ...]]:
    return {
        column: (text,)
        for column, cell in enumerate(line.cells)
        if column not in line.carried and isinstance(cell, str) and (text := clean(cell))
    }


def _double_labels(line: Line, below: Line) -> dict[int, tuple[str, ...]]:
    """Return the labels of two rows: the lower one, both together, the upper one."""
    labels: dict[int, tuple[str, ...]] = {}
    parent = ""
    parents = {c: first for first, last in line.spans for c in range(first, last + 1)}
    for column in range(max(len(line.cells), len(below.cells))):
        upper, lower = _text(line, column), _text(below, column)
        if upper:
            parent = upper
        elif column in parents:
            upper = _text(line, parents[column])
        elif lower and not line.spans:
            upper = parent  # in a CSV file a merged cell leaves blanks to its right
        own = lower if column not in below.carried else ""
        tried = (own, f"{upper} {own}", upper) if upper and own else (own or upper,)
        if tried[0]:
            labels[column] = tried
    return labels


def _text(line: Line, column: int) -> str:
    cell = line.cells[column] if 0 <= column < len(line.cells) else ""
    return clean(cell) if isinstance(cell, str) else ""
