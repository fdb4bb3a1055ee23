"""Conditions that many constraints share."""

from django.db.models import F, Q


def paired(*names: str) -> Q:
    """All of `names` are filled, or none: who never stands without when."""
    none = Q(**{f"{name}__isnull": True for name in names})
    every = Q(**{f"{name}__isnull": False for name in names})
    return none | every


def period_ordered(begins: str = "valid_from", ends: str = "valid_to") -> Q:
    """`[begins, ends)` is not empty; NULL is open on that side."""
    return (
        Q(**{f"{begins}__isnull": True})
        | Q(**{f"{ends}__isnull": True})
        | Q(**{f"{ends}__gt": F(begins)})
    )


def period_not_reversed(begins: str = "valid_from", ends: str = "valid_to") -> Q:
    """`[begins, ends)` may be empty: one that was taken back before it began."""
    return ~Q(**{f"{ends}__lt": F(begins)})
