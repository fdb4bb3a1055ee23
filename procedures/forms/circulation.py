"""What is typed about a meeting that disseminates documents, and its signed list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Case, IntegerField, QuerySet, When

from procedures.circulation import asking_periods
from procedures.models import ProcedureVersion
from procedures.permissions import visible_issued
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField, ManyField
from qms.organisation.models import Unit, User, people_of
from qms.records.uploads import UploadForm


class SignedListForm(UploadForm):
    """The scan of the list that people signed."""

    file = forms.FileField(
        label="Danh sách có chữ ký (PDF hoặc ảnh)",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={
            "required": "Hãy chọn tệp chụp danh sách có chữ ký.",
            "empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung.",
        },
    )


class _VersionsField(ManyField):
    def label_from_instance(self, version: ProcedureVersion) -> str:
        return f"{version.procedure.code} – {version.title} ({version.number_text})"


class _PeopleField(ManyField):
    """People, each with their place, and how much of what is chosen they have still to read."""

    places: Mapping[int, str] = {}
    waiting: Mapping[int, int] = {}

    def label_from_instance(self, person: User) -> str:
        place = self.places.get(person.pk)
        number = self.waiting.get(person.pk)
        named = f"{person} – {place}" if place else str(person)
        return f"{named} · chưa đọc {number:02d} tài liệu" if number else named


def meeting_versions(
    agency: Unit, user: User, *, first: Sequence[int] = ()
) -> QuerySet[ProcedureVersion]:
    """Return what may be gone through: the versions of the agency in force now or later.

    Those of the keys `first` stand before the others.
    """
    asking = asking_periods(on=today()).filter(procedure__agency=agency)
    versions = visible_issued(user).filter(pk__in=asking.values("version"))
    versions = versions.select_related("procedure").defer("content", "search_key")
    is_first = Case(When(pk__in=first, then=0), default=1, output_field=IntegerField())
    return versions.order_by(is_first, "procedure__sort_key", "pk")


class MeetingForm(SignedListForm):
    """When, where, by whom, what, which versions, who was there; the signed list may follow."""

    held_on = DateField(label="Ngày phổ biến")
    place = LineField(label="Địa điểm", max_length=255, required=False)
    led_by = LineField(label="Người phổ biến", max_length=150, required=False)
    content = forms.CharField(
        label="Nội dung",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Những điểm chính đã phổ biến, câu hỏi và trả lời nếu có.",
    )
    versions = _VersionsField(
        label="Tài liệu đã phổ biến",
        queryset=ProcedureVersion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất một tài liệu đã phổ biến."},
    )
    people = _PeopleField(
        label="Người dự",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Chỉ đánh dấu người thực sự có mặt: mỗi người được ghi là đã đọc các tài liệu "
        "trên, từ ngày phổ biến.",
        error_messages={"required": "Hãy chọn ít nhất một người dự."},
    )
    field_order = ["held_on", "place", "led_by", "versions", "content", "people", "file"]

    def __init__(
        self,
        *args: Any,
        agency: Unit,
        user: User,
        places: Mapping[int, str],
        waiting: Mapping[int, int],
        chosen: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        versions: Any = self.fields["versions"]
        versions.queryset = meeting_versions(agency, user, first=chosen)
        people: Any = self.fields["people"]
        people.queryset = people_of(agency, on=today())
        people.places, people.waiting = places, waiting
        self.fields["file"].required = False
        self.fields["file"].help_text = "Có thể đính sau, ở trang của buổi phổ biến."
