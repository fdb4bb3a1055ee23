"""States of versions, decisions, requests, and the legal moves between them (DESIGN §2)."""

from django.db.models import TextChoices

from qms.records.workflow import Transitions


class VersionStatus(TextChoices):
    DRAFT = "draft", "Dự thảo"
    IN_REVIEW = "in_review", "Đang xem xét"
    REVIEWED = "reviewed", "Chờ phê duyệt"
    APPROVED = "approved", "Chờ vào số"
    ISSUED = "issued", "Đã ban hành"
    DISCARDED = "discarded", "Đã hủy"


class DecisionStatus(TextChoices):
    COMPOSING = "composing", "Dự thảo"
    SUBMITTED = "submitted", "Chờ phê duyệt"
    APPROVED = "approved", "Chờ vào số"
    ISSUED = "issued", "Đã ban hành"
    CANCELLED = "cancelled", "Đã hủy"
    WITHDRAWN = "withdrawn", "Đã thu hồi"


class ChangeRequestStatus(TextChoices):
    REQUESTED = "requested", "Chờ trả lời"
    ACCEPTED = "accepted", "Đã chấp nhận"
    REFUSED = "refused", "Không chấp nhận"
    ANSWERED = "answered", "Đã sửa đổi"


class CopyStatus(TextChoices):
    HELD = "held", "Đang giữ"
    RETURNED = "returned", "Đã thu hồi"
    DESTROYED = "destroyed", "Đã hủy"
    LOST = "lost", "Thất lạc"


VERSION_MOVES: Transitions = {
    VersionStatus.DRAFT: [
        VersionStatus.IN_REVIEW,
        VersionStatus.DISCARDED,
        VersionStatus.ISSUED,  # origin paper only, by a leader's acceptance
    ],
    VersionStatus.IN_REVIEW: [VersionStatus.DRAFT, VersionStatus.REVIEWED],
    VersionStatus.REVIEWED: [VersionStatus.DRAFT, VersionStatus.APPROVED],
    VersionStatus.APPROVED: [VersionStatus.ISSUED, VersionStatus.DISCARDED],
    VersionStatus.ISSUED: [],
    VersionStatus.DISCARDED: [],
}

DECISION_MOVES: Transitions = {
    DecisionStatus.COMPOSING: [
        DecisionStatus.SUBMITTED,
        DecisionStatus.CANCELLED,
        DecisionStatus.ISSUED,  # origin paper only, when its first version is accepted
    ],
    DecisionStatus.SUBMITTED: [
        DecisionStatus.COMPOSING,
        DecisionStatus.APPROVED,
        DecisionStatus.CANCELLED,
    ],
    DecisionStatus.APPROVED: [DecisionStatus.ISSUED, DecisionStatus.CANCELLED],
    DecisionStatus.ISSUED: [DecisionStatus.WITHDRAWN],
    DecisionStatus.CANCELLED: [],
    DecisionStatus.WITHDRAWN: [],
}

CHANGE_REQUEST_MOVES: Transitions = {
    ChangeRequestStatus.REQUESTED: [ChangeRequestStatus.ACCEPTED, ChangeRequestStatus.REFUSED],
    ChangeRequestStatus.ACCEPTED: [ChangeRequestStatus.ANSWERED, ChangeRequestStatus.REFUSED],
    ChangeRequestStatus.REFUSED: [],
    ChangeRequestStatus.ANSWERED: [],
}

COPY_MOVES: Transitions = {
    CopyStatus.HELD: [CopyStatus.RETURNED, CopyStatus.DESTROYED, CopyStatus.LOST],
    CopyStatus.RETURNED: [CopyStatus.DESTROYED],
    CopyStatus.LOST: [CopyStatus.RETURNED, CopyStatus.DESTROYED],  # it turned up
    CopyStatus.DESTROYED: [],
}

OPEN_VERSION = frozenset(
    {
        VersionStatus.DRAFT,
        VersionStatus.IN_REVIEW,
        VersionStatus.REVIEWED,
        VersionStatus.APPROVED,
    }
)
FROZEN_VERSION = frozenset({VersionStatus.APPROVED, VersionStatus.ISSUED})
OPEN_DECISION = frozenset(
    {DecisionStatus.COMPOSING, DecisionStatus.SUBMITTED, DecisionStatus.APPROVED}
)
