"""How a deed is answered: a message, then the page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse


def explain(
    request: HttpRequest, answer: HttpResponse, what: str | ValidationError
) -> HttpResponse:
    """Tell what was done, or why it was refused, on the page that `answer` leads to."""
    if isinstance(what, ValidationError):
        for message in what.messages:
            messages.error(request, message)
    else:
        messages.success(request, what)
    return answer
