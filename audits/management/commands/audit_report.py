"""Write the report of an audit to a file: the one that was kept, once it is approved."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.actions.keeping import keep_report
from audits.models import Audit
from audits.printing.audits import report
from qms.organisation.models import User
from qms.records import files
from qms.records.paper import to_docx, to_pdf


class Command(BaseCommand):
    help = "Ghi báo cáo của một cuộc đánh giá nội bộ ra tệp PDF hoặc Word."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="số cuộc đánh giá, như ĐGNB-2022-01")
        parser.add_argument("--pdf", default="", metavar="TỆP", help="tệp PDF")
        parser.add_argument("--docx", default="", metavar="TỆP", help="tệp Word")
        parser.add_argument("--agency", default="", help="mã cơ quan, khi hai cơ quan cùng số")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["pdf"] and not options["docx"]:
            raise CommandError("Hãy ghi --pdf hoặc --docx và tên tệp cần ghi.")
        audit = _audit(options["number"], options["agency"])
        if options["pdf"]:
            self._write(options["pdf"], _pdf(audit))
        if options["docx"]:
            self._write(options["docx"], to_docx(report(audit)))

    def _write(self, name: str, data: bytes) -> None:
        try:
            Path(name).write_bytes(data)
        except OSError as wrong:
            raise CommandError(f"Không ghi được tệp “{name}”: {wrong.strerror}.") from wrong
        self.stdout.write(f"Đã ghi {name} ({len(data)} byte).")


def _audit(number: str, agency: str) -> Audit:
    found = Audit.objects.filter(number=number.strip()).select_related("agency")
    audits = list(found.filter(agency__code=agency.strip()) if agency else found)
    if not audits:
        raise CommandError(f"Không có cuộc đánh giá nào số “{number}”.")
    if len(audits) > 1:
        codes = ", ".join(audit.agency.code for audit in audits)
        raise CommandError(
            f"Nhiều cơ quan có cuộc đánh giá số “{number}”. Hãy ghi --agency: {codes}."
        )
    return audits[0]


def _pdf(audit: Audit) -> bytes:
    """Return the kept report of a reported audit, kept now if that failed before; else a draft."""
    if not audit.is_reported:
        return to_pdf(report(audit))
    return files.read(keep_report(audit, User.objects.system()).file)
