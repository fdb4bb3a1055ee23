"""`manage.py import_tthc FILE`: import a list of TTHC, or tell what that would do."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from procedures.imports.carry_out import ImportFile, check_terms, import_list, refuse_blocked
from procedures.imports.plan import ImportPlan, Terms, plan_import
from procedures.imports.reading import check_size
from procedures.imports.table import read_table
from qms.foundation.dates import parse_date
from qms.organisation.models import Unit, User, default_agency


class Command(BaseCommand):
    help = "Nhập danh mục TTHC từ tệp .xlsx hoặc .csv; không ghi gì nếu thiếu --wet-run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--wet-run", action="store_true", help="ghi thật vào cơ sở dữ liệu")
        parser.add_argument("--json", action="store_true", help="chỉ in JSON ra đầu ra chuẩn")
        parser.add_argument("--unit", default="", help="mã đơn vị giải quyết; mặc định là cơ quan")
        parser.add_argument("--decision", default="", help="quyết định công bố TTHC")
        parser.add_argument("--effective-on", default="", help="ngày hiệu lực của quyết định")
        parser.add_argument("--leave-out", default="", help="các dòng bỏ ra, ví dụ 12,15")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            terms = _terms(options)
            source = _source(options["file"])
            if options["wet_run"]:
                plan = self._import(source, terms, options)
            else:
                plan = plan_import(read_table(source.data, source.name), terms)
        except (ValidationError, ValueError) as refusal:
            raise CommandError(_sentences(refusal)) from refusal
        self._print(plan, as_json=options["json"])

    def _import(self, source: ImportFile, terms: Terms, options: dict[str, Any]) -> ImportPlan:
        plan = plan_import(read_table(source.data, source.name), terms)
        if plan.is_blocked:
            self._print(plan, as_json=options["json"])
            refuse_blocked(plan)
        with transaction.atomic():
            by = User.objects.system()
            return import_list(source, terms, unit=_unit(options["unit"], by), by=by)

    def _print(self, plan: ImportPlan, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(plan.as_json(), ensure_ascii=False))
            return
        counts = plan.counts()
        lines = [
            f"Số dòng: {len(plan.table.rows)}",
            f"Mới: {counts['new']} · thay đổi: {counts['changed']} · không đổi: "
            f"{counts['unchanged']} · có trong danh mục nhưng vắng trong tệp: {len(plan.missing)}",
            *(f"  Dòng {row.row}: {row.problem}" for row in plan.invalid),
            *(
                f"  Mã {code}: các dòng {', '.join(str(r.row) for r in rows)} khác nhau"
                for code, rows in plan.conflicts
            ),
            *(f"  Dòng {row.row} không có mã: {row.name}" for row in plan.without_code),
            *(f"  Dòng {r.row}: mã “{r.printed_code}” khôi phục {r.code}" for r in plan.restored),
        ]
        self.stdout.write("\n".join(lines))


def _terms(options: dict[str, Any]) -> Terms:
    effective = options["effective_on"]
    terms = Terms(
        decision_no=options["decision"].strip(),
        effective_on=parse_date(effective) if effective else None,
        leave_out=frozenset(row.strip() for row in options["leave_out"].split(",") if row.strip()),
    )
    check_terms(terms)
    return terms


def _source(path: Path) -> ImportFile:
    try:
        check_size(path.stat().st_size)
        return ImportFile(path.read_bytes(), path.name)
    except OSError as error:
        raise ValidationError(f"Không đọc được tệp {path.name}: {error.strerror}.") from error


def _unit(code: str, by: User) -> Unit:
    if not code:
        return default_agency(by=by)
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise ValidationError(f"Không có đơn vị mã “{code}”.")
    return unit


def _sentences(refusal: ValidationError | ValueError) -> str:
    messages = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
    return "\n".join(messages)
