"""What a verb refused, shown in the form that asked for it."""

from django import forms
from django.core.exceptions import ValidationError


def show_refusal(form: forms.Form, refusal: ValidationError) -> None:
    """Show it at the field it names, or above the form where there is none of that name."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
