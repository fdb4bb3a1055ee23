"""The head of a procedure: code, title, issue, dates; and what the foot of its pages says."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from procedures.docx_import.blocks import Block, Paragraph, Story, Table, paragraphs_of
from procedures.docx_import.outline import FRONT, Section
from qms.foundation.text import clean, comparison_key, fold

_LABELS = {
    "code": r"mã (?:hiệu|số|tài liệu|quy trình|qt|hiệu tài liệu|số tài liệu)|ký hiệu|số hiệu|mã",
    "issue": r"lần ban hành(?: thứ)?|ban hành lần(?: thứ)?|lần bh|phiên bản|lần phát hành",
    "revision": r"lần sửa đổi|sửa đổi lần(?: thứ)?|lần soát xét|số lần sửa đổi|sửa đổi",
    "issued_on": (
        r"ngày ban hành|ban hành ngày|ngày bh|ngày phát hành|ban hành từ ngày"
        r"|ngày(?=\s*:?\s*[0-3]?\d\s*(?:[/.\-]|tháng))"
    ),
    "effective_on": r"ngày (?:có )?hiệu lực(?: từ)?"
    "|hiệu lực(?: thi hành)?(?: kể)? từ(?: ngày)?|ngày áp dụng|có hiệu lực từ(?: ngày)?",
    "page": r"(?:số )?trang(?: số)?|tổng số trang",
    "title": (
        r"tên (?:quy trình|thủ tục(?: hành chính)?|tài liệu|tthc)"
        r"|(?:giải quyết )?thủ tục(?: hành chính)?(?=\s*:)"
    ),
}
_ANY = "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items())
LABEL = re.compile(rf"(?<!\w)(?:{_ANY})(?!\w)\s*(?:\(.{{0,20}}?\))?\s*(?P<colon>[:：])?", re.I)
_DATE = re.compile(
    r"(?<!\d)(?P<d>[0-3]?\d)\s*[/.\-]\s*(?P<m>[01]?\d)\s*[/.\-]\s*(?P<y>(?:19|20)\d\d)(?!\d)"
    r"|(?:ngày\s*)?(?P<d2>[0-3]?\d)\s*tháng\s*(?P<m2>[01]?\d)\s*năm\s*(?P<y2>(?:19|20)\d\d)"
    r"|(?<!\d)(?P<y3>(?:19|20)\d\d)-(?P<m3>[01]\d)-(?P<d3>[0-3]\d)(?!\d)",
    re.I,
)
_PRINTED = re.compile(r"(?<!\w)(?:in|xuất|tải)(?: ra)? (?:lúc|ngày)(?!\w)", re.I)
_CODE = re.compile(
    r"[A-ZĐ]{1,10}[A-ZĐ0-9]*(?:\s?[-–./_ ]\s?[A-ZĐ0-9&]{1,12}){0,6}(?<![-–./_ ])", re.I
)
_LIKE_CODE = re.compile(
    r"(?=.{4,40}$)(?=.*\d)[A-ZĐ]{2}[A-Za-zĐđ]{0,8}"
    r"(?:\s?[-–./ ]\s?[A-ZĐ0-9][A-Za-zĐđ0-9&]{0,11}){1,5}"
)
_WORD_PROCEDURE = re.compile(r"(?:quy trình|thủ tục|hướng dẫn)(?: (?:nội bộ|iso))?", re.I)
_OFFICE = re.compile(
    r"(?:ubnd|uy ban nhan dan|phong |ban |van phong|tinh |thanh pho|huyen |quan |phuong |xa |thi xa"
    r"|cong hoa xa hoi|doc lap tu do|trung tam|thanh tra|kho bac|bao hiem|cong an|chi cuc|cuc "
    r"|truong |logo|hoi dong)"
)


@dataclass
class Facts:
    """What one place, the head or the foot, says of the document; texts as printed."""

    said: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)


@dataclass
class Front:
    """The head of the document as understood; `sure` tells how sure each fact is, 0 to 1."""

    code: str = ""
    title: str = ""
    issue: int | str | None = None
    revision: int | str | None = None
    issued_on: dt.date | None = None
    effective_on: dt.date | None = None
    issuer: str = ""
    sure: dict[str, float] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    bad_dates: list[str] = field(default_factory=list)


def date_in(text: str) -> dt.date | None:
    """Return the first date in `text`. Raises ValueError for one that no calendar has."""
    found = _DATE.search(text)
    if not found:
        return None
    for day, month, year in (("d", "m", "y"), ("d2", "m2", "y2"), ("d3", "m3", "y3")):
        if found[day]:
            return dt.date(int(found[year]), int(found[month]), int(found[day]))
    return None


def number_in(text: str) -> int | str | None:
    """Return `02` as 2, other short texts as they are, None for an empty one."""
    text = clean(text).strip(" .:;")
    if not text:
        return None
    found = re.match(r"(?:lần\s*)?(?:thứ\s*)?([0-9]{1,3})(?!\w)", text, re.I)
    return int(found[1]) if found else text


def facts_of(blocks: list[Block]) -> Facts:
    """Return what a header, a footer or a front page says behind labels."""
    facts = Facts()
    for block in blocks:
        if isinstance(block, Table):
            _read_table(block, facts)
        else:
            _read_line([block], facts)
    facts.codes = [code for line in paragraphs_of(blocks) for code in codes_in(line.text)]
    return facts


def _read_table(table: Table, facts: Facts) -> None:
    for number, row in enumerate(table.rows):
        lines = [cell.lines for cell in row]
        for place, cell in enumerate(row):
            _read_line(cell.lines, facts)
            label = _lone_label(cell.text)
            if label in facts.said:
                cell.take()
            if not label or label in facts.said:
                continue
            beside = next((c for c in row[place + 1 :] if c.text), None)
            below = (
                next((c for c in table.rows[number + 1] if c.col == cell.col and c.text), None)
                if number + 1 < len(table.rows)
                else None
            )
            is_row_of_labels = sum(1 for ls in lines if ls and _lone_label(ls[0].text)) > 1
            order = (below, beside) if is_row_of_labels else (beside, below)
            for value in order:
                if value is not None and not _lone_label(value.text) and not _has_label(value.text):
                    facts.said[label] = clean(value.lines[0].text)
                    cell.take()
                    value.lines[0].take()
                    break


def _has_label(text: str) -> bool:
    found = LABEL.match(clean(text))
    return bool(found and found["colon"])


def _lone_label(text: str) -> str:
    found = LABEL.fullmatch(clean(text))
    return _name(found) if found else ""


def _name(found: re.Match[str]) -> str:
    return next(name for name in _LABELS if found[name])


def _read_line(lines: list[Paragraph], facts: Facts) -> None:
    """Read `Mã hiệu: QT-01   Lần ban hành: 02`; a label alone takes the next line."""
    for place, line in enumerate(lines):
        text = clean(line.text)
        if _PRINTED.search(text):
            continue  # when this copy was made says nothing of the document
        labels = [found for found in LABEL.finditer(text) if _opens(found)]
        for n, found in enumerate(labels):
            end = labels[n + 1].start() if n + 1 < len(labels) else len(text)
            value = text[found.end() : end].strip(" .;:|·–-\t")
            name = _name(found)
            if not found["colon"] and not _fits(name, value):
                continue
            if not value and place + 1 < len(lines) and not LABEL.match(lines[place + 1].text):
                value = clean(lines[place + 1].text)
                if not _fits(name, value):
                    continue
                lines[place + 1].take()
            line.take()
            if value:
                facts.said.setdefault(name, value)


def _opens(found: re.Match[str]) -> bool:
    """Whether the words are a label: at the start, before a colon, or straight before a date."""
    return bool(found["colon"] or found.start() == 0 or found[0].strip().lower() == "ngày")


def _fits(name: str, value: str) -> bool:
    if name in ("issue", "revision", "page"):
        return bool(re.match(r"(?:thứ\s*)?[0-9]", value))
    if name in ("issued_on", "effective_on"):
        return bool(re.search(r"[0-9.…]", value))
    if name == "code":
        return bool(re.search(r"[0-9]", value)) and len(value) < 40
    return len(value) > 5


def read_front(story: Story, sections: list[Section]) -> tuple[Front, Facts, list[Facts]]:
    """Return the head of the document, what its page headers say, and each footer's facts."""
    in_headers = [facts_of(blocks) for blocks in story.headers]
    footers = [facts_of(blocks) for blocks in story.footers]
    fronts = [section for section in sections if section.key == FRONT]
    body = [facts_of(_blocks_of([section])) for section in fronts]
    front = Front()
    head = Facts()
    for facts in [*in_headers, *body]:
        for name, value in facts.said.items():
            head.said.setdefault(name, value)
    known = dict(head.said)
    for facts in footers:
        for name, value in facts.said.items():
            if name not in known:
                known[name] = value
                front.sure[name] = 0.6
    _take_over(front, known)
    _find_code(front, story, fronts)
    _find_title(front, known, story, fronts)
    return front, head, footers


