"""House rules of the templates: no inline code, one set of words, components that stand alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)

# Which rule a template need not keep, and why.
EXCEPTIONS = {
    "forms/date_text_input.html date field": "the picker beside the text field",
    "forms/help.html safe": "help texts are ours, and Django's own template says so too",
}


def _templates() -> dict[str, str]:
    """Text of each template without its comments, by name."""
    return {
        str(path.relative_to(TEMPLATES)): COMMENT.sub("", path.read_text(encoding="utf-8"))
        for path in sorted(TEMPLATES.rglob("*"))
        if path.suffix in {".html", ".txt", ".svg"}
    }


def _found(pattern: str, *, but: str = "") -> list[str]:
    return [
        f"{name}: {match.group(0)}"
        for name, text in _templates().items()
        for match in re.finditer(pattern, text, re.IGNORECASE)
        if f"{name} {but}" not in EXCEPTIONS
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"(?<=\s)style\s*=\s*[\"'{]", id="inline style"),
        pytest.param(r"<style\b", id="style element"),
        pytest.param(r"(?<=\s)on[a-z]+\s*=\s*[\"'{]", id="inline handler"),
        pytest.param(r"(?<=\s)hx-on\b", id="htmx handler, which needs eval"),
        pytest.param(r"<script\b(?![^>]*\b(?:src|nonce)=)", id="inline script"),
        pytest.param(r"\bsrc\s*=\s*[\"'](?:https?:)?//", id="something from another host"),
        pytest.param(r"<link\b[^>]*href\s*=\s*[\"'](?:https?:)?//", id="style from another host"),
    ],
)
def test_templates_keep_to_the_content_security_policy(pattern: str) -> None:
    assert _found(pattern) == []


def test_templates_have_no_date_field_in_american_order() -> None:
    assert _found(r"type=[\"']date[\"']", but="date field") == []


def test_templates_escape_every_text() -> None:
    assert _found(r"\|\s*safe\b|\{% autoescape off", but="safe") == []


def _visible(text: str) -> str:
    """What a person reads: text between tags, and attributes that are shown or spoken."""
    shown = " ".join(
        re.findall(r"\b(?:title|alt|placeholder|aria-label|data-th)=[\"']([^\"']*)", text)
    )
    strings = " ".join(re.findall(r"\{%[^%]*?[\"']([^\"'%]*\s[^\"'%]*)[\"']", text))
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", bare, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", bare)) + f" {shown} {strings}"


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\b(?:submit|workflow|entity)\b", id="English of programmers"),
        pytest.param(
            r"(?<!QĐ )(?<!quyết định )\bcông bố\b(?!(?: lại)? (?:TTHC|HTQLCL|thủ tục hành chính"
            r"|hệ thống))",
            id="bare công bố",
        ),
        pytest.param(r"\brà soát\b(?! TTHC)", id="bare rà soát"),
        pytest.param(
            r"(?<!Kiểm tra )(?<!bằng )chữ ký số(?! (?:của|trên|trong) )",
            id="a password is no digital signature",
        ),
    ],
)
def test_templates_use_the_words_of_the_office(pattern: str) -> None:
    offenders = [
        f"{name}: …{text[max(match.start() - 30, 0) : match.end() + 20]}…"
        for name, text in ((name, _visible(text)) for name, text in _templates().items())
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]

    assert offenders == []


def _components() -> Iterator[Path]:
    yield from sorted((TEMPLATES / "components").glob("*.html"))


def test_components_open_with_a_comment_that_names_their_values() -> None:
    openings = {path.name: path.read_text(encoding="utf-8")[:12] for path in _components()}

    assert [n for n, text in openings.items() if not text.startswith(("{#", "{% comment"))] == []


def test_components_are_given_their_values_and_nothing_else() -> None:
    offenders = [
        f"{name}: {tag}"
        for name, text in _templates().items()
        if name != "base.html"  # the frame of the page is given the page's own context
        for tag in re.findall(r"\{% include [\"']components/[^%]*%\}", text)
        if not re.search(r"\bonly\s*%\}$", tag)
    ]

    assert offenders == []


def test_an_address_that_one_block_names_is_not_asked_for_in_another() -> None:
    """A name made by `{% url … as name %}` ends with its block; beyond, the link leads nowhere."""
    lost = []
    for name, text in _templates().items():
        for address in set(re.findall(r"{% url [^%]* as (\w+) %}", text)):
            made = {_block(text, m.start()) for m in re.finditer(rf" as {address} %}}", text)}
            used = {_block(text, m.start()) for m in re.finditer(rf"\b{address}\b", text)}
            if "" not in made and used - made:
                lost.append(f"{name}: {address} in {sorted(used - made)}")

    assert lost == []


def _block(text: str, at: int) -> str:
    """Return the outermost block in which the place is; empty outside of all."""
    inside: list[str] = []
    for tag in re.finditer(r"{% (?:block (\w+)|endblock)[^%]*%}", text[:at]):
        if tag[1]:
            inside.append(tag[1])
        else:
            inside.pop()
    return inside[0] if inside else ""
