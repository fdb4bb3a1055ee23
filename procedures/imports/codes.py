"""The code of a TTHC as lists print it, and what it is (DOMAIN §5.1).

`1.004494` is the core; `.000.00.00.H02` or `.H02` after it names the agency. Lists carry it with
spaces, line breaks, full-width digits, a comma for the dot; and Excel makes numbers of it.
"""

import re
import unicodedata
from dataclasses import dataclass

from qms.foundation.text import clean, fold

_CORE = re.compile(r"[0-9]\.[0-9]{6}")
_CODE = re.compile(
    r"(?P<core>[0-9]\.[0-9]{6})(?:[.-](?P<agency>(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)?[A-Z][0-9]{2}))?"
)
_SPECIMEN = "cần dạng 1.004494 (một chữ số, dấu chấm, sáu chữ số)"
_LABEL = re.compile(r"^(?:MÃ(?:SỐ)?(?:TTHC|THỦTỤC)?):")
_DOTS = str.maketrans(",·•。–—‐‑", "....----")
_WITHOUT_CODE = re.compile(
    r"(?:chua|khong|dang|cho|doi)\b(?!.*[0-9]{6}).*|(?:tthc |thu tuc |ma )?moi(?: ban hanh)?"
    r"|n ?a|null|none|nan"
)
_LOST_ZEROS = re.compile(r"[0-9]\.[0-9]{4,5}")
_LOST_ONE_ZERO = re.compile(r"[0-9]\.[0-9]{5}")
_LOST_DOT = re.compile(r"[1-9]\.?[0-9]{3}\.?[0-9]{3}")


@dataclass(frozen=True)
class Code:
    """What a code cell says. Without `code` and `problem` the row has no code, which is allowed.

    `restored`: a spreadsheet had made a number of it, so a person has to look.
    """

    printed: str
    code: str | None = None
    agency_suffix: str = ""
    restored: bool = False
    problem: str | None = None


def read_code(cell: str | float, *, from_csv: bool = False) -> Code:
    """Return what `cell` says.

    Restored are: numbers (1.00449 for 1.004490; 1004494, what Excel makes of `1.004494` where the
    dot parts thousands); texts of a CSV file in the same shapes, for nobody can tell there whether
    the cell was a number, down to two lost zeros; and texts of a workbook that lack one zero.
    Two codes in one cell are a problem, unless they are one core with several agencies.
    """
    if isinstance(cell, float):
        return _read_number(cell)
    printed = clean(cell)
    if is_without_code(printed):
        return Code(printed)
    text = compact(cell)
    cores = sorted(set(_CORE.findall(text)))
    if len(cores) > 1:
        problem = f"Ô mã có nhiều mã ({', '.join(cores)}): mỗi dòng chỉ ghi một mã."
        return Code(printed, problem=problem)
    if cores and (several := _one_core(printed, text, cores[0])):
        return several
    if match := _CODE.fullmatch(text):
        return Code(printed, match["core"], match["agency"] or "")
    if core := _restore(text, from_csv=from_csv):
        return Code(printed, core, restored=True)
    return Code(printed, problem=f"Mã “{_short(printed)}” không đọc được: {_SPECIMEN}.")


def is_without_code(text: str) -> bool:
    """Tell whether a code cell says that there is none: empty, a dash, *chưa có mã*, *mới*."""
    folded = fold(text)
    return not folded or bool(_WITHOUT_CODE.fullmatch(folded))


def looks_like_code(text: str) -> bool:
    """Tell whether `text` was meant as a code, readable or not, rather than as words."""
    tight = compact(text)
    return bool(re.search(r"[0-9]\.[0-9]{2}", tight)) or (
        len(text.split()) == 1 and bool(re.search(r"[0-9]{2}", tight))
    )


def compact(text: str) -> str:
    """Return `text` as codes are compared: plain capitals, digits and dots without any space."""
    marks = "".join(c for c in text if not unicodedata.decomposition(c).startswith("<super>"))
    plain = unicodedata.normalize("NFKC", marks).translate(_DOTS)
    shown = "".join(c for c in plain if unicodedata.category(c)[0] not in "CZ").upper()
    return _LABEL.sub("", unicodedata.normalize("NFC", shown)).strip("='\"()[].;:*-")


def _one_core(printed: str, text: str, core: str) -> Code | None:
    codes = list(_CODE.finditer(text))
    rest = _CODE.sub("", text).strip(";./()+&-")
    if len(codes) < 2 or rest:
        return None
    agencies = {code["agency"] for code in codes if code["agency"]}
    return Code(printed, core, agencies.pop() if len(agencies) == 1 else "")


def _read_number(value: float) -> Code:
    printed = f"{value:.15g}"
    if 1_000_000 <= value < 10_000_000 and value.is_integer():
        return Code(printed, _with_dot(printed), restored=True)
    core = f"{value:.6f}"
    exact = abs(value - float(core)) < 1e-9
    if 0 < value < 10 and exact and abs(value * 10 - round(value * 10)) > 1e-7:
        return Code(printed, core, restored=True)
    return Code(printed, problem=f"Mã “{printed}” không đọc được: {_SPECIMEN}.")


def _restore(text: str, *, from_csv: bool) -> str | None:
    if (_LOST_ZEROS if from_csv else _LOST_ONE_ZERO).fullmatch(text):
        return text.ljust(len("1.004494"), "0")
    if from_csv and _LOST_DOT.fullmatch(text):
        return _with_dot(text.replace(".", ""))
    return None


def _with_dot(digits: str) -> str:
    return f"{digits[0]}.{digits[1:]}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
