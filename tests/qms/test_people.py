"""People: what is kept of every change to an account."""

import pytest
from django.utils import timezone

from qms.organisation.models import User
from tests.factories import make_user, system

pytestmark = pytest.mark.django_db


def test_every_change_of_an_account_is_kept_with_its_person() -> None:
    user = make_user(name="Nguyễn Văn An")
    user.full_name = "Nguyễn Văn Ân"
    user.record(by=system(), reason="Sửa tên")
    user.email = "an@example.vn"
    user.save()

    rows = user.history.order_by("pk").values_list("full_name", "history_user__username")
    assert list(rows) == [
        ("Nguyễn Văn An", User.SYSTEM),
        ("Nguyễn Văn Ân", User.SYSTEM),
        ("Nguyễn Văn Ân", user.username),
    ]


def test_signing_in_writes_no_history() -> None:
    user = make_user()
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])

    assert user.history.count() == 1
    user.save()
    assert user.history.count() == 2