def _take_over(front: Front, known: dict[str, str]) -> None:
    front.printed = known
    if "code" in known:
        front.code = code_in(known["code"])
        front.sure.setdefault("code", 0.98 if re.search(r"\d", front.code) else 0.6)
    for name in ("issue", "revision"):
        if name in known:
            value = number_in(known[name])
            setattr(front, name, value)
            front.sure.setdefault(name, 0.98 if isinstance(value, int) else 0.5)
    for name in ("issued_on", "effective_on"):
        if name in known:
            try:
                setattr(front, name, date_in(known[name]))
            except ValueError:
                front.bad_dates.append(known[name])
            front.sure.setdefault(name, 0.98 if getattr(front, name) else 0.3)


def code_in(text: str) -> str:
    """Return the code that a value begins with, as printed."""
    text = clean(text).strip(" .;:")
    found = _CODE.match(text)
    return (found[0] if found and re.search(r"\d", found[0]) else text).strip()


def _find_code(front: Front, story: Story, fronts: list[Section]) -> None:
    """Without a label a text shaped like a code is a guess, and says so."""
    if front.code:
        return
    pages = [p for blocks in [*story.headers, *story.footers] for p in paragraphs_of(blocks)]
    for paragraph in [*pages, *(p for section in fronts for p in section.paragraphs())]:
        for code in codes_in(paragraph.text):
            front.code, front.sure["code"] = code, 0.5
            if clean(paragraph.text) == code:
                paragraph.take()
            return


