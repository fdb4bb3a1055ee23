"""Nonconformities and what is done about them (ISO 9001:2015, 10.2)."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone

from audits import workflow
from audits.models.days import move_day
from audits.models.findings import Finding
from audits.models.signing import sign_on_day
from audits.workflow import SETTLED_NONCONFORMITY, NonconformityStatus
from procedures.models import Procedure, ProcedureVersion
from qms.foundation.constraints import paired
from qms.foundation.dates import today
from qms.foundation.recorded import kept_history
from qms.foundation.text import clean, clean_lines, fold
from qms.organisation.models import Unit, User
from qms.records.models import Signature
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed, WorkflowModel

if TYPE_CHECKING:
    from audits.models.treatment import CorrectiveAction, Treatment

# How the checking body's answer may go on (TT 26/2014/TT-BKHCN, Điều 37).
EXTERNAL_MOVES: dict[str, tuple[str, ...]] = {
    "waiting": ("reported",),
    "reported": ("accepted", "not_accepted"),
    "not_accepted": ("reported",),
    "accepted": (),
}


class NonconformityQuerySet(models.QuerySet["Nonconformity"]):
    def open(self, *, on: dt.date) -> "NonconformityQuerySet":
        """Return those found by the day and neither closed nor rejected by it."""
        return self.filter(
            Q(closed_on__isnull=True) | Q(closed_on__gt=on),
            Q(rejected_on__isnull=True) | Q(rejected_on__gt=on),
            found_on__lte=on,
        )

    def closed(self, *, by: dt.date) -> "NonconformityQuerySet":
        """Return those closed by the day, that day included."""
        return self.filter(closed_on__lte=by)

    def unsettled(self) -> "NonconformityQuerySet":
        return self.exclude(status__in=sorted(SETTLED_NONCONFORMITY))


class Nonconformity(WorkflowModel):
    """A phiếu KPH. `found_on` and every `…_on` are civil days; all as-of figures read them."""

    TRANSITIONS = workflow.NONCONFORMITY_MOVES

    class Source(models.TextChoices):
        AUDIT = "audit", "Đánh giá nội bộ"
        EXTERNAL_CHECK = "external_check", "Kiểm tra bên ngoài"
        COMPLAINT = "complaint", "Khiếu nại, phản ánh"
        LATE_DOSSIER = "late_dossier", "Hồ sơ trễ hạn"
        SELF_CHECK = "self_check", "Tự phát hiện"
        MANAGEMENT_REVIEW = "review", "Xem xét của lãnh đạo"

    class Grade(models.TextChoices):
        MINOR = "minor", "Nhẹ"
        MAJOR = "major", "Nặng"

    class External(models.TextChoices):
        WAITING = "waiting", "Chưa báo cáo"
        REPORTED = "reported", "Đã báo cáo"
        ACCEPTED = "accepted", "Được chấp nhận"
        NOT_ACCEPTED = "not_accepted", "Chưa chấp nhận"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    number = models.CharField("số phiếu", max_length=60)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    status = models.CharField(
        "trạng thái", max_length=12, choices=NonconformityStatus, default=NonconformityStatus.OPEN
    )
    source = models.CharField("nguồn", max_length=16, choices=Source)
    finding = models.OneToOneField(
        Finding, models.PROTECT, related_name="nonconformity", null=True, blank=True
    )
    grade = models.CharField("mức", max_length=6, choices=Grade, default=Grade.MINOR)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="nonconformities", verbose_name="đơn vị"
    )
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="nonconformities", null=True, blank=True
    )
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="nonconformities", null=True, blank=True
    )
    step_key = models.CharField(max_length=16, blank=True)
    step_text = models.TextField("bước", blank=True)
    clause = models.CharField("điều khoản", max_length=12, blank=True)
    edition = models.CharField("tiêu chuẩn", max_length=60, blank=True)
    requirement = models.TextField("yêu cầu")
    evidence_text = models.TextField("bằng chứng")
    gap = models.TextField("mô tả sự không phù hợp")
    found_on = models.DateField("ngày phát hiện")
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    finder_name = models.CharField("người phát hiện", max_length=150, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField("hạn hoàn thành")  # the last day on which it is on time
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="người chịu trách nhiệm",
    )
    auditor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="người theo dõi, đồng ý biện pháp",
    )
    is_illustrative = models.BooleanField("minh họa", default=False)
    search_key = models.TextField(editable=False, default="")
    round = models.PositiveSmallIntegerField(default=1)

    # A check from outside: the minutes start the clock; the checking body may not accept.
    minutes_on = models.DateField("ngày ký biên bản", null=True, blank=True)
    external_state = models.CharField(
        "báo cáo đoàn kiểm tra", max_length=12, choices=External, blank=True
    )

    # Recurrence: linked to an earlier one, or denied with a reason.
    repeats = models.ForeignKey(
        "self", models.PROTECT, related_name="repeated_by", null=True, blank=True
    )
    repeat_denied = models.TextField("lý do không coi là lặp lại", blank=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, related_name="followed_by", null=True, blank=True
    )  # the one whose measures proved ineffective later

    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    confirmed_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField("ngày đơn vị xác nhận", null=True)
    analysed_on = models.DateField("ngày phân tích nguyên nhân", null=True)
    planned_on = models.DateField("ngày có biện pháp", null=True)
    implemented_on = models.DateField("ngày thực hiện xong", null=True)
    verified_on = models.DateField("ngày kiểm tra xác nhận", null=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    effect_due_on = models.DateField("hạn đánh giá hiệu lực", null=True, editable=False)
    closed_on = models.DateField("ngày đóng", null=True)
    rejected_on = models.DateField("ngày kết luận không phải KPH", null=True)
    history = kept_history()
    objects = NonconformityQuerySet.as_manager()

    class Meta:
        verbose_name = "sự không phù hợp"
        verbose_name_plural = "sự không phù hợp"
        ordering = ["-found_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number"], name="nonconformity_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=NonconformityStatus.values),
                name="nonconformity_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(source="audit") | Q(finding__isnull=False),
                name="nonconformity_of_a_finding",
            ),
            models.CheckConstraint(
                condition=paired("confirmed_by", "confirmed_at", "confirmed_on"),
                name="nonconformity_confirm_paired",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_on__isnull=False)
                | (~Q(status="closed") & Q(closed_on__isnull=True)),
                name="nonconformity_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status="rejected", rejected_on__isnull=False)
                | (~Q(status="rejected") & Q(rejected_on__isnull=True)),
                name="nonconformity_rejected_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(repeats__isnull=True) | ~Q(repeats=F("id")),
                name="nonconformity_repeats_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("audits:nonconformity-detail", args=[self.slug])

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED_NONCONFORMITY

    @property
    def is_demanding(self) -> bool:
        """Tell whether whys, root, similar ones and an action are asked: major or repeated."""
        return self.grade == self.Grade.MAJOR or self.repeats_id is not None

    def is_overdue(self, *, on: dt.date) -> bool:
        return not self.is_settled and self.due_on < on

    def record(self, *, by: models.Model, reason: str, fields: Iterable[str] | None = None) -> None:
        if fields is None:
            about = f"{self.number} {self.unit} {self.procedure or ''} {self.step_text}"
            said = f"{self.requirement} {self.evidence_text} {self.gap}"
            self.search_key = fold(f"{about} {said}")
        super().record(by=by, reason=reason, fields=fields)

    # --- what it says ---

    def treatment(self) -> "Treatment | None":
        """Return what is done about it in this round; None while nothing is put down."""
        return next((each for each in self.treatments.all() if each.round == self.round), None)

    def standing_actions(self) -> "models.QuerySet[CorrectiveAction]":
        """Return the corrective actions of this round that were not taken out."""
        return self.actions.filter(round=self.round, removed_at=None)

    def actions_now(self) -> "list[CorrectiveAction]":
        """Return the same as `standing_actions`; of what a page has read before, no query."""
        now = (each for each in self.actions.all() if each.round == self.round)
        return [each for each in now if each.removed_at is None]

    def signatures(self) -> list[Signature]:
        """Return all signatures, as they were given: on the sheet and on each round's treatment.

        Finder, unit and who closes sign the sheet; head, auditor and verifier the treatment.
        """
        signed = Signature.objects.on(self)
        treatments = list(self.treatments.all())
        if treatments:
            signed = signed | Signature.objects.on_all(treatments)
        return list(signed.order_by("pk"))

    def doers(self) -> set[int]:
        """Return the keys of all who did or answer for what is to be verified, in any round.

        Who corrected, acts or acted; who signed cause and measures, or said that all is done.
        """
        people = {self.owner_id}
        treatments = list(self.treatments.all())
        for treatment in treatments:
            people |= {treatment.corrected_by_id, treatment.measures_by_id}
        acting = self.actions.filter(removed_at=None)
        for person, done_by in acting.values_list("person_id", "done_by_id"):
            people |= {person, done_by}
        if treatments:
            signed = Signature.objects.on_all(treatments).filter(act=Signature.Act.APPROVED)
            people |= set(signed.values_list("person_id", flat=True))
        done = self.moves.filter(status=NonconformityStatus.IMPLEMENTED).order_by("-pk")
        people |= set(dict(done.values_list("round", "by_id")).values())  # the first of each round
        return {person for person in people if person is not None}

    def statement(self) -> dict[str, Any]:
        """Return what is stated, as the finder signs it and the unit confirms it."""
        return {
            "number": self.number,
            "source": self.source,
            "grade": self.grade,
            "unit": self.unit_id,
            "procedure": self.procedure_id,
            "version": self.version_id,
            "step": [self.step_key, self.step_text],
            "clause": [self.edition, self.clause],
            "requirement": self.requirement,
            "evidence": self.evidence_text,
            "gap": self.gap,
            "found_on": self.found_on.isoformat(),
        }

    def statement_sha256(self) -> str:
        return _sha256(self.statement())

    def sha256(self) -> str:
        """Return the hash of all that is signed: statement, this round's treatment and actions."""
        return self.signed_sha256(self.treatment(), self.actions_now())

    def signed_sha256(
        self, treatment: "Treatment | None", actions: "Iterable[CorrectiveAction]"
    ) -> str:
        """Return the same with the treatment and the actions of some time."""
        return _sha256(
            {
                "statement": self.statement(),
                "round": self.round,
                "repeats": [self.repeats_id, self.repeat_denied],
                "treatment": treatment.content() if treatment else None,
                "actions": [action.content() for action in actions],
            }
        )

    # --- days ---

    def last_day(self) -> dt.date:
        """Return the civil day of what was last done; nothing is dated before it."""
        last: dt.date | None = self.moves.aggregate(last=Max("on"))["last"]
        return last or self.found_on

    def civil_day(self, on: dt.date | None) -> dt.date:
        """Return `on` (None: today). Raises ValidationError at `on` for a day that cannot be."""
        return move_day(on, after=self.last_day(), what="lần xử lý liền trước")

    # --- verbs ---

    def put_down(self, *, by: User, on: dt.date) -> None:
        """Store it for the first time, signed by its finder (`actions.raising` fills it in).

        Where the finder has no account, a citizen say, who puts it down signs.
        """
        self.record(by=by, reason="Lập phiếu KPH")
        self.note_day(by=by, on=on, reason="Lập phiếu")
        self._sign(Signature.Act.PREPARED, by=self.found_by or by, on=on, recorded_by=by)

    def note_day(self, *, by: User, on: dt.date, reason: str) -> None:
        """Append what was done on a civil day, in the status and round that stand now."""
        stands = {"status": self.status, "round": self.round}
        self.moves.model(nonconformity=self, on=on, by=by, reason=reason, **stands).save()

    @transaction.atomic
    def proceed(
        self, target: str, *, by: User, on: dt.date | None, reason: str, **stamps: Any
    ) -> None:
        """Move on to `target` on a civil day, and note the day.

        Raises what `_move` and `civil_day` raise; nothing is changed then.
        """
        self.locked()
        day = self.civil_day(on)
        self._move(target, by=by, reason=reason, **stamps)
        self.note_day(by=by, on=day, reason=reason)

    @transaction.atomic
    def confirm(self, *, by: User, on: dt.date | None = None, seen: str | None = None) -> None:
        """Confirm for the unit that it is as stated.

        Raises TransitionNotAllowed once it was confirmed or analysed, for the finder of an
        audit, and where the statement is not the one that was seen.
        """
        self.must_be(NonconformityStatus.OPEN)
        if self.confirmed_at is not None:
            raise TransitionNotAllowed("Đơn vị đã xác nhận phiếu này.")
        if self.source == self.Source.AUDIT and by.pk == self.found_by_id:
            raise TransitionNotAllowed("Người phát hiện không xác nhận thay đơn vị.")
        self.must_be_seen(seen, self.statement_sha256())
        day = self.civil_day(on)
        self.confirmed_by, self.confirmed_at, self.confirmed_on = by, timezone.now(), day
        self.record(by=by, reason="Đơn vị xác nhận")
        self.note_day(by=by, on=day, reason="Đơn vị xác nhận")
        self._sign(Signature.Act.CONFIRMED, by=by, on=day)

    @transaction.atomic
    def reject(self, *, by: User, on: dt.date | None = None, reason: str) -> None:
        """Conclude that it is no nonconformity. Raises ValidationError without a reason."""
        if not clean(reason):
            raise ValidationError({"reason": "Hãy ghi lý do không phải là sự không phù hợp."})
        self.proceed(
            NonconformityStatus.REJECTED,
            by=by,
            on=on,
            reason=clean_lines(reason),
            rejected_on=on or today(),
        )

    @transaction.atomic
    def regrade(self, grade: str, *, by: User, reason: str) -> None:
        """Change the grade of one that no audit found, for the audit's is the lead's."""
        self.must_be(NonconformityStatus.OPEN)
        if grade not in self.Grade.values:
            raise ValidationError({"grade": "Hãy chọn mức nặng hoặc nhẹ."})
        if self.source == self.Source.AUDIT:
            raise TransitionNotAllowed("Mức của phát hiện đánh giá do trưởng đoàn xếp.")
        if not clean(reason):
            raise ValidationError({"reason": "Hãy ghi lý do đổi mức."})
        if self.grade == grade:
            return
        self.grade = grade
        self.confirmed_by = self.confirmed_at = self.confirmed_on = None
        self.record(by=by, reason=f"Đổi mức thành {self.get_grade_display()}: {clean(reason)}")

    @transaction.atomic
    def set_external(self, state: str, *, by: User, on: dt.date | None = None) -> None:
        """Note what was told to, or by, the body that checked from outside."""
        self.must_not_be(NonconformityStatus.REJECTED)
        if self.source != self.Source.EXTERNAL_CHECK:
            raise TransitionNotAllowed("Phiếu này không phải từ kiểm tra bên ngoài.")
        if state not in EXTERNAL_MOVES[self.external_state]:
            raise TransitionNotAllowed(
                f"Đang là “{self.get_external_state_display()}”, không chuyển như vậy được."
            )
        day = self.civil_day(on)
        self.external_state = state
        told = f"Đoàn kiểm tra: {self.get_external_state_display().lower()}"
        self.record(by=by, reason=told)
        self.note_day(by=by, on=day, reason=told)

    @transaction.atomic
    def link_repeat(self, earlier: "Nonconformity", *, by: User) -> None:
        """Say that it is `earlier` over again; from then on it is treated as demandingly as major.

        Raises ValidationError for one of another agency, found later, rejected, or itself.
        """
        self.must_be(NonconformityStatus.OPEN, NonconformityStatus.ANALYSED)
        self._measures_must_be_open()
        is_fit = (
            earlier.pk != self.pk
            and earlier.agency_id == self.agency_id
            and earlier.found_on <= self.found_on
            and earlier.repeats_id != self.pk
            and earlier.status != NonconformityStatus.REJECTED
        )
        if not is_fit:
            raise ValidationError({"repeats": "Hãy chọn một phiếu đã có từ trước của cơ quan."})
        self.repeats, self.repeat_denied = earlier, ""
        self.record(by=by, reason=f"Lặp lại {earlier.number}")

    @transaction.atomic
    def deny_repeat(self, reason: str, *, by: User) -> None:
        """Say why it is none of those before over again. Raises ValidationError without why.

        Raises TransitionNotAllowed for one that follows another without effect: it is that again.
        """
        self.must_be(NonconformityStatus.OPEN, NonconformityStatus.ANALYSED)
        self._measures_must_be_open()
        if self.follows_id is not None:
            raise TransitionNotAllowed("Phiếu này nối tiếp phiếu chưa có hiệu lực nên là lặp lại.")
        if not clean(reason):
            raise ValidationError({"repeat_denied": "Hãy ghi lý do không coi là lặp lại."})
        self.repeats, self.repeat_denied = None, clean_lines(reason)
        self.record(by=by, reason="Không coi là lặp lại")

    # --- what verbs here and in `actions` ask first ---

    def must_be(self, *statuses: str) -> None:
        """Lock it, take over what is stored, and raise TransitionNotAllowed in another status."""
        self._take_over(self.locked())
        if self.status not in statuses:
            raise TransitionNotAllowed(
                f"Phiếu đang ở trạng thái “{self.get_status_display()}”, không làm việc này được.",
                code="illegal",
            )

    def must_not_be(self, *statuses: str) -> None:
        self.must_be(*(status for status in NonconformityStatus if status not in statuses))

    def must_be_seen(self, seen: str | None, now: str) -> None:
        """Raise SeenVersionChanged where somebody saw another content than the one there is."""
        if seen is not None and seen != now:
            raise SeenVersionChanged(
                "Nội dung phiếu đã thay đổi sau khi bạn mở trang. Hãy đọc lại rồi thực hiện."
            )

    def _measures_must_be_open(self) -> None:
        treatment = self.treatment()
        if treatment:
            treatment.must_be_open()

    def _sign(self, act: str, *, by: User, on: dt.date, recorded_by: User | None = None) -> None:
        sign_on_day(
            self, act, by=by, on=on, sha256=self.statement_sha256(), recorded_by=recorded_by
        )


def _sha256(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
