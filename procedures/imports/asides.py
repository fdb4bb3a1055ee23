"""The rows of a TTHC list that are not TTHC: groups, column numbers, totals, signatures, notes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from procedures.imports.codes import looks_like_code
from procedures.imports.headings import Fate, fate_of, style_of
from qms.foundation.text import clean, fold

_AFTER_NUMBER = r"(?:\.[0-9]{1,2})*\s*(?:[.)/:–—-]\s*|$|\s+(?=[Ll][ĩĨ][Nn][Hh]\s))"
_NUMBERING = re.compile(r"^(?:[IVXLC]{1,6}|[A-ZĐ]|[0-9]{1,2})" + _AFTER_NUMBER)
_ROMAN_OR_LETTER = re.compile(r"(?:[IVXLC]{1,6}|[A-ZĐ])" + _AFTER_NUMBER)
_COUNT = re.compile(
    r"\s*(?:\((?:có |gồm |tổng số:? )?[0-9]+\s*(?:tthc|thủ tục(?: hành chính)?)?\)"
    r"|[:–—,-]\s*[0-9]+\s*(?:tthc|thủ tục(?: hành chính)?))[\s.:]*$",
    re.IGNORECASE,
)
_FIELD_WORD = re.compile(
    r"(?:thuộc\s+)?(?:các\s+)?(?:nhóm\s+)?lĩnh\s+vực\s*[:–—-]?\s*", re.IGNORECASE
)
_LEVEL = re.compile(r"\bcap (tinh|huyen|xa|bo|trung uong)\b")
_LEVELS = {
    "tinh": "Cấp tỉnh",
    "huyen": "Cấp huyện",
    "xa": "Cấp xã",
    "bo": "Cấp Bộ",
    "trung uong": "Cấp trung ương",
}
_SECTION = re.compile(
    r"(?:danh muc|danh sach|(?:cac )?(?:thu tuc|tthc)|cap (?:tinh|huyen|xa|bo|trung uong)"
    r"|phan (?:[ivx]+|[0-9]+|thu)|phu luc|ubnd|uy ban|chi cuc|trung tam|van phong|ban hanh|kem theo"
    r"|sua doi|moi ban hanh|bi bai bo|bai bo|thay the"
    r"|(?:phong|so|bo) (?:giao duc|tu phap|noi vu|tai chinh|tai nguyen|kinh te|ke hoach|quan ly"
    r"|van hoa|y te|nong nghiep|lao dong|dan toc|cong thuong|khoa hoc|thong tin|xay dung"
    r"|giao thong))\b"
)
_COLUMN_NUMBER = re.compile(r"[(\[]?\s*(?:[0-9]{1,2}|[A-ZĐa-zđ])\s*[)\]]?(?:\s*=.*)?")
_TOTAL = re.compile(
    r"(?:tong (?:so|cong)|cong tong)\b.*|(?:tong|cong)(?: [0-9].*)?"
    r"|(?:danh (?:sach|muc)|bang|tong) (?:nay|tren|gom|co)\b.*"
)
_PAGE = re.compile(r"(?:trang )?[0-9]{1,4}(?: [0-9]{1,4})?")
_NOTE = re.compile(r"(?:ghi chu|chu thich|luu y|chu y|nguon)\b.*")
_CLOSING = re.compile(
    r"noi nhan\b.*|luu (?:vt|van thu)\b.*|(?:da )?ky(?: (?:ten|ghi|va|dong dau)\b.*)?"
    r"|nguoi (?:lap(?: (?:bieu|bang|danh sach))?|tong hop|kiem tra|(?:phe )?duyet|ky)"
    r"|(?:(?:kt|q|tl|tm|tuq) )?(?:pho )?"
    r"(?:truong phong|chu tich|giam doc|thu truong|hieu truong|chanh van phong|truong ban|lanh dao)"
    r"(?: .{0,60})?"
    r"|(?:kt|tl|tm|tuq) .{0,80}|(?:.{0,40} )?ngay [0-9 ]*thang [0-9 ]*nam [0-9 ]*"
    r"|xac nhan cua (?:co quan|don vi|lanh dao|thu truong).{0,60}"
)
_DITTO = re.compile(r"[\s\-–—./]*(?:[\"“”″〃]|''|``|//)[\s\-–—./]*")
LONGEST_DITTO = 20  # letters
_DITTO_WORDS = {"nt", "n t", "nhu tren"}


@dataclass(frozen=True)
class Group:
    """A row that heads the rows below it: a field, a level, or a section such as *bị bãi bỏ*.

    `style` is how it is numbered, in its own cell or in that of the number.
    """

    text: str
    field: str = ""
    level: str = ""
    style: str = ""


def is_ditto(text: str) -> bool:
    """Tell whether a cell says *as above*: nt, -nt-, như trên, a quotation mark."""
    if len(text) > LONGEST_DITTO:
        return False
    return bool(_DITTO.fullmatch(text)) or fold(text) in _DITTO_WORDS


def is_column_numbers(texts: Sequence[str]) -> bool:
    """Tell whether a row only numbers the columns: 1 2 3, (1) (2) (3)=(1)+(2), A B 1 2."""
    if len(texts) < 2 or not all(_COLUMN_NUMBER.fullmatch(text) for text in texts):
        return False
    return len(set(texts)) == len(texts)


def is_page_number(texts: Sequence[str]) -> bool:
    """Tell whether a row holds the number of a printed page only: 2, - 2 -, Trang 2/5."""
    return len(set(texts)) == 1 and bool(_PAGE.fullmatch(fold(texts[0])))


def is_closing(texts: Iterable[str]) -> bool:
    """Tell whether a row belongs to what ends a paper: *Nơi nhận*, signatures, place and date."""
    return any(len(text) <= 120 and _CLOSING.fullmatch(fold(text)) for text in texts)


def is_aside(texts: Sequence[str]) -> bool:
    """Tell whether a row is a total or a note."""
    first = fold(texts[0])
    return bool(_TOTAL.fullmatch(first) or _NOTE.fullmatch(first)) or texts[0].startswith("*")


def read_group(cells: dict[int, str], *, name: int, merged: bool, others: bool) -> Group | None:
    """Return the group that a row heads, or None if it is no such row.

    `cells` are the row's own texts by column, `name` is the column of names; `merged` tells that
    a cell lies over three columns or more, `others` that known columns beside number, code and
    name are filled, as those of a TTHC are.
    """
    columns = sorted(cells)
    texts = [cells[column] for column in columns]
    if len(set(texts)) == 1:
        return _lone_group(texts[0], columns[0], name=name, merged=merged or len(texts) > 1)
    first, second = texts[:2]
    if looks_like_code(second) or columns[0] >= name or len(second) < 2:
        return None
    heading = (_ROMAN_OR_LETTER.fullmatch(first) or merged) and not others
    if not heading and not _FIELD_WORD.match(second):
        return None
    group = describe_group(second)
    return replace(group, style=style_of(first)) if style_of(first) else group


def describe_group(text: str) -> Group:
    """Return what a group row says: *I. LĨNH VỰC GIÁO DỤC MẦM NON (09 TTHC)* is a field."""
    text = clean(text)
    bare = _COUNT.sub("", _NUMBERING.sub("", text, count=1)) or text
    levels = set(_LEVEL.findall(fold(bare)))
    level = _LEVELS[levels.pop()] if len(levels) == 1 else ""
    style = style_of(text) if bare != text else ""
    if match := _FIELD_WORD.match(bare):
        return Group(text, _sentence_case(_without_level(bare[match.end() :])), level, style)
    if _SECTION.match(fold(bare)) or fate_of(bare) not in (None, Fate.SEVERAL):
        return Group(text, "", level, style)
    return Group(text, _sentence_case(_without_level(bare)), level, style)


def _lone_group(text: str, column: int, *, name: int, merged: bool) -> Group | None:
    if looks_like_code(text) or _ROMAN_OR_LETTER.fullmatch(text) or not fold(text):
        return None
    words = len(text.split())
    marked = _ROMAN_OR_LETTER.match(text) or _FIELD_WORD.match(_NUMBERING.sub("", text, count=1))
    before_names = column < name and words > 1
    if marked or merged or before_names or (text.isupper() and words > 1):
        return describe_group(text)
    return None


def _without_level(text: str) -> str:
    return re.sub(r"\(\s*cấp [^()]*\)\s*$", "", text, flags=re.IGNORECASE).strip(' .:;–—-"“”')


def _sentence_case(text: str) -> str:
    return text.capitalize() if text.isupper() and " " in text else text[:1].upper() + text[1:]
