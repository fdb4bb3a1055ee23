"""Fills the database of a place with the people and papers of the crash tests; prints JSON."""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.http import HttpRequest  # noqa: E402

from procedures.workflow import VersionStatus  # noqa: E402
from qms.organisation import sessions  # noqa: E402
from qms.organisation.models import User  # noqa: E402
from qms.organisation.roles import Role  # noqa: E402
from tests.factories import (  # noqa: E402
    Office,
    make_decision,
    make_draft,
    make_tthc,
    make_user,
    make_version,
)

LEADERS = 20
DECISIONS = 10
DRAFTS = 12


def main() -> None:
    """Make the people and papers; with `--secretary` only sign in a secretary who is there."""
    if sys.argv[1:] == ["--secretary"]:
        grants = apps.get_model("organisation", "UnitGrant").objects
        person = grants.filter(permission__codename="iso_secretary").earliest("pk").user
        json.dump({"secretary": signed_in(person)}, sys.stdout)
        return
    office = Office()
    office.secretary.email = "thuky@example.vn"
    office.secretary.record(by=office.admin, reason="Ghi địa chỉ thư")
    leaders = [
        make_user(Role.LEADER, unit=office.agency, position="Trưởng phòng") for _ in range(LEADERS)
    ]
    reviewed = [make_version(VersionStatus.REVIEWED, office) for _ in range(DECISIONS)]
    decisions = [make_decision(office, version) for version in reviewed]
    drafts = [make_draft(office, make_tthc(office.agency)) for _ in range(DRAFTS)]
    said: dict[str, Any] = {
        "secretary": signed_in(office.secretary),
        "staff": signed_in(office.staff),
        "leaders": [signed_in(leader) for leader in leaders],
        "leader_keys": [leader.pk for leader in leaders],
        "issued": make_version(VersionStatus.ISSUED, office).procedure.slug,
        "decisions": {str(made.pk): made.sha256() for made in decisions},
        "drafts": [draft.pk for draft in drafts],
    }
    json.dump(said, sys.stdout)


def signed_in(user: User) -> str:
    """Return the key of a new session."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request = HttpRequest()
    request.session = session
    sessions.begin(request, user)
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main()
