"""One request of one person, what the table expects of it, and what is wrong with the answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from tests.access_rules import ANYONE, BY_OBJECT, PUBLIC, Foreign, Rule
from tests.matrix.addresses import OURS, Address
from tests.matrix.world import (
    ACTORS,
    FOREIGN,
    FOREIGN_MARK,
    NEAR,
    ROLES,
    WHOLE,
    Actor,
    World,
    absent,
)

_WRITE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|TRUNCATE)\b(.*)", re.I | re.S)
# A session may be told that it is alive, and a wrong password is counted.
_OF_NOBODY = re.compile(r'\A[^("]*"?(?:django_session|axes_\w+)"?\s', re.I)
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": ?)"[^"]*"')
# Made anew for each request, so that one person who may have it stands for all who may.
_COSTLY = re.compile(r"-(?:pdfs?|docx|xlsx|sheet|paper|archive)$|:paper$|:register$")

_CHANGING = ("PUT", "PATCH", "DELETE")
_OF_ALLAUTH = re.compile("(?:account|mfa|openid)_")  # takes a PUT for a form sent empty
_OTHER_METHODS = (*_CHANGING, "HEAD", "OPTIONS")

GIVEN, TOLD, REFUSED, HIDDEN = "given", "told", "refused", "hidden"
SIGN_IN, NOT_OFFERED, ANYTHING = "sign in", "not offered", "anything"


# Somebody who is refused may be so before it is asked what the address offers, and the reverse.
_FITS = {REFUSED: {REFUSED, HIDDEN, NOT_OFFERED}, NOT_OFFERED: {REFUSED, HIDDEN, NOT_OFFERED}}
# Who sees the one sees the other; the longest beginning counts.
_SEEN_AS = {
    "assignment": "mandate",
    "audit": "audit",
    "audit after closing": "audit notified",
    "audit after closing, evidence": "audit after closing, evidence",
    "audit closed": "audit notified",
    "audit notified": "audit notified",
    "audit reported": "audit notified",
    "audit reported, evidence": "audit reported, evidence",
    "audit signed": "audit notified",
    "audit under way": "audit notified",
    "audit under way, evidence": "audit under way, evidence",
    "change request": "change request",
    "decision approved": "decision",
    "decision not": "decision issued",
    "decision submitted": "decision",
    "draft with a file": "draft",
    "exclusion": "tthc",
    "form out": "form",
    "job": "job",
    "meeting": "meeting",
    "plan submitted": "plan",
    "reader": "internal procedure",
    "recall": "recall",
    "restricted reader": "restricted procedure",
    "sheet": "sheet",
    "action": "sheet",
    "year paper without": "year paper",
}


@dataclass(frozen=True)
class Try:
    """One cell of the matrix. `where`: own, foreign, absent, mixed, wrong or plain."""

    address: Address
    method: str
    actor: Actor
    where: str
    expected: str
    record: str = ""
    path: str = ""

    @property
    def is_deed(self) -> bool:
        """Tell whether it may change something."""
        return self.method == "POST" and self.expected in (GIVEN, ANYTHING)

    def __str__(self) -> str:
        what = f"{self.where} {self.record}".strip()
        return f"{self.actor.name}: {self.method} {self.address.name}, {what}"


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: bytes
    writes: tuple[str, ...]

    @property
    def outcome(self) -> str:
        if self.status == 302 and self.location in _doors():
            return SIGN_IN
        known = {403: REFUSED, 404: HIDDEN, 405: NOT_OFFERED}
        return known.get(self.status, GIVEN)


def _doors() -> set[str]:
    return {reverse(settings.LOGIN_URL), reverse("admin:login")}


class Watch:
    """Notes what is written to the database, but for sessions and counted passwords."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        found = _WRITE.match(sql)
        if found and not _OF_NOBODY.match(found[1].replace("INTO", "").replace("FROM", "")):
            self.written.append(sql[:120])
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[Watch]:
    """Undo what happens within; tell what was written."""
    watch = Watch()
    with transaction.atomic(), connection.execute_wrapper(watch):
        yield watch
        transaction.set_rollback(True)


def ask(actor: Actor, method: str, path: str, data: Any = None) -> Answer:
    """Send one request as the person, and undo what it did."""
    client = actor.client
    client.cookies = SimpleCookie(actor.cookies)
    with undone() as watch:
        response = client.generic(method, path) if data is None else client.post(path, data)
        body = _body(response)
    location = response.headers.get("Location", "").partition("?")[0]
    return Answer(response.status_code, location, body, tuple(watch.written))


