"""The words of the table of who may have which address: its rules, and groups of people."""

from dataclasses import dataclass
from enum import StrEnum

from qms.organisation.roles import Role

PUBLIC = "public"
ANYONE = "anyone"
BY_OBJECT = "by object"

SECRETARY = frozenset({Role.ISO_SECRETARY})
READERS = frozenset(Role) - {Role.SYSTEM_ADMIN}  # the administrator has no way to content
PLANNERS = frozenset({Role.ISO_SECRETARY, Role.LEADER, Role.INTERNAL_AUDITOR})
WATCHERS = PLANNERS | {Role.EXTERNAL_CHECKER}
FOLLOWERS = frozenset({Role.ISO_SECRETARY, Role.LEADER, Role.UNIT_HEAD})
SETTLERS = frozenset({Role.ISO_SECRETARY, Role.LEADER, Role.SYSTEM_ADMIN})

# Of the own agency, as `Rule` needs them besides.
NOBODY: frozenset[str] = frozenset()
# Not a role, but where somebody stands: holds every role, but on a section alone; wrote the drafts
# and works in the unit of the nonconformities; leads the audits; is of their teams.
SECTION, AUTHOR, LEAD, TEAM = (frozenset({n}) for n in ("section", "author", "lead", "team"))
LEADER, HEAD = frozenset({Role.LEADER}), frozenset({Role.UNIT_HEAD})
ADMIN = frozenset({Role.SYSTEM_ADMIN})
KEEPING = SECRETARY | ADMIN  # documents, accounts: whom somebody's leaving concerns
KEEPERS = SECRETARY | LEADER  # of what is restricted, too
NUMBERERS = SECRETARY | {Role.CLERK}
MEMBERS = READERS | SECTION  # whoever belongs to the agency, be it to a part of it
HOLDERS = WATCHERS | {Role.CLERK}  # who knows which person has what
# An internal auditor of a part of the agency is one of the whole.
AUDITING = WATCHERS | SECTION
PLANNING = HOLDERS | SECTION
MANAGING = SECRETARY | LEAD  # of an audit
WRITING = FOLLOWERS | AUTHOR  # down what is done about a nonconformity
ANSWERING = LEADER | HEAD  # for it
JUDGING = SECRETARY | {Role.INTERNAL_AUDITOR}  # it


class Foreign(StrEnum):
    """What people of other agencies are told of a record."""

    HIDDEN = "hidden"  # the same as of one that is not there
    REFUSED = "refused"  # that there is such a thing is no secret, but this is not for them
    SHARED = "shared"  # all agencies share it: the rule is theirs, too


@dataclass(frozen=True)
class Rule:
    """Who may have an address that names `record`; everybody else is refused and changes nothing.

    `get`, `post`: None where the method is not offered at all. `told`: who may send the POST, but
    with this record is only told that there is nothing to do. `wrong`: records of the same kind
    with which the POST of those who may send it changes nothing.
    """

    record: str
    get: frozenset[str] | str | None = None
    post: frozenset[str] | str | None = None
    told: frozenset[str] = NOBODY
    wrong: tuple[str, ...] = ()
    foreign: Foreign = Foreign.HIDDEN


Access = str | frozenset[Role] | Rule | tuple[Rule, ...]
SHARED, REFUSED = Foreign.SHARED, Foreign.REFUSED

EDITIONS = (
    Rule("procedure", PUBLIC),
    Rule("internal procedure", MEMBERS),
    Rule("restricted procedure", KEEPERS),
)
MEMBERS_EDITIONS = EDITIONS[1:]
DRAFTS = (
    Rule("draft", SECRETARY | AUTHOR),
    Rule("draft in review", FOLLOWERS | AUTHOR),
    Rule("draft reviewed", FOLLOWERS | AUTHOR),
    Rule("draft approved", FOLLOWERS | AUTHOR | {Role.CLERK}),
)
DRAFTS_SENT = (
    Rule("draft in review", FOLLOWERS | AUTHOR, NOBODY, told=FOLLOWERS | AUTHOR),
    Rule("draft reviewed", FOLLOWERS | AUTHOR, NOBODY, told=FOLLOWERS | AUTHOR),
    Rule(
        "draft approved",
        FOLLOWERS | AUTHOR | {Role.CLERK},
        NOBODY,
        told=FOLLOWERS | AUTHOR | {Role.CLERK},
    ),
)
DRAFTING_OVER = ("draft in review", "draft reviewed", "draft approved")
COMPOSING_OVER = ("decision submitted", "decision approved", "decision issued")
DECISIONS = (Rule("decision", KEEPERS | {Role.CLERK}), Rule("decision issued", MEMBERS))
AUDITS = (Rule("audit", PLANNING), Rule("audit notified", MEMBERS))
AUDIT_OVER = ("audit signed", "audit reported", "audit closed", "audit cancelled")
PLANS = (Rule("plan", PLANNERS), Rule("plan approved", MEMBERS))
PLAN_OVER = ("plan submitted", "plan approved", "plan cancelled")
REGISTERS = (
    Rule("register", MEMBERS, foreign=SHARED),  # each sees that of the own agency
    Rule("register of holders", HOLDERS, foreign=SHARED),
)
LEGAL = SECRETARY | SECTION  # all agencies share the register, so any secretary keeps it
REQUESTED_OVER = ("change request accepted", "change request taken up", "change request refused")
SUBMITTED_NOT = ("decision", "decision approved", "decision issued")
SIGNED_NOT = ("audit under way", "audit after closing", "audit reported", "audit closed")
CHECKLIST = (Rule("audit under way", TEAM), Rule("audit after closing", AUDITING))
FINDINGS_OVER = ("audit signed", "audit reported")
