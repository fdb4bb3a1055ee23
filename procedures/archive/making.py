"""The job that packs all that is in force on the day on which it was asked for."""

import datetime as dt
import io
import tempfile

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from procedures.actions import make_renditions
from procedures.archive.index import Row, index_workbook
from procedures.archive.packing import Pack
from procedures.models import InForcePeriod
from procedures.permissions import visible_procedures
from procedures.permissions.exports import archivable_agencies
from procedures.printing import copy_docx
from qms.foundation.dates import LOCAL, format_date
from qms.foundation.text import sort_key
from qms.organisation.models import AgencyProfile, Unit
from qms.records import files
from qms.records.jobs import Order, Progress
from qms.records.models import Job, StoredFile

PLAIN, WITH_WORD = "archive", "archive_word"  # kinds of job
INDEX = "muc-luc.xlsx"
NOTHING = "Chưa có tài liệu nào có hiệu lực để đóng gói."


def archive_order(day: dt.date, *, with_word: bool) -> Order:
    """Return what the worker is asked for, of `day`."""
    words = ", kèm bản Word" if with_word else ""
    label = f"Gói tài liệu có hiệu lực ngày {format_date(day)}{words}"
    return Order(WITH_WORD if with_word else PLAIN, label)


def periods_to_pack(job_agency: Unit, user: object, day: dt.date) -> QuerySet[InForcePeriod]:
    """Return what is in force in the agency on the day and `user` may read."""
    return InForcePeriod.objects.valid(on=day).filter(
        procedure__in=visible_procedures(user), procedure__agency=job_agency
    )


def make_archive(job: Job, progress: Progress) -> None:
    """Pack the PDF of each version, the scans and files that some have, the index and the sums.

    Each file as it is kept; what of a PDF is not made yet is made. Raises ValidationError where
    the person may not have the archive any more, or a kept file is not whole.
    """
    _make(job, progress, with_word=False)


def make_archive_with_word(job: Job, progress: Progress) -> None:
    """Pack what `make_archive()` does, and a Word copy of each version."""
    _make(job, progress, with_word=True)


def _make(job: Job, progress: Progress, *, with_word: bool) -> None:
    if not archivable_agencies(job.asked_by).filter(pk=job.agency_id).exists():
        raise ValidationError("Bạn không còn quyền tải gói tài liệu của cơ quan này.")
    day = job.asked_at.astimezone(LOCAL).date()
    periods = periods_to_pack(job.agency, job.asked_by, day)
    codes = list(periods.values_list("pk", "procedure__code"))
    if not codes:
        raise ValidationError(NOTHING)
    keys = [pk for pk, code in sorted(codes, key=lambda each: sort_key(each[1]))]
    progress.expect(len(keys))
    with tempfile.TemporaryFile() as target:
        _pack(job, keys, target, progress, day=day, with_word=with_word)
        name = f"tai-lieu-hieu-luc-{day.isoformat()}.zip"
        job.file = files.store_from(target, name, kind="zip", by=job.asked_by)


def _pack(
    job: Job,
    keys: list[int],
    target: io.BufferedRandom,
    progress: Progress,
    *,
    day: dt.date,
    with_word: bool,
) -> None:
    profile = AgencyProfile.objects.filter(unit=job.agency).first()
    office = profile.display_name if profile else job.agency.name
    rows: list[Row] = []
    with Pack(target, at=job.asked_at) as pack:
        for key in keys:  # one at a time, so that few are in memory
            rows.append(_pack_one(pack, key, job, with_word=with_word))
            progress.step()
        pack.add(INDEX, index_workbook(rows, office=office, day=day))


def _pack_one(pack: Pack, key: int, job: Job, *, with_word: bool) -> Row:
    """Add the files of the version of one period; return its row of the index."""
    period = InForcePeriod.objects.select_related(
        "version__procedure__agency__profile",
        "version__procedure__owner",
        "version__scan",
        "begun_by__decision",
    ).get(pk=key)
    version, procedure = period.version, period.version.procedure
    name = f"{procedure.slug.upper()}_lan-{version.number_slug}"
    make_renditions([version.pk], by=job.asked_by)
    pdf = f"pdf/{name}.pdf"
    version.refresh_from_db(fields=["rendition"])
    pack.add_stored(pdf, version.rendition.file)
    word = f"word/{name}.docx" if with_word else ""
    if word:
        pack.add(word, copy_docx(version, made_at=timezone.now()))
    decision, attached = period.begun_by.decision, version.document.file
    original = StoredFile.objects.filter(sha256=attached.sha256).first() if attached else None
    return Row(
        code=procedure.code,
        title=version.title or procedure.title,
        kind=procedure.get_kind_display(),
        issue_no=version.issue_no,
        revision_no=version.revision_no,
        effective_on=period.valid_from,
        decision=str(decision),
        decided_on=decision.signed_on,
        tthc="\n".join(covered.code for covered in version.document.tthc),
        owner=str(procedure.owner),
        pdf=pdf,
        sha256=pack.sum_of(pdf),
        word=word,
        scan=_add_kept(pack, "ban-chup", name, version.scan),
        original=_add_kept(pack, "tep-tai-lieu", name, original),
    )


def _add_kept(pack: Pack, folder: str, name: str, stored: StoredFile | None) -> str:
    """Add a kept file, if there is one, and return its name in the archive."""
    if stored is None:
        return ""
    path = f"{folder}/{name}.{files.ending_of(stored)}"
    pack.add_stored(path, stored)
    return path
