"""Deeds that change several records together, all or none."""

from procedures.actions.blanks import issue_form
from procedures.actions.circulation import (
    acknowledge,
    attach_signed_list,
    record_dissemination,
)
from procedures.actions.deciding import (
    add_items,
    approve_decision,
    cancel_decision,
    compose_decision,
    remove_item,
    return_version,
)
from procedures.actions.drafting import (
    NewProcedure,
    discard_version,
    set_authors,
    start_procedure,
    start_version,
)
from procedures.actions.granting import grant_reading
from procedures.actions.issuing import Numbering, issue_decision
from procedures.actions.paper import (
    PaperIssue,
    accept_paper,
    register_new_paper,
    register_paper,
)
from procedures.actions.renditions import make_renditions
from procedures.actions.requesting import request_change

__all__ = [
    "NewProcedure",
    "Numbering",
    "PaperIssue",
    "accept_paper",
    "acknowledge",
    "add_items",
    "approve_decision",
    "attach_signed_list",
    "cancel_decision",
    "compose_decision",
    "discard_version",
    "grant_reading",
    "issue_decision",
    "issue_form",
    "make_renditions",
    "record_dissemination",
    "register_new_paper",
    "register_paper",
    "remove_item",
    "request_change",
    "return_version",
    "set_authors",
    "start_procedure",
    "start_version",
]
