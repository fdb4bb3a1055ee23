"""A crash at each step of storing a file leaves at most a file that no row names."""

import json

from tests.crash.conftest import Told
from tests.crash.place import Place


def test_a_crash_at_any_line_of_storing_leaves_at_most_an_orphan(place: Place, told: Told) -> None:
    said = json.loads(place.run("-m", "tests.crash.storing").stdout)

    assert said["tried"] > 30
    assert said["orphans"] > 0
    assert (said["wrong"], said["half"]) == ([], [])
    assert place.differences() == []
    told("chết ở từng dòng lệnh khi cất một tệp", tried=said["tried"], lost=len(said["wrong"]))
