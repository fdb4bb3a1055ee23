"""The PDF of an issued version, made once and kept."""

from collections.abc import Iterable

from django.db import transaction

from procedures.models import ProcedureVersion, Rendition
from procedures.pdf import version_pdf
from procedures.printing import printed_version
from procedures.workflow import VersionStatus
from qms.organisation.models import User
from qms.records import files


def make_renditions(keys: Iterable[int], *, by: User) -> int:
    """Make and keep the PDF of each issued version that has none yet; return how many.

    Runs after the transaction that issued them; a failure is mended by running it again.
    """
    made = 0
    waiting = ProcedureVersion.objects.filter(
        pk__in=list(keys), status=VersionStatus.ISSUED, rendition=None
    )
    for version in waiting.select_related("procedure__agency__profile"):
        data = version_pdf(printed_version(version))
        stored = files.store(
            data, f"{version.procedure.slug}-{version.number_slug}.pdf", kind="pdf", by=by
        )
        with transaction.atomic():
            Rendition.objects.get_or_create(version=version, defaults={"file": stored})
        made += 1
    return made
