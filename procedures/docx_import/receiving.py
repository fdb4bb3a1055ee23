"""Word files that somebody sends, many at once: kept untouched, then read by a job."""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from pydantic import ValidationError as NotContent

from procedures.docx_import.carry_out import WordFile
from procedures.docx_import.keeping import read_to_keep
from procedures.models import WordImport
from procedures.permissions.word_imports import importing_agencies
from qms.organisation.models import Unit, User
from qms.records import files, jobs
from qms.records.jobs import Order, Progress
from qms.records.models import Job, StoredFile

KIND = "word_import"  # of the job
BROKEN = (
    "Hệ thống không dựng được nội dung từ tệp này. Tệp gốc vẫn được giữ; hãy soạn quy trình trên"
    " hệ thống, hoặc báo quản trị hệ thống."
)
_log = logging.getLogger(__name__)


@dataclass
class Received:
    """What became of the files that were sent: the job that reads them, and those not taken."""

    job: Job | None = None
    taken: list[WordImport] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # name, one sentence


def receive(sources: Iterable[WordFile], *, agency: Unit, by: User) -> Received:
    """Keep the files and begin the job that reads them; one that is refused stops no other.

    Refused is what is no Word file by size, ending or first bytes, and what the agency's list
    holds already.
    """
    received = Received()
    fresh: list[tuple[StoredFile, str]] = []
    for source in sources:
        try:
            kind = source.kind
        except ValidationError as refusal:
            received.refused.append((files.label_of(source.name), refusal.messages[0]))
            continue
        stored = files.store(source.data, source.name, kind=kind, by=by)
        fresh.append((stored, files.label_of(source.name)))
    with transaction.atomic():
        Unit.objects.select_for_update(of=("self",)).get(pk=agency.pk)
        _take(fresh, received, agency=agency, by=by)
    return received


def batch_url(batch: str) -> str:
    """Return the address of the list of the files that were sent together."""
    return f"{reverse('procedures:word-import')}?lo={batch}"


def batches_of(urls: Iterable[str]) -> list[str]:
    return [url.rpartition("?lo=")[2] for url in urls]


def read_batch(job: Job, progress: Progress) -> None:
    """Read the files that were sent together, each on its own: one that fails stops no other.

    Raises ValidationError where the person may not read files in any more.
    """
    if not importing_agencies(job.asked_by).filter(pk=job.agency_id).exists():
        raise ValidationError("Bạn không còn quyền nhập tệp Word của cơ quan này.")
    (batch,) = batches_of([job.result_url])
    rows = WordImport.objects.filter(agency=job.agency, batch=batch).unread()
    waiting = list(rows.select_related("file").order_by("pk"))
    progress.expect(len(waiting))
    for row in waiting:
        _read(row, by=job.asked_by)
        progress.step()


def _take(
    fresh: list[tuple[StoredFile, str]], received: Received, *, agency: Unit, by: User
) -> None:
    standing = WordImport.objects.filter(agency=agency, dropped_at=None)
    known = set(standing.filter(file__in=[f for f, _ in fresh]).values_list("file_id", flat=True))
    batch = secrets.token_hex(8)
    for stored, label in fresh:
        if stored.pk in known:
            received.refused.append((label, "Tệp này đã có trong danh sách; không nhập lần nữa."))
            continue
        known.add(stored.pk)
        row = WordImport(agency=agency, file=stored, label=label, batch=batch, imported_by=by)
        row.record(by=by, reason="Nhận tệp Word")
        received.taken.append(row)
    if received.taken:
        label = f"Đọc {len(received.taken):02} tệp Word"
        received.job = jobs.begin(Order(KIND, label, batch_url(batch)), agency=agency, by=by)


def _read(row: WordImport, *, by: User) -> None:
    try:
        told = read_to_keep(files.read(row.file), row.label)
    except FileNotFoundError:
        row.keep_refusal("Không tìm thấy tệp trong kho lưu trữ; hãy nhập lại tệp.", by=by)
    except NotContent:
        row.keep_refusal(BROKEN, by=by)
    except ValidationError as refusal:
        row.keep_refusal(" ".join(refusal.messages), by=by)
    except Exception:  # one file must not keep the others from being read
        _log.exception("Word import %s could not be read", row.pk)
        row.keep_refusal(BROKEN, by=by)
    else:
        row.keep_reading(told, by=by)
