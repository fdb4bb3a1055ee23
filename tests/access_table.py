"""Who may have which address: one line for each, by the name of the URL.

PUBLIC: without an account. ANYONE: whoever is signed in. BY_OBJECT: decided on the record, whose
page's own tests show who is refused. Otherwise the roles, of which one is enough on any unit; all
the others are refused. `namespace:*` stands for the addresses of an application that is not ours.
"""

from qms.organisation.roles import Role

PUBLIC = "public"
ANYONE = "anyone"
BY_OBJECT = "by object"

SECRETARY = frozenset({Role.ISO_SECRETARY})
READERS = frozenset(Role) - {Role.SYSTEM_ADMIN}  # the administrator has no way to content
PLANNERS = frozenset({Role.ISO_SECRETARY, Role.LEADER, Role.INTERNAL_AUDITOR})
WATCHERS = PLANNERS | {Role.EXTERNAL_CHECKER}
SETTLERS = frozenset({Role.ISO_SECRETARY, Role.LEADER, Role.SYSTEM_ADMIN})

ACCESS: dict[str, str | frozenset[Role]] = {
    "healthz": PUBLIC,
    "home:my-work": ANYONE,
    "organisation:agency": SETTLERS,
    # the catalogue, its import, coverage
    "procedures:coverage": READERS,
    "procedures:coverage-sheet": READERS,
    "procedures:tthc-list": READERS,
    "procedures:tthc-import": SECRETARY,
    "procedures:tthc-import-file": BY_OBJECT,
    "procedures:tthc-detail": BY_OBJECT,
    "procedures:exclusion-new": BY_OBJECT,
    "procedures:exclusion-accept": BY_OBJECT,
    "procedures:exclusion-refuse": BY_OBJECT,
    # the library; what it shows starts from what may be read, without an account too
    "procedures:list": PUBLIC,
    "procedures:list-sheet": ANYONE,
    "procedures:procedure-detail": PUBLIC,
    "procedures:procedure-versions": PUBLIC,
    "procedures:version-detail": PUBLIC,
    "procedures:version-pdf": PUBLIC,
    "procedures:version-scan": BY_OBJECT,
    "procedures:procedure-history": BY_OBJECT,
    "procedures:blank-list": ANYONE,
    "procedures:blank-new": SECRETARY,
    "procedures:blank-file": PUBLIC,
    "procedures:legal-list": READERS,
    # open versions
    "procedures:draft-list": ANYONE,
    "procedures:draft-new": SECRETARY,
    "procedures:draft-detail": BY_OBJECT,
    "procedures:draft-review": BY_OBJECT,
    "procedures:draft-return": BY_OBJECT,
    "procedures:draft-discard": BY_OBJECT,
    "procedures:draft-authors": BY_OBJECT,
    "procedures:draft-pdf": BY_OBJECT,
    "procedures:draft-file": BY_OBJECT,
    "procedures:paper-new": SECRETARY,
    "procedures:paper-accept": BY_OBJECT,
    "procedures:paper-scan": BY_OBJECT,
    # comparing: how editions of a procedure differ
    # legal: the legal register: external documents and their changes
    # reviews: impact sheets and periodic reviews
    # circulation: acknowledgements, meetings that disseminate, distribution
    # copies: numbered copies, recall, and asking whether a print is valid
    # registers: registers of documents, records, forms; their labels
    # bundles: drafts begun for one cause: re-issues, reorganisations
    # word_imports: reading Word files in
    # exports: word copies, the archive of all in force, and the jobs that make it
    # health: what is wrong in the document set
    "procedures:health": frozenset({Role.ISO_SECRETARY, Role.LEADER}),
    "procedures:health-sheet": frozenset({Role.ISO_SECRETARY, Role.LEADER}),
    # yearly: the ISO file of a year, declarations
    # requests for a change
    "procedures:change-request-new": BY_OBJECT,
    "procedures:change-request-list": ANYONE,
    "procedures:change-request-detail": BY_OBJECT,
    "procedures:change-request-accept": BY_OBJECT,
    "procedures:change-request-refuse": BY_OBJECT,
    "procedures:change-request-answer": BY_OBJECT,
    "procedures:change-request-take-up": BY_OBJECT,
    "procedures:change-request-release": BY_OBJECT,
    # decisions
    "procedures:decision-list": ANYONE,
    "procedures:decision-new": SECRETARY,
    "procedures:decision-detail": BY_OBJECT,
    "procedures:decision-add": BY_OBJECT,
    "procedures:decision-remove": BY_OBJECT,
    "procedures:decision-submit": BY_OBJECT,
    "procedures:decision-return": BY_OBJECT,
    "procedures:decision-item-return": BY_OBJECT,
    "procedures:decision-approve": BY_OBJECT,
    "procedures:decision-issue": BY_OBJECT,
    "procedures:decision-cancel": BY_OBJECT,
    "procedures:decision-file": BY_OBJECT,
    # audits: planning, team, timetable, report
    "audits:audit-list": ANYONE,
    "audits:audit-new": SECRETARY,
    "audits:audit-calendar": ANYONE,
    "audits:audit-feed": ANYONE,
    "audits:audit-detail": BY_OBJECT,
    "audits:audit-edit": BY_OBJECT,
    "audits:audit-ics": BY_OBJECT,
    "audits:audit-team": BY_OBJECT,
    "audits:audit-member-remove": BY_OBJECT,
    "audits:audit-member-reason": BY_OBJECT,
    "audits:audit-countersign": BY_OBJECT,
    "audits:audit-team-decision": BY_OBJECT,
    "audits:audit-team-file": BY_OBJECT,
    "audits:audit-scope": BY_OBJECT,
    "audits:audit-subject-remove": BY_OBJECT,
    "audits:audit-timetable": BY_OBJECT,
    "audits:audit-session-edit": BY_OBJECT,
    "audits:audit-session-remove": BY_OBJECT,
    "audits:audit-notify": BY_OBJECT,
    "audits:audit-opening": BY_OBJECT,
    "audits:audit-closing-meeting": BY_OBJECT,
    "audits:audit-report": BY_OBJECT,
    "audits:audit-report-sign": BY_OBJECT,
    "audits:audit-report-withdraw": BY_OBJECT,
    "audits:audit-report-approve": BY_OBJECT,
    "audits:audit-report-return": BY_OBJECT,
    "audits:audit-close": BY_OBJECT,
    "audits:audit-cancel": BY_OBJECT,
    # the year's plan of audits, auditors, settings
    "audits:programme-list": READERS,
    "audits:programme-new": SECRETARY,
    "audits:programme-detail": BY_OBJECT,
    "audits:programme-edit": BY_OBJECT,
    "audits:line-new": BY_OBJECT,
    "audits:line-edit": BY_OBJECT,
    "audits:line-remove": BY_OBJECT,
    "audits:programme-take-up": BY_OBJECT,
    "audits:programme-submit": BY_OBJECT,
    "audits:programme-approve": BY_OBJECT,
    "audits:programme-return": BY_OBJECT,
    "audits:programme-cancel": BY_OBJECT,
    "audits:programme-revise": BY_OBJECT,
    "audits:auditor-list": PLANNERS,
    "audits:certificate-new": SECRETARY,
    "audits:certificate-withdraw": BY_OBJECT,
    "audits:certificate-file": BY_OBJECT,
    "audits:settings": SETTLERS - {Role.SYSTEM_ADMIN},
    "audits:clauses": SETTLERS - {Role.SYSTEM_ADMIN},
    # figures over all audits
    "audits:summary": WATCHERS,
    "audits:summary-findings": WATCHERS,
    "audits:summary-sheet": WATCHERS,
    # audits in the field
    "audits:service-worker": PUBLIC,  # a script; holds nothing of anybody
    "audits:field": BY_OBJECT,
    # the checklist: the team's; others read it after the closing meeting
    "audits:checklist": BY_OBJECT,
    "audits:checklist-generate": BY_OBJECT,
    "audits:checklist-law": BY_OBJECT,
    "audits:checklist-assign": BY_OBJECT,
    "audits:question-new": BY_OBJECT,
    "audits:item-detail": BY_OBJECT,
    "audits:item-answer": BY_OBJECT,
    "audits:item-settle": BY_OBJECT,
    "audits:item-evidence": BY_OBJECT,
    "audits:item-confirm": BY_OBJECT,
    "audits:item-finding": BY_OBJECT,
    "audits:question-edit": BY_OBJECT,
    "audits:question-remove": BY_OBJECT,
    "audits:sampling": BY_OBJECT,
    "audits:sampling-cells": BY_OBJECT,
    "audits:dossier-edit": BY_OBJECT,
    "audits:dossier-remove": BY_OBJECT,
    "audits:field-data": BY_OBJECT,
    "audits:field-sync": BY_OBJECT,
    "audits:field-upload": BY_OBJECT,
    "audits:evidence-file": BY_OBJECT,
    "audits:evidence-original": BY_OBJECT,
    "audits:evidence-withdraw": BY_OBJECT,
    # findings of an audit
    "audits:finding-list": BY_OBJECT,
    "audits:finding-new": BY_OBJECT,
    "audits:finding-detail": BY_OBJECT,
    "audits:finding-edit": BY_OBJECT,
    "audits:finding-grade": BY_OBJECT,
    "audits:finding-withdraw": BY_OBJECT,
    "audits:finding-respond": BY_OBJECT,
    "audits:finding-evidence": BY_OBJECT,
    # printed records
    "audits:paper": BY_OBJECT,
    "audits:programme-paper": BY_OBJECT,
    "audits:nonconformity-paper": BY_OBJECT,
    "audits:register": ANYONE,  # what it holds starts from what may be seen
    # nonconformities
    "audits:nonconformity-list": ANYONE,
    "audits:nonconformity-new": READERS,
    "audits:nonconformity-detail": BY_OBJECT,
    "audits:nonconformity-confirm": BY_OBJECT,
    "audits:nonconformity-treatment": BY_OBJECT,
    "audits:nonconformity-analyse": BY_OBJECT,
    "audits:nonconformity-action": BY_OBJECT,
    "audits:nonconformity-propose": BY_OBJECT,
    "audits:nonconformity-agree": BY_OBJECT,
    "audits:nonconformity-refuse": BY_OBJECT,
    "audits:nonconformity-implement": BY_OBJECT,
    "audits:nonconformity-verify": BY_OBJECT,
    "audits:nonconformity-effect": BY_OBJECT,
    "audits:nonconformity-close": BY_OBJECT,
    "audits:nonconformity-follow-up": BY_OBJECT,
    "audits:nonconformity-reject": BY_OBJECT,
    "audits:nonconformity-extend": BY_OBJECT,
    "audits:nonconformity-repeat": BY_OBJECT,
    "audits:nonconformity-regrade": BY_OBJECT,
    "audits:nonconformity-external": BY_OBJECT,
    "audits:nonconformity-evidence": BY_OBJECT,
    "audits:nonconformity-action-complete": BY_OBJECT,
    "audits:nonconformity-action-remove": BY_OBJECT,
    "audits:nonconformity-action-change": BY_OBJECT,
    # the account, by django-allauth
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": PUBLIC,  # says that it is closed
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_logout": ANYONE,
    "account_change_password": ANYONE,
    "account_set_password": ANYONE,
    "account_reauthenticate": ANYONE,
    "account_email": ANYONE,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,  # the letter is opened where it arrives
    "admin:*": BY_OBJECT,
}
