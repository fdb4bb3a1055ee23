"""The table of revisions of a document (bảng theo dõi sửa đổi, BM-01-04): a row an edition.

The rows are computed from what is recorded: the comparison with the edition before, the requests
and changes that an edition takes up, and its decision.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from procedures.comparison import Change, changes, locations, proposed_summary, substantial
from procedures.content import TakenUp
from procedures.models import (
    ChangeRequest,
    InForcePeriod,
    LegalChange,
    ProcedureVersion,
    TTHCChange,
)
from procedures.workflow import FROZEN_VERSION, VersionStatus
from qms.foundation.dates import format_date


@dataclass(frozen=True)
class RevisionRow:
    """One edition in the table; all is text to print, lines are lines.

    `summary` is the author's; `computed`, where that is empty, what the comparison says, and
    `reason` what those who asked for the change gave as one: for members of the agency, not for
    the public. Without `date` (of the decision) it is not issued yet.
    """

    seq: int
    request_ref: str
    location: str
    summary: str
    computed: str
    old_text: str
    new_text: str
    reason: str
    legal_basis: tuple[str, ...]
    decision: str
    issue_no: int | None
    revision_no: int | None
    date: dt.date | None
    note: str

    @property
    def numbers(self) -> str:
        """Return `02/01`, `02` where the agency counts issues alone, `–` before there is one."""
        if self.issue_no is None:
            return "–"
        issue = f"{self.issue_no:02d}"
        return issue if self.revision_no is None else f"{issue}/{self.revision_no:02d}"

    @property
    def told(self) -> str:
        """Return the summary, or what the comparison says where nobody wrote one."""
        return self.summary or self.computed


def revision_rows(version: ProcedureVersion) -> list[RevisionRow]:
    """Return the table as `version` prints it: every edition up to it, in order of their numbers.

    A draft stands in the last row, with the number that approval would give it. Three queries
    beside the editions themselves, whatever their number.
    """
    own = expected_number(version)[:2]
    listed = [*_editions_before(version, own), version]
    numbers = [(edition.issue_no, edition.revision_no) for edition in listed[:-1]]
    known = _Known.of(listed)
    return _rows(listed, [*numbers, own], known)


def issued_rows(
    versions: Iterable[ProcedureVersion],
) -> list[tuple[ProcedureVersion, RevisionRow]]:
    """Return each of the issued `versions` with its row, by procedure in order of their numbers.

    What an edition changed is told against the one before it among `versions`; those of a
    procedure are numbered from one. Two queries, whatever their number.
    """
    chains: dict[int, list[ProcedureVersion]] = {}
    for version in versions:
        chains.setdefault(version.procedure_id, []).append(version)
    known = _Known.of([version for chain in chains.values() for version in chain])
    found: list[tuple[ProcedureVersion, RevisionRow]] = []
    for chain in chains.values():
        chain.sort(key=lambda edition: _order(edition.issue_no, edition.revision_no))
        numbers = [(edition.issue_no, edition.revision_no) for edition in chain]
        found += zip(chain, _rows(chain, numbers, known), strict=True)
    return found


def expected_number(version: ProcedureVersion) -> tuple[int | None, int | None, bool]:
    """Return the numbers, and whether they are only those that approval would give."""
    if version.issue_no is not None or version.status == VersionStatus.DISCARDED:
        return version.issue_no, version.revision_no, False
    return *version.next_number(), True


def taken_up_text(taken: TakenUp) -> str:
    """Return which change of a TTHC or of a basis is worked in, and from when it holds."""
    kinds = TTHCChange.Kind if taken.kind == "tthc" else LegalChange.Kind
    labels = {value: str(label) for value, label in kinds.choices}
    subject = f"TTHC {taken.subject}" if taken.kind == "tthc" else taken.subject
    change = labels.get(taken.change, taken.change).lower()
    return f"{subject}: {change}, hiệu lực từ {format_date(taken.effective_on)}"


@dataclass(frozen=True)
class _Known:
    """What is recorded of editions, by the key of each: its standing period, what it answers."""

    periods: Mapping[int, InForcePeriod]
    asked: Mapping[int | None, list[ChangeRequest]]

    @classmethod
    def of(cls, editions: Sequence[ProcedureVersion]) -> "_Known":
        standing = InForcePeriod.objects.standing().filter(version__in=editions)
        periods = {p.version_id: p for p in standing.select_related("begun_by__decision")}
        asked: defaultdict[int | None, list[ChangeRequest]] = defaultdict(list)
        for change in ChangeRequest.objects.filter(version__in=editions).order_by("pk"):
            asked[change.version_id].append(change)
        return cls(periods, asked)


def _rows(
    editions: Sequence[ProcedureVersion],
    numbers: Sequence[tuple[int | None, int | None]],
    known: _Known,
) -> list[RevisionRow]:
    before: list[ProcedureVersion | None] = [None, *editions[:-1]]
    listed = enumerate(zip(editions, before, numbers, strict=True), start=1)
    return [
        _row(seq, edition, earlier, own, known.periods, known.asked.get(edition.pk, ()))
        for seq, (edition, earlier, own) in listed
    ]


def _editions_before(
    version: ProcedureVersion, own: tuple[int | None, int | None]
) -> list[ProcedureVersion]:
    frozen = version.procedure.versions.filter(status__in=FROZEN_VERSION).defer("search_key")
    editions = [
        edition
        for edition in frozen
        if edition.pk != version.pk and _order(edition.issue_no, edition.revision_no) < _order(*own)
    ]
    return sorted(editions, key=lambda edition: _order(edition.issue_no, edition.revision_no))


def _order(issue_no: int | None, revision_no: int | None) -> tuple[int, int]:
    """Return what numbers are ordered by; what has none yet comes last."""
    return (10**6 if issue_no is None else issue_no, revision_no or 0)


def _row(
    seq: int,
    edition: ProcedureVersion,
    before: ProcedureVersion | None,
    numbers: tuple[int | None, int | None],
    periods: Mapping[int, InForcePeriod],
    asked: Iterable[ChangeRequest],
) -> RevisionRow:
    document = edition.document
    # What is known from its paper alone says nothing that could be compared.
    is_known = before is not None and not (_is_bare(before) or _is_bare(edition))
    found = substantial(changes(before.document, document)) if before and is_known else []
    decision = periods[edition.pk].begun_by.decision if edition.pk in periods else None
    requests = list(asked)
    return RevisionRow(
        seq=seq,
        request_ref="; ".join(change.number or str(change.pk) for change in requests),
        location=locations(found),
        summary=document.change_summary or ("" if before else "Ban hành lần đầu"),
        computed=proposed_summary(found),
        old_text=_side(found, "old"),
        new_text=_side(found, "new"),
        reason="\n".join(dict.fromkeys(change.why for change in requests)),
        legal_basis=tuple(map(taken_up_text, document.taken_up)),
        decision=str(decision) if decision else "",
        issue_no=numbers[0],
        revision_no=numbers[1],
        date=decision.signed_on if decision else None,
        note=_note(edition, is_standing=decision is not None),
    )


def _is_bare(version: ProcedureVersion) -> bool:
    document = version.document
    is_paper = version.origin == ProcedureVersion.Origin.PAPER
    return is_paper and not (document.steps or document.body)


def _side(found: Iterable[Change], name: str) -> str:
    """Return what stood there before (`old`) or stands there now (`new`), a line a place."""
    return "\n".join(
        f"{change.label}: {text}" for change in found if (text := str(getattr(change, name)))
    )


def _note(edition: ProcedureVersion, *, is_standing: bool) -> str:
    if edition.status == VersionStatus.ISSUED and not is_standing:
        return "Quyết định ban hành đã thu hồi"
    if edition.status != VersionStatus.ISSUED:
        return "Chưa ban hành"
    return "Nhập từ bản giấy" if edition.origin == ProcedureVersion.Origin.PAPER else ""
