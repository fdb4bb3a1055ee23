"""What a Word file becomes: a draft, or a document that was issued before this system."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.actions.drafting import NewProcedure, start_procedure, start_version
from procedures.actions.paper import PaperIssue, register_new_paper, register_paper
from procedures.content import Content
from procedures.models import Procedure, ProcedureVersion, WordImport
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import User

Target = NewProcedure | Procedure  # a procedure to be made, or one that is known


@transaction.atomic
def draft_word(row: WordImport, target: Target, *, by: User, content: Content) -> ProcedureVersion:
    """Make a draft of `content`, written by `by`: the first of a new procedure, or its next.

    Raises TransitionNotAllowed when the import was settled in the meantime, and what
    `start_procedure` and `start_version` raise.
    """
    _begin(row)
    if isinstance(target, NewProcedure):
        version = start_procedure(target, by=by, content=content)
    else:
        version = start_version(
            target,
            by=by,
            content=content,
            change_type=ProcedureVersion.Change.REISSUE,
            base=base_of(target),
        )
    row.become(version, by=by)
    return version


@transaction.atomic
def register_word(
    row: WordImport, target: Target, paper: PaperIssue, *, by: User, content: Content
) -> ProcedureVersion:
    """Record the file as a document issued before this system; a leader has still to accept it.

    The untouched original is its file. Raises TransitionNotAllowed when the import was settled in
    the meantime, and what `register_paper` raises.
    """
    _begin(row)
    paper = replace(paper, scan=row.file)
    if isinstance(target, NewProcedure):
        version = register_new_paper(target, paper, by=by, content=content)
    else:
        version = register_paper(target, paper, by=by, content=content)
    row.become(version, by=by)
    return version


def base_of(procedure: Procedure) -> ProcedureVersion | None:
    """Return the version in force today, else the last one that was issued."""
    issued = procedure.versions.filter(status=VersionStatus.ISSUED)
    return issued.in_force(on=today()).first() or issued.order_by("-issued_at").first()


def _begin(row: WordImport) -> None:
    row.lock_unsettled()
    if row.read_at is None:
        raise ValidationError("Tệp này chưa đọc được nên chưa lập được gì từ nó.")
