"""What `verify` asks of procedures: contents, signatures, link tables, numbers."""

from procedures.verifying.contents import check_contents, check_decided, has_changed
from procedures.verifying.links import check_links
from procedures.verifying.numbers import numbered_recalls, numbered_requests, numbered_sheets

__all__ = [
    "check_contents",
    "check_decided",
    "check_links",
    "has_changed",
    "numbered_recalls",
    "numbered_requests",
    "numbered_sheets",
]
