"""Clients that write the whole time, and what must be there of each write that was answered."""

import hashlib
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.crash.place import Place, pdf

_MOST = 400  # writes of one client


@dataclass
class Written:
    """The code and the file's SHA-256 of each form that was answered as written."""

    answered: dict[str, str] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    unanswered: int = 0


@contextmanager
def writing(place: Place, name: str, *, clients: int = 4) -> Iterator[Written]:
    """Have clients add forms until the end of the block, or until nobody answers them."""
    written, over = Written(), threading.Event()

    def write(client: int) -> None:
        for number in itertools.islice(itertools.count(1), _MOST):
            if over.is_set():
                return
            code = f"{name}-{client}-{number}"
            data = pdf(code)
            try:
                answer = place.add_form(code, data, timeout=30)
            except OSError:
                written.unanswered += 1
                return
            if answer.is_done:
                written.answered[code] = hashlib.sha256(data).hexdigest()
            else:
                written.refused.append(answer.status)

    threads = [threading.Thread(target=write, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def lost(place: Place, written: Written) -> list[str]:
    """Return the forms that were answered as written and are not there, whole."""
    forms = dict(place.rows("SELECT code, id FROM procedures_form"))
    files = dict(
        place.rows(
            "SELECT form_id, sha256 FROM procedures_formissue i "
            "JOIN records_storedfile f ON f.id = i.file_id"
        )
    )
    histories = {key for (key,) in place.rows("SELECT id FROM procedures_historicalform")}
    told = set(
        place.rows("SELECT key, row FROM records_ledgerentry WHERE \"table\" = 'procedures_form'")
    )
    keys = {key for key, _ in told}
    return [
        code
        for code, sha256 in written.answered.items()
        if files.get(forms.get(code)) != sha256
        or forms[code] not in histories
        or str(forms[code]) not in keys
        or hashlib.sha256(place.file(sha256).read_bytes()).hexdigest() != sha256
    ]
