"""The entries of the URLconf, and what the table says of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from tests.access_rules import PUBLIC, Access, Rule
from tests.access_table import ACCESS

# What leads to the address where there is no record to name.
_SAMPLES: dict[str, Any] = dict.fromkeys(
    ("pk", "item", "line", "answer", "correction", "seq"), 1
) | {
    "kind": "notification",
    "ending": "pdf",
    "number": "1",
    "year": 2026,
}
_CAPTURED = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One entry of the URLconf: its name, its path with what it captures, and their converters."""

    name: str
    route: str
    converters: dict[str, Any]

    @property
    def access(self) -> Access | None:
        namespace = self.name.rpartition(":")[0]
        return ACCESS.get(self.name, ACCESS.get(f"{namespace}:*"))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the table says for each record; empty where the address names none."""
        if isinstance(self.access, Rule):
            return (self.access,)
        return self.access if isinstance(self.access, tuple) else ()

    @property
    def is_plain(self) -> bool:
        return not self.captured

    @property
    def is_open(self) -> bool:
        """Tell whether people without an account come as far as the record."""
        return self.access == PUBLIC or any(rule.get == PUBLIC for rule in self.rules)

    @property
    def captured(self) -> list[str]:
        return _CAPTURED.findall(self.route)

    def path(self, values: dict[str, Any]) -> str:
        """Return the path that leads to it with `values`, of which it takes what it captures."""

        def one(found: re.Match[str]) -> str:
            converter = self.converters.get(found[1])
            value = values.get(found[1], _SAMPLES.get(found[1], "x-1"))
            return str(converter.to_url(value) if converter else value)

        return _CAPTURED.sub(one, self.route)


def _addresses(
    patterns: list[URLPattern | URLResolver],
    prefix: str = "/",
    namespace: str = "",
    converters: dict[str, Any] | None = None,
) -> Iterator[Address]:
    for pattern in patterns:
        route = str(pattern.pattern)
        if isinstance(pattern.pattern, RegexPattern):
            route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).strip("^$").rstrip("\\Z")
        known = (converters or {}) | pattern.pattern.converters
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _addresses(pattern.url_patterns, prefix + route, inner, known)
        else:
            yield Address(f"{namespace}{pattern.name or ''}", prefix + route, known)


ADDRESSES = list(_addresses(get_resolver().url_patterns))
OURS = [address for address in ADDRESSES if not address.name.startswith("admin:")]
