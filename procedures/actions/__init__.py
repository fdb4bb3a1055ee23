"""Deeds that change several records together, all or none."""

from procedures.actions.blanks import end_form, issue_form, resume_form
from procedures.actions.bundles import (
    Outcome,
    Reissue,
    decide_bundle,
    reissue_unchanged,
    return_drafts,
    review_drafts,
    submit_drafts,
)
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
from procedures.actions.reorganising import Reorganised, reorganise
from procedures.actions.requesting import request_change
from procedures.actions.reviews import (
    open_impact_sheet,
    open_impact_sheets,
    review_periodically,
    settle_rows,
)
from procedures.actions.settings import keep_settings
from procedures.actions.withdrawing import withdraw_decision
from procedures.actions.word_imports import base_of, draft_word, register_word
from procedures.actions.yearly import (
    Declared,
    add_year_paper,
    attach_year_file,
    declare_system,
    update_declaration,
    update_year_paper,
    void_declaration,
    void_year_paper,
)

__all__ = [
    "Correction",
    "Declared",
    "Holder",
    "NewProcedure",
    "Numbering",
    "Outcome",
    "PaperIssue",
    "Recall",
    "Recorded",
    "Reissue",
    "Reorganised",
    "Words",
    "accept_paper",
    "acknowledge",
    "add_document",
    "add_items",
    "add_year_paper",
    "approve_decision",
    "attach_signed_list",
    "attach_year_file",
    "base_of",
    "cancel_decision",
    "compose_decision",
    "correct_decision",
    "decide_bundle",
    "declare_system",
    "discard_version",
    "draft_word",
    "edit_decision",
    "end_form",
    "grant_reading",
    "hand_out_copies",
    "issue_decision",
    "issue_form",
    "keep_settings",
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
    "reissue_unchanged",
    "remove_item",
    "reorganise",
    "request_change",
    "resume_form",
    "return_drafts",
    "return_version",
    "review_drafts",
    "review_periodically",
    "set_authors",
    "settle_rows",
    "start_procedure",
    "start_version",
    "submit_drafts",
    "update_declaration",
    "update_document",
    "update_year_paper",
    "void_change",
    "void_declaration",
    "void_year_paper",
    "withdraw_decision",
]
