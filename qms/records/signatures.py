"""Signing: a name, a position and a capacity as they were, on exactly one content."""

import datetime as dt
from dataclasses import dataclass

from django.db import models

from qms.foundation.dates import LOCAL, format_date, today
from qms.organisation.models import User
from qms.records.models import Mandate, Signature


@dataclass(frozen=True)
class Signing:
    """How and when something is signed.

    `on` None is today; another day is only told of a signature on paper, for the time of
    recording is never back-dated. `mandate` is the paper by which TUQ. and TL. are signed.
    """

    method: str = Signature.Method.CLICK
    capacity: str = Signature.Capacity.OWN
    on: dt.date | None = None
    mandate: Mandate | None = None

    def __post_init__(self) -> None:
        if self.on is not None and self.method != Signature.Method.PAPER:
            raise ValueError("Only a signature on paper has a day of its own.")

    @property
    def day(self) -> dt.date:
        return self.on or today()

    @property
    def is_paper(self) -> bool:
        return self.method == Signature.Method.PAPER


def sign(
    record: models.Model,
    act: str,
    *,
    by: User,
    sha256: str,
    signing: Signing = Signing(),
    round_no: int = 1,
    recorded_by: User | None = None,
) -> Signature:
    """Append the signature of `by`; name and position are copied as they are on that day.

    Raises IntegrityError where this act was signed already in this round.
    """
    post = by.post_on(signing.day)
    return Signature.objects.create(
        target=record,
        person=by,
        person_name=str(by),
        position_name=post.position.name if post else "",
        capacity=signing.capacity,
        mandate=signing.mandate,
        act=act,
        method=signing.method,
        round=round_no,
        sha256=sha256,
        signed_on=signing.day,
        recorded_by=recorded_by or by,
    )


def sign_as_text(
    record: models.Model,
    act: str,
    *,
    name: str,
    position: str,
    on: dt.date,
    sha256: str,
    recorded_by: User,
) -> Signature:
    """Append what a paper shows: a name that need not have an account, the day it bears."""
    return Signature.objects.create(
        target=record,
        person=None,
        person_name=name,
        position_name=position,
        act=act,
        method=Signature.Method.PAPER,
        sha256=sha256,
        signed_on=on,
        recorded_by=recorded_by,
    )


def manner(signature: Signature) -> str:
    """Return how it was signed; a password is never called a digital signature."""
    day = format_date(signature.signed_on)
    if signature.method == Signature.Method.PAPER:
        return f"Đã ký trên bản giấy ngày {day}"
    how = "bằng mật khẩu " if signature.method == Signature.Method.PASSWORD else ""
    hour = f"{signature.recorded_at.astimezone(LOCAL):%H:%M}"
    return f"Đã xác nhận {how}trên hệ thống lúc {hour} ngày {day}"
