"""`manage.py import_tthc FILE`: import a list of TTHC, or tell what that would do."""

import datetime as dt
import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from procedures.imports.carry_out import (
    ImportFile,
    check_terms,
    import_list,
    refuse_blocked,
)
from procedures.imports.plan import ImportPlan, Terms, plan_import
from procedures.imports.reading import check_size
from procedures.imports.table import read_table
from procedures.imports.wording import fact_changes
from qms.foundation.dates import parse_date
from qms.foundation.text import clean
from qms.organisation.models import Unit, User, default_agency


class Command(BaseCommand):
    """Without `--wet-run` nothing is written; exit 1 with a sentence where nothing could be."""

    help = "Nhập danh mục TTHC từ tệp .xlsx hoặc .csv; không ghi gì nếu thiếu --wet-run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="tệp .xlsx hoặc .csv")
        parser.add_argument("--wet-run", action="store_true", help="ghi thật vào cơ sở dữ liệu")
        parser.add_argument("--json", action="store_true", help="chỉ in JSON ra đầu ra chuẩn")
        parser.add_argument("--unit", default="", help="mã đơn vị giải quyết; mặc định là cơ quan")
        parser.add_argument("--decision", default="", help="quyết định công bố TTHC")
        parser.add_argument("--effective-on", default="", help="ngày hiệu lực của quyết định")
        parser.add_argument(
            "--leave-out", default="", help="các dòng bỏ ra, như 12,15 hoặc 'Tên trang!12'"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            terms = _terms(options)
            unit = _unit(options["unit"].strip())
            source = _source(options["file"])
            plan = plan_import(read_table(source.data, source.name), terms)
            if options["wet_run"] and not plan.is_blocked:
                plan = _carry_out(source, terms, unit)
            self._print(plan, as_json=options["json"], is_done=options["wet_run"])
            if options["wet_run"]:
                refuse_blocked(plan)
        except ValidationError as refusal:
            raise CommandError("\n".join(refusal.messages)) from refusal

    def _print(self, plan: ImportPlan, *, as_json: bool, is_done: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(plan.as_json(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_told(plan, is_done=is_done and not plan.is_blocked)))


def _carry_out(source: ImportFile, terms: Terms, unit: Unit | None) -> ImportPlan:
    with transaction.atomic():
        by = User.objects.system()
        return import_list(source, terms, unit=unit or default_agency(by=by), by=by)


def _terms(options: dict[str, Any]) -> Terms:
    rows = (clean(row) for row in options["leave_out"].split(","))
    terms = Terms(
        decision_no=clean(options["decision"]),
        effective_on=_day(options["effective_on"].strip()),
        leave_out=frozenset(row for row in rows if row),
    )
    check_terms(terms)
    return terms


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text) if text else None
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong


def _source(path: Path) -> ImportFile:
    if not path.is_file():
        raise ValidationError(f"Không có tệp “{path}”.")
    try:
        check_size(path.stat().st_size)
        return ImportFile(path.read_bytes(), path.name)
    except OSError as error:
        raise ValidationError(f"Không đọc được tệp “{path}”: xem lại quyền đọc tệp.") from error


def _unit(code: str) -> Unit | None:
    """Return the unit of the code, None where none is asked for. Raises ValidationError."""
    if not code:
        return None
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise ValidationError(f"Không có đơn vị mã “{code}”.")
    return unit


def _told(plan: ImportPlan, *, is_done: bool) -> Iterable[str]:
    counts = plan.counts()
    yield "Đã nhập." if is_done else "Xem trước, chưa ghi gì."
    yield (
        f"{len(plan.table.rows)} dòng: {counts['new']} mới, {counts['changed']} thay đổi, "
        f"{counts['unchanged']} không đổi, {len(plan.left_out)} bỏ ra"
    )
    for row in plan.of("new"):
        yield f"  Mới {row.row.code} {row.row.name}"
    for row in plan.of("changed"):
        facts = "; ".join(
            f"{f.label}: {f.before or '(trống)'} → {f.after}" for f in fact_changes(row)
        )
        yield f"  Thay đổi {row.row.code} {row.row.name} – {facts}"
    yield from _notes(plan)


def _notes(plan: ImportPlan) -> Iterable[str]:
    for row in plan.invalid:
        yield f"  Dòng {row.key} sai: {row.problem}"
    for code, rows in plan.conflicts:
        yield f"  Mã {code} trùng, nội dung khác nhau: dòng {', '.join(r.key for r in rows)}"
    for row in plan.restored:
        yield f"  Dòng {row.key}: mã “{row.printed_code}” khôi phục thành {row.code}"
    for row in plan.without_code:
        yield f"  Dòng {row.key} không có mã: {row.name}"
    for match in plan.proposed:
        yield f"  Dòng {match.row.key} tên giống {match.old_code} {match.old_name}"
    for row in plan.asleep:
        yield f"  Dòng {row.key}: {row.code} đang ghi là không có hiệu lực, giữ nguyên"
    for known in plan.missing:
        yield f"  Vắng trong tệp, giữ nguyên: {known.tthc.code} {known.name}"
