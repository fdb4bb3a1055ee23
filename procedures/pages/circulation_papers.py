"""What the printed records of circulation are made from."""

import datetime as dt

from procedures.circulation import Standing
from procedures.models import (
    Acknowledgement,
    Dissemination,
    DocumentSettings,
    PrintedCopy,
    ProcedureVersion,
)
from procedures.pages.circulation import places_on
from procedures.papers.circulation import Head, Meeting, Present, Sheet, Value
from procedures.permissions import visible_issued
from qms.foundation.dates import format_date
from qms.organisation.models import AgencyProfile, Unit, User

_DISTRIBUTION = (
    ("no", "TT", 6),
    ("receiver", "Người nhận, giữ", 30),
    ("place", "Chức danh, đơn vị", 36),
    ("form", "Hình thức", 26),
    ("received_on", "Ngày nhận", 12),
    ("how", "Cách xác nhận", 36),
    ("ended_on", "Ngày thu hồi, hủy", 14),
)


def head_of(agency: Unit, kind: str) -> Head:
    """Return names of the agency, with code and title of the record by its settings."""
    profile = AgencyProfile.objects.filter(unit=agency).first()
    code, title = DocumentSettings.of(agency).paper(kind)
    return Head(
        parent=profile.parent_name if profile else "",
        issuer=profile.display_name if profile else agency.name,
        place=profile.place if profile else "",
        code=code,
        title=title,
    )


def version_name(version: ProcedureVersion) -> str:
    return f"{version.procedure.code} – {version.title}, {version.number_text}"


def meeting_versions_of(meeting: Dissemination, user: User) -> tuple[list[ProcedureVersion], int]:
    """Return the versions of the meeting that `user` may read, and how many others there are."""
    keys = list(meeting.versions.values_list("version", flat=True))
    seen = list(
        visible_issued(user)
        .filter(pk__in=keys)
        .select_related("procedure")
        .defer("content", "search_key")
        .order_by("procedure__sort_key", "pk")
    )
    return seen, len(keys) - len(seen)


def meeting_told(meeting: Dissemination, user: User) -> Meeting:
    """Return the meeting as `user` may read it."""
    versions, hidden = meeting_versions_of(meeting, user)
    there = list(meeting.attendees.select_related("person"))
    places = places_on([each.person_id for each in there], on=meeting.held_on)
    return Meeting(
        held_on=meeting.held_on,
        place=meeting.place,
        led_by=meeting.led_by,
        content=meeting.content,
        versions=tuple(version_name(version) for version in versions),
        hidden=hidden,
        people=tuple(Present(str(each.person), places.get(each.person_id, "")) for each in there),
        has_list=meeting.file_id is not None,
        recorded_by=str(meeting.recorded_by),
    )


def how_told(row: Acknowledgement) -> str:
    """Return by what somebody acknowledged: the button, or the meeting of a day."""
    if row.dissemination is None:
        return "bấm “Xác nhận đã đọc”"
    return f"buổi phổ biến ngày {format_date(row.dissemination.held_on)}"


def electronic_readers(version: ProcedureVersion) -> list[tuple[Acknowledgement, str]]:
    """Return who acknowledged the version, in that order, with their place on that day."""
    rows = list(
        Acknowledgement.objects.filter(version=version)
        .select_related("person", "dissemination")
        .order_by("acknowledged_on", "person__sort_key", "pk")
    )
    places: dict[dt.date, dict[int, str]] = {}
    for day in {row.acknowledged_on for row in rows}:
        there = [row.person_id for row in rows if row.acknowledged_on == day]
        places[day] = places_on(there, on=day)
    return [(row, places[row.acknowledged_on].get(row.person_id, "")) for row in rows]


def paper_copies(version: ProcedureVersion) -> list[PrintedCopy]:
    return list(
        PrintedCopy.objects.filter(version=version)
        .select_related("unit", "record_of_end")
        .order_by("number")
    )


def distribution_sheet(version: ProcedureVersion, on: dt.date) -> Sheet:
    """Return the distribution list: those who read it on screen, then the numbered copies."""
    agency = version.procedure.agency
    settings = DocumentSettings.of(agency)
    code, title = settings.paper("distribution")
    received: list[list[Value]] = [
        [str(row.person), place, "Bản điện tử", row.acknowledged_on, how_told(row), None]
        for row, place in electronic_readers(version)
    ]
    received += [
        [
            copy.holder,
            str(copy.unit or ""),
            f"Bản kiểm soát số {copy.number:02d}",
            copy.handed_on,
            "giao bản giấy" if copy.ended_on is None else copy.get_status_display(),
            copy.ended_on,
        ]
        for copy in paper_copies(version)
    ]
    return Sheet(
        name="Phân phối",
        heading=(
            f"{code} {title}".strip(),
            version_name(version),
            f"Tính đến ngày {format_date(on)}",
        ),
        columns=tuple(
            (settings.label("distribution", key, label), width)
            for key, label, width in _DISTRIBUTION
        ),
        rows=[[number, *row] for number, row in enumerate(received, start=1)],
    )


def overdue_sheet(standings: list[Standing], on: dt.date) -> Sheet:
    """Return who is late with reading what, by how many days."""
    late = [(each, reader) for each in standings for reader in each.overdue]
    return Sheet(
        name="Quá hạn đọc",
        heading=("Danh sách quá hạn đọc tài liệu", f"Tính đến ngày {format_date(on)}"),
        columns=(
            ("TT", 6),
            ("Họ và tên", 30),
            ("Chức danh", 24),
            ("Đơn vị", 30),
            ("Mã hiệu", 18),
            ("Tên tài liệu", 60),
            ("Lần ban hành", 26),
            ("Hạn đọc", 12),
            ("Số ngày quá hạn", 10),
        ),
        rows=[
            [
                number,
                str(reader.person),
                reader.post.position.name,
                reader.post.unit.name,
                each.version.procedure.code,
                each.version.title,
                each.version.number_text,
                reader.due_on,
                (on - reader.due_on).days,
            ]
            for number, (each, reader) in enumerate(late, start=1)
        ],
    )
