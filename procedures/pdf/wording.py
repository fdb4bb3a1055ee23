"""How facts of the content are worded on paper."""

from collections.abc import Iterable

from procedures.comparison import TIME_WORDS
from procedures.content import Content, FormUse, Origin, StepTime, TimeKind, TimeLimit
from procedures.limits import single_limit
from procedures.reading import limit_text, origin_word
from qms.foundation.dates import duration_text
from qms.foundation.text import clean
from qms.records.pdf import italic, markup

NOTHING_KNOWN = "Chưa có thông tin."


def trusted(text: str, origin: Origin) -> str:
    """Return the markup of `text`, with how far it may be trusted where the office does not say."""
    word = origin_word(origin)
    return markup(text) + (" " + italic(f"({word})") if word else "")


def applying(text: str, codes: Iterable[str], content: Content) -> str:
    """Return `text`, markup, with the TTHC that it applies to, where not to all of several."""
    named = ", ".join(codes)
    if not named or len(content.tthc) < 2:
        return text
    return f"{text} {italic(f'(áp dụng cho TTHC {named})')}"


def copies(count: int | None) -> str:
    """Return a number of papers as an office writes it: `01`."""
    return "chưa rõ" if count is None else f"{count:02d}" if count else "–"


def limit(given: TimeLimit | None) -> str:
    """Return a limit as its source words it; its value too where the two do not say the same."""
    if given is None:
        return "chưa rõ"
    if given.minutes is None:
        return given.text or limit_text(given)
    if not given.text:
        return limit_text(given)
    value = limit_text(given)
    same = single_limit(given.text) == (given.unit, given.minutes)
    same = same or given.text.lstrip("0").startswith(f"{value} (")
    return given.text if same else f"{value} ({given.text})"


def step_time(time: StepTime) -> str:
    """Return a step's time; `½ ngày` is half a working day, which stands under the table."""
    if time.kind is not TimeKind.WORKING:
        return TIME_WORDS[time.kind]
    return working_time(time.minutes or 0)


def working_time(minutes: int) -> str:
    """Return working time without the words *làm việc*."""
    return duration_text(minutes).removesuffix(" làm việc")


def total(content: Content, case: str) -> str:
    """Return the sum of the steps in `case`; what is known of it where a step's is not."""
    known, whole = content.known_total(case), content.case_total(case)
    if whole:
        return working_time(whole)
    if whole == 0:
        planned = any(step.time(case).kind is TimeKind.BY_PLAN for step in content.steps)
        return TIME_WORDS[TimeKind.BY_PLAN if planned else TimeKind.NOT_COUNTED]
    return f"{working_time(known)} (chưa đủ)" if known else "chưa rõ"


def case_limit(content: Content, case: str) -> str:
    """Return the limit of `case` in few words, if it is one for all the TTHC covered."""
    codes = [covered.code for covered in content.tthc] or [""]
    texts = {_short(content.limit_for(code, case)) for code in codes}
    return texts.pop() if len(texts) == 1 else "theo từng TTHC"


def _short(given: TimeLimit | None) -> str:
    if given is None:
        return "chưa rõ"
    is_only_text = given.minutes is None and given.text
    short = "như đã nêu" if is_only_text else limit_text(given)
    return short.replace(" ngày làm việc", " ngày\nlàm việc")


def of_case(label: str) -> str:
    """Return how a case is called in a sentence: its label, as such a case."""
    return label if label.casefold().startswith("trường hợp") else f"Trường hợp {label}"


def form_name(form: FormUse) -> str:
    """Return a form by code and name."""
    return clean(f"{form.code} {form.name}")
