"""Looking at documents again at their interval: when it is due, verdicts, where it shows."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures import actions
from procedures.models import ChangeRequest, InForcePeriod, Review, ReviewBatch
from procedures.reviewing import _last_late, next_review_on, overdue
from qms.foundation.dates import add_months, format_date, today
from qms.records.models import Signature
from tests.factories import BY_PASSWORD, PASSWORD, Office, make_draft, sign_in
from tests.procedures.coverage.builders import in_force

URL = "/xem-xet-dinh-ky/"
LONG_AGO = dt.date(2022, 3, 15)


def _due(day: dt.date) -> str:
    return f'<span class="nowrap">{format_date(day)}</span>'


@settings(max_examples=25, deadline=None)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31)), st.integers(1, 36))
def test_last_late_day_is_the_last_whose_interval_has_run_out(on: dt.date, months: int) -> None:
    last = _last_late(on, months)

    assert next_review_on(last, None, months) < on
    assert next_review_on(last + dt.timedelta(days=1), None, months) >= on


def test_later_of_first_day_and_last_review_counts() -> None:
    begun = dt.date(2024, 1, 31)

    assert next_review_on(begun, None, 1) == dt.date(2024, 2, 29)
    assert next_review_on(begun, dt.date(2023, 6, 1), 12) == dt.date(2025, 1, 31)
    assert next_review_on(begun, dt.date(2024, 6, 1), 12) == dt.date(2025, 6, 1)


@pytest.mark.django_db
def test_several_are_reviewed_with_one_signature_and_the_next_is_due_later(client: Client) -> None:
    office = Office()
    late = in_force(office, since=LONG_AGO)
    fresh = in_force(office, since=today())
    in_force(Office(), since=LONG_AGO)
    sign_in(client, office.secretary)

    page = client.get(URL).content.decode()
    assert page.index(late.procedure.code) < page.index(fresh.procedure.code)
    assert "Quá hạn (1)" in page
    assert page.count('name="procedures"') == 2  # of the own agency alone
    assert "1 tài liệu quá hạn xem xét định kỳ" in client.get("/").content.decode()
    assert (
        "Quá hạn xem xét định kỳ: 15/03/2023"
        in client.get(late.get_absolute_url()).content.decode()
    )
    library = client.get("/quy-trinh/?xemxet=qua-han").content.decode()
    assert late.procedure.code in library
    assert fresh.procedure.code not in library

    keys = [str(late.procedure_id), str(fresh.procedure_id)]
    typed = {"procedures": keys, "verdict": "keep", "reason": "Vẫn phù hợp"}
    wrong = client.post(URL, typed | {"password": "sai"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count(" checked") == 3
    assert not Review.objects.exists()
    client.post(URL, typed | {"password": PASSWORD})

    batch = ReviewBatch.objects.get()
    assert (batch.sheet, batch.verdict, batch.agency) == (None, "keep", office.agency)
    assert Signature.objects.on(batch).get().method == Signature.Method.PASSWORD
    assert set(batch.reviews.values_list("procedure", flat=True)) == set(map(int, keys))
    due = add_months(today(), 12)
    assert client.get(URL).content.decode().count(_due(due)) == 2
    page = client.get(late.get_absolute_url()).content.decode()
    assert f"Xem xét định kỳ trước {format_date(due)}" in page
    assert "quá hạn xem xét" not in client.get("/").content.decode()
    assert not overdue(InForcePeriod.objects.valid(on=today()), on=today()).filter(
        procedure=late.procedure
    )
    history = client.get(f"{late.procedure.get_absolute_url()}lich-su/").content.decode()
    assert "Xem xét định kỳ tài liệu: không ảnh hưởng, giữ nguyên. Vẫn phù hợp" in history


@pytest.mark.django_db
def test_revising_asks_for_a_change_and_others_are_refused(client: Client) -> None:
    office, other = Office(), Office()
    version = in_force(office, since=LONG_AGO)
    draft = make_draft(office)

    def review(procedure: Any, **given: Any) -> ReviewBatch:
        values: Any = {"verdict": "revise", "reason": "Biểu mẫu cũ", "by": office.secretary}
        return actions.review_periodically(
            office.agency, [procedure], signing=BY_PASSWORD, **(values | given)
        )

    review(version.procedure)
    request = ChangeRequest.objects.get()
    assert (request.kind, request.status) == ("revise", "accepted")
    assert request.origin_text.startswith("Xem xét định kỳ ngày")
    with pytest.raises(ValidationError, match="Hôm nay đã xem xét định kỳ"):
        review(version.procedure)
    with pytest.raises(ValidationError, match="đang có hiệu lực"):
        review(draft.procedure)
    with pytest.raises(ValidationError, match="Hãy ghi lý do"):
        review(in_force(office).procedure, reason="")
    assert Review.objects.count() == 1

    typed = {"procedures": [str(version.procedure_id)], "verdict": "keep", "reason": "Được"}
    sign_in(client, office.staff)
    assert "Kết luận cho" not in client.get(URL).content.decode()
    assert client.post(URL, typed | {"password": PASSWORD}).status_code == 403
    sign_in(client, other.leader)
    assert client.post(URL, typed | {"password": PASSWORD}).status_code == 422
    sign_in(client, office.admin)
    assert client.get(URL).status_code == 403
    assert Review.objects.count() == 1


@pytest.mark.django_db
def test_list_asks_as_often_for_three_as_for_one(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            in_force(office, since=LONG_AGO)
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
