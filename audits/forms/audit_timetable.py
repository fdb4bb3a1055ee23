"""What is typed about the timetable and the meetings of an audit."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from audits.actions.meetings import Attendant
from audits.actions.timetable import SessionGiven
from audits.forms.audits import SubjectField, units_of_agency
from audits.models import Audit, AuditMember, AuditSession, AuditSubject
from audits.permissions.programmes import HIDDEN
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField, ManyField
from qms.foundation.text import clean
from qms.organisation.models import Post, Unit


class TimeField(forms.TimeField):
    """An hour of the day: 8:00, 08:00 or 8h30."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%H:%M", "%Hh%M", "%Hh", "%H:%M:%S"])
        widget = forms.TimeInput(
            format="%H:%M",
            attrs={"placeholder": "08:00", "inputmode": "numeric", "autocomplete": "off"},
        )
        kwargs.setdefault("widget", widget)
        kwargs.setdefault("error_messages", {"invalid": "Ghi giờ như 08:00 hoặc 8h30."})
        super().__init__(**kwargs)


class AuditorsField(ManyField):
    def label_from_instance(self, member: AuditMember) -> str:
        return str(member)


class SessionForm(forms.Form):
    """A line of the timetable."""

    kind = forms.ChoiceField(label="Loại", choices=AuditSession.Kind.choices)
    on = DateField(label="Ngày")
    begins = TimeField(label="Từ")
    ends = TimeField(label="Đến")
    place = LineField(label="Địa điểm", max_length=255, required=False)
    topic = LineField(
        label="Nội dung",
        max_length=500,
        required=False,
        help_text="Để trống thì ghi theo nội dung trong phạm vi.",
    )
    subject = SubjectField(
        label="Nội dung trong phạm vi",
        queryset=AuditSubject.objects.none(),
        required=False,
        empty_label="(không chọn)",
    )
    unit = forms.ModelChoiceField(
        label="Đơn vị được đánh giá",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="(theo nội dung)",
    )
    auditors = AuditorsField(
        label="Người đánh giá",
        queryset=AuditMember.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Họp khai mạc, họp kết thúc: cả đoàn dự, không cần chọn.",
    )

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subjects = audit.subjects.filter(removed_at=None).select_related("unit", "procedure")
        self.fields["subject"].queryset = subjects  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units_of_agency(audit.agency, on=audit.day)  # type: ignore[attr-defined]
        members = audit.members.filter(removed_at=None).exclude(role=AuditMember.Role.OBSERVER)
        self.fields["auditors"].queryset = members.select_related("person")  # type: ignore[attr-defined]

    def session(self) -> SessionGiven:
        """Return what was typed; unit and topic of a session follow from its subject."""
        given = dict(self.cleaned_data)
        subject: AuditSubject | None = given["subject"]
        auditors = tuple(given.pop("auditors"))
        if given["kind"] == AuditSession.Kind.WORK and subject is not None:
            owner = subject.procedure.owner if subject.procedure else None
            given["unit"] = given["unit"] or subject.unit or owner
            # The timetable goes to everybody: a procedure that few may read is not named in it.
            is_hidden = bool(subject.procedure and subject.procedure.is_restricted)
            given["topic"] = given["topic"] or (HIDDEN if is_hidden else str(subject)[:500])
        return SessionGiven(**given, auditors=auditors)

    @staticmethod
    def initial_of(session: AuditSession) -> dict[str, Any]:
        names = ("kind", "on", "begins", "ends", "place", "topic", "subject", "unit")
        links = session.auditors.filter(removed_at=None)
        return {name: getattr(session, name) for name in names} | {
            "auditors": [link.member_id for link in links]
        }


def invited(audit: Audit, *, on: dt.date) -> list[Post]:
    """Return the posts of those a meeting concerns: the team, and who works in what is audited."""
    units = set()
    for subject in audit.subjects.filter(removed_at=None).select_related("procedure"):
        units |= {subject.unit_id, subject.procedure.owner_id if subject.procedure else None}
    units |= set(audit.sessions.filter(removed_at=None).values_list("unit_id", flat=True))
    team = audit.members.filter(removed_at=None).values("person")
    posts = Post.objects.filter(person__is_active=True).filter(
        person__in=team
    ) | Post.objects.filter(person__is_active=True, unit__in=[pk for pk in units if pk])
    known: dict[int, Post] = {}
    for post in posts.select_related("person", "unit", "position").order_by(
        "unit__path", "position__rank", "person__sort_key", "pk"
    ):
        ended = post.valid_to is not None and post.valid_to <= on
        if not ended and (post.valid_from is None or post.valid_from <= on):
            known.setdefault(post.person_id, post)
    return list(known.values())


class MeetingForm(forms.Form):
    """A meeting was held: when, who was there, what was said."""

    on = DateField(label="Ngày họp")
    people = forms.MultipleChoiceField(
        label="Người dự họp", required=False, widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label="Người dự khác",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="Mỗi người một dòng: họ và tên, chức danh, đơn vị.",
    )
    minutes = forms.CharField(
        label="Diễn biến, ý kiến", widget=forms.Textarea(attrs={"rows": 5}), required=False
    )

    def __init__(self, *args: Any, posts: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {str(post.person_id): post for post in posts}
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (key, f"{post.person} – {post.position}, {post.unit}")
            for key, post in self.posts.items()
        ]
        self.fields["on"].initial = today()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("people") and not clean(cleaned.get("others", "")):
            self.add_error("people", "Hãy chọn hoặc ghi ít nhất một người dự họp.")
        return cleaned

    def attendance(self) -> list[Attendant]:
        """Return who was there: those ticked, then those typed."""
        posts = [self.posts[key] for key in self.cleaned_data["people"]]
        there = [Attendant(str(p.person), f"{p.position}, {p.unit}", p.person) for p in posts]
        for line in self.cleaned_data["others"].splitlines():
            name, _, position = line.partition(",")
            if clean(name):
                there.append(Attendant(clean(name)[:150], clean(position)[:255]))
        return there
