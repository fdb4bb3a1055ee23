"""One version as a person reads it: its document for one TTHC, with what holds of it today."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from procedures.checks import Facts, TimeCheck, time_checks, unverified
from procedures.comparison import limit_text, time_text
from procedures.content import (
    Content,
    FormUse,
    KeptRecord,
    LegalBasis,
    Origin,
    Step,
    TimeKind,
    TimeLimit,
)
from procedures.models import (
    Form,
    FormIssue,
    InForcePeriod,
    LegalChange,
    ProcedureVersion,
)
from procedures.reviewing import last_review_of, next_review_on
from procedures.workflow import VersionStatus
from qms.foundation.charts import TimeBar, time_bars
from qms.foundation.dates import format_date, today, valid_on
from qms.foundation.text import comparison_key
from qms.organisation.models import AgencyProfile, Post
from qms.records.models import Signature

_UNKNOWN = "chưa rõ"
_WORKING = " làm việc"  # said once above the column of times, not in each cell


@dataclass(frozen=True)
class State:
    """How a version stands on a day: a code for the badge, and what is said after its word."""

    code: str
    extra: str = ""

    @property
    def is_ended(self) -> bool:
        return self.code in ("ended", "abolished", "withdrawn")


def state_of(version: ProcedureVersion, period: InForcePeriod | None, *, on: dt.date) -> State:
    """Return the state of `version`, whose standing period is `period`, on the day."""
    if version.status != VersionStatus.ISSUED:
        return State(version.status)
    if period is None:
        return State("ended", "chưa từng có hiệu lực")
    if period.voided_at is not None:
        return State("withdrawn", "trước khi có hiệu lực")
    if period.valid_from > on:
        return State("scheduled", f"từ {format_date(period.valid_from)}")
    if period.valid_to is not None and period.valid_to <= on:
        is_abolished = period.ended_by is not None and period.ended_by.version_id is None
        code = "abolished" if is_abolished else "ended"
        return State(code, f"từ {format_date(period.valid_to)}")
    return State("in_force", f"từ {format_date(period.valid_from)}")


@dataclass(frozen=True)
class StepTimeView:
    case: str
    text: str
    bar: TimeBar | None


@dataclass(frozen=True)
class StepView:
    number: int
    step: Step
    times: tuple[StepTimeView, ...]
    forms: tuple[FormUse, ...]
    is_mine: bool


@dataclass(frozen=True)
class BasisView:
    basis: LegalBasis
    is_ended: bool = False
    note: str = ""
    is_unverified: bool = False


@dataclass(frozen=True)
class FormView:
    """A form that the version names: what is known of it, and the issue to fill in on the day.

    Where the form has ended, `issue` is that of its successor.
    """

    form: FormUse
    issue: FormIssue | None
    known: Form | None = None
    has_ended: bool = False

    @property
    def successor(self) -> Form | None:
        return self.known.successor if self.known and self.has_ended else None

    @property
    def offered(self) -> str:
        """Return the form to fill in, as a link names it."""
        return str(self.successor) if self.successor else f"{self.form.code} {self.form.name}"

    @property
    def offered_code(self) -> str:
        offered = self.successor or self.form
        return offered.code or offered.name

    @property
    def file_kind(self) -> str:
        """Return what is downloaded: `PDF`, `DOCX`."""
        label = self.issue.file.label if self.issue else ""
        return label.rpartition(".")[2].upper()


@dataclass(frozen=True)
class LimitView:
    limit: TimeLimit
    text: str
    case: str


@dataclass(frozen=True)
class Reading:
    """Everything the reading page shows."""

    version: ProcedureVersion
    document: Content
    state: State
    period: InForcePeriod | None
    profile: AgencyProfile | None
    chosen: str
    steps: tuple[StepView, ...]
    sums: tuple[TimeCheck, ...]
    limits: tuple[LimitView, ...]
    bases: tuple[BasisView, ...]
    forms: tuple[FormView, ...]
    signatures: tuple[Signature, ...]
    review_due: dt.date | None
    is_review_late: bool

    @property
    def mine(self) -> list[StepView]:
        return [step for step in self.steps if step.is_mine]

    @property
    def unverified(self) -> int:
        return unverified(self.document)

    @property
    def has_invented(self) -> bool:
        return bool(self.document.illustrative)

    @property
    def is_bare(self) -> bool:
        """Tell whether nothing of what the document says was typed, as of one known from paper."""
        said = self.document
        of_tthc = said.steps or said.dossier or said.has_no_dossier or said.limits
        return not (of_tthc or said.body or said.file)

    @property
    def main_limit(self) -> str:
        """Return the limit for the summary: `5 ngày làm việc`, `20 hoặc 25 ngày làm việc`."""
        texts = list(dict.fromkeys(view.text for view in self.limits))
        unit = " ngày làm việc"
        if len(texts) > 1 and all(text.endswith(unit) for text in texts):
            texts[:-1] = [text.removesuffix(unit) for text in texts[:-1]]
        return " hoặc ".join(texts) or _UNKNOWN

    @property
    def fee_text(self) -> str:
        return "; ".join(fee.text for fee in self.document.fees) or _UNKNOWN

    @property
    def case_labels(self) -> list[str]:
        return [case.label for case in self.document.cases]

    @property
    def downloads(self) -> list[FormView]:
        """Return the forms of which there is a file to fill in today."""
        return [view for view in self.forms if view.issue is not None]


def read_version(
    version: ProcedureVersion,
    *,
    period: InForcePeriod | None,
    profile: AgencyProfile | None,
    posts: Sequence[Post] = (),
    chosen: str = "",
    on: dt.date | None = None,
) -> Reading:
    """Gather what the reading page shows of `version`; at most six queries, whatever its size.

    `chosen` is the code of the TTHC to read it for, where it serves several. `posts` are the
    reader's own, to tell which steps are theirs. `on` None is today.
    """
    day = on or today()
    document = for_tthc(version.document, chosen)
    due = None
    if period is not None and profile is not None:
        last = last_review_of(version.procedure)
        due = next_review_on(period.valid_from, last, profile.review_interval_months)
    return Reading(
        version=version,
        document=document,
        state=state_of(version, period, on=day),
        period=period,
        profile=profile,
        chosen=chosen,
        steps=tuple(_steps(document, posts)),
        sums=tuple(_sums(document)),
        limits=tuple(_limits(document)),
        bases=tuple(_bases(document, day)),
        forms=tuple(_forms(version, document, day)),
        signatures=tuple(Signature.objects.on(version).filter(round=version.round)),
        review_due=due,
        is_review_late=due is not None and due < day,
    )


def posts_of(user: Any, *, on: dt.date) -> list[Post]:
    """Return the posts that `user` holds on the day; none for who is not signed in."""
    if not getattr(user, "is_authenticated", False):
        return []
    posts = Post.objects.filter(valid_on(on), person=user)
    return list(posts.select_related("position", "unit"))


def for_tthc(document: Content, code: str) -> Content:
    """Return the document with only what applies to the TTHC `code`; whole where it is empty."""
    if not code:
        return document

    def applies(row: Any) -> bool:
        named = row.tthc
        return not named or (code in named if isinstance(named, tuple) else named == code)

    kept = {
        name: tuple(row for row in getattr(document, name) if applies(row))
        for name in ("dossier", "bases", "limits", "fees", "results", "forms")
    }
    kept["tthc"] = tuple(covered for covered in document.tthc if covered.code == code)
    return document.revised(**kept)


def _steps(document: Content, posts: Sequence[Post]) -> Iterable[StepView]:
    bars = {
        case.key: time_bars([step.time(case.key).minutes or 0 for step in document.steps])
        for case in document.cases
    }
    for index, step in enumerate(document.steps):
        times = tuple(
            StepTimeView(
                case.label,
                time_text(step.time(case.key)).removesuffix(_WORKING),
                bars[case.key][index] if step.time(case.key).kind is TimeKind.WORKING else None,
            )
            for case in document.cases
        )
        forms = tuple(form for key in step.forms if (form := document.form(key)))
        yield StepView(index + 1, step, times, forms, any(_is_mine(step, post) for post in posts))


def _is_mine(step: Step, post: Post) -> bool:
    at_home = not step.unit_code or step.unit_code == post.unit.code
    return bool(step.position) and step.position == post.position.name and at_home


def _sums(document: Content) -> Iterable[TimeCheck]:
    """Return one sum a case, against the strictest limit that the document states."""
    strictest: dict[str, TimeCheck] = {}
    for check in time_checks(document, Facts()):
        known = strictest.get(check.case)
        if known is None or (check.limit or 10**9) < (known.limit or 10**9):
            strictest[check.case] = check
    return strictest.values()


def _limits(document: Content) -> Iterable[LimitView]:
    labels = {case.key: case.label for case in document.cases}
    for limit in document.limits:
        text = limit.text if limit.minutes is None and limit.text else limit_text(limit)
        yield LimitView(limit, text, labels.get(limit.case, ""))


def _bases(document: Content, day: dt.date) -> Iterable[BasisView]:
    keys = {comparison_key(basis.number) for basis in document.bases}
    if not keys:
        return
    changes = LegalChange.objects.filter(
        document__number_key__in=keys, is_void=False, effective_on__lte=day
    ).select_related("document", "by_document")
    latest: dict[str, LegalChange] = {}
    for change in changes:
        key = change.document.number_key
        if key not in latest or change.ends_by(day) or not latest[key].ends_by(day):
            latest[key] = change
    for basis in document.bases:
        found = latest.get(comparison_key(basis.number))
        if found is None:
            yield BasisView(basis)
            continue
        by = f" bởi {found.by_document.number}" if found.by_document else ""
        note = f"đã {found.get_kind_display()}{by} từ {format_date(found.effective_on)}"
        yield BasisView(basis, found.ends_by(day), note, not found.is_verified)


def _forms(version: ProcedureVersion, document: Content, day: dt.date) -> Iterable[FormView]:
    keys = {f.key: Form.key_of(f.kind, f.code, f.name, f.source) for f in document.forms}
    if not keys:
        return
    rows = Form.objects.filter(
        agency_id=version.procedure.agency_id, ref_key__in=set(keys.values())
    )
    known = {form.ref_key: form for form in rows.select_related("successor")}
    in_use = {key: _in_use(form, day) for key, form in known.items()}
    issues = FormIssue.objects.filter(
        form__in={form.pk for form in in_use.values() if form}, valid_from__lte=day
    ).select_related("file")
    current = {issue.form_id: issue for issue in issues.order_by("valid_from")}
    for form in document.forms:
        row, offered = known.get(keys[form.key]), in_use.get(keys[form.key])
        issue = current.get(offered.pk) if offered else None
        yield FormView(form, issue, row, row is not None and offered is not row)


def _in_use(form: Form, day: dt.date) -> Form | None:
    """Return the form to fill in on the day in place of `form`: itself, or what replaced it."""
    if form.is_used(on=day):
        return form
    heir = form.successor
    return heir if heir is not None and heir.is_used(on=day) else None


def retention_text(record: KeptRecord) -> str:
    """Return how long a record is kept."""
    if record.is_permanent:
        return "vĩnh viễn"
    return f"{record.years} năm" if record.years is not None else _UNKNOWN


def origin_word(origin: Origin) -> str:
    """Return what is said beside a fact that the office itself does not state."""
    return {
        Origin.STATED: "",
        Origin.PARTLY: "kiểm chứng một phần",
        Origin.UNVERIFIED: "chưa kiểm chứng",
        Origin.ILLUSTRATIVE: "minh họa",
    }[origin]
