"""The roles of an office: each is a permission on a unit, granted to a person for its subtree."""

from django.db.models import TextChoices


class Role(TextChoices):
    ISO_SECRETARY = "iso_secretary", "Thư ký ISO"
    INTERNAL_AUDITOR = "internal_auditor", "Chuyên gia đánh giá nội bộ"
    STAFF = "staff", "Cán bộ, chuyên viên"
    LEADER = "leader", "Lãnh đạo"
    UNIT_HEAD = "unit_head", "Trưởng bộ phận"
    CLERK = "clerk", "Văn thư"
    EXTERNAL_CHECKER = "external_checker", "Đoàn kiểm tra"
    SYSTEM_ADMIN = "system_admin", "Quản trị hệ thống"
