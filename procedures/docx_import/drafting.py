"""What was understood of a Word procedure, as the content of a version."""

import re
from collections.abc import Iterator
from html import escape

from procedures.content import (
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Statement,
    Step,
    StepTime,
    TimeKind,
    TimeLimit,
    Unit,
)
from procedures.docx_import.amounts import BY_PLAN, Limit
from procedures.docx_import.lists import DOC_NUMBER, Form, Kept
from procedures.docx_import.reading import Reading
from procedures.docx_import.steps import StepRow
from qms.foundation.text import clean, fold

_MINUTES = {Unit.WORKING_DAY: 480, Unit.CALENDAR_DAY: 1440, Unit.HOUR: 60}
_LEGAL_FORM = re.compile(r"mẫu|phụ lục|tp/|biểu số", re.I)
_SAID_FORM = re.compile(r"\(([^()]*(?:mẫu|phụ lục|ban hành)[^()]*)\)", re.I)
_YEARS = re.compile(r"\b0*([0-9]{1,3})\s*năm\b", re.I)
_TIMES_IN_WORDS = (
    (re.compile(r"\bsong song\b"), TimeKind.PARALLEL),
    (re.compile(r"\bkhong tinh\b"), TimeKind.NOT_COUNTED),
    (BY_PLAN, TimeKind.BY_PLAN),
)


def to_content(reading: Reading) -> Content:
    """Return the content of a draft; what was not understood is not in it.

    Cases are the time columns and the cases that limits name. A time merged over several steps
    counts once, with the first of them.
    """
    cases = _cases(reading)
    keys = {fold(case.label): case.key for case in cases}
    texts = reading.texts
    return Content(
        title=reading.front.title,
        purpose=reading.narrative.get("purpose", ""),
        scope=reading.narrative.get("scope", "") + _more(reading, "responsibility", "Trách nhiệm"),
        references=reading.narrative.get("references", ""),
        definitions=reading.narrative.get("definitions", ""),
        tthc=tuple(CoveredTTHC(code=code) for code in reading.tthc),
        bases=tuple(_basis(text) for text in reading.bases),
        applicants=tuple(texts.get("applicants", ())),
        conditions="".join(f"<p>{escape(text)}</p>" for text in texts.get("conditions", ())),
        dossier=tuple(
            DossierItem(
                name=item.name,
                kind=item.kind,
                originals=item.originals,
                copies=item.copies,
                copy_kind=item.copy_kind,
            )
            for item in reading.dossier
        ),
        dossier_sets=reading.dossier_sets,
        cases=tuple(cases),
        limits=tuple(_limit(limit, keys.get(fold(limit.case), "")) for limit in reading.limits),
        reception_place="\n".join(texts.get("place", []) + texts.get("agency", [])),
        submission_modes=tuple(texts.get("modes", ())),
        fees=tuple(Statement(text=text) for text in texts.get("fees", ())),
        results=tuple(Statement(text=text) for text in texts.get("results", ())),
        steps=tuple(_step(row, cases) for row in reading.steps.rows),
        forms=tuple(_form(form) for form in reading.forms),
        records=tuple(_record(record) for record in reading.records),
    )


def _more(reading: Reading, key: str, heading: str) -> str:
    html = reading.narrative.get(key, "")
    return f"<h4>{escape(heading)}</h4>{html}" if html else ""


def _cases(reading: Reading) -> list[Case]:
    labels = list(reading.steps.cases) or [""]
    known = {fold(label) for label in labels}
    for limit in reading.limits:
        if limit.case and fold(limit.case) not in known:
            labels.append(limit.case)
            known.add(fold(limit.case))
    return [Case(key=f"c{place}", label=label) for place, label in enumerate(labels, start=1)]


def _limit(limit: Limit, case: str) -> TimeLimit:
    minutes = limit.value * _MINUTES[limit.unit] if limit.value and limit.unit in _MINUTES else None
    whole = int(minutes) if minutes is not None and minutes.denominator == 1 else None
    unit = limit.unit if whole is not None or limit.unit is Unit.BY_PLAN else Unit.UNKNOWN
    return TimeLimit(case=case if limit.case else "", unit=unit, minutes=whole, text=limit.text)


def _basis(text: str) -> LegalBasis:
    found = DOC_NUMBER.search(text)
    number = found[0].rstrip(".,;") if found else ""
    is_general = bool(re.match(r"(?:tiêu chuẩn|tcvn|iso)", text, re.I))
    return LegalBasis(number=number, title=text, kind="general" if is_general else "direct")


def _step(row: StepRow, cases: list[Case]) -> Step:
    return Step(
        work=row.work,
        responsible=clean(row.responsible),
        times=tuple(_times(row, cases)),
        output=row.output,
        note=row.note,
    )


def _times(row: StepRow, cases: list[Case]) -> Iterator[StepTime]:
    for place, minutes in enumerate(row.times[: len(cases)]):
        case = cases[place].key
        if minutes is not None:
            yield StepTime(case=case, kind=TimeKind.WORKING, minutes=minutes)
        elif place in row.shared_times:
            yield StepTime(case=case, kind=TimeKind.NOT_COUNTED)
        else:
            yield StepTime(case=case, kind=_kind(row.said[place]))


def _kind(said: str) -> TimeKind:
    folded = fold(said)
    return next((k for words, k in _TIMES_IN_WORDS if words.search(folded)), TimeKind.UNKNOWN)


def _form(form: Form) -> FormUse:
    source = _SAID_FORM.search(form.name)
    is_legal = bool(source or _LEGAL_FORM.match(form.code) or not form.code)
    return FormUse(
        kind="legal" if is_legal else "internal",
        code="" if is_legal else form.code,
        name=form.printed if is_legal else form.name,
        source=source[1] if source else "",
    )


def _record(record: Kept) -> KeptRecord:
    years = _YEARS.search(record.kept_for)
    return KeptRecord(
        name=clean(f"{record.code} {record.name}"),
        keeper=record.keeper,
        years=int(years[1]) if years else None,
        is_permanent="vinh vien" in fold(record.kept_for) or "lau dai" in fold(record.kept_for),
    )
