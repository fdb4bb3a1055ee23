"""What `verify` asks of audits: reports, plans, sheets, their signatures, numbers."""

from audits.verifying.numbers import numbered_audits, numbered_nonconformities
from audits.verifying.plans import check_plans
from audits.verifying.reports import check_closed, check_programmes, check_reports
from audits.verifying.sheets import check_countersigned, check_sheets

__all__ = [
    "check_closed",
    "check_countersigned",
    "check_plans",
    "check_programmes",
    "check_reports",
    "check_sheets",
    "numbered_audits",
    "numbered_nonconformities",
]
