"""The certificates of the demo auditors, and the plan of the year, approved on paper."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from audits.actions.programmes import LineGiven, add_line, start_programme
from audits.loading.cast import Cast
from audits.models import AuditorCertificate, AuditProgramme
from procedures.loading.known import one_ever
from qms.organisation.models import Unit
from qms.records.models import Signature
from qms.records.signatures import Signing


def on_paper(day: dt.date) -> Signing:
    return Signing(method=Signature.Method.PAPER, on=day)


def load_certificates(facts: Mapping[str, Any], cast: Cast) -> int:
    """Enter the certificates that never were; return how many."""
    by, made = cast.people[facts["secretary"]], 0
    for row in facts["certificates"]:
        about = {"person": cast.people[row["person"]], "name": row["name"]}
        if one_ever(AuditorCertificate, **about) is None:
            certificate = AuditorCertificate(
                edition=facts["edition"],
                issuer=row["issuer"],
                issued_on=row["issued_on"],
                **about,
            )
            certificate.record(by=by, reason="Thêm chứng chỉ")
            made += 1
    return made


@transaction.atomic
def load_programme(facts: Mapping[str, Any], cast: Cast) -> int:
    """Plan the year and have the plan approved, where the year never had one; return 1 or 0."""
    plan, by = facts["programme"], cast.people[facts["secretary"]]
    if one_ever(AuditProgramme, agency=cast.agency, year=plan["year"]):
        return 0
    programme = start_programme(
        cast.agency, year=plan["year"], by=by, edition=facts["edition"], purpose=plan["purpose"]
    )
    programme.is_illustrative = True
    programme.record(by=by, reason="Đánh dấu minh họa")
    for row in plan["lines"]:
        line = LineGiven(
            months=row["months"],
            unit=one_ever(Unit, code=row["unit"]) if "unit" in row else None,
            procedure=cast.procedures.get(row.get("procedure")),
            clauses=row["clauses"],
            scope=row["scope"],
        )
        add_line(programme, line, by=by)
    programme.submit(by=by, signing=on_paper(plan["submitted_on"]))
    programme.approve(
        by=cast.people[facts["leader"]],
        seen=programme.sha256(),
        signing=on_paper(plan["approved_on"]),
    )
    return 1
