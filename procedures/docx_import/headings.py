"""The headings of a procedure in both outlines (DOMAIN §3.2), however they are numbered."""

import re
from dataclasses import dataclass

from procedures.docx_import.blocks import Paragraph
from qms.foundation.text import clean, fold

_TAIL = (
    r"(?: (?:cua|thu tuc|hanh chinh|tthc|ho so|cong viec|neu co|quy trinh|theo quy dinh|nay|va))*"
)
_OF = r"(?: (?:thuc hien|giai quyet|xu ly|tiep nhan))*"

# By key, what the whole heading says, folded: no accents, no marks, no remark in brackets.
_SAID = {
    "toc": r"muc luc|noi dung tai lieu",
    "purpose": (
        r"muc dich(?: (?:cua quy trinh|ban hanh|chung|y nghia|va y nghia|yeu cau))?"
        r"|muc dich(?: va)? pham vi(?: ap dung)?"
    ),
    "scope": (
        r"pham vi(?: (?:ap dung|dieu chinh|cua quy trinh))*(?: (?:va )?doi tuong(?: ap dung)?)?"
        r"|doi tuong (?:va )?pham vi(?: ap dung)?"
    ),
    "references": r"(?:cac )?(?:tai lieu|van ban) (?:vien dan|tham khao|lien quan|tham chieu)",
    "definitions": (
        r"(?:cac )?(?:dinh nghia|thuat ngu|giai thich|khai niem|viet tat|(?:chu|tu|tu ngu|ky hieu)"
        r"(?: cai)? viet tat)(?: (?:dinh nghia|thuat ngu|tu ngu|viet tat|cac|chu|tu|va|khai niem"
        r"|ky hieu|giai thich))*"
    ),
    "responsibility": r"(?:phan cong )?trach nhiem(?: (?:chung|thuc hien|va quyen han|ap dung))?",
    "content": r"(?:nhung )?quy dinh (?:chung|cu the)|thong tin chung"
    r"|noi dung(?: (?:quy trinh|thuc hien|chi tiet|cua quy trinh|thu tuc))*",
    "bases": (
        r"(?:cac )?(?:co so|can cu)(?: van ban)? (?:phap ly|phap luat|phap li)"
        r"(?: (?:cua|de|ban hanh|thuc hien|giai quyet|thu tuc|hanh chinh|tthc|va can cu .*))*"
        r"|can cu(?: thuc hien)?|(?:cac )?van ban (?:phap ly|phap luat|quy pham phap luat|can cu)"
        r"(?: (?:lien quan|ap dung|can cu|co lien quan))*"
    ),
    "sets": r"so luong(?: bo)?(?: ho so)?(?: (?:can|phai) nop)?|so bo(?: ho so)?",
    "submit": (
        r"(?:cac )?(?:loai )?(?:giay to|ho so|tai lieu|thanh phan ho so)(?: (?:can|phai))? nop"
        r"(?: (?:gom|bao gom|gom co))?"
    ),
    "present": (
        r"(?:cac )?(?:loai )?(?:giay to|ho so|tai lieu)(?: (?:can|phai))? xuat trinh"
        r"(?: (?:gom|bao gom|gom co|khi nop ho so))*"
    ),
    "dossier": (
        r"(?:danh muc )?(?:(?:yeu cau ve )?thanh phan(?: (?:va )?so luong)?(?: cua)?"
        r" (?:ho so|giay to)|thanh phan|ho so (?:bao gom|gom|gom co|yeu cau|can co"
        r"|thu tuc hanh chinh"
        r"|de nghi)|danh muc ho so|giay to can thiet|ho so thanh phan)"
        r"(?: (?:bao gom|gom|gom co|can nop|phai nop|va so luong|so luong|so luong ho so))*" + _TAIL
    ),
    "records": (
        r"(?:danh muc )?(?:cac )?(?:ho so|tai lieu|bieu mau ho so)(?: (?:can|phai|duoc))?"
        r" luu(?: (?:tru|giu|lai))?(?: .{0,30})?"
        r"|luu(?: (?:tru|giu))?(?: (?:va )?(?:bao quan )?(?:ho so|tai lieu))?"
        r"|(?:quan ly|kiem soat|danh muc) ho so(?: (?:luu(?: tru)?|chat luong|cong viec))?"
    ),
    "limits": (
        r"(?:tong )?(?:thoi gian|thoi han)(?: (?:xu ly|giai quyet|thuc hien|tra ket qua|hoan thanh"
        r"|tham dinh|theo luat|quy dinh))*" + _TAIL
    ),
    "place": (
        r"(?:noi|dia diem|dia chi|bo phan|co quan)(?: (?:tiep nhan|nop|nhan)(?: ho so)?)"
        r"(?: (?:va|ho so|tra|ket qua|giai quyet|nhan|hs|tthc|noi))*"
    ),
    "modes": (
        r"(?:cach thuc|hinh thuc|phuong thuc)(?: (?:thuc hien|nop|tiep nhan|ho so|va|tra|ket qua"
        r"|nhan))+"
    ),
    "agency": (
        r"(?:ten )?(?:cac )?(?:co quan|don vi)(?: (?:hoac|va) (?:ca nhan|nguoi))?"
        r" (?:(?:truc tiep )?thuc hien|giai quyet|phoi hop|co tham quyen|quyet dinh|chu tri)"
        r"(?: .{0,50})?"
    ),
    "fees": (
        r"(?:muc (?:thu )?)?(?:phi|le phi)(?: (?:va )?(?:le phi|phi))?"
        r"(?: (?:neu co|giai quyet|thuc hien|thu|va|muc thu))*" + _TAIL
    ),
    "applicants": r"doi tuong(?: (?:thuc hien|ap dung|nop ho so|giai quyet|duoc))+" + _TAIL,
    "results": r"(?:ket qua|san pham)(?: (?:thuc hien|giai quyet|dau ra|cua viec|can dat))*"
    + _TAIL,
    "forms": (
        r"(?:ten )?(?:cac |danh muc |he thong )?(?:cac )?(?:bieu mau|mau bieu|mau don|mau to khai"
        r"|phu luc bieu mau)"
        r"(?: (?:mau|don|to khai|va|su dung|kem theo|ap dung|lien quan|phu luc|bieu mau|hanh chinh"
        r"|dinh kem|thu tuc|trong quy trinh|duoc|di kem|hoac|cac|can|dien|neu co|ket qua"
        r"|tham chieu))*"
    ),
    "conditions": (
        r"(?:cac )?(?:yeu cau|dieu kien)(?: (?:va |hoac )?(?:dieu kien|yeu cau))?"
        r"(?: (?:thuc hien|doi voi|giai quyet|ve|khac))*" + _TAIL
    ),
    "steps": (
        r"(?:noi dung )?(?:mo ta |dien giai |chi tiet )?(?:cac )?(?:quy trinh|trinh tu|buoc"
        r"|luu do|so do)"
        r"(?: (?:cac buoc|xu ly|giai quyet|thuc hien|tien hanh|cong viec|noi bo|tac nghiep"
        r"|qua trinh"
        r"|cac|buoc|chi tiet|thu tuc|hanh chinh|tthc|ho so|va|thoi gian|trach nhiem|tung buoc"
        r"|dien tu|noi dung|trinh tu|quy trinh|mo ta|luu do|dien giai|trong))+"
        r"|(?:cac buoc|luu do|trinh tu|buoc thuc hien)"
    ),
    "name": r"(?:ten )?thu tuc(?: hanh chinh)?|ten (?:tthc|quy trinh)",
    "papers": r"ho so",  # of the dossier or to keep, by its place
    "tthc": (
        r"(?:cac |danh muc )*(?:thu tuc(?: hanh chinh)?|tthc)(?: ap dung| thuc hien)"
        r"|danh muc (?:thu tuc(?: hanh chinh)?|tthc)"
        r"|(?:ma|ma so|so ho so)(?: cua)? (?:thu tuc(?: hanh chinh)?|tthc|ho so tthc)"
    ),
    "field": r"linh vuc|cap(?: do)? thuc hien|muc do(?: dich vu cong| cung cap)?.{0,30}",
    "revisions": (
        r"(?:trang |bang |phieu |so )?(?:theo doi |ghi nhan |ghi |lich su |tinh trang |kiem soat )*"
        r"(?:so lan |cac lan |nhung |cac )?(?:thay doi|sua doi)(?: (?:tai lieu|quy trinh"
        r"|noi dung|bo sung"
        r"|cua))*"
    ),
    "distribution": r"noi nhan|phan phoi(?: tai lieu)?|danh sach phan phoi|noi (?:nhan )?tai lieu",
    "appendix": r"(?:cac )?phu luc(?: .{0,60})?|bieu mau so .{1,40}",
}
_LABELLED = {"quy trinh": "steps", "doi tuong": "applicants", "cach thuc": "modes"}  # short names
_HEADINGS = {key: re.compile(words) for key, words in _SAID.items()}
_LABEL = re.compile(
    r"(?:(?i:mục|phần|chương)\s+)?"
    r"(?P<label>(?:[0-9]{1,2}|[IVX]{1,5})(?:\s?[.\-]\s?(?:[0-9]{1,2}|[a-zđ])(?![\w]))*"
    r"|[a-zđA-ZĐ](?=\s?[.)/:]))"
    r"(?:\s?[.):/\-–]+\s*|\s+|$)",
)
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LISTS = frozenset({"records", "forms", "dossier", "submit", "present", "steps", "bases"})
UNKNOWN = "unknown"
NARRATIVE = frozenset({"purpose", "scope", "references", "definitions", "responsibility"})
_MOST_WORDS = 16


