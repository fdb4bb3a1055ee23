"""Versions of a procedure: their verbs, their numbers, what is checked before review."""

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from procedures import workflow
from procedures.checks import Problem, check
from procedures.content import Content, sha256_of
from procedures.models.documents import Procedure
from procedures.models.facts import gather_facts
from procedures.models.links import rebuild_links
from procedures.models.tokens import new_token
from procedures.workflow import FROZEN_VERSION, OPEN_VERSION, VersionStatus
from qms.foundation.constraints import paired
from qms.foundation.dates import today
from qms.foundation.recorded import kept_history
from qms.foundation.text import clean, fold, sort_key
from qms.organisation.models import AgencyProfile, User
from qms.records.models import Signature, StoredFile
from qms.records.signatures import Signing, sign
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed, WorkflowModel


class ProcedureVersionQuerySet(models.QuerySet["ProcedureVersion"]):
    def open(self) -> "ProcedureVersionQuerySet":
        return self.filter(status__in=OPEN_VERSION)

    def in_force(self, *, on: dt.date) -> "ProcedureVersionQuerySet":
        """Return the versions whose period, not voided, contains the day."""
        return self.filter(
            Q(periods__valid_to__isnull=True) | Q(periods__valid_to__gt=on),
            periods__valid_from__lte=on,
            periods__voided_at__isnull=True,
        )


