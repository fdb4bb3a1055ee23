"""What an office may revise about its audits: frequencies, deadlines, numbers, labels."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from qms.foundation.recorded import RecordedModel, kept_history
from qms.organisation.models import Unit

# Codes and titles of the printed records, as most offices have them (unverified: settings).
PAPERS: dict[str, tuple[str, str]] = {
    "programme": ("BM-03-01", "KẾ HOẠCH ĐÁNH GIÁ NỘI BỘ NĂM"),
    "timetable": ("BM-03-02", "CHƯƠNG TRÌNH ĐÁNH GIÁ NỘI BỘ"),
    "checklist": ("BM-03-03", "PHIẾU HỎI, GHI CHÉP ĐÁNH GIÁ"),
    "nonconformity": ("BM-03-04", "PHIẾU GHI NHẬN SỰ KHÔNG PHÙ HỢP VÀ HÀNH ĐỘNG KHẮC PHỤC"),
    "report": ("BM-03-05", "BÁO CÁO ĐÁNH GIÁ NỘI BỘ"),
    "register": ("BM-04-01", "SỔ THEO DÕI SỰ KHÔNG PHÙ HỢP VÀ HÀNH ĐỘNG KHẮC PHỤC"),
    "team": ("", "QUYẾT ĐỊNH"),
    "notification": ("", "THÔNG BÁO"),
    "opening": ("", "BIÊN BẢN HỌP KHAI MẠC"),
    "closing": ("", "BIÊN BẢN HỌP KẾT THÚC"),
}
CAUSES: dict[str, str] = {
    "people": "Con người, năng lực, nhận thức",
    "method": "Phương pháp, quy trình chưa phù hợp",
    "document": "Tài liệu, biểu mẫu",
    "equipment": "Phương tiện, công nghệ thông tin",
    "information": "Thông tin, phối hợp giữa các đơn vị",
    "workload": "Khối lượng công việc, bố trí nhân lực",
    "outside": "Bên ngoài",
    "other": "Khác",
}


def _count(label: str, default: int, most: int, help_text: str = "") -> Any:
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        validators=[MinValueValidator(1), MaxValueValidator(most)],
        help_text=help_text,
    )


class AuditSettings(RecordedModel):
    """The settings of one agency's audits; defaults hold until they are first saved."""

    agency = models.OneToOneField(
        Unit, models.PROTECT, related_name="+", verbose_name="cơ quan", editable=False
    )
    # QĐ 19/2014/QĐ-TTg and TT 26/2014/TT-BKHCN ask for one internal audit a year at least.
    unit_audit_months = _count("đánh giá mỗi đơn vị ít nhất một lần trong (tháng)", 12, 120)
    system_audit_months = _count("đánh giá quy trình hệ thống trong (tháng)", 12, 120)
    tthc_audit_months = _count("đánh giá quy trình giải quyết TTHC trong (tháng)", 36, 120)
    recurrence_months = _count("coi là lặp lại trong (tháng)", 24, 120)
    external_answer_months = _count(
        "hạn báo cáo khắc phục sau kiểm tra bên ngoài (tháng)",
        2,  # TT 26/2014/TT-BKHCN, Điều 37 khoản 2 điểm c
        24,
        "TT 26/2014/TT-BKHCN, Điều 37: 02 tháng kể từ ngày ký biên bản.",
    )
    effect_months = _count("đánh giá hiệu lực sau khi kiểm tra xác nhận (tháng)", 3, 36)
    treatment_days = _count("hạn khắc phục mặc định (ngày)", 30, 365)
    unit_escalation_days = _count("báo trưởng đơn vị khi quá hạn (ngày)", 3, 365)
    secretary_escalation_days = _count("báo thư ký ISO khi quá hạn (ngày)", 7, 365)
    leader_escalation_days = _count("báo lãnh đạo khi quá hạn (ngày)", 14, 365)
    audit_pattern = models.CharField(
        "mẫu số cuộc đánh giá", max_length=60, default="ĐGNB-{year}-{seq:02}"
    )
    nonconformity_pattern = models.CharField(
        "mẫu số phiếu KPH", max_length=60, default="KPH-{year}-{seq:03}"
    )
    papers = models.JSONField("mã hiệu và tên biểu mẫu", default=dict, blank=True)
    causes = models.JSONField("nhóm nguyên nhân", default=dict, blank=True)
    history = kept_history()

    class Meta:
        verbose_name = "thiết lập đánh giá nội bộ"
        verbose_name_plural = "thiết lập đánh giá nội bộ"

    def __str__(self) -> str:
        return f"Thiết lập đánh giá nội bộ: {self.agency}"

    @classmethod
    def of(cls, agency: Unit) -> "AuditSettings":
        """Return the agency's settings; unsaved defaults where it has none of its own."""
        return cls.objects.filter(agency=agency).first() or cls(agency=agency)

    def paper(self, kind: str) -> tuple[str, str]:
        """Return (code, title) of a kind of printed record, see `PAPERS`."""
        code, title = PAPERS[kind]
        own: dict[str, str] = self.papers.get(kind) or {}
        return own.get("code", code), own.get("title") or title

    def cause_labels(self) -> dict[str, str]:
        """Return the categories of causes by their key."""
        return CAUSES | {key: label for key, label in self.causes.items() if label}