def _body(response: HttpResponseBase) -> bytes:
    """Return what a refusal says; read a file to its end, which closes it."""
    if response.streaming:
        return b"".join(response)[:0]
    if response.status_code not in (403, 404):
        return b""
    return _TOKEN.sub(b"", cast(HttpResponse, response).content)


# --- what is expected ---


def tries(actor: Actor, world: World) -> Iterator[Try]:
    """Yield every cell of the matrix for one person."""
    for address in OURS:
        if not address.rules and address.access != BY_OBJECT:
            yield from _plain(address, actor)
        for rule in address.rules:
            yield from _of_record(address, rule, actor, world)


def _plain(address: Address, actor: Actor) -> Iterator[Try]:
    if actor.name in NEAR:
        return  # holds a role as others of the same do
    path = address.path({})
    may = address.access in (PUBLIC, ANYONE) or bool(
        isinstance(address.access, frozenset) and actor.kinds & address.access
    )
    expected = GIVEN if may else REFUSED
    if not actor.has_account and address.access != PUBLIC:
        expected = SIGN_IN
    for method in ("GET", "POST"):
        if method == "POST" and may and expected != SIGN_IN:
            yield Try(address, method, actor, "plain", ANYTHING, path=path)
        elif method == "POST" or _is_chosen(address, actor, address.access, expected):
            yield Try(address, method, actor, "plain", expected, path=path)


def _of_record(address: Address, rule: Rule, actor: Actor, world: World) -> Iterator[Try]:
    targets = _targets(address, rule, actor, world)
    for where, values in targets.items():
        path = address.path(values)
        for method, who in (("GET", rule.get), ("POST", rule.post)):
            if where in ("foreign", "mixed") and not _may(actor, who):
                continue  # who is refused their own
            if where == "absent" and _may(actor, who) and actor.name != ROLES[0]:
                continue  # nothing to be betrayed; one person shows that it is 404
            one = Try(address, method, actor, where, GIVEN, rule.record, path)
            expected = _expected(one, rule, who)
            if expected == NOT_OFFERED and where != "own":
                continue  # whatever there is
            if method == "POST" or _is_chosen(address, actor, who, expected):
                yield replace(one, expected=expected)
    if actor.name in (*ROLES, *NEAR) and _may(actor, rule.post):
        for name in rule.wrong:
            path = address.path(world.own[name])
            yield Try(address, "POST", actor, "wrong", TOLD, name, path)


def _targets(address: Address, rule: Rule, actor: Actor, world: World) -> dict[str, dict[str, Any]]:
    """Return what the person asks for, as the address captures it."""
    own, foreign = world.own[rule.record], world.foreign[rule.record]
    targets = {"own": own}
    if actor.name in WHOLE:
        targets["absent"] = absent(own)
    if actor.name in ROLES:
        targets["foreign"] = foreign  # for the member of the other agency the own is foreign
    child = _child(address)
    if child and actor.has_account:
        targets["mixed"] = own | {child: foreign[child]}
    return targets


def _may(actor: Actor, who: frozenset[str] | str | None) -> bool:
    """Tell whether the person may have it of the own agency's record."""
    return who == PUBLIC or (isinstance(who, frozenset) and bool(actor.kinds & who))


def _child(address: Address) -> str:
    """Return what the address captures of a part of the record, where it names both."""
    captured = address.captured
    for name in ("item", "line", "answer", "correction"):
        if name in captured:
            return name
    return "pk" if {"pk", "slug"} <= set(captured) else ""


def _expected(one: Try, rule: Rule, who: frozenset[str] | str | None) -> str:
    """Return what is to come of a request where `who` may have it."""
    actor, where = one.actor, one.where
    is_post = one.method == "POST"
    if not actor.has_account and not (one.address.is_open and not is_post):
        return SIGN_IN if not (one.address.is_open and is_post) else NOT_OFFERED
    if who is None:
        return NOT_OFFERED
    if where == "absent":
        return REFUSED
    if where == "mixed":
        return TOLD  # at most that there is no such part any more
    if who == PUBLIC:
        return GIVEN
    assert isinstance(who, frozenset)
    is_foreign = (where == "foreign") != (actor.name == FOREIGN)
    if is_foreign and rule.foreign == Foreign.HIDDEN:
        return HIDDEN
    if is_foreign and rule.foreign == Foreign.REFUSED:
        return REFUSED
    if actor.kinds & who:
        return GIVEN
    return TOLD if is_post and actor.kinds & rule.told else REFUSED


def _is_chosen(address: Address, actor: Actor, who: object, expected: str) -> bool:
    """Tell whether the request is made: of what is costly to make, by the first who may."""
    if expected != GIVEN or not _COSTLY.search(address.name):
        return True
    if isinstance(who, frozenset):
        return actor.name == next((name for name in ACTORS if name in who), actor.name)
    return actor.name == ACTORS[0]


