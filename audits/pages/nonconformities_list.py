"""The list of nonconformities as they stood on a day: what is asked of it, and what it shows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.http import urlencode

from audits.models import Audit, AuditSubject, Nonconformity, Treatment
from audits.permissions.audits import visible_audits
from audits.standing import as_of
from audits.summary import with_verdicts, within
from audits.workflow import SETTLED_NONCONFORMITY, NonconformityStatus
from procedures.models import Procedure
from procedures.permissions import visible_procedures
from qms.foundation.dates import format_date, parse_date, today
from qms.foundation.text import clean, fold
from qms.organisation.models import Unit

# How the list may be sorted, by the word in the address.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "": ("-found_on", "-pk"),
    "han": ("due_then", "pk"),
    "so": ("number", "pk"),
}
_AUDITS = 10  # of one procedure, the last ones
OPEN = "dang-mo"  # neither closed nor rejected, whatever its state
RECORDED = "ghi-nhan"  # all but those that proved to be none
IN_TIME = "khong"  # open and not overdue, in the place of overdue
NO_CAUSE = "chua"  # of no category, as long as the cause is not analysed
# What the address may ask of the effect by the day, with its words.
EFFECTS: Mapping[str, str] = {
    "da": "đã đánh giá hiệu lực",
    "dat": "đánh giá hiệu lực gần nhất đạt",
    "khong-dat": "có lần đánh giá hiệu lực không đạt",
}
GROUPS = ((OPEN, "Chưa đóng"), (RECORDED, "Mọi trạng thái, trừ không phải KPH"))
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
    "hieu-luc": "effect",
    "donvi": "within",
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
            "status": (OPEN, RECORDED, *NonconformityStatus.values),
            "effect": tuple(EFFECTS),
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
            text = format_date(day) if text else ""  # links may bring ISO dates; people read ours
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
            "within": "đơn vị có mã {} và trực thuộc",
        }
        parts = [text.format(self.typed[name]) for name, text in words.items() if self.typed[name]]
        if self.typed["overdue"] == IN_TIME:
            parts.append("còn trong hạn")
        return parts + [text for name, text in EFFECTS.items() if name == self.typed["effect"]]

    @property
    def in_words(self) -> str:
        """Return all that is asked in words, empty where nothing is."""
        typed = self.typed
        unit = Unit.objects.filter(pk=typed["unit"]).first() if typed["unit"] else None
        labels = dict([*GROUPS, *NonconformityStatus.choices])
        told = {
            "từ khóa": typed["q"],
            "trạng thái": labels.get(typed["status"], ""),
            "đơn vị": str(unit or ""),
            "mức": dict(Nonconformity.Grade.choices).get(typed["grade"], ""),
            "nguồn": dict(Nonconformity.Source.choices).get(typed["source"], ""),
        }
        parts = [f"{label} “{value}”" for label, value in told.items() if value]
        is_overdue = typed["overdue"] and typed["overdue"] != IN_TIME
        parts += [*self.narrowed, *(["quá hạn"] if is_overdue else [])]
        return f"Chỉ gồm: {'; '.join(parts)}" if parts else ""

    def query(self, **other: str) -> str:
        """Return the parameters that ask the same, but for `other`, each pair ending in `&`."""
        asked = {name: self.typed[field] for name, field in _NAMES.items()}
        asked |= {"ngay": self.date_text, "xep": self.order} | other
        return "".join(f"{urlencode({k: v})}&" for k, v in asked.items() if v)


_VERDICTS = {
    "da": Q(last_verdict__isnull=False),
    "dat": Q(last_verdict=True),
    "khong-dat": Q(has_failed=True),
}


def listed(visible: QuerySet[Nonconformity], asked: Asked) -> QuerySet[Nonconformity]:
    """Return what was asked for, with what the list shows of each."""
    found: QuerySet[Any] = as_of(asked.day, visible.filter(found_on__lte=asked.day)).annotate(
        state=Coalesce("status_then", Value(NonconformityStatus.OPEN))
    )
    if effect := asked.typed["effect"]:
        found = with_verdicts(asked.day, found).filter(_VERDICTS[effect])
    if code := asked.typed["within"]:
        top = Unit.objects.filter(code=code).first()
        found = found.filter(within(top)) if top else found
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
    elif typed["status"] == RECORDED:
        wanted &= ~Q(state=NonconformityStatus.REJECTED)
    elif typed["status"]:
        wanted &= Q(state=typed["status"])
    if typed["overdue"]:
        late = Q(due_then__lt=day)
        wanted &= ~Q(state__in=settled) & (~late if typed["overdue"] == IN_TIME else late)
    if typed["repeated"]:
        wanted &= Q(repeats__isnull=False)
    if typed["cause"]:
        now = Treatment.objects.filter(nonconformity=OuterRef("pk"), round=OuterRef("round"))
        is_none = typed["cause"] == NO_CAUSE
        named = now.exclude(category="") if is_none else now.filter(category=typed["cause"])
        wanted &= ~Q(Exists(named)) if is_none else Q(Exists(named))
    return wanted


def rows_of(page: Any, day: dt.date) -> list[tuple[Nonconformity, int]]:
    """Return each of the page with the days by which it was overdue on the day, 0 if it was not."""
    return [(each, _days_over(each, day)) for each in page]


def _days_over(nonconformity: Any, day: dt.date) -> int:
    if nonconformity.state in SETTLED_NONCONFORMITY:
        return 0
    return max((day - nonconformity.due_then).days, 0)


@dataclass(frozen=True)
class About:
    """The procedure that the list is limited to, and the audits with it in their scope."""

    procedure: Procedure
    audits: list[Audit]


def about_procedure(user: Any, asked: Asked) -> About | None:
    """Return what `user` may see of it as of the day; None where none is asked for or read."""
    slug = asked.typed["procedure"]
    procedure = visible_procedures(user).filter(slug=slug).first() if slug else None
    if procedure is None:
        return None
    subjects = AuditSubject.objects.filter(procedure=procedure, removed_at=None)
    audits = visible_audits(user).filter(pk__in=subjects.values("audit"), starts_on__lte=asked.day)
    return About(procedure, list(audits.order_by("-starts_on", "-pk")[:_AUDITS]))
