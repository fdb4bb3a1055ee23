"""The job that packs the files of a year, as the person who asked for it may have them."""

import io
import tempfile

from django.core.exceptions import ValidationError
from django.urls import resolve, reverse

from home.year.index import MISSING, Entry, index_paper, index_workbook
from home.year.lines import Line, YearFile
from home.year.reading import year_file
from procedures.archive.packing import Pack
from procedures.permissions.yearly import year_agencies
from qms.foundation.text import slugify
from qms.organisation.models import AgencyProfile, Unit
from qms.records import files
from qms.records.jobs import Order, Progress
from qms.records.models import Job
from qms.records.paper import to_pdf

KIND = "year_file"  # of job
INDEX, INDEX_PAPER = "muc-luc.xlsx", "muc-luc.pdf"


def year_order(year: int) -> Order:
    """Return what the worker is asked for; the address of the result says which year."""
    address = reverse("home:year-file-year", args=[year])
    return Order(KIND, f"Hồ sơ ISO năm {year}", address)


def make_year_archive(job: Job, progress: Progress) -> None:
    """Pack each file of the year in a folder of its row, with the index twice and the sums.

    Raises ValidationError where the person may not have it any more, or a kept file is not whole.
    """
    if not year_agencies(job.asked_by).filter(pk=job.agency_id).exists():
        raise ValidationError("Bạn không còn quyền xem hồ sơ ISO năm của cơ quan này.")
    year = int(resolve(job.result_url).kwargs["year"])
    found = year_file(job.asked_by, job.agency, year)
    progress.expect(found.files + 1)
    with tempfile.TemporaryFile() as target:
        _pack(job, found, target, progress)
        job.file = files.store_from(target, f"ho-so-iso-{year}.zip", kind="zip", by=job.asked_by)


def _pack(job: Job, found: YearFile, target: io.BufferedRandom, progress: Progress) -> None:
    office = office_name(job.agency)
    entries: list[Entry] = []
    with Pack(target, at=job.asked_at) as pack:
        for number, row in enumerate(found.rows, start=1):
            folder = f"{number:02d}-{slugify(row.label)[:40].strip('-')}"
            if not row.lines:
                entries.append(Entry(number, row.label, MISSING))
            for at, line in enumerate(row.lines, start=1):
                path = _add(pack, f"{folder}/{at:02d}", line)
                if path:
                    progress.step()
                entries.append(
                    Entry(number, row.label, line.title, line.number, line.day, path, line.note)
                )
        pack.add(INDEX, index_workbook(office, found.year, found.ratio, entries))
        pack.add(INDEX_PAPER, to_pdf(index_paper(office, found.year, found.ratio, entries)))
        progress.step()


def _add(pack: Pack, beginning: str, line: Line) -> str:
    """Add the file of a line, if it has one, and return its name in the archive."""
    if line.file is None:
        return ""
    said = slugify(line.number or line.title)[:60].strip("-")
    path = f"{beginning}-{said}.{files.ending_of(line.file)}"
    pack.add_stored(path, line.file)
    return path


def office_name(agency: Unit) -> str:
    """Return the name of the agency as its documents print it."""
    profile = AgencyProfile.objects.filter(unit=agency).first()
    return profile.display_name if profile else agency.name
