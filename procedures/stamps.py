"""What a print of a version says of itself: a controlled copy, or one that nobody controls.

The wording is what offices usually stamp (unverified: no legal text prescribes it). ISO 9001:2015,
7.5.3.2 a), c) and d) ask that distribution, changes and obsolete prints are under control.
"""

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from procedures.models import PrintedCopy, ProcedureVersion
from qms.foundation.dates import LOCAL
from qms.records.pdf import Stamp

CONTROLLED = "TÀI LIỆU ĐƯỢC KIỂM SOÁT – Bản số {number:02d} – người giữ: {holder}"
CHECK_HERE = "Kiểm tra bản in này còn hiệu lực hay không tại {address}"
UNCONTROLLED = "Bản in không kiểm soát – in lúc {when} – kiểm tra bản hiện hành tại {address}"
_LONGEST_HOLDER = 90  # letters; a longer one would be set too small to read


def verify_address(token: str) -> str:
    """Return the public address that tells whether a print with this token is valid."""
    return settings.PUBLIC_URL + reverse("procedures:copy-verify", args=[token])


def controlled_stamp(copy: PrintedCopy) -> Stamp:
    """Return what stands on every page of a numbered copy."""
    address = verify_address(copy.token)
    holder = Truncator(copy.held_by).chars(_LONGEST_HOLDER)
    first = CONTROLLED.format(number=copy.number, holder=holder)
    return Stamp((first, CHECK_HERE.format(address=address)), address)


def uncontrolled_stamp(version: ProcedureVersion, *, at: dt.datetime | None = None) -> Stamp | None:
    """Return what any other print made `at` (None: now) bears; None of what was never issued."""
    if version.token is None:
        return None
    address = verify_address(version.token)
    when = f"{(at or timezone.now()).astimezone(LOCAL):%H:%M %d/%m/%Y}"
    return Stamp((UNCONTROLLED.format(when=when, address=address),), address)