def codes_in(text: str) -> list[str]:
    """Return the parts of a line that are shaped like the code of a document and nothing else."""
    parts = re.split(r"\s*[|·;\t]\s*|\s+[–—-]\s+|\s{3,}|\n", text)
    return [
        clean(part).strip(" .:") for part in parts if _LIKE_CODE.fullmatch(clean(part).strip(" .:"))
    ]


def _find_title(front: Front, known: dict[str, str], story: Story, fronts: list[Section]) -> None:
    places = [list(_down(blocks)) for blocks in story.headers]
    places += [list(_down(_blocks_of(fronts)))]
    found = [title for lines in places for title in _titles(lines) if fold(title)]
    if "title" in known:
        front.title = without_word(known["title"])
        front.sure["title"] = 0.95
    elif found:
        front.title = found[0]
        front.sure["title"] = 0.9 if len({fold(title) for title in found}) == 1 else 0.75
    # The same name in small letters, on another page, is easier to read.
    same = [title for title in found if fold(title) == fold(front.title) and not title.isupper()]
    if front.title.isupper() and same:
        front.title = same[0]
    if not front.title:
        _guess_title(front, places[-1])
    for lines in places:
        _use(lines, front)


def _blocks_of(sections: list[Section]) -> list[Block]:
    items = [item for section in sections for item in section.items]
    return [
        item if isinstance(item, Paragraph) else Table(item.rows)
        for item in items
        if isinstance(item, Paragraph) or item.layout is None
    ]


