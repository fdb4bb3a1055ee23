"""Print what is wrong in the document set today; the page /ra-loi/ shows the same."""

import json
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.health import RULES, Scope, defects
from qms.foundation.dates import format_date, today
from qms.organisation.models import Unit


class Command(BaseCommand):
    help = "Những gì còn sai, còn thiếu trong bộ tài liệu hôm nay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agency", default="", help="mã cơ quan (không ghi: mọi cơ quan)")
        parser.add_argument("--json", action="store_true", help="chỉ in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = defects(Scope.whole(_units(options["agency"].strip()), today()))
        if options["json"]:
            told = [defect.as_json() for defect in found]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"Ngày {format_date(today())}: {len(found)} lỗi")
        for key, rows in groupby(found, key=lambda defect: defect.rule):
            listed = list(rows)
            self.stdout.write(f"\n{RULES[key].title} ({len(listed)})")
            for defect in listed:
                self.stdout.write(f"  {defect.object} – {defect.message} [{defect.url}]")


def _units(code: str) -> Any:
    if not code:
        return Unit.objects.all()
    agency = Unit.objects.agencies().filter(code=code).first()
    if agency is None:
        raise CommandError(f"Không có cơ quan nào mã “{code}”.")
    return Unit.objects.filter(path__startswith=agency.path or "/")
