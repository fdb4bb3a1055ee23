"""What `verify` asks of procedures: contents, signatures, link tables, numbers."""

from procedures.verifying.contents import check_contents, check_decided, has_changed
from procedures.verifying.links import check_links
from procedures.verifying.numbers import numbered_recalls, numbered_requests, numbered_sheets
from procedures.verifying.statements import check_statements

__all__ = [
    "check_contents",
    "check_decided",
    "check_links",
    "check_statements",
    "has_changed",
    "numbered_recalls",
    "numbered_requests",
    "numbered_sheets",
]
