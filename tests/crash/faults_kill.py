"""kill -9 of the server under writes: what was answered is there, whole."""

import time

from tests.crash.conftest import Told
from tests.crash.place import Place
from tests.crash.writing import lost, writing

ROUNDS = 20
WRITING_SECONDS = 0.7


def test_kill_under_writes_loses_nothing_that_was_answered(place: Place, told: Told) -> None:
    answered = 0
    for number in range(1, ROUNDS + 1):
        place.start()
        with writing(place, f"K{number}") as written:
            until = time.monotonic() + 15
            while not written.answered and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(WRITING_SECONDS * number / ROUNDS)
            place.kill()
        gone = lost(place, written)
        answered += len(written.answered)
        told("kill -9 máy chủ khi đang ghi", tried=1, lost=len(gone))
        assert gone == []
        assert written.answered
        if number % 5 == 0:
            assert place.differences() == []
    told("  lần ghi đã được trả lời trước khi bị kill", tried=answered, lost=0)