@dataclass(frozen=True)
class Heading:
    """`key` names the section; `rest` is what the heading's own line goes on to say."""

    key: str
    label: str
    text: str
    rest: str = ""

    @property
    def major(self) -> int:
        """Return the first number of the label, 0 where it has none."""
        return major_of(self.label)


def split_label(text: str) -> tuple[str, str]:
    """Return the number before a heading or an item, and the rest: `5.a)`, `I.`, `b)`, `3`."""
    found = _LABEL.match(text)
    if not found or not text[found.end() :].strip():
        return "", text
    return found["label"].replace(" ", ""), text[found.end() :].strip()


def is_label(text: str) -> bool:
    """Tell whether a cell holds nothing but a number of a section or row."""
    return bool(
        re.fullmatch(r"(?:[0-9]{1,2}|[IVX]{1,4}|[a-zđ])(?:[.\-](?:[0-9]{1,2}|[a-zđ]))*[.)]?", text)
    )


def major_of(label: str) -> int:
    number = re.match(r"[0-9]+", label)
    return int(number[0]) if number else 0


def heading_in(text: str, label: str = "") -> Heading | None:
    """Return the heading that `text` is, or begins with before a colon; None for other text."""
    text = clean(text)
    if not label or label == "-":
        label, text = split_label(text) if label != "-" else (label, text)
    label = label.strip(" .):/")
    head, colon, rest = text.partition(":")
    key = _key(head) or (_LABELLED.get(fold(head), "") if label or colon else "")
    if key:
        return Heading(key, label, head.strip(" .;-–"), rest.strip())
    if colon and (key := _key(text)):
        return Heading(key, label, text)
    return None


