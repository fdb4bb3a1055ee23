"""How accounts work here: the administrator makes them, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from qms.organisation.models import User


class OfficeAccountAdapter(DefaultAccountAdapter):
    """No self-registration; everything else as django-allauth does it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def display_name(user: User) -> str:
    return str(user)
