"""What records said when an entry of the ledger was made, as their history tells.

The order is that of the ledger, for a clock may be set back. What was there before the ledger began
stands before its first entry.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from qms.records.ledger.entries import LedgerEntry
from qms.records.models import Signature, SignatureQuerySet
from qms.records.verifying.found import CHUNK, Difference

_OTHER = "Chữ ký không phải trên nội dung này."


class Past:
    """The states of some records of one model, by their place in the ledger."""

    def __init__(self, model: Any, keys: Collection[Any]) -> None:
        self._model = model
        self._states: dict[Any, list[tuple[int, Any]]] = {}
        history = model.history.model
        name = model._meta.pk.attname
        places = _places(model._meta.db_table, keys)
        rows = history._base_manager.filter(**{f"{name}__in": keys}).order_by("pk")
        for row in rows:
            place = places.get(str(row.pk), 0)
            self._states.setdefault(getattr(row, name), []).append((place, row))
        for states in self._states.values():
            states.sort(key=lambda each: (each[0], each[1].pk))

    def at(self, key: Any, seq: int) -> Any | None:
        """Return the record, unsaved, as it was before entry `seq`; None where there was none."""
        said = [row for place, row in self._states.get(key, []) if place < seq]
        if not said or said[-1].history_type == "-":
            return None
        names = [field.attname for field in self._model._meta.concrete_fields]
        return self._model(**{n: getattr(said[-1], n) for n in names if hasattr(said[-1], n)})


def _places(table: str, keys: Collection[Any]) -> dict[str, int]:
    """Return {key of a history row: its entry}; of one told twice the first."""
    entries = LedgerEntry.objects.filter(table=table, key__in=[str(key) for key in keys])
    told = entries.exclude(row="").order_by("-seq").values_list("row", "seq")
    return dict(told.iterator(chunk_size=CHUNK))


def signed_otherwise(
    signatures: SignatureQuerySet, signed: Callable[[Signature, int], str | None]
) -> Iterator[Difference]:
    """Tell of signatures on something else than what `signed` returns of each and its entry.

    Those from before the ledger have no entry and are left to the ledger's adoption.
    """
    found = list(signatures.order_by("pk"))
    places = _signed_at(found)
    for signature in found:
        place = places.get(signature.pk)
        if place is not None and signed(signature, place) != signature.sha256:
            table = Signature._meta.db_table
            yield Difference("signature", _OTHER, table, str(signature.pk), "sha256")


def _signed_at(signatures: Iterable[Signature]) -> dict[int, int]:
    keys = [str(signature.pk) for signature in signatures]
    entries = LedgerEntry.objects.filter(table=Signature._meta.db_table, key__in=keys, row="")
    return {int(key): seq for key, seq in entries.order_by("-seq").values_list("key", "seq")}
