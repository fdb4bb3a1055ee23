"""Who signed, as the sign table of a document prints it: names and positions by act."""

from collections.abc import Iterable, Iterator

from procedures.docx_import.blocks import Row
from procedures.docx_import.outline import Section
from procedures.docx_import.tables import SIGNS
from qms.foundation.text import clean, fold

ACTS = ("prepared", "reviewed", "approved")
_NAME = ("ho ten", "ho va ten", "ten", "nguoi ky")
_POSITION = ("chuc vu", "chuc danh", "vi tri")
_OTHER = ("chu ky", "ky ten", "ky", "ngay", "ngay ky", "ngay thang", "trach nhiem", "noi dung")
_OFFICES = (
    *("chuyen vien", "truong", "pho", "chu tich", "giam doc", "can bo", "cong chuc", "thu ky"),
    *("chanh", "vien chuc", "ke toan", "van thu", "lanh dao", "nhan vien", "hieu truong"),
)

Signers = dict[str, dict[str, str]]


def signers_of(sections: Iterable[Section]) -> Signers:
    """Return `{act: {"name", "position"}}` as printed; what is not told apart is not in it."""
    found: Signers = {}
    for section in sections:
        if section.key == "signs":
            for grid in section.grids:
                for act, field, text in _read(grid.rows):
                    found.setdefault(act, {}).setdefault(field, text)
    return found


def _read(rows: list[Row]) -> Iterator[tuple[str, str, str]]:
    """Yield act, field and text, from a table with the acts across, or one with them down."""
    acts: dict[int, str] = {}
    for row in rows:
        said = {cell.col: act for cell in row if (act := _act(cell.text))}
        if len(said) > 1 and not acts:
            acts = said
            continue
        if acts:
            yield from _across(row, acts)
    if not acts:
        yield from _down(rows)


def _across(row: Row, acts: dict[int, str]) -> Iterator[tuple[str, str, str]]:
    label = fold(row[0].text) if row and row[0].col not in acts else ""
    if label in _OTHER:
        return
    for cell in row:
        text = clean(cell.text)
        if cell.col not in acts or not text:
            continue
        yield acts[cell.col], _field(label, text), text


def _down(rows: list[Row]) -> Iterator[tuple[str, str, str]]:
    labels: dict[int, str] = {}
    for row in rows:
        act = _act(row[0].text) if row else ""
        if not act:
            labels = {cell.col: fold(cell.text) for cell in row}
            continue
        for cell in row[1:]:
            label, text = labels.get(cell.col, ""), clean(cell.text)
            if text and label not in _OTHER:
                yield act, _field(label, text), text


def _act(text: str) -> str:
    folded = fold(text)
    found = (act for act, words in zip(ACTS, SIGNS, strict=True) if words.fullmatch(folded))
    return next(found, "")


def _field(label: str, text: str) -> str:
    if label in _NAME:
        return "name"
    if label in _POSITION or fold(text).startswith(_OFFICES):
        return "position"
    return "name"
