"""The catalogue of TTHC: what is in force on a day, who answers for it, what changed it."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from procedures.content import Unit as LimitUnit
from qms.foundation.constraints import paired, period_ordered
from qms.foundation.dates import valid_on
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import clean, fold, sort_key
from qms.organisation.models import Unit, User
from qms.records.models import Signature, StoredFile
from qms.records.signatures import Signing, sign

CORE_CODE = r"^\d\.\d{6}$"  # holds for all 2,642 rows of six ministry exports (DOMAIN §5.1)
_LIMIT_UNITS = [
    (LimitUnit.WORKING_DAY.value, "ngày làm việc"),
    (LimitUnit.CALENDAR_DAY.value, "ngày"),
    (LimitUnit.HOUR.value, "giờ làm việc"),
    (LimitUnit.BY_PLAN.value, "theo kế hoạch"),
    (LimitUnit.UNKNOWN.value, "chưa rõ"),
]


class FieldQuerySet(models.QuerySet["Field"]):
    def named(self, name: str) -> "Field | None":
        return self.filter(name_key=fold(name)).first()


class Field(RecordedModel):
    """A lĩnh vực of TTHC."""

    name = models.CharField("lĩnh vực", max_length=255)
    name_key = models.CharField(max_length=255, unique=True, editable=False)
    code = models.CharField("mã", max_length=40, blank=True)
    sort_key = models.CharField(max_length=600, editable=False)
    history = kept_history()
    objects = FieldQuerySet.as_manager()

    class Meta:
        verbose_name = "lĩnh vực"
        verbose_name_plural = "lĩnh vực"
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.name

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.name = clean(self.name)
        self.name_key, self.sort_key = fold(self.name), sort_key(self.name)
        super().record(by=by, reason=reason, fields=fields)


class TTHCState(models.Model):
    """What a decision says of a TTHC: the columns that a change may set anew."""

    level = models.CharField("cấp thực hiện", max_length=120, blank=True)
    executing_agency = models.TextField("cơ quan thực hiện", blank=True)
    limit_text = models.TextField("thời hạn giải quyết", blank=True)
    law_unit = models.CharField(
        "đơn vị thời hạn theo luật", max_length=15, choices=_LIMIT_UNITS, default="unknown"
    )
    law_minutes = models.PositiveIntegerField("thời hạn theo luật (phút)", null=True, blank=True)
    local_unit = models.CharField(
        "đơn vị thời hạn địa phương", max_length=15, choices=_LIMIT_UNITS, default="unknown"
    )
    local_minutes = models.PositiveIntegerField(
        "thời hạn địa phương rút ngắn (phút)", null=True, blank=True
    )
    fee = models.TextField("phí, lệ phí", blank=True)
    online_level = models.CharField("mức độ dịch vụ công trực tuyến", max_length=60, blank=True)
    receiving_place = models.TextField("nơi tiếp nhận", blank=True)
    legal_basis = models.TextField("căn cứ pháp lý", blank=True)
    decision_no = models.TextField("quyết định công bố TTHC", blank=True)

    class Meta:
        abstract = True


STATE_FIELDS: tuple[str, ...] = tuple(f.name for f in TTHCState._meta.local_fields)


class TTHCQuerySet(models.QuerySet["TTHC"]):
    def as_of(self, on: dt.date) -> "TTHCQuerySet":
        """Annotate what holds on the day: `name_on`, `sort_on`, `search_on`, `field_on_id`,
        `field_name_on`, `last_kind` (None before any change), `begins_later` (announced after).

        The last change effective by then that names the TTHC anew decides; before any, the row.
        """
        past = TTHCChange.objects.filter(tthc=OuterRef("pk"), effective_on__lte=on, is_void=False)
        named = past.exclude(name="").order_by("-effective_on", "-pk")
        moved = past.filter(field__isnull=False).order_by("-effective_on", "-pk")
        last = past.order_by("-effective_on", "-pk").values("kind")[:1]
        later = TTHCChange.objects.filter(
            tthc=OuterRef("pk"), effective_on__gt=on, kind=TTHCChange.Kind.ANNOUNCED, is_void=False
        )
        return self.annotate(
            name_on=Coalesce(Subquery(named.values("name")[:1]), F("name")),
            sort_on=Coalesce(Subquery(named.values("sort_key")[:1]), F("sort_key")),
            search_on=Coalesce(Subquery(named.values("search_key")[:1]), F("search_key")),
            field_on_id=Coalesce(
                Subquery(moved.values("field")[:1]),
                F("field_id"),
                output_field=models.BigIntegerField(),
            ),
            field_name_on=Coalesce(Subquery(moved.values("field__name")[:1]), F("field__name")),
            last_kind=Subquery(last),
            begins_later=Exists(later),
        )

    def in_force(self, *, on: dt.date) -> "TTHCQuerySet":
        """Return those in force on the day; one that nothing announces began before records."""
        return self.as_of(on).filter(
            Q(last_kind__in=TTHCChange.LIVING) | Q(last_kind__isnull=True, begins_later=False)
        )

    def ended(self, *, on: dt.date) -> "TTHCQuerySet":
        """Return those that were in force before the day and are no more."""
        return self.as_of(on).filter(
            Q(last_kind__isnull=False) & ~Q(last_kind__in=TTHCChange.LIVING)
        )

    def matching(self, text: str) -> "TTHCQuerySet":
        """Return those of a day (`as_of`) whose code or name holds every word of `text`.

        Without accents; the name of the day or the first one, for people remember both.
        """
        found = self
        for word in fold(text).split():
            found = found.filter(Q(search_on__contains=word) | Q(search_key__contains=word))
        return found


class TTHC(TTHCState, RecordedModel):
    """One thủ tục hành chính, by its national core code; its state before any known change."""

    code = models.CharField(
        "mã TTHC",
        max_length=8,
        unique=True,
        validators=[RegexValidator(CORE_CODE, "Mã TTHC có dạng 1.004494.")],
    )
    agency_suffix = models.CharField("hậu tố mã cơ quan", max_length=20, blank=True)
    name = models.TextField("tên TTHC", max_length=1100)
    field = models.ForeignKey(
        Field, models.PROTECT, related_name="tthc", null=True, verbose_name="lĩnh vực"
    )
    search_key = models.TextField(editable=False)
    sort_key = models.TextField(editable=False)
    source_url = models.TextField("nguồn", blank=True)
    is_verified = models.BooleanField("đã kiểm chứng", default=False)
    verification_note = models.TextField("ghi chú kiểm chứng", blank=True)
    history = kept_history()
    objects = TTHCQuerySet.as_manager()

    class Meta:
        verbose_name = "thủ tục hành chính"
        verbose_name_plural = "thủ tục hành chính"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("procedures:tthc-detail", args=[self.code])

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.name = clean(self.name)
        self.search_key, self.sort_key = fold(f"{self.code} {self.name}"), sort_key(self.name)
        super().record(by=by, reason=reason, fields=fields)


@dataclass(frozen=True)
class TTHCOnDay:
    """A TTHC as it stood on a day: the row with every change effective by then laid over it."""

    tthc: TTHC
    name: str
    field: Field | None
    values: dict[str, object]
    is_in_force: bool
    last_change: "TTHCChange | None"

    def known_limit(self, which: str) -> tuple[LimitUnit, int] | None:
        """Return (unit, minutes) of the limit `law` or `local`, None where not known."""
        minutes = self.values[f"{which}_minutes"]
        unit = LimitUnit(str(self.values[f"{which}_unit"]))
        return (unit, minutes) if isinstance(minutes, int) else None


class TTHCChange(TTHCState, RecordedModel):
    """A decision announces, amends, replaces, abolishes or cancels a TTHC (NĐ 63/2010, Điều 14)."""

    class Kind(models.TextChoices):
        ANNOUNCED = "announced", "Mới ban hành"
        AMENDED = "amended", "Sửa đổi, bổ sung"
        REPLACED = "replaced", "Bị thay thế"
        ABOLISHED = "abolished", "Bị bãi bỏ"
        CANCELLED = "cancelled", "Bị hủy bỏ"

    LIVING = (Kind.ANNOUNCED, Kind.AMENDED)

    tthc = models.ForeignKey(TTHC, models.PROTECT, related_name="changes")
    kind = models.CharField("loại thay đổi", max_length=12, choices=Kind)
    decision_no = models.CharField("quyết định công bố TTHC", max_length=255)
    effective_on = models.DateField("có hiệu lực từ")
    replaced_by = models.ForeignKey(TTHC, models.PROTECT, related_name="+", null=True, blank=True)
    name = models.TextField("tên mới", max_length=1100, blank=True)
    field = models.ForeignKey(Field, models.PROTECT, related_name="+", null=True, blank=True)
    search_key = models.TextField(editable=False, blank=True)
    sort_key = models.TextField(editable=False, blank=True)
    changed_fields = models.JSONField("nội dung thay đổi", default=list)
    note = models.TextField("ghi chú", blank=True)
    is_void = models.BooleanField("ghi nhầm", default=False)
    history = kept_history()

    class Meta:
        verbose_name = "thay đổi TTHC"
        verbose_name_plural = "thay đổi TTHC"
        ordering = ["effective_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tthc", "kind", "effective_on", "decision_no"],
                condition=Q(is_void=False),
                name="tthc_change_once",
                violation_error_message="Thay đổi này đã được ghi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} theo {self.decision_no}"

    def record(self, *, by: models.Model, reason: str, fields: list[str] | None = None) -> None:  # type: ignore[override]
        self.name = clean(self.name)
        self.search_key = fold(f"{self.tthc.code} {self.name}") if self.name else ""
        self.sort_key = sort_key(self.name) if self.name else ""
        super().record(by=by, reason=reason, fields=fields)


def on_day(tthc: TTHC, changes: list[TTHCChange], on: dt.date) -> TTHCOnDay:
    """Return `tthc` as it stood on the day; `changes` are all of its own, in order of effect."""
    valid = [change for change in changes if not change.is_void]
    past = [change for change in valid if change.effective_on <= on]
    name, field = tthc.name, tthc.field
    values: dict[str, object] = {key: getattr(tthc, key) for key in STATE_FIELDS}
    for change in past:
        name = change.name or name
        field = change.field or field
        for key in change.changed_fields:
            if key in STATE_FIELDS:
                values[key] = getattr(change, key)
        if change.kind in TTHCChange.LIVING:
            values["decision_no"] = change.decision_no
    last = past[-1] if past else None
    return TTHCOnDay(tthc, name, field, values, stands_on(valid, on), last)


class Effect(Protocol):
    """What in force or not hangs on: a TTHCChange, or the facts of one."""

    @property
    def kind(self) -> str: ...

    @property
    def effective_on(self) -> dt.date: ...


def stands_on(changes: Iterable[Effect], on: dt.date) -> bool:
    """Tell whether a TTHC is in force on the day.

    `changes` are all of its own that are not void, in order of effect. One that nothing announces
    began before records.
    """
    last, begins_later = "", False
    for change in changes:
        if change.effective_on <= on:
            last = change.kind
        else:
            begins_later = begins_later or change.kind == TTHCChange.Kind.ANNOUNCED
    return last in TTHCChange.LIVING if last else not begins_later


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    def valid(self, *, on: dt.date) -> "ResponsibilityQuerySet":
        return self.filter(valid_on(on))


class Responsibility(RecordedModel):
    """A unit answers for a TTHC; this is what coverage counts."""

    class Kind(models.TextChoices):
        RESOLVE = "resolve", "giải quyết"
        APPRAISE = "appraise", "thẩm định, trình"
        RECEIVE = "receive", "tiếp nhận"
        COORDINATE = "coordinate", "phối hợp"

    tthc = models.ForeignKey(TTHC, models.PROTECT, related_name="responsibilities")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="responsibilities")
    kind = models.CharField("vai trò", max_length=12, choices=Kind, default=Kind.RESOLVE)
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    history = kept_history()
    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = "trách nhiệm giải quyết TTHC"
        verbose_name_plural = "trách nhiệm giải quyết TTHC"
        ordering = ["tthc__code", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=period_ordered(), name="responsibility_period_ordered"
            ),
            models.UniqueConstraint(
                fields=["tthc", "unit", "kind"],
                condition=Q(valid_to__isnull=True),
                name="responsibility_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tthc.code}: {self.unit} {self.get_kind_display()}"


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def valid(self, *, on: dt.date) -> "ExclusionQuerySet":
        """Return those that a leader has signed and whose period contains the day."""
        return self.filter(valid_on(on), accepted_at__isnull=False)


class Exclusion(RecordedModel):
    """A responsibility is taken out of the count, for a listed reason, signed by a leader."""

    class Reason(models.TextChoices):
        NOT_PUBLISHED = "not_published", "chưa có quyết định công bố TTHC"
        NOT_COMPETENT = "not_competent", "không thuộc thẩm quyền của cơ quan"
        ONLY_ASSISTS = "only_assists", "chỉ tiếp nhận hoặc phối hợp"

    responsibility = models.ForeignKey(Responsibility, models.PROTECT, related_name="exclusions")
    reason = models.CharField("lý do", max_length=20, choices=Reason)
    note = models.TextField("giải trình", blank=True)
    valid_from = models.DateField("từ ngày", null=True, blank=True)
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    accepted_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    history = kept_history()
    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = "TTHC không thuộc phạm vi"
        verbose_name_plural = "TTHC không thuộc phạm vi"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=period_ordered(), name="exclusion_period_ordered"),
            models.CheckConstraint(
                condition=paired("accepted_by", "accepted_at"), name="exclusion_accepted_paired"
            ),
            models.CheckConstraint(
                condition=~Q(accepted_by=F("proposed_by")), name="exclusion_four_eyes"
            ),
            models.UniqueConstraint(
                fields=["responsibility"],
                condition=Q(valid_to__isnull=True, refused_at__isnull=True),
                name="exclusion_open_once",
                violation_error_message="TTHC này đã có đề nghị đưa ra khỏi phạm vi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.responsibility.tthc.code}: {self.get_reason_display()}"

    @transaction.atomic
    def accept(self, *, by: User, signing: Signing) -> None:
        """Take the responsibility out of the count, by a leader's signature on the reason.

        Raises ValidationError when it was answered already, or `by` proposed it.
        """
        self._must_wait()
        if by == self.proposed_by:
            raise ValidationError("Người đề nghị không được tự chấp nhận.")
        self.accepted_by, self.accepted_at = by, timezone.now()
        self.record(by=by, reason="Chấp nhận đưa ra khỏi phạm vi")
        sha256 = self.statement_sha256()
        sign(self, Signature.Act.ACCEPTED, by=by, sha256=sha256, signing=signing)

    def statement_sha256(self) -> str:
        """Return the hash of what is signed: the TTHC, why it is taken out, and from when."""
        statement = f"{self}\n{self.note}\n{self.valid_from or ''}"
        return hashlib.sha256(statement.encode()).hexdigest()

    @transaction.atomic
    def refuse(self, *, by: User, reason: str) -> None:
        """Leave the responsibility in the count. Raises ValidationError when answered already."""
        self._must_wait()
        self.refused_at = timezone.now()
        self.record(by=by, reason=reason)

    def _must_wait(self) -> None:
        stored = Exclusion.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stored.accepted_at or stored.refused_at:
            raise ValidationError("Đề nghị này đã được trả lời.")


class ImportRun(RecordedModel):
    """A list that was imported: the file itself, by whom, what it did."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    decision_no = models.CharField("quyết định công bố TTHC", max_length=255, blank=True)
    effective_on = models.DateField("có hiệu lực từ", null=True)
    counts = models.JSONField(default=dict)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "lần nhập danh mục"
        verbose_name_plural = "lần nhập danh mục"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file.label} ({self.imported_at:%d/%m/%Y})"
