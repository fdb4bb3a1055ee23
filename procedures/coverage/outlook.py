"""Coverage as it would be once a decision has taken effect; nothing is stored for it."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from procedures.coverage.facts import Facts, Period, Span, VersionFacts


def after_decision(
    facts: Facts, *, issued: Collection[int], ended: Collection[int], on: dt.date
) -> Facts:
    """Return `facts` as if the versions `issued` were in force from the day on.

    `ended` are the procedures of which nothing else is in force any more: those replaced, those
    abolished. Keys are those of the database; `facts` itself stays as it is.
    """
    known = {version.pk: version for item in facts.tthc.values() for version in item.versions}
    changed = {pk: _changed(version, issued, ended, on) for pk, version in known.items()}
    tthc = {
        pk: dataclasses.replace(item, versions=[changed[v.pk] for v in item.versions])
        for pk, item in facts.tthc.items()
    }
    return dataclasses.replace(facts, tthc=tthc)


def _changed(
    version: VersionFacts, issued: Collection[int], ended: Collection[int], on: dt.date
) -> VersionFacts:
    if version.pk in issued:
        return dataclasses.replace(
            version, periods={0: Period(Span(on, None), on, "", "", None, is_illustrative=False)}
        )
    if version.procedure_id not in ended:
        return version
    past = {
        pk: dataclasses.replace(period, span=Span(period.span.valid_from, on))
        for pk, period in version.periods.items()
        if period.span.valid_from is None or period.span.valid_from < on
    }
    return dataclasses.replace(version, periods=past)
