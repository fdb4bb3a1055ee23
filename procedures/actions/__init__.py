"""Deeds that change several records together, all or none."""

from procedures.actions.blanks import issue_form
from procedures.actions.circulation import (
    acknowledge,
    attach_signed_list,
    record_dissemination,
)
from procedures.actions.copies import Holder, Recall, hand_out_copies, recall_copies
from procedures.actions.correcting import Correction, correct_decision
from procedures.actions.deciding import (
    Words,
    add_items,
    approve_decision,
    cancel_decision,
    compose_decision,
    edit_decision,
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
from procedures.actions.legal import (
    Recorded,
    add_document,
    record_legal_change,
    record_tthc_change,
    update_document,
    void_change,
)
from procedures.actions.paper import (
    PaperIssue,
    accept_paper,
    register_new_paper,
    register_paper,
)
from procedures.actions.renditions import make_renditions
from procedures.actions.requesting import request_change
from procedures.actions.reviews import (
    open_impact_sheet,
    open_impact_sheets,
    review_periodically,
    settle_rows,
)
from procedures.actions.withdrawing import withdraw_decision
from procedures.actions.word_imports import base_of, draft_word, register_word

__all__ = [
    "Correction",
    "Holder",
    "NewProcedure",
    "Numbering",
    "PaperIssue",
    "Recall",
    "Recorded",
    "Words",
    "accept_paper",
    "acknowledge",
    "add_document",
    "add_items",
    "approve_decision",
    "attach_signed_list",
    "base_of",
    "cancel_decision",
    "compose_decision",
    "correct_decision",
    "discard_version",
    "draft_word",
    "edit_decision",
    "grant_reading",
    "hand_out_copies",
    "issue_decision",
    "issue_form",
    "make_renditions",
    "open_impact_sheet",
    "open_impact_sheets",
    "recall_copies",
    "record_dissemination",
    "record_legal_change",
    "record_tthc_change",
    "register_new_paper",
    "register_paper",
    "register_word",
    "remove_item",
    "request_change",
    "return_version",
    "review_periodically",
    "set_authors",
    "settle_rows",
    "start_procedure",
    "start_version",
    "update_document",
    "void_change",
    "withdraw_decision",
]