# --- what is wrong ---


def fault(one: Try, answer: Answer) -> str:
    """Return what is wrong with the answer in a word, empty where nothing is."""
    outcome, expected = answer.outcome, one.expected
    if answer.status >= 500 or answer.status == 429:
        return f"answered {answer.status}"
    if not one.is_deed and answer.writes:
        return f"wrote {answer.writes[0]}"
    if expected == ANYTHING:
        return ""
    if expected == TOLD:
        return "answered 200" if answer.status == 200 or outcome == SIGN_IN else ""
    if outcome not in _FITS.get(expected, {expected}):
        return f"{outcome} ({answer.status}), not {expected}"
    return ""


def try_all(actor: Actor, world: World) -> tuple[int, list[str]]:
    """Try every cell of the matrix for one person; return how many, and what was unexpected."""
    told: list[str] = []
    answers: dict[tuple[str, str, str, str], tuple[Try, Answer]] = {}
    nothing: dict[tuple[str, str], Answer] = {}  # of what is not there, asked once an address
    count = 0
    kept, deeds = _files(world), []

    def carry_out(one: Try) -> None:
        nonlocal count
        asked = one.method, one.path
        answer = nothing.get(asked)
        if answer is None:
            cache.clear()  # lest a throttled page be asked too often
            answer = ask(actor, *asked)
            count += 1
        if one.where == "absent":
            nothing[asked] = answer
        if wrong := fault(one, answer):
            told.append(f"{one}: {wrong}")
        answers[one.address.name, one.method, one.record, one.where] = one, answer

    for one in tries(actor, world):
        if one.is_deed:
            deeds.append(one)
        else:
            carry_out(one)
    if kept != _files(world):
        told.append(f"{actor.name}: files were written by what was refused or only read")
    for one in deeds:
        carry_out(one)
    return count, told + list(_betrayed(answers, actor))


def try_other_methods(actor: Actor, world: World) -> tuple[int, list[str]]:
    """Ask each address by methods beside GET and POST, for one record of the person's agency.

    Returns how many requests there were, and what was unexpected: that something was written, an
    error, a body, another answer than a refusal to what would change something.
    """
    told: list[str] = []
    count = 0
    for address in OURS:
        values = world.foreign[address.rules[0].record] if address.rules else {}
        path = address.path(values)
        for method in _OTHER_METHODS:
            if method == "HEAD" and _COSTLY.search(address.name):
                continue  # as GET, which is tried
            cache.clear()
            actor.client.cookies = SimpleCookie(actor.cookies)
            with undone() as watch:
                response = actor.client.generic(method, path)
                body = b"".join(response) if response.streaming else response.content
            count += 1
            status = response.status_code
            is_offered = method in _CHANGING and status not in (302, 401, 403, 404, 405)
            faults = {
                f"answered {status}": status >= 500
                or (is_offered and not _OF_ALLAUTH.match(address.name)),
                f"wrote {watch.written}": bool(watch.written),
                f"told {body[:80]!r}": (status < 400 and body != b"")
                or FOREIGN_MARK.encode() in body,
            }
            found = [fault for fault, is_so in faults.items() if is_so]
            told += [f"{actor.name}: {method} {address.name}: {fault}" for fault in found]
    return count, told


def _files(world: World) -> set[Path]:
    return set(world.media.rglob("*"))


def _betrayed(answers: dict[Any, tuple[Try, Answer]], actor: Actor) -> Iterator[str]:
    """Yield where an answer gives away that there is a record which the person may not see."""
    seen = _seen_by(actor)
    for (name, method, record, where), (one, answer) in answers.items():
        nothing = answers.get((name, method, record, "absent"))
        is_refused = answer.outcome in (REFUSED, HIDDEN)
        if nothing is None or where not in ("own", "foreign") or not is_refused:
            continue
        is_foreign = (where == "foreign") != (actor.name == FOREIGN)
        rule = next(rule for rule in one.address.rules if rule.record == record)
        if rule.foreign != Foreign.HIDDEN or (not is_foreign and _alike(record) in seen):
            continue
        if (answer.status, answer.body) != (nothing[1].status, nothing[1].body):
            yield f"{one}: {answer.status}, but {nothing[1].status} where there is none"


def _alike(record: str) -> str:
    """Return the record that is seen by the same people."""
    known = [name for name in _SEEN_AS if record.startswith(name)]
    return _SEEN_AS[max(known, key=len)] if known else record


def _seen_by(actor: Actor) -> set[str]:
    """Return the records of the own agency that the person may see at some address."""
    rules = [rule for address in OURS for rule in address.rules]
    return {_alike(rule.record) for rule in rules if _may(actor, rule.get)}
