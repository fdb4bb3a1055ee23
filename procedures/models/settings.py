"""What an office may revise about its documents: deadlines, numbers, titles, columns."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit

# Codes and titles of the printed records, as most offices have them (unverified: settings).
PAPERS: dict[str, tuple[str, str]] = {
    "internal": ("BM-01-01", "DANH MỤC TÀI LIỆU NỘI BỘ"),
    "external": ("BM-01-02", "DANH MỤC TÀI LIỆU BÊN NGOÀI"),
    "change_request": ("BM-01-03", "PHIẾU YÊU CẦU BAN HÀNH, SỬA ĐỔI, HỦY TÀI LIỆU"),
    "revisions": ("BM-01-04", "BẢNG THEO DÕI SỬA ĐỔI TÀI LIỆU"),
    "distribution": ("BM-01-05", "SỔ PHÂN PHỐI TÀI LIỆU"),
    "recall": ("BM-01-06", "BIÊN BẢN THU HỒI, HỦY TÀI LIỆU"),
    "records": ("BM-01-07", "DANH MỤC HỒ SƠ"),
    "forms": ("BM-01-08", "DANH MỤC BIỂU MẪU"),
    "impact": ("BM-01-09", "PHIẾU ĐÁNH GIÁ TÁC ĐỘNG"),
    "dissemination": ("BM-01-10", "BIÊN BẢN PHỔ BIẾN TÀI LIỆU"),
}


class DocumentSettings(RecordedModel):
    """The settings of one agency's document control; defaults hold until they are first saved."""

    agency = models.OneToOneField(
        Unit, models.PROTECT, related_name="+", verbose_name="cơ quan", editable=False
    )
    reading_days = models.PositiveSmallIntegerField(
        "hạn đọc tài liệu mới (ngày)",
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    change_request_pattern = models.CharField(
        "mẫu số phiếu yêu cầu", max_length=60, default="PYC-{year}-{seq:03}"
    )
    impact_pattern = models.CharField(
        "mẫu số phiếu đánh giá tác động", max_length=60, default="PĐG-{year}-{seq:03}"
    )
    recall_pattern = models.CharField(
        "mẫu số biên bản thu hồi, hủy", max_length=60, default="BBTH-{year}-{seq:02}"
    )
    papers = models.JSONField("mã hiệu và tên biểu mẫu", default=dict, blank=True)
    columns = models.JSONField("nhãn cột của biểu mẫu", default=dict, blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "thiết lập kiểm soát tài liệu"
        verbose_name_plural = "thiết lập kiểm soát tài liệu"

    def __str__(self) -> str:
        return f"Thiết lập kiểm soát tài liệu của {self.agency}"

    @classmethod
    def of(cls, agency: Unit) -> "DocumentSettings":
        """Return the settings of `agency`; the defaults, unsaved, where none were saved."""
        return cls.objects.filter(agency=agency).first() or cls(agency=agency)

    def paper(self, key: str) -> tuple[str, str]:
        """Return (code, title) of a printed record, as the agency has them."""
        default = PAPERS[key]
        given: dict[str, Any] = self.papers.get(key) or {}
        return str(given.get("code", default[0])), str(given.get("title") or default[1])

    def label(self, key: str, column: str, default: str) -> str:
        """Return what the agency calls a column of the record `key`."""
        given: dict[str, Any] = self.columns.get(key) or {}
        return str(given.get(column) or default)