class ProcedureVersion(WorkflowModel):
    """One edition of a procedure, unchangeable from approval on."""

    TRANSITIONS = workflow.VERSION_MOVES

    class Origin(models.TextChoices):
        SYSTEM = "system", "soạn trên hệ thống"
        PAPER = "paper", "nhập từ bản giấy"

    class Change(models.TextChoices):
        REVISION = "revision", "Sửa đổi"
        REISSUE = "reissue", "Ban hành lại"

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.SYSTEM)
    status = models.CharField(
        "trạng thái", max_length=12, choices=VersionStatus, default=VersionStatus.DRAFT
    )
    change_type = models.CharField(
        "hình thức", max_length=10, choices=Change, default=Change.REISSUE
    )
    base = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, verbose_name="soạn từ"
    )
    issue_no = models.PositiveSmallIntegerField("lần ban hành", null=True)
    revision_no = models.PositiveSmallIntegerField("lần sửa đổi", null=True)
    content = models.TextField("nội dung")
    content_sha256 = models.CharField(max_length=64, editable=False)
    title = models.CharField("tên", max_length=1100, editable=False)
    search_key = models.TextField(editable=False)
    sort_key = models.CharField(max_length=600, editable=False)
    is_significant = models.BooleanField("thay đổi quan trọng", default=True, editable=False)
    token = models.CharField(  # noqa: DJ001 (unique where there is one)
        "mã tra cứu bản in", max_length=32, unique=True, null=True, editable=False
    )
    answers = models.JSONField("giải trình cảnh báo", default=dict)
    round = models.PositiveSmallIntegerField(default=1)
    scan = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField("lưu lúc", default=timezone.now)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    submitted_at = models.DateTimeField("trình lúc", null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    reviewed_at = models.DateTimeField("xem xét lúc", null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    approved_at = models.DateTimeField("phê duyệt lúc", null=True)
    issued_at = models.DateTimeField("vào số lúc", null=True)
    discarded_at = models.DateTimeField("hủy lúc", null=True)
    history = kept_history()
    objects = ProcedureVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "phiên bản quy trình"
        verbose_name_plural = "phiên bản quy trình"
        ordering = ["procedure", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "issue_no", "revision_no"],
                condition=Q(status__in=sorted(FROZEN_VERSION)),
                name="version_number_unique",
                violation_error_message="Lần ban hành này đã có.",
            ),
            models.UniqueConstraint(
                fields=["procedure", "issue_no"],
                condition=Q(status__in=sorted(FROZEN_VERSION), revision_no__isnull=True),
                name="version_single_number_unique",
                violation_error_message="Lần ban hành này đã có.",
            ),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(status__in=sorted(OPEN_VERSION)),
                name="version_one_open",
                violation_error_message="Quy trình này đang có một bản dự thảo chưa xong.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=VersionStatus.values), name="version_status_known"
            ),
            models.CheckConstraint(
                condition=paired("submitted_by", "submitted_at"), name="version_submit_paired"
            ),
            models.CheckConstraint(
                condition=paired("reviewed_by", "reviewed_at"), name="version_review_paired"
            ),
            models.CheckConstraint(
                condition=paired("approved_by", "approved_at"), name="version_approve_paired"
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("submitted_by")), name="version_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("submitted_by")) | Q(origin="paper"),
                name="version_not_own_approval",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("reviewed_by")), name="version_six_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(FROZEN_VERSION)) | Q(issue_no__isnull=False),
                name="version_frozen_numbered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} {self.number_text}"

    def get_absolute_url(self) -> str:
        if self.status == VersionStatus.ISSUED:
            return reverse(
                "procedures:version-detail", args=[self.procedure.slug, self.number_slug]
            )
        return reverse("procedures:draft-detail", args=[self.pk])

    # --- what it says ---

    @property
    def document(self) -> Content:
        """Return the content as the typed document, read once for each stored text."""
        kept: tuple[str, Content] | None = self.__dict__.get("_document")
        if kept is None or kept[0] != self.content:
            kept = self.__dict__["_document"] = (self.content, Content.parse(self.content))
        return kept[1]

    @property
    def number_text(self) -> str:
        """Return `lần ban hành 02, sửa đổi 01`; what is to come while it has no number."""
        if self.issue_no is None:
            return f"({self.get_status_display().lower()})"
        if self.revision_no is None:
            return f"lần ban hành {self.issue_no:02d}"
        return f"lần ban hành {self.issue_no:02d}, sửa đổi {self.revision_no:02d}"

    @property
    def number_slug(self) -> str:
        """Return the address part: `02` or `02-01`."""
        revision = "" if self.revision_no is None else f"-{self.revision_no:02d}"
        return f"{self.issue_no or 0:02d}{revision}"

    @property
    def side_slug(self) -> str:
        """Return the word by which a comparison names it: `02-01`, before issue `du-thao-7`."""
        return self.number_slug if self.status == VersionStatus.ISSUED else f"du-thao-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_VERSION

    @property
    def is_frozen(self) -> bool:
        return self.status in FROZEN_VERSION

    def author_ids(self) -> set[int]:
        """Return the keys of those who are named as writing this version."""
        return {link.person_id for link in self.author_links.all() if link.removed_at is None}

    def _writers(self) -> set[int | None]:
        """Return the keys of all who had a hand in it: named, handed it in, or changed its text."""
        writers: set[int | None] = {*self.author_ids(), self.submitted_by_id}
        rows = self.history.order_by("history_id").values_list("history_user_id", "content_sha256")
        for (_, before), (person, after) in pairwise(rows):
            if before != after:
                writers.add(person)
        return writers

    def put(self, document: Content) -> None:
        """Lay `document` over this version in memory, with all that is derived from it."""
        self.content = document.canonical()
        self.content_sha256 = sha256_of(self.content)
        self.title = document.title[:1100]
        self.is_significant = document.is_significant
        self.sort_key = sort_key(document.title)[:600]
        self.search_key = fold(" ".join([self.procedure.code, *document.texts()]))

    # --- verbs ---

    @transaction.atomic
    def save_content(
        self,
        document: Content,
        *,
        by: User,
        seen: str,
        reason: str,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        """Store `document` as the draft's content, with its links and one history row.

        `seen` is the SHA-256 of the content the person started from; `answers` are the reasons
        given so far for warnings (None: as they are). Raises SeenVersionChanged when another
        content was stored meanwhile, TransitionNotAllowed when it is no draft any more. The same
        again writes nothing.
        """
        stored = self.locked()
        if stored.status != VersionStatus.DRAFT:
            raise TransitionNotAllowed(
                f"Bản này đang ở trạng thái “{stored.get_status_display()}”, không sửa được nữa."
            )
        if stored.content_sha256 != seen:
            raise SeenVersionChanged("Người khác đã lưu bản này trong lúc bạn đang sửa.")
        self.put(document)
        self.answers = stored.answers
        if answers is not None:
            self.answers = {name: said for name, text in answers.items() if (said := clean(text))}
        if (self.content_sha256, self.answers) == (stored.content_sha256, stored.answers):
            return
        self.saved_at = timezone.now()
        self.record(by=by, reason=reason)
        rebuild_links(self)

    @transaction.atomic
    def submit(self, *, by: User, answers: Mapping[str, str], signing: Signing = Signing()) -> None:  # noqa: B008
        """Hand the draft to review; every warning has a reason, nothing blocks.

        `answers` gives a reason for each warning, by `Problem.name`. Raises ValidationError that
        lists what blocks or is unanswered, TransitionNotAllowed when it is no draft,
        SeenVersionChanged when another content was stored since this one was read.
        """
        if self.origin == self.Origin.PAPER:
            raise TransitionNotAllowed(
                "Bản nhập từ giấy được lãnh đạo chấp nhận, không trình xem xét."
            )
        problems = self.problems()
        wrong = [p.message for p in problems if p.is_blocking]
        wrong += [
            f"Cần giải trình: {p.message}"
            for p in problems
            if not p.is_blocking and not answers.get(p.name, "").strip()
        ]
        if wrong:
            raise ValidationError(wrong)
        self._must_be_seen(self.content_sha256)
        self._move(
            VersionStatus.IN_REVIEW,
            by=by,
            reason="Trình xem xét",
            answers={p.name: clean(answers[p.name]) for p in problems},
            submitted_by=by,
            submitted_at=timezone.now(),
        )
        people = {by.pk: by} | {
            link.person_id: link.person
            for link in self.author_links.filter(removed_at=None).select_related("person")
        }
        for person in people.values():
            sign(
                self,
                Signature.Act.PREPARED,
                by=person,
                sha256=self.content_sha256,
                signing=signing,
                round_no=self.round,
                recorded_by=by,
            )

    @transaction.atomic
    def review(
        self,
        *,
        by: User,
        seen: str,
        comment: str = "",
        signing: Signing = Signing(),  # noqa: B008
    ) -> None:
        """Find the draft suitable and adequate (ISO 9001:2015, 7.5.2 c).

        Raises TransitionNotAllowed if it is not in review, if `by` wrote it, or if it is not the
        content `by` saw (`seen`, a SHA-256).
        """
        self._must_be_seen(seen)
        if by.pk in self._writers():
            raise TransitionNotAllowed("Người soạn thảo không được tự xem xét.")
        self._move(
            VersionStatus.REVIEWED,
            by=by,
            reason=comment or "Xem xét: phù hợp",
            reviewed_by=by,
            reviewed_at=timezone.now(),
        )
        sign(
            self,
            Signature.Act.REVIEWED,
            by=by,
            sha256=self.content_sha256,
            signing=signing,
            round_no=self.round,
        )

    @transaction.atomic
    def send_back(self, *, by: User, comment: str) -> None:
        """Return it to its authors with a comment; a new round of signatures begins.

        Raises ValidationError without a comment, TransitionNotAllowed after approval.
        """
        if not comment.strip():
            raise ValidationError("Hãy ghi lý do trả lại.")
        self._move(
            VersionStatus.DRAFT,
            by=by,
            reason=f"Trả lại: {clean(comment)}",
            round=self.round + 1,
            submitted_by=None,
            submitted_at=None,
            reviewed_by=None,
            reviewed_at=None,
        )

    @transaction.atomic
    def approve(self, *, by: User, seen: str, signing: Signing) -> None:
        """Freeze the content and give it its number; the decision's approval calls this.

        Raises TransitionNotAllowed if it is not reviewed, if `by` wrote or reviewed it, or if it is
        not the content `by` saw.
        """
        self._must_be_seen(seen)
        if by.pk in self._writers():
            raise TransitionNotAllowed("Người soạn thảo không được tự phê duyệt.")
        if by == self.reviewed_by:
            raise TransitionNotAllowed("Người xem xét không được đồng thời phê duyệt.")
        issue_no, revision_no = self.next_number()
        self._move(
            VersionStatus.APPROVED,
            by=by,
            reason="Phê duyệt",
            approved_by=by,
            approved_at=timezone.now(),
            issue_no=issue_no,
            revision_no=revision_no,
        )
        sign(
            self,
            Signature.Act.APPROVED,
            by=by,
            sha256=self.content_sha256,
            signing=signing,
            round_no=self.round,
        )

    def issue(self, *, by: User) -> None:
        """Mark it issued; the decision's issuing calls this and opens its period."""
        if self.origin == self.Origin.PAPER and self.status == VersionStatus.DRAFT:
            raise TransitionNotAllowed("Bản nhập từ giấy phải được lãnh đạo chấp nhận.")
        if self.status == VersionStatus.DRAFT:
            raise TransitionNotAllowed("Bản dự thảo chưa được phê duyệt thì không ban hành.")
        self._move(
            VersionStatus.ISSUED,
            by=by,
            reason="Vào số, ban hành",
            issued_at=timezone.now(),
            token=new_token(),
        )

    @transaction.atomic
    def accept_paper(self, *, by: User, seen: str, signing: Signing) -> None:
        """Take over what was issued on paper; only then does it count (DESIGN §2).

        Raises TransitionNotAllowed for a version of another origin, or when `by` recorded it.
        """
        if self.origin != self.Origin.PAPER:
            raise TransitionNotAllowed("Chỉ bản nhập từ giấy mới được chấp nhận theo cách này.")
        self._must_be_seen(seen)
        if by == self.created_by:
            raise TransitionNotAllowed("Người nhập không được tự chấp nhận.")
        self._move(
            VersionStatus.ISSUED,
            by=by,
            reason="Chấp nhận tài liệu đã ban hành trên giấy",
            approved_by=by,
            approved_at=timezone.now(),
            issued_at=timezone.now(),
            token=new_token(),
        )
        sign(self, Signature.Act.ACCEPTED, by=by, sha256=self.content_sha256, signing=signing)

    def discard(self, *, by: User, reason: str) -> None:
        """Give the draft up; nothing of it is deleted. Raises ValidationError without a reason."""
        if not reason.strip():
            raise ValidationError("Hãy ghi lý do hủy.")
        self._move(
            VersionStatus.DISCARDED,
            by=by,
            reason=f"Hủy: {clean(reason)}",
            discarded_at=timezone.now(),
        )

    def _must_be_seen(self, seen: str) -> None:
        stored = type(self).objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stored.content_sha256 != seen or self.content_sha256 != seen:
            raise SeenVersionChanged(
                "Nội dung đã thay đổi sau khi bạn mở trang. Hãy đọc lại rồi thực hiện."
            )

    # --- questions ---

    def next_number(self) -> tuple[int, int | None]:
        """Return (lần ban hành, lần sửa đổi) that approval would give, as the agency numbers."""
        last = (
            ProcedureVersion.objects.filter(
                procedure_id=self.procedure_id, status__in=FROZEN_VERSION
            )
            .order_by("-issue_no", F("revision_no").desc(nulls_last=True))
            .first()
        )
        profile = AgencyProfile.objects.filter(unit_id=self.procedure.agency_id).first()
        one_counter = bool(profile and profile.numbering == AgencyProfile.Numbering.ONE_COUNTER)
        found = (last.issue_no or 0, last.revision_no) if last else None
        return self.number_after(found, one_counter=one_counter)

    def number_after(
        self, last: tuple[int, int | None] | None, *, one_counter: bool
    ) -> tuple[int, int | None]:
        """Return the number that follows `last` (None: there is none yet) by the kind of change."""
        if one_counter:
            return (last[0] if last else 0) + 1, None
        if last is None:
            return 1, 0
        if self.change_type == self.Change.REVISION:
            return last[0] or 1, (last[1] or 0) + 1
        return last[0] + 1, 0

    def problems(self, *, on: dt.date | None = None) -> list[Problem]:
        """Return what blocks or warns, as of the day (None: today)."""
        return check(self.document, gather_facts(self, on=on or today()))
