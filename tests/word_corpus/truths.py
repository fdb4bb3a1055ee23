"""How the truth of a document is written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Truth = dict[str, Any]


@dataclass(frozen=True)
class Specimen:
    """One document: its name, how it is made, what it says."""

    name: str
    build: Callable[[], bytes]
    truth: Truth


def limit(value: float | None, unit: str, text: str, case: str = "") -> Truth:
    return {"case": case, "value": value, "unit": unit, "text": text}


def days(value: float, text: str, case: str = "") -> Truth:
    return limit(value, "working_day", text, case)


def paper(name: str, originals: int | None, copies: int | None, kind: str = "submit") -> Truth:
    return {"name": name, "kind": kind, "originals": originals, "copies": copies}


def step(no: int, work: str, responsible: str, *times: int | None) -> Truth:
    return {"no": no, "work": work, "responsible": responsible, "times": list(times)}


def truth(
    code: str,
    title: str,
    issue: int | None,
    issued_on: str | None,
    *,
    tthc: Sequence[str],
    limits: Sequence[Truth],
    dossier: Sequence[Truth],
    steps: Sequence[Truth],
    bases: Sequence[str],
    forms: Sequence[str],
    records: Sequence[str],
    defects: Sequence[str] = (),
) -> Truth:
    """Return the truth in the shape and order of `import_word --json`."""
    return {
        "code": code,
        "title": title,
        "issue": issue,
        "issued_on": issued_on,
        "time_limits": list(limits),
        "dossier": list(dossier),
        "steps": list(steps),
        "forms": list(forms),
        "records": list(records),
        "legal_bases": list(bases),
        "tthc": list(tthc),
        "defects": list(defects),
    }
