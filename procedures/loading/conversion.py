"""From the facts of a procedure, as a source tells them, to the typed content. Pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from typing import Any

from procedures.content import (
    Abbreviation,
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Origin,
    Statement,
    Step,
    StepTime,
    TimeKind,
    TimeLimit,
    Unit,
)
from qms.foundation.text import comparison_key

_ORIGINS = {"yes": Origin.STATED, "partly": Origin.PARTLY, "no": Origin.UNVERIFIED}
_INFERRED = re.compile("suy ra|không thấy|không đọc được")  # words of a note that lower the trust
_UNITS = {
    "ngày làm việc": (Unit.WORKING_DAY, 480),
    "ngày": (Unit.CALENDAR_DAY, 1440),
    "giờ": (Unit.HOUR, 60),
    "theo kế hoạch": (Unit.BY_PLAN, 0),
}
_YEAR = re.compile(r"/(\d{4})/")


@dataclass(frozen=True)
class KnownBasis:
    """What the register knows of a legal document."""

    title: str = ""
    issued_on: dt.date | None = None
    ended_on: dt.date | None = None


@dataclass(frozen=True)
class Wording:
    """How this office calls what the sources tell of offices in general."""

    local_words: tuple[tuple[str, str], ...] = ()
    positions: Mapping[str, str] = field(default_factory=dict)
    general_bases: frozenset[str] = frozenset()
    national_decisions: str = ""

    @classmethod
    def of(cls, office: Mapping[str, Any]) -> "Wording":
        """Return the wording that the facts of the office give."""
        return cls(
            local_words=tuple((old, new) for old, new in office["local_words"]),
            positions=office["positions_of"],
            general_bases=frozenset(map(comparison_key, office["general_bases"])),
            national_decisions=office["national_decisions"],
        )

    def local(self, text: str | None) -> str:
        for old, new in self.local_words:
            text = (text or "").replace(old, new)
        return text or ""


@dataclass(frozen=True)
class Setting:
    """What a content is made in: the registers, the office, and the day it is decided.

    `decided_on` None is a draft; on a day, bases that are younger or had ended are left out.
    """

    wording: Wording = Wording()
    illustrations: Mapping[str, Any] = field(default_factory=dict)
    tthc: Mapping[str, CoveredTTHC] = field(default_factory=dict)
    bases: Mapping[str, KnownBasis] = field(default_factory=dict)  # by comparison key
    decided_on: dt.date | None = None


def content_of(facts: Mapping[str, Any], setting: Setting) -> Content:
    """Return the whole content: what is told with its origin, what was made up marked so."""
    shown = setting.illustrations["procedures"][facts["code"]]
    common = setting.illustrations["common"]
    cases = _cases(facts)
    forms = _forms(facts)
    return metadata_of(facts, setting).revised(
        purpose=_paragraph(shown["purpose"]),
        scope=_paragraph(shown["scope"]),
        references=common["references"],
        abbreviations=tuple(
            Abbreviation(key=f"a{n}", short=short, meaning=meaning)
            for n, (short, meaning) in enumerate(common["abbreviations"].items(), 1)
        ),
        applicants=tuple(_listed(facts.get("applicant") or "")),
        conditions=_paragraph(facts.get("conditions") or ""),
        dossier=tuple(_dossier(facts, cases)),
        dossier_sets=_sets(facts["dossier"]),
        cases=cases,
        limits=tuple(_limits(facts["processing_time"], cases)),
        reception_place=setting.wording.local(facts["receiving_place"]),
        submission_modes=tuple(mode.capitalize() for mode in facts.get("submission", ())),
        fees=tuple(_fees(facts)),
        results=(Statement(key="r1", text=setting.wording.local(facts["result"])),),
        steps=tuple(_steps(facts, cases, forms, setting.wording)),
        forms=forms,
        records=tuple(_records(shown["records"])),
        change_summary=common["change_summary"],
        illustrative=("purpose", "scope", "references", "abbreviations"),
    )


def metadata_of(facts: Mapping[str, Any], setting: Setting) -> Content:
    """Return what is enough for a version taken over from paper: title, TTHC, bases."""
    shown = setting.illustrations["procedures"][facts["code"]]
    covered = [_covered(code, setting) for code in (facts["code"], *shown.get("also", ()))]
    return Content(
        title=shown.get("title") or facts["name"],
        tthc=tuple(covered),
        bases=tuple(_bases(facts, setting)),
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>" if text else ""


def _covered(code: str, setting: Setting) -> CoveredTTHC:
    """Return the TTHC with the decisions that hold nation-wide and were made by then."""
    covered = setting.tthc[code]
    national = [
        text
        for text in _listed(covered.decision)
        if setting.wording.national_decisions in text and not _is_younger(text, setting.decided_on)
    ]
    return covered.model_copy(update={"decision": "; ".join(national)})


def _is_younger(text: str, day: dt.date | None) -> bool:
    found = re.search(r"(\d{2})/(\d{2})/(\d{4})", text)
    if day is None or found is None:
        return False
    return dt.date(int(found[3]), int(found[2]), int(found[1])) > day


def _origin(fact: Mapping[str, Any]) -> Origin:
    origin = _ORIGINS[fact.get("verified", "no")]
    if origin is Origin.STATED and _INFERRED.search(fact.get("note") or ""):
        return Origin.PARTLY
    return origin


def _bases(facts: Mapping[str, Any], setting: Setting) -> Iterator[LegalBasis]:
    for n, fact in enumerate(facts["legal_bases"], 1):
        key = comparison_key(fact["number"])
        known = setting.bases.get(key, KnownBasis())
        if _stands(fact["number"], known, setting.decided_on):
            yield LegalBasis(
                key=f"b{n}",
                number=fact["number"],
                title=known.title,
                kind="general" if key in setting.wording.general_bases else "direct",
                note=fact.get("remark") or "",
                origin=_origin(fact),
            )


def _stands(number: str, known: KnownBasis, day: dt.date | None) -> bool:
    """Tell whether a decision of `day` can stand on it: issued by then, and not ended."""
    if day is None:
        return True
    if known.ended_on is not None and known.ended_on <= day:
        return False
    if known.issued_on is not None:
        return known.issued_on <= day
    year = _YEAR.search(number)
    return year is None or int(year[1]) <= day.year


def _cases(facts: Mapping[str, Any]) -> tuple[Case, ...]:
    told = (*facts["dossier"].get("cases", ()), *facts["processing_time"].get("cases", ()))
    labels = list(dict.fromkeys(fact["case"] for fact in told))
    return tuple(Case(key=f"c{n}", label=label) for n, label in enumerate(labels or [""], 1))


def _case_key(fact: Mapping[str, Any], cases: tuple[Case, ...]) -> str:
    return next(case.key for case in cases if case.label == fact["case"])


def _sets(dossier: Mapping[str, Any]) -> int | None:
    known = dossier.get("sets_verified") != "no"
    sets: int | None = dossier["sets"] if known else None
    return sets


def _dossier(facts: Mapping[str, Any], cases: tuple[Case, ...]) -> Iterator[DossierItem]:
    told = [("", fact) for fact in facts["dossier"]["components"]]
    for case in facts["dossier"].get("cases", ()):
        told += [(_case_key(case, cases), fact) for fact in case["components"]]
    for n, (case_key, fact) in enumerate(told, 1):
        yield DossierItem(
            key=f"d{n}",
            name=fact["name"],
            originals=fact["original"],
            copies=fact["copy"],
            case=case_key,
            origin=_origin(fact),
        )


def _limits(time: Mapping[str, Any], cases: tuple[Case, ...]) -> Iterator[TimeLimit]:
    """Return the limit that applies, of each case if they differ; unknown ones give no row."""
    told = [("", time), *((_case_key(fact, cases), fact) for fact in time.get("cases", ()))]
    known = [(case, fact) for case, fact in told if fact.get("unit")]
    for n, (case, fact) in enumerate(known, 1):
        unit, minutes = _UNITS[fact["unit"]]
        yield TimeLimit(
            key=f"l{n}",
            case=case,
            unit=unit,
            minutes=None if fact["value"] is None else _minutes(fact["value"], minutes),
            text=_limit_text(fact),
            origin=_origin(fact),
        )


def _minutes(value: float, unit_minutes: int) -> int:
    """Return whole minutes: 0.5 of a working day is 240."""
    return int(Fraction(str(value)) * unit_minutes)


def _limit_text(fact: Mapping[str, Any]) -> str:
    """Return what is printed; the limits of other provinces stay with the facts."""
    value, detail = fact["value"], fact.get("detail")
    if value is None:
        return str(detail)
    number = f"{value:02}" if isinstance(value, int) else str(value).replace(".", ",")
    return f"{number} {fact['unit']}" + (f" ({detail})" if detail else "")


def _fees(facts: Mapping[str, Any]) -> Iterator[Statement]:
    fee = facts["fee"]
    if fee:
        elsewhere = "(" in fee  # told of another province
        yield Statement(key="p1", text=fee, origin=Origin.PARTLY if elsewhere else Origin.STATED)


def _forms(facts: Mapping[str, Any]) -> tuple[FormUse, ...]:
    return tuple(
        FormUse(
            key=f"f{n}",
            kind="legal",
            code=form["code"],
            name=form["name"],
            source=form["issued_by"],
        )
        for n, form in enumerate(facts["forms"], 1)
    )


def _steps(
    facts: Mapping[str, Any],
    cases: tuple[Case, ...],
    forms: tuple[FormUse, ...],
    wording: Wording,
) -> Iterator[Step]:
    for n, fact in enumerate(facts["internal_process"]["steps"], 1):
        who = wording.local(fact["responsible"])
        position = wording.positions.get(who, "")
        output = wording.local(fact["output"])
        named = [f.key for f in forms if f.name.casefold() in output.casefold()]
        yield Step(
            key=f"s{n}",
            work=wording.local(fact["action"]),
            position=position,
            responsible="" if position else who,
            times=_step_times(fact, cases),
            output=output,
            forms=tuple(named),
            note=fact.get("remark") or "",
            origin=_origin(fact),
        )


def _step_times(fact: Mapping[str, Any], cases: tuple[Case, ...]) -> tuple[StepTime, ...]:
    """Return the time told, in the first case; a source that tells cases apart tells it of that."""
    first = cases[0].key
    if fact["unit"] == "theo kế hoạch":
        return tuple(StepTime(case=case.key, kind=TimeKind.BY_PLAN) for case in cases)
    if fact["time"] is None:
        return tuple(StepTime(case=case.key) for case in cases)
    minutes = _minutes(fact["time"], _UNITS[fact["unit"]][1])
    timed = StepTime(case=first, kind=TimeKind.WORKING, minutes=minutes)
    return (timed, *(StepTime(case=case.key) for case in cases[1:]))


def _records(told: list[list[Any]]) -> Iterator[KeptRecord]:
    for n, (name, keeper, years) in enumerate(told, 1):
        permanent = years == "permanent"
        yield KeptRecord(
            key=f"k{n}",
            name=name,
            keeper=keeper,
            years=None if permanent else years,
            is_permanent=permanent,
            medium="paper",
            origin=Origin.ILLUSTRATIVE,
        )
