"""`manage.py import_word FILE`: read a Word procedure, tell what it says, or make a draft of it."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from procedures.docx_import.carry_out import WordFile, code_conflict, import_document
from procedures.docx_import.opening import check_size
from procedures.docx_import.reading import Reading, read_word
from procedures.models import WordImport
from qms.foundation.dates import format_date
from qms.foundation.text import clean
from qms.organisation.models import Unit, User, default_agency


class Command(BaseCommand):
    """Without `--wet-run` nothing is written; exit 1 with a sentence for an unreadable file."""

    help = "Đọc một quy trình viết bằng Word (.docx, .doc); không ghi gì nếu thiếu --wet-run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="tệp .docx hoặc .doc")
        parser.add_argument("--wet-run", action="store_true", help="ghi thật vào cơ sở dữ liệu")
        parser.add_argument("--json", action="store_true", help="chỉ in JSON ra đầu ra chuẩn")
        parser.add_argument("--agency", default="", help="mã cơ quan; mặc định là cơ quan đầu tiên")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = _source(options["file"])
            reading = read_word(source.data, source.name)
            _compare(reading, options["agency"])
            row = _carry_out(source, reading, options["agency"]) if options["wet_run"] else None
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(reading.as_json(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_told(reading, row)))


def _source(path: Path) -> WordFile:
    if not path.is_file():
        raise ValidationError(f"Không có tệp “{path}”.")
    try:
        check_size(path.stat().st_size)
        return WordFile(path.read_bytes(), path.name)
    except OSError as error:
        raise ValidationError(f"Không đọc được tệp “{path}”: xem lại quyền đọc tệp.") from error


def _agency(code: str) -> Unit | None:
    """Return the agency of the code, else the first; None where there is no agency yet."""
    agencies = Unit.objects.agencies().order_by("path")
    if not clean(code):
        return agencies.first()
    agency = agencies.filter(code=clean(code)).first()
    if agency is None:
        raise ValidationError(f"Không có cơ quan mã “{code}”.")
    return agency


def _compare(reading: Reading, code: str) -> None:
    """Add what contradicts the procedures that are known; a file can be read without a database."""
    try:
        agency = _agency(code)
        conflict = code_conflict(reading, agency) if agency else ""
    except DatabaseError:
        return
    if conflict:
        reading.defects.append(conflict)


def _carry_out(source: WordFile, reading: Reading, code: str) -> WordImport:
    with transaction.atomic():
        by = User.objects.system()
        agency = _agency(code) or default_agency(by=by)
        return import_document(source, reading, agency=agency, by=by)


def _told(reading: Reading, row: WordImport | None) -> Iterable[str]:
    front = reading.front
    if row is None:
        yield "Xem trước, chưa ghi gì."
    else:
        yield f"Đã có dự thảo của quy trình {row.version.procedure} từ tệp {row.label}."  # type: ignore[union-attr]
    yield f"Mã hiệu: {front.code or '(không thấy)'}"
    yield f"Tên: {front.title or '(không thấy)'}"
    yield f"Lần ban hành: {front.issue if front.issue is not None else '(không thấy)'}"
    yield f"Ngày ban hành: {format_date(front.issued_on) or '(không thấy)'}"
    yield f"Mã TTHC: {', '.join(reading.tthc) or '(không thấy)'}"
    yield (
        f"{len(reading.bases)} căn cứ, {len(reading.dossier)} giấy tờ,"
        f" {len(reading.limits)} thời hạn, {len(reading.steps.rows)} bước,"
        f" {len(reading.forms)} biểu mẫu, {len(reading.records)} hồ sơ lưu"
    )
    for defect in reading.defects:
        yield f"  Sai sót của bản gốc: {defect}"
    for text in reading.unparsed:
        yield f"  Chưa hiểu: {text}"
