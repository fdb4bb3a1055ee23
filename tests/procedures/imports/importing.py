"""Plan and carry out lists of a few rows, and see what the catalogue then says."""

import datetime as dt
from typing import Any

from procedures.imports.carry_out import ImportFile, import_list
from procedures.imports.plan import ImportPlan, Terms, plan_import
from procedures.imports.table import read_table
from procedures.models import TTHC, TTHCChange, TTHCOnDay, on_day
from qms.organisation.models import Unit
from tests.factories import make_agency, system
from tests.procedures.imports.making import MN, Page, workbook

HEADER = ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Thời hạn", "Phí", "Cơ quan thực hiện")
DAY = dt.date(2024, 5, 1)
CORRECTION = Terms()
BY_DECISION = Terms("632/QĐ-UBND", DAY)


def row_of(code: Any, name: str | None = MN, **facts: Any) -> tuple[Any, ...]:
    said = {
        "field": "Giáo dục mầm non",
        "limit": "5 ngày làm việc",
        "fee": "",
        "agency": "",
    } | facts
    return (1, code, name, said["field"], said["limit"], said["fee"], said["agency"])


def file_of(*rows: Any, header: Any = HEADER) -> ImportFile:
    return ImportFile(workbook(Page([header, *rows])), "danh-muc.xlsx")


def planned(*rows: Any, terms: Terms = CORRECTION, header: Any = HEADER) -> ImportPlan:
    source = file_of(*rows, header=header)
    return plan_import(read_table(source.data, source.name), terms)


def imported(
    *rows: Any, terms: Terms = CORRECTION, unit: Unit | None = None, header: Any = HEADER
) -> ImportPlan:
    unit = unit or Unit.objects.agencies().order_by("path").first() or make_agency()
    return import_list(file_of(*rows, header=header), terms, unit=unit, by=system())


def on_day_of(code: str, day: dt.date) -> TTHCOnDay:
    tthc = TTHC.objects.select_related("field").get(code=code)
    return on_day(tthc, list(tthc.changes.all()), day)


def changes_of(code: str) -> list[tuple[str, str, dt.date]]:
    changes = TTHCChange.objects.filter(tthc__code=code)
    return [(change.kind, change.decision_no, change.effective_on) for change in changes]


def ended(*rows: Any) -> list[Any]:
    return [("C. DANH MỤC THỦ TỤC HÀNH CHÍNH BỊ BÃI BỎ",), *rows]
