"""A writer that does not let go: short it is waited for, long it is told, and reading goes on."""

import threading
import time

from tests.crash.conftest import Told
from tests.crash.place import Place, pdf

SHORT, LONG = 3.0, 30.0  # seconds
TIMEOUT = 10.0  # that a writer waits, on both databases


def test_a_lock_of_3_seconds_is_waited_for(place: Place, told: Told) -> None:
    with place.serving():
        assert place.add_form("TRUOC", pdf("trước")).is_done
        with place.held() as let_go:
            began = time.monotonic()
            later = threading.Timer(SHORT, let_go) if place.url else None
            if later:
                later.start()
                answer = place.add_form("KHOA-3", pdf("khóa 3 giây"))
                later.join()
            else:  # SQLite's connections belong to one thread
                answers = []
                thread = threading.Thread(
                    target=lambda: answers.append(place.add_form("KHOA-3", pdf("khóa 3 giây")))
                )
                thread.start()
                time.sleep(SHORT)
                let_go()
                thread.join(60)
                (answer,) = answers
            waited = time.monotonic() - began

    assert answer.is_done
    assert waited >= SHORT
    assert place.rows("SELECT count(*) FROM procedures_form WHERE code = 'KHOA-3'") == [(1,)]
    told("khóa ghi bị giữ 3 giây", tried=1, lost=0)


def test_a_lock_of_30_seconds_is_told_and_reading_goes_on(place: Place, told: Told) -> None:
    with place.serving():
        read_before = place.ask("GET", "/bieu-mau/", session=place.said["secretary"])
        with place.held() as let_go:
            began = time.monotonic()
            answers = []
            thread = threading.Thread(
                target=lambda: answers.append(place.add_form("KHOA-30", pdf("khóa 30 giây")))
            )
            thread.start()
            time.sleep(1)
            reads = [
                place.ask("GET", "/bieu-mau/", session=place.said["secretary"]).status
                for _ in range(5)
            ]
            read_in = time.monotonic() - began
            thread.join(LONG)
            waited = time.monotonic() - began
            let_go()
        again = place.add_form("KHOA-30", pdf("khóa 30 giây"))

    (refused,) = answers
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert "chưa được ghi" in refused.text
    assert TIMEOUT - 1 <= waited < LONG
    assert (read_before.status, reads) == (200, [200] * 5)
    assert read_in < waited
    assert again.is_done
    assert place.rows("SELECT count(*) FROM procedures_form WHERE code = 'KHOA-30'") == [(1,)]
    assert place.differences() == []
    told("khóa ghi bị giữ 30 giây (503, vẫn đọc được)", tried=1, lost=0)
