"""The moves of an audit: each with its civil day, none out of turn."""

import pytest

from audits.workflow import AuditStatus
from tests.audits.making import make_audit
from tests.factories import Office

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", AuditStatus)
def test_factory_gets_there_by_the_real_moves(status: AuditStatus) -> None:
    office = Office()

    audit = make_audit(office, status=status)
    audit.refresh_from_db()

    assert audit.status == status
