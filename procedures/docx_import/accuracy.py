"""How much of a document with a known truth was read right, cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from qms.foundation.text import fold

SCALARS = ("code", "title", "issue", "issued_on")
LISTS = ("time_limits", "dossier", "steps", "forms", "records", "legal_bases", "tthc")
_NAMES = {"dossier": "name", "steps": "work", "time_limits": "text"}
_ALIKE = 0.6  # so much of two texts must agree for two rows to be the same one


@dataclass
class Score:
    """Cells read right, of all that the truth has and all that were read too much."""

    right: int = 0
    cells: int = 0

    def count(self, is_right: bool) -> None:  # noqa: FBT001 - a tally
        self.right += is_right
        self.cells += 1

    def __str__(self) -> str:
        share = 100 * self.right / self.cells if self.cells else 100.0
        return f"{self.right}/{self.cells} ({share:.1f} %)"


def compare(truth: Mapping[str, Any], read: Mapping[str, Any]) -> tuple[Score, list[str]]:
    """Return the score of `read` against `truth`, and where they differ.

    A cell is a scalar, or a field of a row. Rows are matched in order by their main text; a row
    that is missing or too much has all its cells wrong. Texts are equal when they read alike:
    accents, case and marks of punctuation are compared away, the order of words is not. Of a paper
    no copies stated and none are the same.
    """
    score, wrong = Score(), []
    for name in SCALARS:
        if name in truth:
            is_right = _equal(truth[name], read.get(name))
            score.count(is_right)
            if not is_right:
                wrong.append(f"{name}: {truth[name]!r} ≠ {read.get(name)!r}")
    for name in LISTS:
        if name in truth:
            wrong += _compare_rows(name, truth[name], read.get(name) or [], score)
    return score, wrong


def _compare_rows(
    name: str, truth: Sequence[Any], read: Sequence[Any], score: Score
) -> Iterator[str] | list[str]:
    wrong = []
    for one, other in _pairs(name, truth, read):
        for field, expected, got in _cells(one, other):
            is_right = one is not None and other is not None and _equal(expected, got)
            if field in ("originals", "copies") and one is not None and other is not None:
                is_right = (expected or 0) == (got or 0)
            score.count(is_right)
            if not is_right:
                wrong.append(f"{name}.{field}: {expected!r} ≠ {got!r}")
    return wrong


def _cells(one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        first = one if isinstance(one, Mapping) else {}
        second = other if isinstance(other, Mapping) else {}
        for field in first or second:
            yield field, first.get(field), second.get(field)
    else:
        yield "text", one, other


def _pairs(name: str, truth: Sequence[Any], read: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return rows side by side, the longest chain of rows that are alike; None beside the rest."""
    rows, columns = len(truth), len(read)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            alike = _alike(_text(name, truth[i]), _text(name, read[j]))
            paired = best[i + 1][j + 1] + (alike if alike >= _ALIKE else 0)
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[Any, Any]] = []
    i = j = 0
    while i < rows and j < columns:
        alike = _alike(_text(name, truth[i]), _text(name, read[j]))
        if alike >= _ALIKE and best[i][j] == best[i + 1][j + 1] + alike:
            pairs.append((truth[i], read[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((truth[i], None))
            i += 1
        else:
            pairs.append((None, read[j]))
            j += 1
    pairs += [(row, None) for row in truth[i:]]
    pairs += [(None, row) for row in read[j:]]
    return pairs


def _text(name: str, row: Any) -> str:
    if not isinstance(row, Mapping):
        return fold(str(row))
    said = row.get(_NAMES.get(name, ""), "")
    if name == "time_limits":
        said = f"{row.get('case', '')} {said}"
    return fold(str(said))


def _alike(one: str, other: str) -> float:
    return 1.0 if one == other else SequenceMatcher(None, one, other).ratio()


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return fold(one) == fold(other)
    if isinstance(one, list) and isinstance(other, list):
        return one == other
    return bool(one == other)
