"""Somebody asks that a procedure be changed, and is answered (phiếu yêu cầu sửa đổi, BM-01-03)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from procedures import workflow
from procedures.models.decisions import DecisionItem
from procedures.models.documents import Procedure
from procedures.models.legal import Review
from procedures.models.versions import ProcedureVersion
from procedures.workflow import ChangeRequestStatus, DecisionStatus, VersionStatus
from qms.foundation.constraints import paired
from qms.foundation.dates import format_date
from qms.foundation.recorded import kept_history
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User
from qms.records.workflow import TransitionNotAllowed, WorkflowModel


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def waiting(self) -> "ChangeRequestQuerySet":
        return self.filter(status=ChangeRequestStatus.REQUESTED)

    def parked(self) -> "ChangeRequestQuerySet":
        """Return those accepted that no version takes up yet."""
        return self.filter(status=ChangeRequestStatus.ACCEPTED, version=None)

    def for_next_version(self) -> "ChangeRequestQuerySet":
        """Return those parked that a version can take up: all but who asks to abolish."""
        return self.parked().filter(kind=ChangeRequest.Kind.REVISE)

    def for_abolition(self) -> "ChangeRequestQuerySet":
        """Return those accepted that ask to abolish the procedure."""
        return self.parked().filter(kind=ChangeRequest.Kind.ABOLISH)

    def taken_up_by(self, version: ProcedureVersion) -> "ChangeRequestQuerySet":
        """Return those accepted that wait for `version` to be issued."""
        return self.filter(status=ChangeRequestStatus.ACCEPTED, version=version)


class ChangeRequest(WorkflowModel):
    """What to change in a procedure and why; accepted or refused, then answered by a version.

    `version` is the open one that takes the request up, and in the end the issued one that answers
    it. `answered_by` and `answered_at` tell of the last answer that the requester was given.
    """

    TRANSITIONS = workflow.CHANGE_REQUEST_MOVES

    class Kind(models.TextChoices):
        REVISE = "revise", "Sửa đổi"
        ABOLISH = "abolish", "Hủy bỏ"

    number = models.CharField("số phiếu", max_length=60, blank=True)
    kind = models.CharField("loại đề nghị", max_length=8, choices=Kind, default=Kind.REVISE)
    review = models.OneToOneField(
        Review, models.PROTECT, related_name="change_request", null=True
    )  # the verdict that asks for it
    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="change_requests", verbose_name="quy trình"
    )
    current_text = models.TextField("nội dung hiện tại", blank=True)
    abolished_by = models.ForeignKey(
        DecisionItem, models.PROTECT, related_name="change_requests", null=True
    )
    step_key = models.CharField(max_length=40, blank=True)
    step_text = models.CharField("bước, phần", max_length=300, blank=True)
    what = models.TextField("nội dung đề nghị")
    why = models.TextField("lý do, căn cứ")
    origin_text = models.CharField("xuất phát từ", max_length=200, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người đề nghị"
    )
    requested_on = models.DateField("ngày đề nghị")
    recorded_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(
        "trạng thái",
        max_length=12,
        choices=ChangeRequestStatus,
        default=ChangeRequestStatus.REQUESTED,
    )
    verdict_reason = models.TextField("ý kiến trả lời", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="change_requests", null=True
    )
    history = kept_history()
    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "góp ý, đề nghị sửa đổi"
        verbose_name_plural = "góp ý, đề nghị sửa đổi"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ChangeRequestStatus.values),
                name="change_request_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(what="") & ~Q(why=""), name="change_request_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=paired("answered_by", "answered_at"), name="change_request_answer_paired"
            ),
            models.CheckConstraint(
                condition=Q(status="requested", answered_at__isnull=True)
                | (~Q(status="requested") & Q(answered_at__isnull=False)),
                name="change_request_waits_unanswered",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(verdict_reason=""),
                name="change_request_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="accepted")
                | (
                    Q(status="answered")
                    & (Q(version__isnull=False) ^ Q(abolished_by__isnull=False))
                )
                | Q(status__in=["requested", "refused"], version__isnull=True),
                name="change_request_answered_by_one",
            ),
            models.UniqueConstraint(
                fields=["agency", "number"],
                condition=~Q(number=""),
                name="change_request_number_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"Góp ý, đề nghị sửa đổi số {self.label} về {self.procedure.code}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:change-request-detail", args=[self.pk])

    @property
    def label(self) -> str:
        """Return its number; of one that was asked before numbers were given, its key."""
        return self.number or str(self.pk)

    # --- verbs ---

    def accept(self, *, by: User, reason: str = "") -> None:
        """Find that the procedure is to be changed; the next version takes the request up."""
        self._move(
            ChangeRequestStatus.ACCEPTED,
            by=by,
            reason=f"Chấp nhận: {clean(reason)}" if clean(reason) else "Chấp nhận",
            verdict_reason=clean_lines(reason),
            answered_by=by,
            answered_at=timezone.now(),
        )

    def refuse(self, *, by: User, reason: str) -> None:
        """Leave the procedure as it is. Raises ValidationError without a reason."""
        if not clean(reason):
            raise ValidationError({"reason": "Hãy ghi lý do không chấp nhận."})
        self._move(
            ChangeRequestStatus.REFUSED,
            by=by,
            reason=f"Không chấp nhận: {clean(reason)}",
            verdict_reason=clean_lines(reason),
            answered_by=by,
            answered_at=timezone.now(),
            version=None,
        )

    @transaction.atomic
    def take_up(self, version: ProcedureVersion, *, by: User) -> None:
        """Let `version`, once issued, answer the request; it stays accepted until then.

        Raises TransitionNotAllowed when the request is not accepted or asks to abolish, or
        `version` is no open one of the same procedure that is written here.
        """
        self._must_revise()
        stored = version.locked()
        if stored.procedure_id != self.procedure_id:
            raise TransitionNotAllowed("Bản này là của một quy trình khác.")
        if not stored.is_open or stored.origin == ProcedureVersion.Origin.PAPER:
            raise TransitionNotAllowed("Chỉ bản đang soạn trên hệ thống mới tiếp thu góp ý được.")
        self._put_version(stored, by=by, reason="Đưa vào bản đang soạn")

    @transaction.atomic
    def release(self, *, by: User, reason: str) -> None:
        """Park the request again: no version takes it up. Raises as `take_up` does."""
        self._put_version(None, by=by, reason=clean(reason) or "Bỏ khỏi bản đang soạn")

    def _put_version(self, version: ProcedureVersion | None, *, by: User, reason: str) -> None:
        stored = self.locked()
        if stored.status != ChangeRequestStatus.ACCEPTED:
            raise TransitionNotAllowed(
                f"{stored} đang ở trạng thái “{stored.get_status_display()}”, "
                "không đưa vào hay bỏ khỏi bản đang soạn được."
            )
        self._take_over(stored)
        if self.version != version:
            self.version = version
            self.record(by=by, reason=reason)

    def answer(self, *, by: User) -> None:
        """Tell that the version which takes it up is issued; issuing calls this."""
        self._answer(self.version, by=by)

    def mark_answered(self, version: ProcedureVersion, *, by: User) -> None:
        """Tell that `version`, issued after the request, answers it.

        Raises ValidationError at `version` for one of another procedure, one not issued, or one
        that was decided before the request.
        """
        self._must_revise()
        if version.pk not in {each.pk for each in self.answering_versions()}:
            raise ValidationError(
                {
                    "version": "Chỉ chọn được lần ban hành của quy trình này, quyết định từ ngày "
                    f"{format_date(self.requested_on)} trở đi."
                }
            )
        self._answer(version, by=by)

    def _answer(self, version: ProcedureVersion | None, *, by: User) -> None:
        if version is None or version.status != VersionStatus.ISSUED:
            raise TransitionNotAllowed("Chỉ bản đã ban hành mới trả lời được góp ý.")
        self._move(
            ChangeRequestStatus.ANSWERED,
            by=by,
            reason=f"Đã sửa đổi tại {version.number_text}",
            version=version,
            answered_by=by,
            answered_at=timezone.now(),
        )

    def answer_by_abolition(self, item: DecisionItem, *, by: User) -> None:
        """Tell that the procedure was abolished by a line of an issued decision, as was asked.

        Raises TransitionNotAllowed for a line that abolishes another one or none, or where a
        revision was asked for.
        """
        is_it = item.kind == DecisionItem.Kind.ABOLISH and item.procedure_id == self.procedure_id
        if self.kind != self.Kind.ABOLISH or not is_it:
            raise TransitionNotAllowed("Quyết định này không bãi bỏ quy trình được đề nghị hủy.")
        self._move(
            ChangeRequestStatus.ANSWERED,
            by=by,
            reason=f"Đã bãi bỏ theo {item.decision}",
            abolished_by=item,
            answered_by=by,
            answered_at=timezone.now(),
        )

    def _must_revise(self) -> None:
        if self.kind == self.Kind.ABOLISH:
            raise TransitionNotAllowed(
                "Đề nghị hủy bỏ được trả lời bằng quyết định bãi bỏ, không bằng bản sửa đổi."
            )

    # --- questions ---

    def answering_versions(self) -> "models.QuerySet[ProcedureVersion]":
        """Return the issued versions that may answer it: decided on its day or later."""
        deciding = DecisionItem.objects.filter(
            removed_at=None,
            version__procedure=self.procedure_id,
            decision__status=DecisionStatus.ISSUED,
            decision__signed_on__gte=self.requested_on,
        )
        issued = self.procedure.versions.filter(
            status=VersionStatus.ISSUED, pk__in=deciding.values("version")
        )
        return issued.select_related("procedure").order_by("-pk")