def _key(text: str) -> str:
    folded = fold(_BRACKET.sub(" ", text))
    if not folded or len(folded.split()) > _MOST_WORDS:
        return ""
    return next((key for key, words in _HEADINGS.items() if words.fullmatch(folded)), "")


def heading_of(paragraph: Paragraph, current: Heading | None) -> Heading | None:
    """Return the heading that a paragraph is, None where it reads as an item of what it stands in.

    Numbers of headings go up: *1. Biểu mẫu* below *7. Hồ sơ lưu* is the first item of a list.
    """
    if paragraph.points_to_page:
        return None
    found = heading_in(paragraph.text, paragraph.label)
    stands_out = _stands_out(paragraph)
    if found is None:
        return _unknown(paragraph, current) if stands_out else None
    if found.key in {"submit", "present", "sets"}:
        return found
    if found.label == "-":
        return found if stands_out and not found.rest else None
    if found.rest and not (stands_out or found.label or _starts_bold_word(paragraph)):
        return found if current is None or current.key not in _LISTS else None
    if current is not None and current.key in _LISTS and not stands_out:
        return found if _goes_up(found, current) else None
    if current is not None and found.major and found.major < current.major and not stands_out:
        return None
    return found


def _stands_out(paragraph: Paragraph) -> bool:
    return (
        paragraph.is_bold
        or paragraph.style.startswith(("heading", "tiêu đề", "title"))
        or paragraph.text.isupper()
    )


def _unknown(paragraph: Paragraph, current: Heading | None) -> Heading | None:
    """Return the heading of a part that procedures do not usually have; it ends the one before."""
    label, text = paragraph.label.strip(" .):/-"), paragraph.text
    if not label:
        label, text = split_label(text)
    if current is None or not label or len(text.split()) > _MOST_WORDS or text.endswith(";"):
        return None
    is_part = re.fullmatch(r"[IVX]+|[A-ZĐ]", label) and not current.major
    same_depth = label.count(".") == current.label.count(".") and current.major
    is_next = same_depth and _goes_up(Heading(UNKNOWN, label, text), current)
    if is_part or is_next or paragraph.style.startswith("heading"):
        return Heading(UNKNOWN, label, text)
    return None


def is_title_like(heading: Heading) -> bool:
    """Tell whether a heading is, on the front page, rather a part of the title."""
    return heading.key in ("steps", "name", "tthc", "field") and not heading.label


def _starts_bold_word(paragraph: Paragraph) -> bool:
    return paragraph.style.startswith("heading")


def _goes_up(found: Heading, current: Heading) -> bool:
    if not found.label:
        return not found.rest
    if current.label and not current.major and found.major:
        return False  # 1. below IV. or b): an item
    if not found.major:  # a), b), I.
        return not current.major or "." not in found.label
    if "." in found.label:
        return found.major >= current.major
    return found.major > current.major
