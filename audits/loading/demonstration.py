"""The whole demonstration, in the order in which one thing stands on another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audits.loading.audit import AuditLoading
from audits.loading.cast import Cast
from audits.loading.nonconformities import NonconformityLoading
from audits.loading.programme import load_certificates, load_programme


@dataclass(frozen=True)
class Loaded:
    """How many of each this run made or carried on."""

    certificates: int
    programmes: int
    audits: int
    nonconformities: int

    @property
    def is_nothing(self) -> bool:
        return not any(vars(self).values())


def load_demonstration(facts: Mapping[str, Any], cast: Cast) -> Loaded:
    """Bring in what never was of `facts`, through the verbs, as of the days they tell.

    Each certificate, the plan, the audit and each nonconformity is a transaction of its own, so
    that a run that died is completed by the next; when all is there, nothing is written.
    """
    certificates = load_certificates(facts, cast)
    programmes = load_programme(facts, cast)
    sheets = NonconformityLoading(facts, cast)
    count = sheets.load_reported(before=facts["audit"]["reported_on"])
    audits = AuditLoading(facts, cast).load()
    count += sheets.load_raised() + sheets.load_reported()
    return Loaded(certificates, programmes, audits, count)
