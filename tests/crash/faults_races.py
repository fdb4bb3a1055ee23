"""Many at once, with real clients: one wins, the others are told, nothing is there twice."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from tests.crash.conftest import Told
from tests.crash.place import Answer, Place, pdf
from tests.crash.prepare import LEADERS
from tests.factories import PASSWORD

SENDERS = 5
WRITERS, WRITES = 16, 200  # of each; one to two minutes on two cores
FIRST, SECOND = "Tên do người thứ nhất ghi", "Tên do người thứ hai ghi"


@pytest.fixture(scope="module")
def served(world: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = world.copied(tmp_path_factory.mktemp("races") / "races")
    try:
        with place.serving():
            yield place
        assert place.differences() == []
    finally:
        place.remove()


def at_once(*deeds: Callable[[], Answer]) -> list[Answer]:
    """Do all of them at the same moment and return the answers in their order."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], Answer]) -> Answer:
        start.wait(30)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def alerts(pages: list[Any]) -> list[str]:
    """Return what the pages say in their alerts, for a failure to show."""
    texts = [page if isinstance(page, str) else page.text for page in pages]
    found = [lxml.html.fromstring(text).xpath("//*[@role='alert']") for text in texts if text]
    return [" | ".join(" ".join(a.text_content().split()) for a in each) for each in found]


def count(place: Place, query: str, *values: Any) -> int:
    ((number,),) = place.rows(query, *values)
    return int(number)


def test_one_of_20_signs_a_decision_and_19_are_told(served: Place, told: Told) -> None:
    for key, seen in served.said["decisions"].items():
        signed = {"password": PASSWORD, "capacity": "", "seen": seen}

        def approve(session: str, key: str = key, signed: dict[str, str] = signed) -> Answer:
            return served.ask("POST", f"/quyet-dinh/{key}/phe-duyet/", session=session, data=signed)

        sessions = served.said["leaders"]
        answers = at_once(*(lambda s=session: approve(s) for session in sessions))
        pages = [
            served.ask("GET", f"/quyet-dinh/{key}/", session=session, messages=answer.messages).text
            for session, answer in zip(sessions, answers, strict=True)
        ]
        won = sum("Văn thư vào số để ban hành" in page for page in pages)
        refused = sum("Trong lúc đó quyết định đã ở trạng thái" in page for page in pages)
        signatures = _of_decision(served, "records_signature", key)
        approved = count(
            served,
            "SELECT count(*) FROM procedures_historicaldecision WHERE id = ? AND status = "
            "'approved'",
            key,
        )
        entries = count(
            served,
            "SELECT count(*) FROM records_ledgerentry e JOIN records_signature s ON "
            "e.key = CAST(s.id AS text) WHERE e.\"table\" = 'records_signature' AND s.act = "
            "'approved' AND s.object_id = ? AND s.content_type_id = (SELECT id FROM "
            "django_content_type WHERE model = 'decision')",
            key,
        )
        assert {answer.status for answer in answers} <= {302}, [a.text for a in answers[:1]]
        assert (won, signatures, approved, entries) == (1, 1, 1, 1)
        assert refused == LEADERS - 1, alerts(pages)
        told("20 người cùng ký một quyết định", tried=LEADERS, lost=signatures - 1)


def _of_decision(place: Place, table: str, key: str) -> int:
    return count(
        place,
        f"SELECT count(*) FROM {table} WHERE act = 'approved' AND object_id = ? AND "  # noqa: S608
        "content_type_id = (SELECT id FROM django_content_type WHERE model = 'decision')",
        key,
    )


def test_the_same_form_sent_5_times_at_once_is_one_record(served: Place, told: Told) -> None:
    for number in range(3):
        code = f"LAP-{number}"
        answers = at_once(*[lambda c=code: served.add_form(c, pdf(c)) for _ in range(SENDERS)])

        kinds = Counter(answer.status for answer in answers)
        forms = count(served, "SELECT count(*) FROM procedures_form WHERE code = ?", code)
        issues = count(
            served,
            "SELECT count(*) FROM procedures_formissue i JOIN procedures_form f ON "
            "f.id = i.form_id WHERE f.code = ?",
            code,
        )
        assert (forms, issues) == (1, 1)
        assert kinds == {302: 1, 422: SENDERS - 1}
        told("một biểu mẫu gửi 5 lần cùng lúc", tried=SENDERS, lost=forms - 1)


