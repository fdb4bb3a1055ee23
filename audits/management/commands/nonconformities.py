"""Print how many nonconformities stood open, overdue and closed on a day."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from audits.models import Nonconformity
from audits.standing import Standing, standing_on
from qms.foundation.dates import format_date, parse_date, today
from qms.organisation.models import Unit


class Command(BaseCommand):
    help = "Số sự không phù hợp đang mở, quá hạn, đã đóng tính đến một ngày."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="ngày, như 2022-06-30 (không ghi: hôm nay)")
        parser.add_argument("--agency", default="", help="mã cơ quan (không ghi: mọi cơ quan)")
        parser.add_argument("--json", action="store_true", help="chỉ in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = parse_date(options["on"]) if options["on"] else today()
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        standing = standing_on(day, _among(options["agency"]))
        if options["json"]:
            self.stdout.write(json.dumps(standing.as_json(), ensure_ascii=False, indent=2))
        else:
            title = f"Sự không phù hợp tính đến ngày {format_date(day)}"
            self.stdout.write("\n".join([title, *_told(standing)]))


def _among(code: str) -> QuerySet[Nonconformity]:
    if not code:
        return Nonconformity.objects.all()
    agency = Unit.objects.filter(code=code.strip()).first()
    if agency is None:
        raise CommandError(f"Không có đơn vị nào mã “{code}”.")
    return Nonconformity.objects.filter(unit__in=Unit.objects.within(agency))


def _told(standing: Standing) -> list[str]:
    grades = dict(Nonconformity.Grade.choices)
    names = dict(Unit.objects.filter(code__in=standing.by_unit).values_list("code", "name"))
    rows = [
        ("Đang mở", standing.open),
        ("  trong đó quá hạn", standing.overdue),
        ("Đã đóng", standing.closed),
    ]
    lines = [*rows, *((f"Mức {grades[key].lower()}", n) for key, n in standing.by_grade.items())]
    lines += [(f"{code} {names[code]}", count) for code, count in standing.by_unit.items()]
    width = max(len(label) for label, _ in lines)
    return [f"{label:<{width}}  {count:>5}" for label, count in lines]
