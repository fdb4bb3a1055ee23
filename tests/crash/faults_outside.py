"""A dead mail server stops no deed; a damaged database lets no server start."""

import socket
from pathlib import Path

from tests.crash.conftest import Told
from tests.crash.place import ON_POSTGRESQL, Place, pdf


def test_a_dead_mail_server_stops_no_deed(place: Place, told: Told) -> None:
    with socket.socket() as taken:  # bound, and not listened at: nobody answers there
        taken.bind(("127.0.0.1", 0))
        place.settings["EMAIL_URL"] = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        with place.serving():
            written = place.add_form("THU", pdf("thư"))
            asked = place.ask(
                "POST", "/tai-khoan/quen-mat-khau/", data={"email": "thuky@example.vn"}
            )

    assert written.is_done
    assert asked.status == 503
    assert "chưa có thư nào được gửi" in asked.text
    assert place.differences() == []
    told("máy chủ thư không trả lời", tried=2, lost=0)


def test_a_damaged_database_lets_no_server_start(place: Place, tmp_path: Path, told: Told) -> None:
    if ON_POSTGRESQL:
        told("trang đầu của tệp SQLite bị hỏng (chỉ có ở SQLite)", tried=0, lost=0)
        return
    with place.database.open("r+b") as file:
        file.write(b"\xa5" * 4096)
    before = place.database.read_bytes()

    place.begin()
    assert place.server is not None
    code = place.server.wait(60)
    place.server = None

    assert code != 0
    assert "Cơ sở dữ liệu bị hỏng" in place.log()
    assert "Traceback" not in place.log()
    assert place.database.read_bytes() == before
    told("trang đầu của cơ sở dữ liệu bị hỏng khi khởi động", tried=1, lost=0)
