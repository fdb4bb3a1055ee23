"""Write an evidence package: of one procedure, of one audit, or of everything."""

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from audits.evidence import audit_selection
from audits.models import Audit
from home.evidence import everything
from procedures.evidence import procedure_selection
from procedures.models import Procedure
from qms.records.evidence.packing import write_package
from qms.records.evidence.selecting import Selection
from qms.records.ledger import checkpoints


class Command(BaseCommand):
    help = "Ghi gói chứng cứ: hồ sơ, tệp, chuỗi sổ cái, điểm kiểm chứng và chương trình kiểm tra."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", metavar="GÓI.zip", help="tệp ZIP cần ghi")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--procedure", default="", metavar="MÃ", help="mã hiệu quy trình")
        what.add_argument("--audit", default="", metavar="SỐ", help="số cuộc đánh giá")
        what.add_argument("--all", action="store_true", help="toàn bộ hồ sơ của hệ thống")
        parser.add_argument("--agency", default="", help="mã cơ quan, khi hai cơ quan cùng mã, số")
        parser.add_argument("--force", action="store_true", help="ghi đè tệp đã có")

    def handle(self, *args: Any, **options: Any) -> None:
        out = Path(options["out"])
        if out.exists() and not options["force"]:
            raise CommandError(f"Đã có tệp “{out}”. Chọn tên khác, hoặc thêm --force để ghi đè.")
        choose = _chosen(options)
        try:
            chosen = _write_whole(choose, out, force=options["force"])
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        except OSError as wrong:
            raise CommandError(f"Không ghi được tệp “{out}”: {wrong.strerror}.") from wrong
        self.stdout.write(f"Đã ghi {out} ({out.stat().st_size} byte): {chosen.title}.")
        if not checkpoints.has_key():
            self.stderr.write(
                "Gói không được ký vì chưa có khóa: chạy `python manage.py checkpoint --make-key`."
            )


def _chosen(options: dict[str, Any]) -> Callable[[], Selection]:
    if options["all"]:
        return everything
    agency = options["agency"].strip()
    if options["audit"]:
        number = options["audit"].strip()
        audits = Audit.objects.filter(number=number).select_related("agency")
        return partial(audit_selection, _only(audits, f"cuộc đánh giá số “{number}”", agency))
    code = options["procedure"].strip()
    procedures = Procedure.objects.filter(code=code).select_related("agency")
    return partial(procedure_selection, _only(procedures, f"quy trình mã hiệu “{code}”", agency))


def _only(rows: QuerySet[Any], what: str, agency: str) -> Any:
    found = list(rows.filter(agency__code=agency) if agency else rows)
    if not found:
        raise CommandError(f"Không có {what}.")
    if len(found) > 1:
        codes = ", ".join(each.agency.code for each in found)
        raise CommandError(f"Nhiều cơ quan có {what}. Hãy ghi --agency: {codes}.")
    return found[0]


def _write_whole(choose: Callable[[], Selection], out: Path, *, force: bool) -> Selection:
    """Write the file whole or not at all; one that is there stays, but for `force`."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            chosen = write_package(choose, file)
            file.flush()
            os.fsync(file.fileno())
        if out.exists() and not force:
            raise FileExistsError(0, "tệp đã có", str(out))
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return chosen