def page_data(place: Place, draft: int, **typed: str) -> list[tuple[str, str]]:
    """Return what a browser sends of the drafting page, with `typed` over it."""
    page = place.ask("GET", f"/du-thao/{draft}/", session=place.said["staff"])
    assert page.status == 200, page.text[-500:]
    forms = lxml.html.fromstring(page.text).forms
    form = next(form for form in forms if "seen" in form.fields)
    kept = [(name, value) for name, value in form.form_values() if name not in typed]
    return kept + list(typed.items())


def save(place: Place, draft: int, data: list[tuple[str, str]]) -> Answer:
    return place.ask("POST", f"/du-thao/{draft}/", session=place.said["staff"], data=data)


def test_the_second_of_two_editors_is_shown_the_conflict(served: Place, told: Told) -> None:
    for draft in served.said["drafts"][:4]:
        one = page_data(served, draft, title=FIRST)
        two = page_data(served, draft, title=SECOND)

        answers = at_once(lambda: save(served, draft, one), lambda: save(served, draft, two))  # noqa: B023

        ((title,),) = served.rows(
            "SELECT title FROM procedures_procedureversion WHERE id = ?", draft
        )
        statuses = [answer.status for answer in answers]
        assert sorted(statuses) == [302, 409]
        assert title == (FIRST, SECOND)[statuses.index(302)]
        conflict = answers[statuses.index(409)].text
        assert FIRST in conflict
        assert SECOND in conflict
        told("hai người cùng sửa một dự thảo", tried=1, lost=0)


def test_what_is_signed_is_what_was_seen_while_another_edits(served: Place, told: Told) -> None:
    for draft in served.said["drafts"][4:]:
        submitted = page_data(served, draft, title=FIRST, action="submit")
        edited = page_data(served, draft, title=SECOND)

        answers = at_once(
            lambda: save(served, draft, submitted),  # noqa: B023
            lambda: save(served, draft, edited),  # noqa: B023
        )

        ((status, title, content),) = served.rows(
            "SELECT status, title, content_sha256 FROM procedures_procedureversion WHERE id = ?",
            draft,
        )
        signed = served.rows(
            "SELECT sha256 FROM records_signature WHERE object_id = ? AND act = 'prepared' AND "
            "content_type_id = (SELECT id FROM django_content_type WHERE model = "
            "'procedureversion')",
            draft,
        )
        assert sorted(answer.status for answer in answers)[0] == 302, alerts(answers)
        assert all(answer.status in (302, 409) for answer in answers)
        if status == "draft":
            assert (title, signed) == (SECOND, [])
        else:
            assert (title, signed) == (FIRST, [(content,)])
        told("trình ký trong lúc người khác sửa", tried=1, lost=0)


def test_what_16_people_write_at_once_is_each_ones_own(served: Place, told: Told) -> None:
    address = f"/quy-trinh/{served.said['issued']}/gop-y/"
    people = list(zip(served.said["leader_keys"], served.said["leaders"], strict=True))[:WRITERS]

    def write(person: tuple[int, str]) -> list[int]:
        key, session = person
        asked = ({"what": f"của {key}, lần {number}", "why": "Thử"} for number in range(WRITES))
        return [served.ask("POST", address, session=session, data=each).status for each in asked]

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = Counter(status for each in pool.map(write, people) for status in each)

    rows = served.rows(
        "SELECT r.what, r.requested_by_id, r.number, h.history_user_id, l.actor_id "
        "FROM procedures_changerequest r JOIN procedures_historicalchangerequest h ON h.id = r.id "
        "JOIN records_ledgerentry l ON l.\"table\" = 'procedures_changerequest' "
        "AND l.row = CAST(h.history_id AS text) WHERE r.why = 'Thử'"
    )
    others = [
        row
        for row in rows
        if not (row[0].startswith(f"của {row[1]},") and row[1] == row[3] == row[4])
    ]
    assert answers == {302: WRITERS * WRITES}
    assert len(rows) == len({row[2] for row in rows}) == WRITERS * WRITES
    assert Counter(row[1] for row in rows) == {key: WRITES for key, _ in people}
    assert others == []
    told("lần ghi của 16 người cùng lúc, mỗi lần đúng tên", tried=len(rows), lost=len(others))


def test_numbers_have_no_gap_though_half_are_given_back(
    world: Place, tmp_path: Path, told: Told
) -> None:
    place = world.copied(tmp_path / "numbers")
    try:
        said = place.run("-m", "tests.crash.numbering").stdout
    finally:
        place.remove()

    assert said.split() == ["1000", "0", "0"]
    told("20 người lấy số, mỗi người 50 lần, một phần bị hủy", tried=1000, lost=0)
