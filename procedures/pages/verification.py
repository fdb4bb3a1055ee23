"""Whether a print is valid, told to whoever holds it: nothing of people, nothing confidential."""

import datetime as dt
import re
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from procedures.models import InForcePeriod, PrintedCopy, ProcedureVersion
from procedures.permissions import visible_procedures
from procedures.workflow import CopyStatus, VersionStatus
from qms.foundation.dates import format_date
from qms.organisation.models import AgencyProfile

_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Verdict:
    """The answer at one look: `kind` and `icon` as of a badge, its word, and what to do."""

    kind: str
    icon: str
    word: str
    note: str = ""


@dataclass(frozen=True)
class Verification:
    """All that the page tells; of a restricted procedure no title and no other edition."""

    verdict: Verdict
    code: str
    title: str
    edition: str
    agency: str
    dates: tuple[tuple[str, str], ...]
    copy_number: int | None
    current: str
    current_address: str


UNKNOWN = Verdict(
    "draft",
    "circle-help",
    "Không tìm thấy",
    "Không có bản in nào mang mã này. Kiểm tra lại địa chỉ in cạnh mã QR; "
    "nếu vẫn không thấy, không dùng bản in này để giải quyết công việc.",
)


def verify(token: str, *, on: dt.date) -> Verification | None:
    """Return what is told on the day of the print that bears `token`; None of an unknown one."""
    if not _TOKEN.fullmatch(token):
        return None
    copy = PrintedCopy.objects.filter(token=token).first()
    versions = ProcedureVersion.objects.filter(status=VersionStatus.ISSUED)
    wanted = versions.filter(pk=copy.version_id) if copy else versions.filter(token=token)
    version = wanted.select_related("procedure__agency").defer("content", "search_key").first()
    return _told(version, copy, on) if version else None


def _told(version: ProcedureVersion, copy: PrintedCopy | None, on: dt.date) -> Verification:
    procedure = version.procedure
    periods = list(
        InForcePeriod.objects.standing()
        .filter(procedure=procedure)
        .select_related("version", "ended_by__version", "begun_by__decision")
        .defer("version__content", "version__search_key")
    )
    own = next((period for period in periods if period.version_id == version.pk), None)
    current = next((period for period in periods if _is_valid(period, on)), None)
    other = current if current is not own else None
    is_open = not procedure.is_restricted
    profile = AgencyProfile.objects.filter(unit=procedure.agency_id).first()
    is_public = visible_procedures(AnonymousUser()).filter(pk=procedure.pk).exists()
    return Verification(
        verdict=_of_copy(copy) or _verdict(own, periods, on, is_open=is_open),
        code=procedure.code,
        title=version.title if is_open else "",
        edition=version.number_text,
        agency=profile.display_name if profile else procedure.agency.name,
        dates=tuple(_dates(own)),
        copy_number=copy.number if copy else None,
        current=f"{other.version.number_text}, hiệu lực từ {format_date(other.valid_from)}"
        if other and is_open
        else "",
        current_address=procedure.get_absolute_url() if current and is_public else "",
    )


def _is_valid(period: InForcePeriod, on: dt.date) -> bool:
    return period.valid_from <= on and (period.valid_to is None or on < period.valid_to)


def _of_copy(copy: PrintedCopy | None) -> Verdict | None:
    """Return what became of the very sheet, where that is more than what became of its version."""
    if copy is None or copy.status == CopyStatus.HELD:
        return None
    day = format_date(copy.ended_on)
    if copy.status == CopyStatus.LOST:
        return Verdict(
            "stale",
            "triangle-alert",
            f"Bản in này đã báo thất lạc ngày {day}",
            "Không dùng bản in này. Xin gửi lại cơ quan ban hành.",
        )
    word = "thu hồi" if copy.status == CopyStatus.RETURNED else "hủy"
    return Verdict(
        "ended",
        "ban",
        f"Bản in này đã được {word} ngày {day}",
        "Không dùng bản in này. Xin gửi lại cơ quan ban hành.",
    )


def _verdict(
    own: InForcePeriod | None, periods: list[InForcePeriod], on: dt.date, *, is_open: bool
) -> Verdict:
    if own is None:
        return Verdict(
            "ended",
            "ban",
            "Quyết định ban hành bản này đã bị thu hồi",
            "Bản này không có hiệu lực, không dùng để giải quyết công việc.",
        )
    if own.valid_from > on:
        return Verdict(
            "waiting",
            "clock",
            f"Chưa có hiệu lực (từ {format_date(own.valid_from)})",
            "Trước ngày đó chưa dùng bản này để giải quyết công việc.",
        )
    if own.valid_to is None or on < own.valid_to:
        return Verdict("in-force", "circle-check", "Còn hiệu lực")
    follower = next((period for period in periods if period.valid_from == own.valid_to), None)
    day = format_date(own.valid_to)
    if follower is None:
        return Verdict(
            "ended", "ban", f"Bị bãi bỏ từ {day}", "Không dùng bản này để giải quyết công việc."
        )
    by = f" Được thay bằng {follower.version.number_text}." if is_open else ""
    return Verdict(
        "ended",
        "ban",
        f"Hết hiệu lực từ {day}",
        f"Không dùng bản này để giải quyết công việc.{by}",
    )


def _dates(own: InForcePeriod | None) -> list[tuple[str, str]]:
    if own is None:
        return []
    told = [("Có hiệu lực từ", format_date(own.valid_from))]
    signed_on = own.begun_by.decision.signed_on
    if signed_on:
        told.insert(0, ("Ngày ban hành", format_date(signed_on)))
    if own.valid_to:
        told.append(("Hết hiệu lực từ", format_date(own.valid_to)))
    return told
