"""A nonconformity of an audited unit, with its deeds as their pages send them."""

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from audits.actions.writing import written_sha256
from audits.forms.nonconformities_deeds import state_of
from audits.models import Nonconformity
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from tests.audits.making_findings import Field
from tests.audits.making_nc import (
    advance_nonconformity,
    make_nonconformity,
)
from tests.factories import make_version, sign_in


def main_text(answer: Any) -> str:
    """Return the words of a page's main part."""
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


class Case:
    """A unit with a head and a worker, a nonconformity of it, and who judges it."""

    def __init__(self, client: Client, **fields: Any) -> None:
        self.client = client
        self.field = Field()
        self.office = self.field.office
        self.head, self.worker = self.field.head, self.field.worker
        self.secretary, self.leader = self.office.secretary, self.office.leader
        version = make_version(VersionStatus.ISSUED, self.office)
        self.nc = make_nonconformity(self.office, unit=self.field.unit, version=version, **fields)

    def advance(self, status: str, **options: Any) -> "Case":
        advance_nonconformity(self.nc, status, self.office, **options)
        return self

    def post(self, by: User, name: str, /, *args: Any, seen: str = "", **data: Any) -> Any:
        """Send a deed as its form on the page would, today."""
        self.nc = Nonconformity.objects.get(pk=self.nc.pk)
        prefix = name if not args else f"{name.removeprefix('action-')}{args[0]}"
        if name == "confirm":
            seen = seen or self.nc.statement_sha256()
        elif name == "treatment":
            seen = seen or written_sha256(self.nc)
        values = {"on": format_date(today()), "seen": seen or self.nc.sha256()}
        values |= {"state": state_of(self.nc)} | data
        url = reverse(f"audits:nonconformity-{name}", args=[self.nc.slug, *args])
        sign_in(self.client, by)
        answer = self.client.post(url, {f"{prefix}-{key}": each for key, each in values.items()})
        self.nc = Nonconformity.objects.get(pk=self.nc.pk)
        return answer

    def page(self, person: User) -> Any:
        return sign_in(self.client, person).get(self.nc.get_absolute_url())


def standing_out(answer: Any) -> str:
    """Return the deed that a page puts first, empty where it is none."""
    deed = answer.context["primary"]
    if deed is not None:
        return str(deed.name)
    rows = answer.context["actions"]
    return "complete" if any(row.is_primary for row in rows) else ""
