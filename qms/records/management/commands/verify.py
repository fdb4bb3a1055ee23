"""Compare ledger, histories, records, files, grants and checkpoints; exit 1 on any difference."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from qms.records.verifying import Report, verify

_COUNTED = {
    "entries": "mục sổ cái",
    "history": "dòng lịch sử",
    "records": "hồ sơ",
    "rows": "dòng ghi thêm",
    "files": "tệp",
    "signatures": "chữ ký",
    "grants": "quyền",
    "series": "dãy số",
    "versions": "phiên bản",
    "checkpoints": "điểm kiểm chứng",
}


class Command(BaseCommand):
    help = (
        "Đối chiếu sổ cái, lịch sử, hồ sơ, tệp, quyền và điểm kiểm chứng; mã thoát 1 khi có khác."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify()
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if report.differences:
            sys.exit(1)


def _as_json(report: Report) -> str:
    said = {
        "checked": dict(report.counts),
        "notes": report.notes,
        "differences": [difference.as_json() for difference in report.differences],
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _as_text(report: Report) -> str:
    counted = [f"{report.counts[name]} {word}" for name, word in _COUNTED.items()]
    result = f"{len(report.differences)} điểm khác." if report.differences else "Không có gì khác."
    lines = [str(difference) for difference in report.differences]
    return "\n".join(
        [
            *lines,
            *(f"Lưu ý: {n}" for n in report.notes),
            f"Đã đối chiếu {', '.join(counted)}.",
            result,
        ]
    )
