"""Print coverage on a day; the page /bao-phu/ shows the same figures."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.coverage import EARLIEST, LATEST, Coverage, Row, coverage_on
from qms.foundation.dates import format_date, parse_date, today
from qms.foundation.templatetags.office import percent
from qms.organisation.models import AgencyProfile, Unit


class Command(BaseCommand):
    help = "Tỷ lệ TTHC áp dụng quy trình ISO vào một ngày."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="ngày, như 2022-06-30 (không ghi: hôm nay)")
        parser.add_argument("--unit", default="", help="mã đơn vị (không ghi: cơ quan đầu tiên)")
        parser.add_argument("--json", action="store_true", help="chỉ in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["on"]:
            try:
                day = parse_date(options["on"])
            except ValueError as wrong:
                raise CommandError(str(wrong)) from wrong
        else:
            day = today()
        if not EARLIEST <= day <= LATEST:
            raise CommandError(f"Ngày phải từ {format_date(EARLIEST)} đến {format_date(LATEST)}.")
        coverage = coverage_on(day, _unit(options["unit"]))
        if options["json"]:
            self.stdout.write(json.dumps(coverage.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_told(coverage)))


def _unit(code: str) -> Unit:
    if code:
        unit = Unit.objects.filter(code=code.strip()).first()
        if unit is None:
            raise CommandError(f"Không có đơn vị nào mã “{code}”.")
        return unit
    profile = AgencyProfile.objects.select_related("unit").order_by("unit__path").first()
    first = profile.unit if profile else Unit.objects.agencies().order_by("path").first()
    if first is None:
        raise CommandError("Chưa có cơ quan nào. Hãy lập cơ quan trước.")
    return first


def _told(coverage: Coverage) -> list[str]:
    lines = [
        f"Tỷ lệ TTHC áp dụng quy trình ISO, ngày {format_date(coverage.on)} – {coverage.unit}",
        f"{coverage.in_force} TTHC; không thuộc phạm vi: {coverage.excluded}",
    ]
    if coverage.is_beyond_catalogue:
        until = format_date(coverage.catalogue_until) or "(chưa ghi ngày)"
        lines.append(f"Lưu ý: danh mục TTHC mới cập nhật đến {until}.")
    lines += [
        f"Có quy trình ISO: {coverage.covered_ratio} ({percent(coverage.with_procedure)})",
        f"Phù hợp quy định hiện hành: {coverage.fresh_ratio} ({percent(coverage.fresh)})",
        f"Quá hạn cập nhật: {coverage.overdue}",
        f"Phù hợp {coverage.covered} · phải cập nhật {coverage.stale} · "
        f"đang soạn {coverage.in_progress} · chưa có {coverage.missing}",
    ]
    todo = coverage.to_do()
    return [*lines, "", "Việc cần làm:", *map(_line, todo)] if todo else lines


def _line(row: Row) -> str:
    deadline = ""
    if row.deadline:
        word = "quá hạn" if row.is_late else "hạn"
        deadline = f"; {word} {format_date(row.deadline)}"
    return f"  {row.code} {row.name} – {row.standing.label.lower()}{deadline}"
