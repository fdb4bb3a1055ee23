"""Signatures on nonconformities and on the team, against what these said when they were given."""

from collections.abc import Iterator

from audits.models import AuditMember, CorrectiveAction, Nonconformity, Treatment
from qms.records.models import Signature
from qms.records.verifying.found import Difference, Report, chunks
from qms.records.verifying.past import Past, signed_otherwise

_STATED = (Signature.Act.PREPARED, Signature.Act.CONFIRMED)  # the statement; closing signs all


def check_sheets(report: Report) -> Iterator[Difference]:
    """Each signature on a sheet or a round's treatment is on what it said then."""
    for sheets in chunks(Nonconformity):
        keys = [sheet.pk for sheet in sheets]
        treatments = list(Treatment.objects.filter(nonconformity__in=keys).order_by("pk"))
        actions = list(CorrectiveAction.objects.filter(nonconformity__in=keys).order_by("pk"))
        past = _Sheets(keys, treatments, actions)
        yield from signed_otherwise(Signature.objects.on_all(sheets), past.of_sheet)
        if treatments:
            yield from signed_otherwise(Signature.objects.on_all(treatments), past.of_treatment)


def check_countersigned(report: Report) -> Iterator[Difference]:
    """Each countersignature is on the reason and the doubts that the leader saw."""
    for members in chunks(AuditMember):
        past = Past(AuditMember, [member.pk for member in members])

        def signed(signature: Signature, seq: int, past: Past = past) -> str | None:
            member = past.at(signature.object_id, seq)
            return member.doubts_sha256() if member else None

        yield from signed_otherwise(Signature.objects.on_all(members), signed)


class _Sheets:
    """What sheets, their treatments and actions said at any entry."""

    def __init__(
        self, keys: list[int], treatments: list[Treatment], actions: list[CorrectiveAction]
    ) -> None:
        self._sheets = Past(Nonconformity, keys)
        self._treatments = Past(Treatment, [treatment.pk for treatment in treatments])
        self._actions = Past(CorrectiveAction, [action.pk for action in actions])
        self._measures: dict[tuple[int, int], list[int]] = {}
        for action in actions:
            place = (action.nonconformity_id, action.round)
            self._measures.setdefault(place, []).append(action.pk)
        self._rounds = {(each.nonconformity_id, each.round): each.pk for each in treatments}
        self._of = {each.pk: each.nonconformity_id for each in treatments}

    def of_sheet(self, signature: Signature, seq: int) -> str | None:
        sheet = self._sheets.at(signature.object_id, seq)
        if sheet is None:
            return None
        return sheet.statement_sha256() if signature.act in _STATED else self._whole(sheet, seq)

    def of_treatment(self, signature: Signature, seq: int) -> str | None:
        sheet = self._sheets.at(self._of.get(signature.object_id), seq)
        return self._whole(sheet, seq) if sheet is not None else None

    def _whole(self, sheet: Nonconformity, seq: int) -> str:
        treatment = self._treatments.at(self._rounds.get((sheet.pk, sheet.round)), seq)
        measures = self._measures.get((sheet.pk, sheet.round), [])
        actions = [self._actions.at(key, seq) for key in measures]
        standing = [action for action in actions if action and action.removed_at is None]
        return sheet.signed_sha256(treatment, standing)
