"""What is wrong in the document itself, told in sentences (DOMAIN §3.6)."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from procedures.content import Unit
from procedures.docx_import.amounts import Limit
from procedures.docx_import.front import LABEL, Facts, Front, code_in, codes_in, date_in, number_in
from procedures.docx_import.lists import Form
from procedures.docx_import.steps import Steps
from qms.foundation.dates import days_text, format_date
from qms.foundation.text import clean, comparison_key, fold

_MINUTES = {Unit.WORKING_DAY: 480, Unit.CALENDAR_DAY: 480, Unit.HOUR: 60}
_AN_OFFICE = re.compile(r"(?:ubnd|uy ban|so |phong |van phong|he thong|ban hanh|tai lieu nay)")
_SECTIONS = {
    "bases": "cơ sở pháp lý",
    "dossier": "thành phần hồ sơ",
    "limits": "thời hạn giải quyết",
    "steps": "các bước xử lý",
    "records": "hồ sơ cần lưu",
}


def of_pages(front: Front, head: Facts, footers: list[Facts]) -> Iterator[str]:
    """Yield where the foot of the pages contradicts their head."""
    for printed in front.bad_dates:
        yield f"Ngày “{printed}” không có trong lịch."
    for facts in footers:
        yield from _footer(front, head, facts)


def _footer(front: Front, head: Facts, facts: Facts) -> Iterator[str]:
    code = code_in(facts.said.get("code", "")) or next(iter(facts.codes), "")
    if code and front.code and comparison_key(code) != comparison_key(front.code):
        yield f"Chân trang ghi mã hiệu “{code}”, khác mã hiệu “{front.code}” của tài liệu."
    issue = number_in(facts.said.get("issue", ""))
    if issue is not None and front.issue is not None and issue != front.issue:
        yield f"Chân trang ghi lần ban hành {issue}, đầu trang ghi lần ban hành {front.issue}."
    revision = number_in(facts.said.get("revision", ""))
    if revision is not None and front.revision is not None and revision != front.revision:
        yield f"Chân trang ghi lần sửa đổi {revision}, đầu trang ghi lần sửa đổi {front.revision}."
    for name, label in (("issued_on", "ngày ban hành"), ("effective_on", "ngày hiệu lực")):
        yield from _date(front, head, facts.said.get(name, ""), name, label)


def _date(front: Front, head: Facts, printed: str, name: str, label: str) -> Iterator[str]:
    try:
        day = date_in(printed)
    except ValueError:
        yield f"Chân trang ghi {label} “{printed}”, không có trong lịch."
        return
    if day is None or front.issued_on is None:
        return
    told = format_date(front.issued_on)
    if name == "issued_on" and day != front.issued_on:
        yield (
            f"Chân trang ghi ngày ban hành {format_date(day)}, đầu trang ghi {told}:"
            " ngày cũ còn sót."
        )
    elif name == "effective_on" and day < front.issued_on:
        yield (
            f"Chân trang ghi ngày hiệu lực {format_date(day)}, trước ngày ban hành {told}:"
            " ngày cũ còn sót."
        )
    elif name == "effective_on" and "effective_on" in head.said and day != front.effective_on:
        yield (
            f"Chân trang ghi ngày hiệu lực {format_date(day)}, đầu trang ghi"
            f" {format_date(front.effective_on)}."
        )


def of_names(front: Front, lines: list[str]) -> Iterator[str]:
    """Yield the names of other procedures that stand in the foot of the pages."""
    title = re.sub(r"^(?:quy trinh|thu tuc)\s*", "", fold(front.title))
    for line in lines:
        text = clean(LABEL.split(line)[0]).strip(" .:-–|·")
        if not title or _is_title(text, title):
            continue
        for part in re.split(r"\s*[|·\t]\s*|\s+[–—-]\s+", text):
            name = re.sub(r"^(?:ten )?(?:quy trinh|thu tuc)\s*", "", fold(part))
            if len(name.split()) < 3 or _AN_OFFICE.match(name) or codes_in(part):
                continue
            if not _is_title(part, title):
                yield f"Chân trang ghi tên “{clean(part)}”, khác tên quy trình."


def _is_title(text: str, title: str) -> bool:
    folded = re.sub(r"^(?:ten )?(?:quy trinh|thu tuc)\s*", "", fold(text))
    alike = SequenceMatcher(None, folded, title).ratio() > 0.8
    return bool(folded) and (folded in title or title in folded or alike)


def of_codes(front: Front, others: list[str]) -> Iterator[str]:
    """Yield where one document bears two codes."""
    for code in others:
        if front.code and comparison_key(code) != comparison_key(front.code):
            yield f"Tài liệu ghi hai mã hiệu: “{front.code}” và “{code}”."


def of_forms(forms: list[Form]) -> Iterator[str]:
    """Yield codes that stand on two forms."""
    seen: dict[str, Form] = {}
    for form in forms:
        key = comparison_key(form.code)
        if key and key in seen and fold(seen[key].name) != fold(form.name):
            yield (
                f"Mã biểu mẫu “{form.code}” dùng cho hai biểu mẫu:"
                f" “{seen[key].name}” và “{form.name}”."
            )
        elif key:
            seen[key] = form


def of_steps(steps: Steps) -> Iterator[str]:
    for number in steps.repeated:
        yield f"Số thứ tự bước {number} bị trùng."
    numbers = [row.no for row in steps.rows]
    whole = [n for n in numbers if isinstance(n, int)]
    missing = sorted(set(range(1, max(whole, default=0))) - set(whole))
    if missing and whole and len(missing) <= 5:
        yield f"Thiếu bước số {', '.join(map(str, missing))}."
    for place, total in enumerate(steps.totals):
        added = _sum(steps, place)
        if total is not None and added != total and not _has_words(steps, place):
            yield (
                f"Dòng tổng cộng ghi {_days(total)}, cộng các bước{_of_case(steps.cases, place)}"
                f" được {_days(added)}."
            )


def over_limit(steps: Steps, limits: list[Limit]) -> Iterator[str]:
    """Yield the cases whose steps take longer than the limit stated for them."""
    for place in range(len(steps.cases)):
        limit = limit_of(steps.cases, place, limits)
        if limit is None or limit.value is None or limit.unit not in _MINUTES:
            continue
        most, added = limit.value * _MINUTES[limit.unit], _sum(steps, place)
        if added > most:
            yield (
                f"Tổng thời gian các bước{_of_case(steps.cases, place)} là {_days(added)},"
                f" vượt thời hạn {_days(int(most))}."
            )


def limit_of(cases: list[str], place: int, limits: list[Limit]) -> Limit | None:
    """Return the limit of a time column: by name, by place, or the longest for a single column."""
    known = [limit for limit in limits if limit.value is not None]
    if not known:
        return None
    if len(cases) == 1:
        return max(
            known, key=lambda limit: limit.value * _MINUTES.get(limit.unit, 0) if limit.value else 0
        )
    case = _case_key(cases[place])
    named = next((limit for limit in known if _case_key(limit.case) == case), None)
    if named is not None:
        return named
    if len(known) == len(cases):
        return known[place]
    return known[0] if len(known) == 1 else None


def _case_key(text: str) -> str:
    drop = {"truong", "hop", "doi", "voi", "phai", "can", "co", "ho", "so"}
    return " ".join(word for word in fold(text).split() if word not in drop)


def _sum(steps: Steps, place: int) -> int:
    return sum(row.times[place] or 0 for row in steps.rows if place < len(row.times))


def _has_words(steps: Steps, place: int) -> bool:
    return any(
        row.times[place] is None and place not in row.shared_times and row.said[place].strip(" -–")
        for row in steps.rows
        if place < len(row.times)
    )


def _of_case(cases: list[str], place: int) -> str:
    return f" ({cases[place]})" if len(cases) > 1 and cases[place] else ""


def _days(minutes: int) -> str:
    if minutes % 240 == 0 or minutes > 960:
        return f"{days_text(minutes)} ngày"
    hours, rest = divmod(minutes, 60)
    return f"{hours} giờ {rest} phút" if rest else f"{hours} giờ"


def of_missing(keys: set[str], front: Front, tthc: list[str]) -> Iterator[str]:
    """Yield what a TTHC procedure needs and this one does not have."""
    if not front.code:
        yield "Không thấy mã hiệu của quy trình."
    if not tthc:
        yield "Không ghi mã thủ tục hành chính (TTHC)."
    is_tthc = bool(tthc or keys & {"dossier", "limits"})
    for key, name in _SECTIONS.items():
        if key not in keys and (is_tthc or key not in ("bases", "dossier", "limits")):
            yield f"Không thấy phần {name}."
