"""What an agency prints and counts by."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models.people import User
from qms.organisation.models.units import Unit


def default_agency(*, by: User) -> Unit:
    """Return the first agency of the tree; where there is none yet, one to be named later."""
    agency = Unit.objects.agencies().order_by("path").first()
    if agency is None:
        agency = Unit(code="CO-QUAN", name="Cơ quan", kind=Unit.Kind.AGENCY)
        agency.record(by=by, reason="Lập cơ quan ban đầu")
        profile = AgencyProfile(unit=agency, display_name="Cơ quan")
        profile.record(by=by, reason="Lập cơ quan ban đầu")
    return agency


class AgencyProfile(RecordedModel):
    """What an agency prints and counts by: names, labels, patterns, intervals (its settings)."""

    class Numbering(models.TextChoices):
        TWO_COUNTERS = "two", "Hai số: lần ban hành và lần sửa đổi"
        ONE_COUNTER = "one", "Một số: chỉ lần ban hành"

    unit = models.OneToOneField(
        Unit, models.PROTECT, related_name="profile", verbose_name="cơ quan", editable=False
    )
    parent_name = models.CharField("cơ quan chủ quản", max_length=255, blank=True)
    display_name = models.CharField("tên cơ quan in trên tài liệu", max_length=255)
    place = models.CharField("địa danh", max_length=100, blank=True)
    address = models.CharField("địa chỉ", max_length=255, blank=True)
    code_pattern = models.CharField(
        "mẫu mã hiệu quy trình",
        max_length=60,
        default="QT-{seq:02}",
        help_text="Ví dụ QT-{seq:02}/GDĐT.",
    )
    numbering = models.CharField(
        "cách đánh số", max_length=5, choices=Numbering, default=Numbering.TWO_COUNTERS
    )
    prepared_label = models.CharField("nhãn người soạn thảo", max_length=40, default="Soạn thảo")
    reviewed_label = models.CharField("nhãn người xem xét", max_length=40, default="Xem xét")
    approved_label = models.CharField("nhãn người phê duyệt", max_length=40, default="Phê duyệt")
    standard = models.CharField("tiêu chuẩn áp dụng", max_length=60, default="TCVN ISO 9001:2015")
    review_interval_months = models.PositiveSmallIntegerField(
        "chu kỳ xem xét định kỳ tài liệu (tháng)",
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    update_deadline_months = models.PositiveSmallIntegerField(
        "hạn cập nhật thay đổi pháp luật (tháng)",
        default=3,  # QĐ 19/2014/QĐ-TTg, Điều 4 khoản 4 điểm a
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text="QĐ 19/2014/QĐ-TTg, Điều 4: 03 tháng kể từ ngày văn bản có hiệu lực.",
    )
    public_reading = models.BooleanField("cho đọc quy trình TTHC không cần tài khoản", default=True)
    catalogue_until = models.DateField("danh mục TTHC cập nhật đến", null=True, blank=True)
    signs_on_behalf = models.BooleanField(
        "cơ quan lãnh đạo tập thể (UBND), ký thay mặt (TM.)",
        default=False,  # NĐ 30/2020/NĐ-CP, Điều 13 khoản 2
    )
    scope_statement = models.TextField("phạm vi đã công bố HTQLCL", blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "hồ sơ cơ quan"
        verbose_name_plural = "hồ sơ cơ quan"

    def __str__(self) -> str:
        return self.display_name
