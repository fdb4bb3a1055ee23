"""Who reads one procedure for some days that they could not read otherwise."""

from django.db import models

from procedures.models.documents import Procedure
from qms.foundation.recorded import kept_history
from qms.organisation.models import ObjectGrant


class ProcedureGrant(ObjectGrant):
    """A person reads the issued versions of one procedure for a time, restricted or not."""

    READ = "read_procedure"

    content_object = models.ForeignKey(
        Procedure, models.PROTECT, related_name="grants", verbose_name="quy trình"
    )
    history = kept_history()

    class Meta(ObjectGrant.Meta):
        verbose_name = "quyền đọc quy trình"
        verbose_name_plural = "quyền đọc quy trình"
        ordering = ["content_object__sort_key", "user__sort_key"]

    def __str__(self) -> str:
        return f"{self.user}: {self.permission.name} – {self.content_object}"
