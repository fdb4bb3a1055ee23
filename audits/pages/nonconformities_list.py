"""The list of nonconformities as they stood on a day: what is asked of it, and what it shows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.http import urlencode

from audits.models import Nonconformity, Treatment
from audits.standing import as_of
from audits.workflow import SETTLED_NONCONFORMITY, NonconformityStatus
from qms.foundation.dates import parse_date, today
from qms.foundation.text import clean, fold
from qms.organisation.models import Unit

# How the list may be sorted, by the word in the address.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "": ("-found_on", "-pk"),
    "han": ("due_then", "pk"),
    "so": ("number", "pk"),
}
OPEN = "dang-mo"  # neither closed nor rejected, whatever its state
# What the address may ask, beside the day and the order, by its name there.
_NAMES = {
    "q": "q",
    "trang-thai": "status",
    "don-vi": "unit",
    "muc": "grade",
    "nguon": "source",
    "quy-trinh": "procedure",
    "dieu": "clause",
    "nguyen-nhan": "cause",
    "nam": "year",
    "qua-han": "overdue",
    "lap-lai": "repeated",
}


@dataclass(frozen=True)
class Asked:
    """What the address asks, as typed, and the day that it means."""

    typed: Mapping[str, str]
    order: str
    date_text: str
    day: dt.date
    date_error: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """Read the address; what it does not know is as if not asked."""
        typed = {field: clean(request.GET.get(name, ""))[:200] for name, field in _NAMES.items()}
        known = {
            "status": (OPEN, *NonconformityStatus.values),
            "grade": Nonconformity.Grade.values,
            "source": Nonconformity.Source.values,
        }
        for field, values in known.items():
            typed[field] = typed[field] if typed[field] in values else ""
        for field in ("unit", "year"):
            typed[field] = typed[field] if typed[field].isdecimal() else ""
        typed["unit"] = typed["unit"] if len(typed["unit"]) < 10 else ""
        typed["year"] = typed["year"] if len(typed["year"]) == 4 and int(typed["year"]) else ""
        order, text = request.GET.get("xep", ""), request.GET.get("ngay", "").strip()
        day, wrong = today(), ""
        try:
            day = parse_date(text) if text else day
        except ValueError as error:
            wrong = str(error)
        return cls(typed, order if order in ORDERS else "", text, day, wrong)

    @property
    def is_filtered(self) -> bool:
        return any(self.typed.values())

    @property
    def narrowed(self) -> list[str]:
        """Return in words what is asked that no field of the page shows."""
        words = {
            "procedure": "quy trình {}",
            "clause": "điều {}",
            "cause": "một nhóm nguyên nhân",
            "year": "phát hiện năm {}",
            "repeated": "lặp lại",
        }
        return [text.format(self.typed[name]) for name, text in words.items() if self.typed[name]]

    @property
    def in_words(self) -> str:
        """Return all that is asked in words, empty where nothing is."""
        typed = self.typed
        unit = Unit.objects.filter(pk=typed["unit"]).first() if typed["unit"] else None
        labels = dict([(OPEN, "Đang mở"), *NonconformityStatus.choices])
        told = {
            "từ khóa": typed["q"],
            "trạng thái": labels.get(typed["status"], ""),
            "đơn vị": str(unit or ""),
            "mức": dict(Nonconformity.Grade.choices).get(typed["grade"], ""),
            "nguồn": dict(Nonconformity.Source.choices).get(typed["source"], ""),
        }
        parts = [f"{label} “{value}”" for label, value in told.items() if value]
        parts += [*self.narrowed, *(["quá hạn"] if typed["overdue"] else [])]
        return f"Chỉ gồm: {'; '.join(parts)}" if parts else ""

    def query(self, **other: str) -> str:
        """Return the parameters that ask the same, but for `other`, each pair ending in `&`."""
        asked = {name: self.typed[field] for name, field in _NAMES.items()}
        asked |= {"ngay": self.date_text, "xep": self.order} | other
        return "".join(f"{urlencode({k: v})}&" for k, v in asked.items() if v)


def listed(visible: QuerySet[Nonconformity], asked: Asked) -> QuerySet[Nonconformity]:
    """Return what was asked for, with what the list shows of each."""
    found = as_of(asked.day, visible.filter(found_on__lte=asked.day)).annotate(
        state=Coalesce("status_then", Value(NonconformityStatus.OPEN))
    )
    found = found.filter(_wanted(asked.typed, asked.day))
    for word in fold(asked.typed["q"]).split():
        found = found.filter(search_key__contains=word)
    return found.select_related("unit", "procedure", "owner").order_by(*ORDERS[asked.order])


def _wanted(typed: Mapping[str, str], day: dt.date) -> Q:
    settled = sorted(SETTLED_NONCONFORMITY)
    simple = {
        "unit": "unit",
        "grade": "grade",
        "source": "source",
        "procedure": "procedure__slug",
        "clause": "clause",
        "year": "found_on__year",
    }
    wanted = Q(**{path: typed[field] for field, path in simple.items() if typed[field]})
    if typed["status"] == OPEN:
        wanted &= ~Q(state__in=settled)
    elif typed["status"]:
        wanted &= Q(state=typed["status"])
    if typed["overdue"]:
        wanted &= ~Q(state__in=settled) & Q(due_then__lt=day)
    if typed["repeated"]:
        wanted &= Q(repeats__isnull=False)
    if typed["cause"]:
        causes = Treatment.objects.filter(
            nonconformity=OuterRef("pk"), round=OuterRef("round"), category=typed["cause"]
        )
        wanted &= Q(Exists(causes))
    return wanted


def rows_of(page: Any, day: dt.date) -> list[tuple[Nonconformity, int]]:
    """Return each of the page with the days by which it was overdue on the day, 0 if it was not."""
    return [(each, _days_over(each, day)) for each in page]


def _days_over(nonconformity: Any, day: dt.date) -> int:
    if nonconformity.state in SETTLED_NONCONFORMITY:
        return 0
    return max((day - nonconformity.due_then).days, 0)
