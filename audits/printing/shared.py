"""What all papers need read: the letterhead, people's places, pieces of evidence as bytes."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from audits.models import PAPERS, AuditSettings, Evidence
from audits.papers.letterhead import Letterhead, Piece
from procedures.models.capacities import chief_of
from qms.foundation.dates import LOCAL, today, valid_on
from qms.organisation.models import AgencyProfile, Post, Unit
from qms.records import files
from qms.records.models import StoredFile


def letterhead_of(agency: Unit, *, on: dt.date | None = None) -> Letterhead:
    """Return names, codes and titles by the settings; the chief is who leads on the day."""
    profile = AgencyProfile.objects.filter(unit=agency).first()
    settings = AuditSettings.of(agency)
    return Letterhead(
        parent=profile.parent_name if profile else "",
        issuer=profile.display_name if profile else agency.name,
        place=profile.place if profile else "",
        titles={kind: settings.paper(kind) for kind in PAPERS},
        causes=settings.cause_labels(),
        chief=chief_of(agency, on=on or today()),
        name=agency.name,
    )


def places_of(people: Iterable[int], *, on: dt.date) -> dict[int, str]:
    """Return position and unit of each person on the day, the highest position first."""
    posts = Post.objects.filter(valid_on(on), person__in=list(people))
    places: dict[int, str] = {}
    for post in posts.select_related("position", "unit").order_by("position__rank", "pk"):
        places.setdefault(post.person_id, f"{post.position.name}, {post.unit.name}")
    return places


def pieces_of(evidence: Iterable[Evidence]) -> tuple[Piece, ...]:
    """Return evidence that was read with `original`, `shown` and `added_by`, files and all."""
    return tuple(
        Piece(
            caption=each.caption,
            name=each.original.label,
            on=each.evidence_on,
            by=f"{each.added_by} ghi lúc {each.added_at.astimezone(LOCAL):%H:%M %d/%m/%Y}",
            sha256=each.original.sha256,
            picture=bytes_of(each.shown) if each.is_picture else None,
        )
        for each in evidence
    )


def bytes_of(stored: StoredFile) -> bytes:
    """Return the file; nothing where it is lost or spoilt, for a paper is made all the same."""
    try:
        return files.read(stored)
    except (OSError, ValidationError):
        return b""
