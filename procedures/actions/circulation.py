"""Acknowledging what was read, by a button or by a meeting (ISO 9001 7.3, 7.5.3.1)."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.actions.drafting import lock_agency
from procedures.circulation import asked_of
from procedures.models import (
    Acknowledgement,
    Dissemination,
    DisseminationAttendee,
    DisseminationVersion,
    InForcePeriod,
    ProcedureVersion,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User, people_of
from qms.records.models import StoredFile
from qms.records.workflow import TransitionNotAllowed


@transaction.atomic
def acknowledge(versions: Iterable[ProcedureVersion], *, by: User) -> int:
    """Write down that `by` has read those of `versions` that they are asked to read today.

    Returns how many are new; the same again writes nothing. Each is bound to the hash of the
    content that was read.
    """
    locked = _lock(versions)
    asked = {each.version.pk for each in asked_of(by, on=today())}
    new = [version for version in locked if version.pk in asked]
    for version in new:
        _write(version, by, on=today(), by=by, meeting=None)
    return len(new)


@transaction.atomic
def record_dissemination(
    agency: Unit,
    *,
    by: User,
    held_on: dt.date,
    content: str,
    versions: Sequence[ProcedureVersion],
    people: Sequence[User],
    place: str = "",
    led_by: str = "",
    file: StoredFile | None = None,
) -> Dissemination:
    """Record a meeting: all who were there have read all versions that were gone through.

    Who had acknowledged a version before keeps that day. The very same again is the same meeting.
    Raises ValidationError, and writes nothing, for a day in the future or before a version was
    issued, without content, versions or people, for a version that is not issued or belongs to
    another agency, and for people who did not belong to the agency on the day.
    """
    lock_agency(agency)
    locked = _lock(versions)
    said = {"place": clean(place)[:255], "led_by": clean(led_by)[:150]}
    said["content"] = clean_lines(content)
    wrong = _wrong(agency, held_on, said["content"], locked, people)
    if wrong:
        raise ValidationError(wrong)
    known = _same_meeting(agency, held_on, said, locked, people)
    if known is not None:
        return known
    meeting = Dissemination(agency=agency, held_on=held_on, file=file, recorded_by=by, **said)
    meeting.record(by=by, reason="Ghi nhận buổi phổ biến")
    for version in locked:
        link = DisseminationVersion(dissemination=meeting, version=version)
        link.record(by=by, reason="Ghi tài liệu đã phổ biến")
    for person in people:
        there = DisseminationAttendee(dissemination=meeting, person=person)
        there.record(by=by, reason="Ghi người dự buổi phổ biến")
    known_pairs = set(
        Acknowledgement.objects.filter(version__in=locked).values_list("version", "person")
    )
    for version in locked:
        for person in people:
            if (version.pk, person.pk) not in known_pairs:
                _write(version, person, on=held_on, by=by, meeting=meeting)
    return meeting


@transaction.atomic
def attach_signed_list(meeting: Dissemination, stored: StoredFile, *, by: User) -> None:
    """Keep the scan of the signed list with its meeting.

    Raises TransitionNotAllowed where there is one already: what was signed is not exchanged.
    """
    known = Dissemination.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if known.file_id is not None and known.file_id != stored.pk:
        raise TransitionNotAllowed("Buổi phổ biến này đã có danh sách ký tên.")
    if known.file_id is None:
        meeting.file = stored
        meeting.record(by=by, reason="Đính danh sách ký tên", fields=["file"])


def _lock(versions: Iterable[ProcedureVersion]) -> list[ProcedureVersion]:
    """Lock and re-read the versions, so that nobody acknowledges one twice at once."""
    keys = [version.pk for version in versions]
    rows = ProcedureVersion.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    return list(rows.select_related("procedure").defer("content", "search_key").order_by("pk"))


def _write(
    version: ProcedureVersion,
    person: User,
    *,
    on: dt.date,
    by: User,
    meeting: Dissemination | None,
) -> None:
    row = Acknowledgement(
        version=version,
        person=person,
        dissemination=meeting,
        acknowledged_on=on,
        content_sha256=version.content_sha256,
        recorded_by=by,
    )
    row.record(by=by, reason="Dự buổi phổ biến" if meeting else "Xác nhận đã đọc")


def _wrong(
    agency: Unit,
    held_on: dt.date,
    content: str,
    versions: Sequence[ProcedureVersion],
    people: Sequence[User],
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if held_on > today():
        wrong["held_on"] = "Ngày phổ biến không được ở tương lai."
    if not content:
        wrong["content"] = "Hãy ghi nội dung đã phổ biến."
    if not versions:
        wrong["versions"] = "Hãy chọn ít nhất một tài liệu đã phổ biến."
    if not people:
        wrong["people"] = "Hãy chọn ít nhất một người dự."
    days = _issue_days(versions)
    for version in versions:
        code = version.procedure.code
        is_issued = version.status == VersionStatus.ISSUED and version.pk in days
        if not is_issued or version.procedure.agency_id != agency.pk:
            wrong["versions"] = f"{code} không phải tài liệu đã ban hành của cơ quan."
        elif held_on < days[version.pk]:
            wrong.setdefault(
                "held_on",
                f"Ngày phổ biến không được trước ngày ban hành {code} "
                f"({format_date(days[version.pk])}).",
            )
    members = set(people_of(agency, on=held_on).values_list("pk", flat=True))
    strangers = [str(person) for person in people if person.pk not in members]
    if strangers:
        wrong["people"] = (
            f"Không thuộc cơ quan vào ngày {format_date(held_on)}: {', '.join(strangers)}."
        )
    return wrong


def _issue_days(versions: Sequence[ProcedureVersion]) -> dict[int, dt.date]:
    """Return the day of the decision that issued each version; none for a withdrawn one."""
    periods = InForcePeriod.objects.standing().filter(version__in=versions)
    rows = periods.values_list("version", "begun_by__decision__signed_on")
    return {version: day for version, day in rows if day is not None}


def _same_meeting(
    agency: Unit,
    held_on: dt.date,
    said: dict[str, str],
    versions: Sequence[ProcedureVersion],
    people: Sequence[User],
) -> Dissemination | None:
    """Return the meeting that says exactly this, where it was recorded already."""
    meetings = Dissemination.objects.filter(agency=agency, held_on=held_on, **said)
    for meeting in meetings.prefetch_related("versions", "attendees"):
        same_versions = {link.version_id for link in meeting.versions.all()} == {
            version.pk for version in versions
        }
        there = {attendee.person_id for attendee in meeting.attendees.all()}
        if same_versions and there == {person.pk for person in people}:
            return meeting
    return None
