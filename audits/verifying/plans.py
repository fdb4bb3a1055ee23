"""Signatures on plans, against what these said when they were given, in each round."""

from collections.abc import Iterator

from audits.models import AuditProgramme, ProgrammeLine
from procedures.models import Procedure
from qms.organisation.models import Unit
from qms.records.models import Signature
from qms.records.verifying.found import Difference, Report, chunks
from qms.records.verifying.past import Past, signed_otherwise


def check_plans(report: Report) -> Iterator[Difference]:
    """Each signature on a plan is on what it said then, by the codes of that time."""
    for programmes in chunks(AuditProgramme):
        past = _Plans([programme.pk for programme in programmes])
        yield from signed_otherwise(Signature.objects.on_all(programmes), past.signed)


class _Plans:
    """What plans and their lines said at any entry."""

    def __init__(self, keys: list[int]) -> None:
        lines = list(ProgrammeLine.objects.filter(programme__in=keys).order_by("pk"))
        self._plans = Past(AuditProgramme, keys)
        self._lines = Past(ProgrammeLine, [line.pk for line in lines])
        self._units = Past(Unit, {line.unit_id for line in lines if line.unit_id})
        self._procedures = Past(Procedure, {n.procedure_id for n in lines if n.procedure_id})
        self._of: dict[int, list[int]] = {}
        for line in lines:
            self._of.setdefault(line.programme_id, []).append(line.pk)

    def signed(self, signature: Signature, seq: int) -> str | None:
        plan = self._plans.at(signature.object_id, seq)
        if plan is None:
            return None
        standing = []
        for key in self._of.get(plan.pk, []):
            line = self._lines.at(key, seq)
            if line is not None and line.removed_at is None:
                line.unit = self._units.at(line.unit_id, seq)
                line.procedure = self._procedures.at(line.procedure_id, seq)
                standing.append(line)
        sha256: str = plan.signed_sha256(standing)
        return sha256
