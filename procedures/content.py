"""What a procedure says: one typed document (ADR 0001).

Page, PDF, redline, history, checklist and import all speak this type. `canonical()` gives the very
bytes that are stored, hashed and signed; `parse()` gives the document back. Every text is NFC.

Rows carry a `key` that stays the same from version to version, so that a step that moved is known
as moved. Texts of references (position, unit, TTHC name, document title) are kept as they were
when written; tables that link to the rows of today are rebuilt from them.
"""

import datetime as dt
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import nh3
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from qms.foundation.text import clean, clean_lines, nfc

SCHEMA = 1
_TAG = re.compile(r"<[^>]*>")
_TAGS = {
    *("p", "h3", "h4", "strong", "em", "u", "s", "sub", "sup", "ol", "ul", "li", "br"),
    *("table", "thead", "tbody", "tr", "th", "td", "a"),
}
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


def sanitise(html: str) -> str:
    """Return narrative HTML with only the tags a procedure needs, in NFC; nothing active stays.

    What shows no letter, such as the empty paragraph of an editor, is nothing.
    """
    cleaned = nh3.clean(
        nfc(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    ).strip()
    return cleaned if _TAG.sub("", cleaned).replace("&nbsp;", " ").strip() else ""


def new_key() -> str:
    """Return a key for a new row: 8 random hexadecimal letters."""
    return secrets.token_hex(4)


Line = Annotated[str, AfterValidator(clean)]
Lines = Annotated[str, AfterValidator(clean_lines)]
Html = Annotated[str, AfterValidator(sanitise)]
Count = Annotated[int, Field(ge=0, le=999)]
Minutes = Annotated[int, Field(ge=0, le=1_000_000)]


class Origin(StrEnum):
    """How far a fact may be trusted; what is not STATED says so wherever it is shown."""

    STATED = "stated"  # the office states it
    PARTLY = "partly"  # seen in part, something inferred: chưa kiểm chứng đầy đủ
    UNVERIFIED = "unverified"  # chưa kiểm chứng
    ILLUSTRATIVE = "illustrative"  # minh họa: invented to show the product


class Unit(StrEnum):
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    BY_PLAN = "by_plan"
    UNKNOWN = "unknown"


class TimeKind(StrEnum):
    WORKING = "working"  # counted in working time
    PARALLEL = "parallel"  # song song
    NOT_COUNTED = "not_counted"  # không tính
    BY_PLAN = "by_plan"  # theo kế hoạch
    UNKNOWN = "unknown"  # chưa rõ


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(Part):
    """A part with a key that stays from version to version."""

    key: str = Field(default_factory=new_key, pattern=r"^[0-9a-z]{1,16}$")


class CoveredTTHC(Part):
    """A TTHC that the procedure serves, its name and announcing decision as they were."""

    code: Line
    name: Line = ""
    decision: Line = ""


class Case(Row):
    """A case with times of its own: *không xác minh*, *có xác minh*. One unnamed case is usual."""

    label: Line = ""


class TimeLimit(Row):
    """How long the law or the locality gives, for one TTHC (empty: all) and case (empty: all).

    `minutes` of working time (480 a day, 60 an hour) for `working_day` and `hour`; of 1,440 a day
    for `calendar_day`; None where not known. `text` is what the source prints.
    """

    tthc: Line = ""
    case: Line = ""
    unit: Unit = Unit.UNKNOWN
    minutes: Minutes | None = None
    text: Line = ""
    origin: Origin = Origin.STATED


class DossierItem(Row):
    """A paper to submit or to present; None copies: the number is not known."""

    name: Lines
    kind: Literal["submit", "present"] = "submit"
    originals: Count | None = None
    copies: Count | None = None
    copy_kind: Line = ""
    condition: Lines = ""
    case: Line = ""
    form: Line = ""
    tthc: tuple[Line, ...] = ()
    origin: Origin = Origin.STATED


class StepTime(Part):
    """The time of a step in a case, whole minutes of working time."""

    case: Line = ""
    kind: TimeKind = TimeKind.UNKNOWN
    minutes: Minutes | None = None

    @model_validator(mode="after")
    def _minutes_only_when_counted(self) -> Self:
        if (self.kind is TimeKind.WORKING) != (self.minutes is not None):
            raise ValueError("Chỉ bước có tính thời gian mới ghi số phút.")
        return self


class Step(Row):
    """One step: work, who, where, how long in each case, what comes out, which forms."""

    work: Lines
    position: Line = ""  # name of a Position
    responsible: Line = ""  # text, where no Position fits
    unit_code: Line = ""
    unit_name: Line = ""
    times: tuple[StepTime, ...] = ()
    output: Lines = ""
    forms: tuple[Line, ...] = ()
    note: Lines = ""
    origin: Origin = Origin.STATED

    @property
    def who(self) -> str:
        """Return the responsible as printed, empty where nobody is named."""
        return ", ".join(
            part for part in (self.position or self.responsible, self.unit_name) if part
        )

    def time(self, case: str) -> StepTime:
        """Return the time in `case` (a key); unknown where none is given."""
        return next((t for t in self.times if t.case == case), StepTime(case=case))


class LegalBasis(Row):
    """A document the procedure stands on; only a *direct* one can make the version stale."""

    number: Line
    title: Lines = ""
    kind: Literal["direct", "general"] = "direct"
    tthc: tuple[Line, ...] = ()
    note: Lines = ""
    origin: Origin = Origin.STATED


class FormUse(Row):
    """A form the procedure uses: the office's own (`internal`) or one set by law (`source`)."""

    kind: Literal["internal", "legal"] = "internal"
    code: Line = ""
    name: Lines
    source: Line = ""
    tthc: tuple[Line, ...] = ()
    origin: Origin = Origin.STATED


class KeptRecord(Row):
    """A record to retain; `years` None and not permanent: retention is not known."""

    name: Lines
    keeper: Line = ""
    years: Count | None = None
    is_permanent: bool = False
    medium: Literal["", "paper", "electronic", "both"] = ""
    origin: Origin = Origin.STATED


class Statement(Row):
    """A fee or a result, for some TTHC (empty: all)."""

    text: Lines
    tthc: tuple[Line, ...] = ()
    origin: Origin = Origin.STATED


class Abbreviation(Row):
    short: Line
    meaning: Lines


class TakenUp(Part):
    """A change of a TTHC or of a basis that this version works in."""

    kind: Literal["tthc", "legal"]
    subject: Line  # code of the TTHC, or number of the document
    change: Line  # kind of the change
    effective_on: dt.date


class AttachedFile(Part):
    """The document itself as a file, for kinds whose content is not typed here."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    label: Line


class Content(Part):
    """The whole of one version, as typed data."""

    schema_no: Literal[1] = Field(default=1, alias="schema")
    title: Line = ""
    purpose: Html = ""
    scope: Html = ""
    references: Html = ""
    definitions: Html = ""
    abbreviations: tuple[Abbreviation, ...] = ()
    tthc: tuple[CoveredTTHC, ...] = ()
    bases: tuple[LegalBasis, ...] = ()
    applicants: tuple[Line, ...] = ()
    conditions: Html = ""
    has_no_dossier: bool = False
    dossier: tuple[DossierItem, ...] = ()
    dossier_sets: Count | None = None
    cases: tuple[Case, ...] = (Case(key="c1"),)
    limits: tuple[TimeLimit, ...] = ()
    reception_place: Lines = ""
    submission_modes: tuple[Line, ...] = ()
    fees: tuple[Statement, ...] = ()
    results: tuple[Statement, ...] = ()
    steps: tuple[Step, ...] = ()
    forms: tuple[FormUse, ...] = ()
    records: tuple[KeptRecord, ...] = ()
    body: Html = ""
    file: AttachedFile | None = None
    taken_up: tuple[TakenUp, ...] = ()
    change_summary: Lines = ""
    is_significant: bool = True
    illustrative: tuple[Line, ...] = ()  # names of narrative fields that were invented to show

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def canonical(self) -> str:
        """Return the JSON text that is stored and signed: sorted keys, no space, NFC."""
        return json.dumps(
            self.model_dump(mode="json", by_alias=True),
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )

    @classmethod
    def parse(cls, text: str) -> "Content":
        """Return the document of `text`. Raises pydantic.ValidationError for anything else."""
        return cls.model_validate_json(text)

    def revised(self, **changes: Any) -> "Content":
        """Return a copy with `changes`, validated whole."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Content.model_validate(fields | changes)

    def form(self, key: str) -> FormUse | None:
        return next((form for form in self.forms if form.key == key), None)

    def case_total(self, case: str) -> int | None:
        """Return the sum of the counted step times of `case`, None while one is not known."""
        times = [step.time(case) for step in self.steps]
        if not times or any(t.kind is TimeKind.UNKNOWN for t in times):
            return None
        return sum(t.minutes or 0 for t in times)

    def known_total(self, case: str) -> int:
        """Return the sum of the step times of `case` that are known."""
        return sum(step.time(case).minutes or 0 for step in self.steps)

    def limit_for(self, tthc: str, case: str) -> TimeLimit | None:
        """Return the limit that fits best: TTHC and case, TTHC, case, else the general one."""
        wanted = [(tthc, case), (tthc, ""), ("", case), ("", "")]
        for pair in wanted:
            for limit in self.limits:
                if (limit.tthc, limit.case) == pair:
                    return limit
        return None

    def texts(self) -> Iterator[str]:
        """Yield every text a person may search for."""
        return _texts(self.model_dump(mode="json"))


def sha256_of(canonical: str) -> str:
    """Return the SHA-256 of the canonical text's UTF-8 bytes."""
    return hashlib.sha256(canonical.encode()).hexdigest()


_SILENT = frozenset(
    {"key", "case", "kind", "origin", "unit", "sha256", "schema_no", "medium", "form"}
)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _SILENT:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
