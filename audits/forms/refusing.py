"""Showing what a verb refused beside the field it is about."""

from django import forms
from django.core.exceptions import ValidationError


def put_refusal(form: forms.Form, refusal: ValidationError) -> None:
    """Put each message at its field; what the form does not ask for stands above it."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
