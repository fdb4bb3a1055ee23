"""What inspectors ask first: the papers of a year, and the declaration of the quality system."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from procedures.models.catalogue import TTHC
from procedures.models.documents import Procedure
from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit
from qms.records.models import StoredFile


class YearPaper(RecordedModel):
    """A paper in the ISO file of a year: what it is, number, date, the file itself."""

    class Row(models.TextChoices):
        PLAN = "plan", "Kế hoạch duy trì, cải tiến HTQLCL"
        COMMITTEE = "committee", "QĐ thành lập, kiện toàn Ban chỉ đạo ISO"
        DUTIES = "duties", "Phân công nhiệm vụ, năng lực"
        OBJECTIVES = "objectives", "Mục tiêu chất lượng"
        TRAINING = "training", "Đào tạo, phổ biến"
        AUDIT = "audit", "Đánh giá nội bộ"
        REVIEW = "review", "Xem xét của lãnh đạo"
        VALIDITY = "validity", "Xác nhận hiệu lực của HTQLCL"
        DECLARATION = "declaration", "QĐ công bố HTQLCL"
        NOTICE = "notice", "Thông báo cho Sở KH&CN"
        POSTING = "posting", "Niêm yết tại trụ sở"
        WEBSITE = "website", "Đăng trên trang thông tin điện tử"
        COMPLAINTS = "complaints", "Khiếu nại, phản ánh, kiến nghị"
        BUDGET = "budget", "Kinh phí"
        REPORTS = "reports", "Báo cáo"
        INSPECTION = "inspection", "Biên bản kiểm tra"

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    year = models.PositiveSmallIntegerField("năm")
    row = models.CharField("loại giấy tờ", max_length=12, choices=Row)
    title = models.CharField("tên, trích yếu", max_length=500)
    number = models.CharField("số, ký hiệu", max_length=60, blank=True)
    dated_on = models.DateField("ngày", null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    note = models.TextField("ghi chú", blank=True)
    is_void = models.BooleanField("ghi nhầm", default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "giấy tờ hồ sơ ISO năm"
        verbose_name_plural = "giấy tờ hồ sơ ISO năm"
        ordering = ["dated_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="year_paper_titled"),
        ]

    def __str__(self) -> str:
        return f"{self.get_row_display()} {self.year}: {self.title}"


class Declaration(RecordedModel):
    """The head declares that the quality system conforms (QĐ 19/2014/QĐ-TTg, Điều 4 khoản 3)."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="cơ quan")
    number = models.CharField("số, ký hiệu", max_length=60)
    signed_on = models.DateField("ngày quyết định")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    notified_number = models.CharField("số văn bản thông báo", max_length=60, blank=True)
    notified_on = models.DateField("thông báo ngày", null=True, blank=True)
    posted_on = models.DateField("niêm yết từ", null=True, blank=True)
    website_url = models.URLField("địa chỉ đăng tải", blank=True)
    note = models.TextField("ghi chú", blank=True)
    is_void = models.BooleanField("ghi nhầm", default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = kept_history()

    class Meta:
        verbose_name = "công bố HTQLCL"
        verbose_name_plural = "công bố HTQLCL"
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number", "signed_on"],
                condition=Q(is_void=False),
                name="declaration_once",
                violation_error_message="Quyết định công bố này đã được ghi.",
            )
        ]

    def __str__(self) -> str:
        return f"QĐ công bố HTQLCL số {self.number} ngày {self.signed_on:%d/%m/%Y}"


class DeclaredTTHC(RecordedModel):
    """A TTHC in the scope of a declaration, by the name and procedure code it then had."""

    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="tthc")
    tthc = models.ForeignKey(TTHC, models.PROTECT, related_name="declared")
    name = models.TextField("tên TTHC", max_length=1100)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", null=True)
    procedure_code = models.CharField("mã quy trình", max_length=60, blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "TTHC đã công bố"
        verbose_name_plural = "TTHC đã công bố"
        ordering = ["tthc__code"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "tthc"], name="declared_tthc_once")
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id}: {self.tthc_id}"