def _down(blocks: list[Block]) -> Iterator[Paragraph]:
    """Yield the paragraphs as the eye goes down: each column of a table for itself."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
            continue
        starts = sorted({cell.col for row in block.rows for cell in row})
        for start in starts:
            for row in block.rows:
                for cell in row:
                    if cell.col == start:
                        yield from cell.paragraphs()


def without_word(text: str) -> str:
    """Return a title without the word *Quy trình* before it."""
    bare = re.sub(r"^\s*quy trình(?: (?:nội bộ|iso))?\s*[:\-–]?\s*", "", clean(text), flags=re.I)
    bare = bare.strip(' .:"“”')
    return bare or clean(text)


def _titles(lines: list[Paragraph]) -> Iterator[str]:
    """Yield what stands below the word *Quy trình*, or is a line that begins with it."""
    shown = [line for line in lines if line.text]
    for place, line in enumerate(shown):
        text = clean(line.text)
        if _WORD_PROCEDURE.fullmatch(text.strip(" :")):
            first = place + 1
        elif re.match(r"quy trình\b", text, re.I) and not LABEL.match(text) and _is_titular(line):
            first = place
        else:
            continue
        parts: list[Paragraph] = []
        for following in shown[first : first + 4]:
            if parts and not _goes_on(parts[0], following):
                break
            if _ends_title(following) and not (first == place and not parts):
                break
            parts.append(following)
        if parts:
            yield without_word(" ".join(clean(part.text) for part in parts))


def _goes_on(first: Paragraph, following: Paragraph) -> bool:
    """Whether a line looks like the one before it: the rest of a long title."""
    looks = [(p.text.isupper(), p.is_bold, p.is_centred, p.style) for p in (first, following)]
    stands_out = first.text.isupper() or first.is_bold or first.is_centred
    return looks[0] == looks[1] and stands_out and not following.label


def _is_titular(line: Paragraph) -> bool:
    return len(line.text) < 250 and not line.text.rstrip().endswith((".", ";", ":"))


def _ends_title(line: Paragraph) -> bool:
    text = fold(line.text)
    return bool(
        LABEL.match(line.text)
        or _is_office(line)
        or re.match(
            r"(?:nguoi |ho ten|chu ky|chuc (?:vu|danh)|soan thao|bien soan|muc luc|trang"
            r"|xem xet|phe duyet|ban hanh kem)",
            text,
        )
        or _DATE.search(line.text)
        or codes_in(line.text)
        or (_WORD_PROCEDURE.match(clean(line.text)) and len(line.text) < 12)
    )


def _is_office(line: Paragraph) -> bool:
    """Whether a line begins as the name of an office does; *Sở* is no *Sổ*."""
    begins = re.match(r"(?:sở|bộ) ", line.text, re.I)
    return bool(begins or _OFFICE.match(fold(line.text)))


def _guess_title(front: Front, lines: list[Paragraph]) -> None:
    big = [
        line
        for line in lines
        if (line.is_bold or line.text.isupper() or line.style.startswith(("title", "heading")))
        and len(line.text) > 12
        and not _ends_title(line)
    ]
    if big:
        front.title = clean(big[0].text)
        front.sure["title"] = 0.4


def _use(lines: list[Paragraph], front: Front) -> None:
    """Mark what is the title, the office or the code once more."""
    title = fold(front.title)
    for line in lines:
        text = fold(line.text)
        if not text or line.is_used:
            continue
        if (
            text in title
            or (title and title in text and len(text) < len(title) + 30)
            or _WORD_PROCEDURE.fullmatch(line.text.strip(" :"))
            or (front.code and comparison_key(front.code) == comparison_key(line.text))
        ):
            line.take()
        elif _is_office(line) and len(text.split()) < 14 and (line.text.isupper() or line.is_bold):
            front.issuer = front.issuer or clean(line.text)
            line.take()
