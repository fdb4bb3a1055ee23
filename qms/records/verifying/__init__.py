"""Everything recomputed and compared: ledger, histories, records, files, grants, checkpoints.

It reads and never writes; what it is given time to read is one moment of the database.
"""

from collections.abc import Iterator

from qms.foundation.integrity import snapshot
from qms.records.ledger import checkpoints
from qms.records.verifying.database import check_database
from qms.records.verifying.found import Check, Difference, Report
from qms.records.verifying.kept import check_files, check_grants, check_signatures
from qms.records.verifying.ledger import check_chain, check_checkpoints
from qms.records.verifying.live import check_live
from qms.records.verifying.numbers import check_numbers, number_series
from qms.records.verifying.told import check_told

__all__ = ["Check", "Difference", "Report", "differences", "number_series", "register", "verify"]

_OURS: tuple[Check, ...] = (
    check_chain,
    check_told,
    check_live,
    check_files,
    check_signatures,
    check_grants,
    check_numbers,
    check_database,
)
_registered: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Have `check` asked too; called by an app that is ready, for what it alone can recompute."""
    _registered[name] = check


def verify() -> Report:
    """Compare everything and return what was counted, noted and found to differ."""
    report = Report()
    signed = checkpoints.read_all()  # before the database: what is signed meanwhile is not yet seen
    with snapshot():
        for difference in _found(signed, report):
            report.differences.append(difference)
    return report


def differences() -> list[Difference]:
    """Return everything that is not as it was recorded; none where all is well."""
    return verify().differences


def _found(signed: list[checkpoints.Checkpoint], report: Report) -> Iterator[Difference]:
    for check in (*_OURS, *_registered.values()):
        yield from check(report)
    yield from check_checkpoints(signed, report)
