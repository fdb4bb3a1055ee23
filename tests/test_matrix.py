"""Every address, by every method, for everybody, on every kind of record: as the table says."""

import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.template.base import Template
from django.utils.safestring import SafeString

from audits.models import AuditProgramme, Nonconformity
from procedures.models import ChangeRequest, Decision, ProcedureVersion, YearPaper
from qms.foundation.dates import format_date, today
from qms.organisation.models import Unit
from qms.organisation.roles import Role
from qms.records.workflow import WorkflowModel
from tests.access_rules import PUBLIC
from tests.matrix.addresses import OURS, Address
from tests.matrix.moves import KINDS, Prepared, moved_by, try_move
from tests.matrix.trying import try_all, try_other_methods, undone
from tests.matrix.world import (
    ACTORS,
    FOREIGN,
    NEAR,
    OWN_MARK,
    ROLES,
    STRANGER,
    SUPERUSER,
    Actor,
    World,
    a_world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _made(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock(), a_world(tmp_path_factory.mktemp("files")) as world:
        yield world


@pytest.fixture
def world(_made: World, settings: Any) -> World:
    settings.MEDIA_ROOT = _made.media
    return _made


@pytest.fixture
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no page, for who may have it is decided before; keep no log of what was refused."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    monkeypatch.setattr(Template, "_render", lambda *_: SafeString(""))


@pytest.mark.usefixtures("_undrawn")
@pytest.mark.parametrize("name", ACTORS)
def test_everybody_has_what_the_table_gives_them_and_changes_nothing_else(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    tried, unexpected = try_all(world.actors[name], world)

    record_property("matrix", (tried, len(unexpected)))
    assert "\n".join(unexpected) == ""


# --- methods that no form and no link has --------------------------------------------------------


@pytest.mark.usefixtures("_undrawn")
@pytest.mark.parametrize("name", [STRANGER, FOREIGN])
def test_other_methods_do_nothing_and_tell_nothing(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    """Each address by each other method: for nobody, and for one who may do all, of their own."""
    tried, unexpected = try_other_methods(world.actors[name], world)

    record_property("matrix", (tried, len(unexpected)))
    assert "\n".join(unexpected) == ""


# --- states and their moves -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(_made: World) -> Prepared:
    return Prepared(_made)


@pytest.mark.usefixtures("_undrawn")
@pytest.mark.parametrize("name", [*ROLES, *NEAR, STRANGER])  # of the agency, or of nothing
def test_whoever_may_moves_what_is_in_the_right_state_and_nobody_else_anything(
    world: World, prepared: Prepared, name: str, record_property: Callable[[str, object], None]
) -> None:
    """Each form, filled in rightly, for records in every state, sent by everybody."""
    actor, wrong, tried = world.actors[name], [], 0

    for kind in KINDS:
        for move in kind.moves:
            for record in kind.records:
                tried += 1
                if found := try_move(actor, kind, move, record, prepared):
                    wrong.append(f"{name}: {move.name}, {record}: {found}")

    record_property("matrix", (tried, len(wrong)))
    assert "\n".join(wrong) == ""


def test_every_model_with_states_is_tried_in_all_of_them(world: World) -> None:
    kinds = {kind.model: kind for kind in KINDS}
    assert set(kinds) == {m for m in apps.get_models() if issubclass(m, WorkflowModel)}
    tried = {
        model.__name__: {kind.get(world, record).status for record in kind.records}
        for model, kind in kinds.items()
    }

    assert tried == {model.__name__: set(model.TRANSITIONS) for model in kinds}


@pytest.mark.usefixtures("_undrawn")
def test_every_listed_move_is_made_by_some_form(world: World, prepared: Prepared) -> None:
    """The forms lead along the whole of each table, and nowhere beside it."""
    made: set[tuple[str, str, str]] = set()

    for kind in KINDS:
        for move in kind.moves:
            for record in move.leads:
                actor = next(each for each in world.actors.values() if move.may(each, record))
                made |= moved_by(actor, kind, move, record, prepared)

    listed = {
        (kind.model.__name__, source, target)
        for kind in KINDS
        for source, targets in kind.model.TRANSITIONS.items()
        for target in targets
    }
    assert (sorted(listed - made), sorted(made - listed)) == ([], [])


# --- lists tell no more than the records themselves -----------------------------------------------

# A list, the page of one, and the records of which the list shows whoever may open them.
LISTS = [
    (
        "procedures:list",
        "procedures:procedure-detail",
        ("procedure", "internal procedure", "restricted procedure"),
    ),
    (
        "procedures:draft-list",
        "procedures:draft-detail",
        ("draft", "draft in review", "draft reviewed", "draft approved"),
    ),
    ("procedures:decision-list", "procedures:decision-detail", ("decision", "decision issued")),
    ("procedures:blank-list", "procedures:blank-detail", ("form",)),
    ("procedures:change-request-list", "procedures:change-request-detail", ("change request",)),
    ("procedures:bundle-list", "procedures:bundle-detail", ("bundle", "bundle in review")),
    ("procedures:impact-list", "procedures:impact-detail", ("impact sheet",)),
    ("procedures:dissemination-list", "procedures:dissemination-detail", ("meeting",)),
    ("procedures:declaration-list", "procedures:declaration-detail", ("declaration",)),
    ("audits:programme-list", "audits:programme-detail", ("plan", "plan approved")),
    ("audits:audit-list", "audits:audit-detail", ("audit", "audit notified")),
    ("audits:nonconformity-list", "audits:nonconformity-detail", ("sheet",)),
]
# What everybody may read, without an account: a public procedure, its form, and the law.
OPEN_TITLES = ("công khai", "mẫu công khai", "thủ tục")


def _told(actor: Actor, path: str) -> str:
    """Return all that the answer tells the person, of a workbook or a Word file its parts."""
    actor.client.cookies = SimpleCookie(actor.cookies)
    with undone():
        response: Any = actor.client.get(path)
        data = b"".join(response) if response.streaming else response.content
    if not data.startswith(b"PK"):
        return data.decode(errors="replace") if response.status_code == 200 else ""
    parts = zipfile.ZipFile(io.BytesIO(data))
    return " ".join(parts.read(name).decode(errors="replace") for name in parts.namelist())


def _address(name: str) -> Address:
    return next(each for each in OURS if each.name == name)


def _may_open(actor: Actor, page: str, record: str) -> bool:
    rule = next(rule for rule in _address(page).rules if rule.record == record)
    return rule.get == PUBLIC or bool(actor.kinds & frozenset(rule.get or ()))


@pytest.mark.parametrize("name", ROLES)
def test_a_list_shows_what_may_be_opened_and_nothing_else(world: World, name: str) -> None:
    actor, wrong = world.actors[name], []

    for listed, page, records in LISTS:
        text = _told(actor, _address(listed).path({}) + "?trang=1")
        for record in records:
            is_listed = f'"{_address(page).path(world.own[record])}' in text
            if is_listed != _may_open(actor, page, record):
                wrong.append(f"{listed}: {record} {is_listed}")

    assert wrong == []


@pytest.mark.parametrize("name", [FOREIGN, SUPERUSER, STRANGER, Role.SYSTEM_ADMIN.value])
def test_nothing_of_an_agency_reaches_those_outside_it(world: World, name: str) -> None:
    """Every page, search, export and count that names no record: no title of the agency's own."""
    actor, leaks = world.actors[name], []

    for address in OURS:
        if not address.is_plain and address.name != "audits:register":
            continue
        for query in ("", f"?q={OWN_MARK}", f"?q={OWN_MARK}&ngay=2026-01-01"):
            if query and not address.name.endswith(("list", ":list", "list-sheet")):
                continue
            text = _told(actor, address.path({"ending": "xlsx"}) + query).replace(
                f'value="{OWN_MARK}"', ""
            )
            for title in OPEN_TITLES:
                text = text.replace(f"{OWN_MARK} {title}", "")
            if f"{OWN_MARK} " in text:
                leaks.append(address.name + query)

    assert leaks == []


@pytest.mark.parametrize("name", [Role.STAFF.value, Role.CLERK.value, Role.INTERNAL_AUDITOR.value])
def test_restricted_procedures_are_named_to_none_but_those_who_keep_them(
    world: World, name: str
) -> None:
    def naming(actor: Actor) -> set[str]:
        plain = [a for a in OURS if a.is_plain and "account" not in a.name]
        return {a.name for a in plain if f"{OWN_MARK} mật" in _told(actor, a.path({}))}

    assert naming(world.actors[name]) == set()
    assert "procedures:list" in naming(world.actors[Role.LEADER])


# --- what a form does not name, nobody sets -------------------------------------------------------


def _forms(world: World) -> list[tuple[type[models.Model], str, dict[str, Any]]]:
    """What is made, by which address, and what is typed there."""
    procedure = {"slug": world.own["internal procedure"]["slug"]}
    day = format_date(today())
    agency, reviewed = world.office.agency.pk, world.own["draft reviewed"]["pk"]
    return [
        (Decision, "procedures:decision-new", {"subject": "Ban hành", "versions": [reviewed]}),
        (
            ChangeRequest,
            "procedures:change-request-new",
            procedure | {"place": "", "what": "Sửa bước 2", "why": "Hay sót"},
        ),
        (
            YearPaper,
            "procedures:year-paper-new",
            {"year": 2026, "row": "plan", "title": "Kế hoạch mới", "number": ""},
        ),
        (
            ProcedureVersion,
            "procedures:draft-new",
            {"code": "QT-990/GDĐT", "title": "Mới", "kind": "system", "owner": agency},
        ),
        (
            Nonconformity,
            "audits:nonconformity-new",
            {
                "source": "self_check",
                "found_on": day,
                "unit": agency,
                "grade": "minor",
                "requirement": "Ghi phiếu",
                "evidence_text": "Hồ sơ 05",
                "gap": "Không ghi phiếu",
            },
        ),
        (AuditProgramme, "audits:programme-new", {"year": 2027, "edition": "TCVN ISO 9001:2015"}),
    ]


def test_fields_that_no_form_names_set_nothing(world: World) -> None:
    actor = world.actors[Role.ISO_SECRETARY]
    leader = world.office.leader.pk
    other = Unit.objects.agencies().exclude(pk=world.office.agency.pk).get()
    people: tuple[str, ...] = (
        "created_by",
        "requested_by",
        "approved_by",
        "submitted_by",
        "reviewed_by",
    )
    people += ("recorded_by", "composed_by", "reported_by", "answered_by", "auditor", "owner_id")
    smuggled: dict[str, Any] = dict.fromkeys(people, leader)
    smuggled |= dict.fromkeys(("status", "state"), "issued") | {"is_void": "on", "number": "X-1"}
    smuggled |= {"agency": other.pk, "agency_id": other.pk, "approved_at": "2022-01-01 00:00"}
    smuggled |= {"issue_no": 9, "revision_no": 9, "round": 7, "slug": "x", "id": 1, "pk": 1}
    changed = []

    for model, name, typed in _forms(world):
        actor.client.cookies = SimpleCookie(actor.cookies)
        known = set(model._default_manager.values_list("pk", flat=True))
        with undone():
            answer = actor.client.post(_address(name).path(typed), smuggled | typed)
            made = model._default_manager.exclude(pk__in=known)
            assert (answer.status_code, made.count()) == (302, 1), name
            (row,) = made.values()
        for field in set(smuggled) - set(typed):
            value = row.get(f"{field}_id", row.get(field))
            if field in row | {k.removesuffix("_id"): 1 for k in row} and str(value) == str(
                smuggled[field]
            ):
                changed.append(f"{name}: {field}")

    assert changed == []
