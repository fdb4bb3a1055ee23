"""What is typed when a version is reviewed, returned, or given other authors."""

from typing import Any

from django import forms

from procedures.models import ProcedureVersion
from qms.foundation.dates import today
from qms.foundation.forms import ManyField
from qms.organisation.models import Unit, UnitGrant, User, people_of
from qms.organisation.roles import Role

_OUTSIDE = (Role.EXTERNAL_CHECKER, Role.SYSTEM_ADMIN)  # they write nothing


class ReviewForm(forms.Form):
    """A remark that need not be made; the hash of what was read travels with it."""

    comment = forms.CharField(
        label="Ý kiến (nếu có)", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class AuthorsForm(forms.Form):
    """Who writes the draft: people of the agency."""

    people = ManyField(
        label="Người soạn thảo",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, version: ProcedureVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Unit = version.procedure.agency
        working = UnitGrant.objects.valid(on=today()).exclude(permission__codename__in=_OUTSIDE)
        people = people_of(agency, on=today()).filter(pk__in=working.values("user"))
        self.fields["people"].queryset = people  # type: ignore[attr-defined]
        self.fields["people"].initial = version.author_ids()
