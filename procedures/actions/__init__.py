"""Deeds that change several records together, all or none."""

from procedures.actions.blanks import issue_form
from procedures.actions.copies import Holder, Recall, hand_out_copies, recall_copies
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
    "Holder",
    "NewProcedure",
    "Numbering",
    "PaperIssue",
    "Recall",
    "accept_paper",
    "add_items",
    "approve_decision",
    "cancel_decision",
    "compose_decision",
    "discard_version",
    "grant_reading",
    "hand_out_copies",
    "issue_decision",
    "issue_form",
    "make_renditions",
    "recall_copies",
    "register_new_paper",
    "register_paper",
    "remove_item",
    "request_change",
    "return_version",
    "set_authors",
    "start_procedure",
    "start_version",
]
