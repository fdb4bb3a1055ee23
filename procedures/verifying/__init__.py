"""What `verify` asks of procedures: contents, signatures, link tables."""

from procedures.verifying.contents import check_contents, check_decided, has_changed
from procedures.verifying.links import check_links

__all__ = ["check_contents", "check_decided", "check_links", "has_changed"]
