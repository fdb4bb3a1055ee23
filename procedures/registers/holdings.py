"""What is kept and held on a day: records, copies and readers, forms."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Prefetch

from procedures.content import KeptRecord
from procedures.models import (
    Acknowledgement,
    Form,
    FormIssue,
    InForcePeriod,
    PrintedCopy,
    ProcedureVersion,
    VersionForm,
)
from procedures.permissions.copies import visible_copies
from procedures.registers.asking import Asked, Entry, Value
from procedures.workflow import CopyStatus
from qms.foundation.dates import covers, format_date
from qms.foundation.text import sort_key
from qms.organisation.models import Post

_MEDIA = {"": "", "paper": "giấy", "electronic": "điện tử", "both": "giấy và điện tử"}


# --- hồ sơ (BM-01-07) ---


def record_rows(asked: Asked) -> Iterator[Entry]:
    """Yield the records that the documents in force on the day say are kept."""
    for period in asked.in_force():
        for record in period.version.document.records:
            values = (
                record.name,
                period.procedure.code,
                str(period.procedure.owner),
                record.keeper,
                _MEDIA[record.medium],
                None,
                _years(record),
                None,
            )
            yield Entry(values, period.version.get_absolute_url())


def _years(record: KeptRecord) -> Value:
    if record.is_permanent:
        return "vĩnh viễn"
    return "chưa rõ" if record.years is None else record.years


# --- phân phối (BM-01-05) ---


def distribution_rows(asked: Asked) -> Iterator[Entry]:
    """Yield every numbered copy handed out by the day with what became of it by then, and who had
    read on screen what is in force on the day; by document, paper first.
    """
    found = [*_copies(asked), *_readers(asked)]
    found.sort(key=lambda pair: pair[0])
    yield from (entry for _, entry in found)


_Place = tuple[str, int, int, int, str]


def _copies(asked: Asked) -> Iterator[tuple[_Place, Entry]]:
    copies = list(
        visible_copies(asked.user)
        .filter(version__procedure__in=asked.procedures, handed_on__lte=asked.on)
        .select_related("version__procedure", "unit")
        .defer("version__content", "version__search_key")
    )
    ended = ends_of(copies, on=asked.on)
    for copy in copies:
        version = copy.version
        status, ended_on = ended.get(copy.pk, (CopyStatus.HELD, None))
        place = (*_order(version.procedure.sort_key, version), 0, f"{copy.number:05d}")
        values = (
            version.title,
            version.procedure.code,
            version.issue_no,
            version.revision_no,
            copy.number,
            copy.held_by,
            copy.handed_on,
            None,
            ended_on,
            None,
            "giấy",
            CopyStatus(status).label.lower(),
        )
        yield place, Entry(values, version.get_absolute_url())


def _order(code: str, version: ProcedureVersion) -> tuple[str, int, int]:
    return code, version.issue_no or 0, version.revision_no or 0


def ends_of(copies: Iterable[PrintedCopy], *, on: dt.date) -> dict[int, tuple[str, dt.date]]:
    """Return what had become of copies by the day, and when; those held then are not there.

    A copy may come back and be destroyed later: the record of the day is read from its history.
    """
    rows = PrintedCopy.history.filter(
        id__in=[copy.pk for copy in copies], ended_on__isnull=False, ended_on__lte=on
    ).order_by("history_id")
    return {key: (status, day) for key, status, day in rows.values_list("id", "status", "ended_on")}


def _readers(asked: Asked) -> Iterator[tuple[_Place, Entry]]:
    periods = InForcePeriod.objects.valid(on=asked.on).filter(procedure__in=asked.procedures)
    rows = list(
        Acknowledgement.objects.filter(
            version__in=periods.values("version"), acknowledged_on__lte=asked.on
        )
        .select_related("version__procedure", "person", "dissemination")
        .defer("version__content", "version__search_key")
    )
    posts: defaultdict[int, list[Post]] = defaultdict(list)
    held = Post.objects.filter(person__in={row.person_id for row in rows})
    for post in held.select_related("position", "unit").order_by("position__rank", "pk"):
        posts[post.person_id].append(post)
    for row in rows:
        version = row.version
        place = (*_order(version.procedure.sort_key, version), 1, row.person.sort_key)
        values = (
            version.title,
            version.procedure.code,
            version.issue_no,
            version.revision_no,
            None,
            _named(row, posts[row.person_id]),
            row.acknowledged_on,
            None,
            None,
            None,
            "điện tử",
            "phổ biến tại buổi họp" if row.dissemination_id else "đã xác nhận đã đọc",
        )
        yield place, Entry(values, version.get_absolute_url())


def _named(row: Acknowledgement, posts: Iterable[Post]) -> str:
    """Return the reader with the post of that day."""
    there = (p for p in posts if covers(p.valid_from, p.valid_to, row.acknowledged_on))
    post = next(there, None)
    return f"{row.person}, {post.position.name}, {post.unit.name}" if post else str(row.person)


# --- biểu mẫu ---


def form_rows(asked: Asked) -> Iterator[Entry]:
    """Yield the forms in use on the day with the issue to fill in; of a unit those it uses.

    A form whose first issue is of a later day is not there yet.
    """
    issues = FormIssue.objects.order_by("valid_from", "issue_no")
    forms = Form.objects.filter(agency=asked.agency).select_related("successor")
    used = _using_codes(asked)
    listed = forms.prefetch_related(Prefetch("issues", queryset=issues))
    for form in sorted(listed, key=lambda f: (f.kind, sort_key(f.code), sort_key(f.name), f.pk)):
        is_there = form.is_used(on=asked.on) and _has_begun(form, asked.on)
        if not is_there or (asked.is_narrowed and form.pk not in used):
            continue
        issue = form.issue_on(asked.on)
        is_legal = form.kind == Form.Kind.LEGAL
        values = (
            form.code,
            form.name,
            "văn bản quy định" if is_legal else "nội bộ",
            form.source,
            issue.issue_no if issue else None,
            issue.valid_from if issue else None,
            ", ".join(used[form.pk]),
            _form_note(form, issue),
        )
        yield Entry(values, form.get_absolute_url())


def _has_begun(form: Form, on: dt.date) -> bool:
    issues = form.issues.all()
    return not issues or any(issue.valid_from <= on for issue in issues)


def _using_codes(asked: Asked) -> defaultdict[int, list[str]]:
    """Return, by form, the codes of the documents in force on the day that use it."""
    periods = InForcePeriod.objects.valid(on=asked.on).filter(procedure__in=asked.procedures)
    links = VersionForm.objects.filter(version__in=periods.values("version"))
    rows = links.order_by("version__procedure__sort_key").values_list(
        "form", "version__procedure__code"
    )
    used: defaultdict[int, list[str]] = defaultdict(list)
    for form, code in rows:
        used[form].append(code)
    return used


def _form_note(form: Form, issue: FormIssue | None) -> str:
    notes = [] if issue else ["chưa có tệp"]
    if form.ended_on is not None:
        by = f", thay bằng {form.successor}" if form.successor else ""
        notes.append(f"ngừng dùng từ {format_date(form.ended_on)}{by}")
    return "; ".join(notes)
