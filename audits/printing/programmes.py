"""The plan of a year as it is printed."""

from typing import Any

from audits.matrix import matrix_of
from audits.models import AuditProgramme
from audits.papers.programme import ProgrammeFacts, programme_paper
from audits.permissions.programmes import HIDDEN
from audits.printing.shared import letterhead_of
from audits.proposals import audited_units
from procedures.permissions import visible_procedures
from qms.foundation.dates import today
from qms.records.models import Signature
from qms.records.paper import Paper


def plan_paper(programme: AuditProgramme, user: Any) -> Paper:
    """Return the plan with its matrix; a procedure that `user` may not read is not named."""
    lines = list(programme.standing_lines())
    named = [line.procedure_id for line in lines if line.procedure_id]
    readable = set(visible_procedures(user).filter(pk__in=named).values_list("pk", flat=True))
    day = programme.approved_on or today()
    signatures = Signature.objects.on(programme).filter(round=programme.round)
    return programme_paper(
        ProgrammeFacts(
            head=letterhead_of(programme.agency, on=day),
            programme=programme,
            lines=lines,
            named=[
                ""
                if line.procedure is None
                else str(line.procedure)
                if line.procedure_id in readable
                else HIDDEN
                for line in lines
            ],
            matrix=matrix_of(programme, lines, audited_units(programme.agency, on=day)),
            signatures=list(signatures),
        )
    )
