"""The catalogue of clauses: an edition is added row by row, and never changed by a later one."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from audits.models import Clause, clause_key
from procedures.loading.known import ever
from qms.foundation.text import clean
from qms.organisation.models import User


@transaction.atomic
def load_clauses(rows: Iterable[Mapping[str, str]], *, by: User) -> int:
    """Add the clauses of `rows` that never were; return how many.

    A row is known by edition and number, so that a title the office mended stays mended, and a
    next edition stands beside those before it. A clause hangs below the longest number it begins
    with (7.5.3 below 7.5).
    """
    known: dict[tuple[str, str], int] = ever(Clause, "edition", "number")
    added = 0
    for row in sorted(rows, key=lambda row: (row["edition"], clause_key(row["number"]))):
        edition, number = clean(row["edition"]), clean(row["number"])
        if (edition, number) in known:
            continue
        clause = Clause(
            edition=edition,
            number=number,
            parent_id=known.get((edition, number.rpartition(".")[0])),
            title_vi=clean(row["title_vi"]),
            title_en=clean(row["title_en"]),
            is_auditable=row["is_auditable"] == "yes",
        )
        clause.record(by=by, reason="Nạp danh mục điều khoản")
        known[edition, number] = clause.pk
        added += 1
    return added
