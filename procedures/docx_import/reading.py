"""What a Word procedure says: read, understood, and honest about what was not."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from procedures.docx_import import defects
from procedures.docx_import.amounts import Limit, limits_in
from procedures.docx_import.blocks import Paragraph, Story, paragraphs_of
from procedures.docx_import.dossier import Item, read_dossier
from procedures.docx_import.front import Front, code_in, facts_of, read_front
from procedures.docx_import.headings import NARRATIVE
from procedures.docx_import.lists import (
    Form,
    Found,
    Kept,
    is_silent,
    read_bases,
    read_forms,
    read_records,
)
from procedures.docx_import.narrative import html_of
from procedures.docx_import.opening import open_word
from procedures.docx_import.outline import Section, outline
from procedures.docx_import.signs import Signers, signers_of
from procedures.docx_import.steps import Steps, read_steps
from procedures.docx_import.tables import Grid
from qms.foundation.text import clean, fold

_TTHC = re.compile(r"(?<![\d.])(?P<core>\d\.\d{6})(?:\.\d{3}\.\d{2}\.\d{2})?(?:\.H\d{2})?(?![\d])")
_ABOUT_TTHC = re.compile(r"\b(?:ma|tthc|thu tuc)\b")
_TEXTS = ("place", "modes", "agency", "fees", "results", "applicants", "conditions")


@dataclass
class Reading:
    """All that was understood; `unparsed` are the texts that went nowhere.

    `confidence` is 0 to 1 for each field of the JSON: 0 where nothing was found, low where guessed.
    """

    front: Front
    limits: list[Limit] = field(default_factory=list)
    dossier: list[Item] = field(default_factory=list)
    dossier_sets: int | None = None
    steps: Steps = field(default_factory=Steps)
    forms: list[Form] = field(default_factory=list)
    records: list[Kept] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    tthc: list[str] = field(default_factory=list)
    narrative: dict[str, str] = field(default_factory=dict)  # HTML by section
    texts: dict[str, list[str]] = field(default_factory=dict)  # fee, place, results …
    signs: list[str] = field(default_factory=list)
    signers: Signers = field(default_factory=dict)  # name and position by act, of the sign table
    revisions: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)
    confidence: dict[str, float] = field(default_factory=dict)

    @property
    def is_about_tthc(self) -> bool:
        """Tell whether this looks like a TTHC procedure rather than one of the system itself."""
        return bool(self.tthc or self.dossier or self.limits)

    def as_json(self) -> dict[str, Any]:
        """Return what `import_word --json` prints."""
        front = self.front
        return {
            "code": front.code,
            "title": front.title,
            "issue": front.issue,
            "issued_on": _iso(front.issued_on),
            "time_limits": [
                {
                    "case": limit.case,
                    "value": _plain(limit.value),
                    "unit": limit.unit.value,
                    "text": limit.text,
                }
                for limit in self.limits
            ],
            "dossier": [
                {"name": i.name, "kind": i.kind, "originals": i.originals, "copies": i.copies}
                for i in self.dossier
            ],
            "steps": [
                {"no": s.no, "work": s.work, "responsible": clean(s.responsible), "times": s.times}
                for s in self.steps.rows
            ],
            "forms": [form.printed for form in self.forms],
            "records": [record.name for record in self.records],
            "legal_bases": self.bases,
            "tthc": self.tthc,
            "defects": self.defects,
            "unparsed": self.unparsed,
            "confidence": self.confidence,
        }


def read_word(data: bytes, name: str) -> Reading:
    """Return what the Word file says. Raises UnreadableWord (a ValidationError), one sentence."""
    return understand(open_word(data, name))


def understand(story: Story) -> Reading:
    """Return what the story of a document says; the same story gives the same reading."""
    sections = outline(story)
    front, head, footers = read_front(story, sections)
    reading = Reading(front=front)
    _read_lists(reading, sections)
    _read_texts(reading, sections)
    _read_limits(reading, sections)
    reading.tthc = _tthc(story, sections)
    reading.signers = signers_of(sections)
    reading.defects = list(dict.fromkeys(_defects(reading, story, sections, head, footers)))
    reading.unparsed = list(_unparsed(reading, sections))
    reading.confidence |= _confidence(reading)
    return reading


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _plain(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def _of(sections: list[Section], key: str, *, grids: str = "") -> list[Section]:
    """Return the sections of a key, without tables that are clearly about something else."""
    chosen = []
    for section in sections:
        wanted = section.key == key
        items = [
            item
            for item in section.items
            if (_kind(item) == (grids or key) if _kind(item) else wanted)
        ]
        if items or wanted:
            chosen.append(Section(section.key, section.heading, items))
    return chosen


def _kind(item: Paragraph | Grid) -> str:
    return item.layout.kind if isinstance(item, Grid) and item.layout else ""


def _read_lists(reading: Reading, sections: list[Section]) -> None:
    reading.steps = read_steps(sections)
    dossier = read_dossier(_of(sections, "dossier") + _of(sections, "sets"))
    reading.dossier, reading.dossier_sets = dossier.rows, dossier.sets
    found: dict[str, Found] = {
        "dossier": dossier,
        "forms": read_forms(_of(sections, "forms")),
        "records": read_records(_of(sections, "records")),
        "legal_bases": read_bases(_of(sections, "bases")),
    }
    reading.forms, reading.records = found["forms"].rows, found["records"].rows
    reading.bases = found["legal_bases"].rows
    reading.confidence = {name: rows.sure for name, rows in found.items()}


def _read_texts(reading: Reading, sections: list[Section]) -> None:
    for section in sections:
        if section.key in NARRATIVE and section.items:
            html = html_of(section.items)
            reading.narrative[section.key] = reading.narrative.get(section.key, "") + html
        elif section.key in _TEXTS:
            reading.texts.setdefault(section.key, []).extend(_taken(section.paragraphs()))
        elif section.key == "signs":
            reading.signs += _taken(section.paragraphs())
        elif section.key == "revisions":
            reading.revisions += _taken(section.paragraphs())
        elif section.key == "toc":
            list(_taken(section.paragraphs()))


def _taken(paragraphs: Iterable[Paragraph]) -> list[str]:
    return [text for p in paragraphs if (text := p.take())]


def _read_limits(reading: Reading, sections: list[Section]) -> None:
    for section in _of(sections, "limits"):
        for item in section.items:
            if isinstance(item, Grid):
                reading.limits += _limits_of_grid(item)
                continue
            found = limits_in(item.text)
            if found or item.text.rstrip().endswith(":"):
                item.take()
            else:
                is_silent(item)
            reading.limits += found
    _name_like_columns(reading)


def _limits_of_grid(grid: Grid) -> list[Limit]:
    found: list[Limit] = []
    for row in grid.rows if grid.layout is None else grid.rows[: grid.layout.depth]:
        if grid.layout is not None:
            for cell in row:
                cell.take()
    for row in grid.body():
        if grid.layout is None:
            cells = [cell for cell in row if cell.text]
            limits = limits_in(": ".join(clean(cell.text) for cell in cells[-2:]))
        else:
            printed = [grid.layout.text(row, role) for role in ("case", "name")]
            grid.layout.text(row, "no")
            case = clean(" ".join(filter(None, printed)))
            said = clean(grid.layout.text(row, "time"))
            limits = [replace(limit, case=case or limit.case) for limit in limits_in(said)]
        if limits:
            for cell in row:
                cell.take()
        found += limits
    return found


def _name_like_columns(reading: Reading) -> None:
    """Call a case as the time column calls it, where they mean the same."""
    named = {fold(case): case for case in reading.steps.cases if case}
    reading.limits = [
        replace(limit, case=named.get(fold(limit.case), limit.case)) for limit in reading.limits
    ]


def _tthc(story: Story, sections: list[Section]) -> list[str]:
    codes: list[str] = []
    heads = [p for blocks in story.headers for p in paragraphs_of(blocks)]
    lines = [p for section in sections for p in section.paragraphs()]
    for paragraph in [*heads, *lines]:
        found = [match["core"] for match in _TTHC.finditer(paragraph.text)]
        codes += found
        rest = _TTHC.sub(" ", paragraph.text)
        if found and (_ABOUT_TTHC.search(fold(rest)) or not fold(rest)):
            paragraph.take()
    for section in sections:
        for grid in section.grids:
            if grid.layout is not None and grid.layout.kind == "tthc":
                list(_taken(grid.paragraphs()))
        if section.key in ("tthc", "name"):
            list(_taken(section.paragraphs()))
    headings = [s.heading.text for s in sections if s.heading and s.heading.text]
    codes += [match["core"] for text in headings for match in _TTHC.finditer(text)]
    return list(dict.fromkeys(codes))


def _defects(
    reading: Reading, story: Story, sections: list[Section], head: Any, footers: list[Any]
) -> Iterable[str]:
    front = reading.front
    yield from defects.of_pages(front, head, footers)
    lines = [p.text for blocks in story.footers for p in paragraphs_of(blocks) if p.text]
    yield from defects.of_names(front, lines)
    others = [facts_of(blocks).said.get("code", "") for blocks in story.headers]
    yield from defects.of_codes(front, [code_in(code) for code in others if code])
    yield from defects.of_forms(reading.forms)
    yield from defects.of_steps(reading.steps)
    yield from defects.over_limit(reading.steps, reading.limits)
    keys = {section.key for section in sections}
    keys |= {"steps"} if reading.steps.rows else set()
    keys |= {"dossier"} if reading.dossier else set()
    keys |= {"records"} if reading.records else set()
    yield from defects.of_missing(keys, front, reading.tthc)
    for text in story.hidden:
        yield f"Tài liệu có chữ ẩn: “{clean(text)}”."


def _unparsed(reading: Reading, sections: list[Section]) -> Iterable[str]:
    shown = [p for section in sections for p in section.paragraphs()]
    left = [clean(p.text) for p in shown if p.text and not p.is_used and fold(p.text)]
    yield from left
    joined = " ".join(left)
    yield from (words for words in reading.steps.words if words and words not in joined)


def _confidence(reading: Reading) -> dict[str, float]:
    front = reading.front
    sure = [1.0 if limit.is_sure else 0.5 for limit in reading.limits]
    known = {
        name: round(front.sure.get(name, 0.0) if getattr(front, name) else 0.0, 2)
        for name in ("code", "title", "issue", "issued_on")
    }
    return {
        **known,
        "time_limits": round(0.95 * sum(sure) / len(sure), 2) if sure else 0.0,
        "steps": reading.steps.sure,
        "tthc": 0.95 if reading.tthc else 0.0,
    }
