"""Nonconformities, each carried by the verbs to where the facts leave it."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from audits.actions.raising import NewNonconformity, report_nonconformity
from audits.actions.treating import (
    TreatmentGiven,
    add_action,
    agree_measures,
    analyse,
    ask_for_change,
    complete_action,
    extend,
    implement,
    propose_measures,
    save_treatment,
)
from audits.actions.verifying import check_effect, close, verify
from audits.loading.cast import Cast, client_id
from audits.loading.programme import on_paper
from audits.models import Nonconformity
from procedures.loading.known import one_ever
from qms.organisation.models import Unit, User

Row = Mapping[str, Any]


class NonconformityLoading:
    """Brings the nonconformities of the facts in, in the names of the demo people."""

    def __init__(self, facts: Mapping[str, Any], cast: Cast) -> None:
        self.facts, self.cast, self.rows = facts, cast, facts["nonconformities"]
        self.secretary, self.leader = self._person("secretary"), self._person("leader")
        self.head, self.writer = self._person("head"), self._person("writer")

    def _person(self, duty: str) -> User:
        return self.cast.people[self.facts[duty]]

    def load_reported(self, *, before: dt.date | None = None) -> int:
        """Put down those that no audit found and never were; return how many.

        With `before` only those found before the day, so that numbers follow the days.
        """
        rows = [row for row in self.rows if "source" in row]
        return sum(
            self._report(row) for row in rows if before is None or row["found_on"] < before
        )

    def load_raised(self) -> int:
        """Carry on those that the audit raised and nobody worked on; return how many."""
        return sum(self._take_up(row) for row in self.rows if "finding" in row)

    @transaction.atomic
    def _report(self, row: Row) -> int:
        about = {"agency": self.cast.agency, "source": row["source"], "gap": row["gap"]}
        if one_ever(Nonconformity, **about):
            return 0
        version = self.cast.version(row["procedure"], row["found_on"])
        steps = {step.key: step.work for step in version.document.steps}
        given = NewNonconformity(
            unit=one_ever(Unit, code=row["unit"]),
            requirement=row["requirement"],
            evidence_text=row["evidence"],
            found_on=row["found_on"],
            grade=row["grade"],
            version=version,
            step_key=row["step"],
            step_text=steps[row["step"]],
            due_on=row["due_on"],
            is_illustrative=True,
            **about,
        )
        self._carry_on(report_nonconformity(given, by=self.secretary), row)
        return 1

    @transaction.atomic
    def _take_up(self, row: Row) -> int:
        found = Nonconformity.objects.filter(finding__client_id=client_id("finding", row["finding"]))
        nonconformity = found.select_related("agency", "unit", "procedure").first()
        if nonconformity is None or nonconformity.moves.count() > 1:
            return 0
        self._carry_on(nonconformity, row)
        return 1

    def _carry_on(self, nonconformity: Nonconformity, row: Row) -> None:
        """Do, one after another, what the row has a day for."""
        deeds: tuple[tuple[str, Callable[[Nonconformity, Row], None]], ...] = (
            ("rejected_on", self._reject),
            ("confirmed_on", self._confirm),
            ("analysed_on", self._analyse),
            ("planned_on", self._plan),
            ("extension", self._extend),
            ("implemented_on", self._implement),
            ("verified_on", self._verify),
            ("closed_on", self._close),
        )
        for name, deed in deeds:
            if name in row:
                deed(nonconformity, row)

    def _reject(self, nonconformity: Nonconformity, row: Row) -> None:
        nonconformity.reject(by=self.secretary, on=row["rejected_on"], reason=row["reason"])

    def _confirm(self, nonconformity: Nonconformity, row: Row) -> None:
        nonconformity.confirm(by=self.writer, on=row["confirmed_on"])

    def _analyse(self, nonconformity: Nonconformity, row: Row) -> None:
        given = TreatmentGiven(
            correction=row["correction"],
            corrected_by=self.writer,
            corrected_on=row["corrected_on"],
            cause=row.get("cause", ""),
            whys=tuple(row.get("whys", ())),
            root=row.get("root"),
            category=row["category"],
            has_similar=row.get("has_similar"),
            similar=row.get("similar", ""),
            no_action_reason=row.get("no_action_reason", ""),
        )
        save_treatment(nonconformity, given, by=self.writer)
        analyse(nonconformity, by=self.head, on=row["analysed_on"])

    def _plan(self, nonconformity: Nonconformity, row: Row) -> None:
        """Lay the measures before the auditor, who agrees on the same day."""
        for action in row["actions"]:
            add_action(
                nonconformity,
                what=action["what"],
                person=self.cast.people[action["person"]],
                due_on=action["due_on"],
                by=self.writer,
            )
        propose_measures(nonconformity, by=self.head, on=row["planned_on"])
        auditor = nonconformity.auditor or self.cast.people[row["verified_by"]]
        agree_measures(nonconformity, by=auditor, on=row["planned_on"])

    def _extend(self, nonconformity: Nonconformity, row: Row) -> None:
        """Put the deadline off, then those of its actions."""
        told = row["extension"]
        for action in (None, *nonconformity.standing_actions()):
            extend(
                nonconformity,
                new_due_on=told["new_due_on"],
                reason=told["reason"],
                by=self.leader,
                action=action,
                on=told["day"],
            )

    def _implement(self, nonconformity: Nonconformity, row: Row) -> None:
        told = row.get("actions", ())
        for action, said in zip(nonconformity.standing_actions(), told, strict=True):
            person, day = self.cast.people[said["person"]], said["done_on"]
            if "change" in said:
                ask_for_change(action, by=person, on=day, **said["change"])
            complete_action(action, by=person, on=day, note=said["note"])
        implement(nonconformity, by=self.head, on=row["implemented_on"])

    def _verify(self, nonconformity: Nonconformity, row: Row) -> None:
        """Verify it, and look again later where the row tells of that."""
        verify(
            nonconformity,
            by=self.cast.people[row["verified_by"]],
            on=row["verified_on"],
            is_effective=True,
            comment=row["verification"],
        )
        if "effect" in row:
            told = row["effect"]
            check_effect(
                nonconformity,
                by=self.cast.people[told["by"]],
                on=told["day"],
                is_effective=told["is_effective"],
                comment=told["comment"],
            )

    def _close(self, nonconformity: Nonconformity, row: Row) -> None:
        close(nonconformity, by=self.leader, signing=on_paper(row["closed_on"]))
