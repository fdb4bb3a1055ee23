"""The documents say what is so: links, commands, settings, files, addresses and words exist."""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parent.parent
CODE = ("qms", "procedures", "audits", "home", "bin", "bench")
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"))
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
FOLDERS = re.compile(
    r"(?:qms|procedures|audits|home|templates|static|fixtures|tests|docs|bench|bin|requirements)/"
)
SAMPLES = {"<mã>": "x-1", "<số>": "01", "<id>": "1"}


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _code_in(name: str) -> Iterator[str]:
    """What stands in code spans and code blocks of a document."""
    text = _text(name)
    yield from BLOCK.findall(text)
    yield from SPAN.findall(BLOCK.sub("", text))


@cache
def _words_of_the_code() -> frozenset[str]:
    paths = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    paths += [ROOT / name for name in ("manage.py", "gunicorn.conf.py", "Makefile", ".ci/run")]
    return frozenset(
        word for path in paths for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    )


@cache
def _shown_on_pages() -> str:
    """The text of all templates and sources, in which a name on a button must stand."""
    paths = [*(ROOT / "templates").rglob("*.html")]
    paths += [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    paths += [*(ROOT / "qms" / "foundation" / "locale").rglob("*.po")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _anchors(name: str) -> set[str]:
    """The anchors that a reader of Markdown makes of the headings."""
    headings = re.findall(r"^#+ +(.+)$", BLOCK.sub("", _text(name)), re.MULTILINE)
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in bare}


def _told_in_the_example() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", _text(".env.example"), re.MULTILINE))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_and_headings_that_exist(name: str) -> None:
    broken = []
    for link in LINK.findall(_text(name)):
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        is_there = target.exists() and (
            not anchor or anchor in _anchors(str(target.resolve().relative_to(ROOT)))
        )
        if not is_there:
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_and_commands_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", _text("Makefile"), re.MULTILINE))
    commands = set(get_commands())
    code = "\n".join(_code_in(name))

    assert set(re.findall(r"\bmake ([a-z][\w-]*)", code)) - targets == set()
    assert set(re.findall(r"\bmanage\.py ([a-z]\w*)", code)) - commands == set()


def test_readme_names_every_command_of_the_product() -> None:
    ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in CODE}
    readme = "\n".join(_code_in("README.md"))

    assert len(ours) > 10
    assert {name for name in ours if not re.search(rf"\b{name}\b", readme)} == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_code_stands_on_one_line_where_it_is_checked(name: str) -> None:
    lines = BLOCK.sub("", _text(name)).splitlines()

    assert [line for line in lines if line.count("`") % 2] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_settings_and_constants_exist(name: str) -> None:
    capitals = re.findall(r"(?<![\w.{-])_?[A-Z][A-Z_]{3,}(?![\w.])", "\n".join(_code_in(name)))
    known = _told_in_the_example() | _words_of_the_code() | {"TTHC"}

    assert set(capitals) - known == set()


def test_every_setting_that_is_told_is_read_somewhere() -> None:
    readers = ("qms/settings.py", "gunicorn.conf.py", "bin/setup.py", "Makefile")
    read = {word for name in readers for word in re.findall(r"\w+", _text(name))}

    assert _told_in_the_example() - read == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    named = {span for span in _code_in(name) if FOLDERS.match(span) and "\n" not in span}
    sought = {span for span in named if not any(c in span for c in "<>…*{} ")}

    missing = {s for s in sought if not (ROOT / s).exists() and not (ROOT / f"{s}.py").exists()}
    assert missing == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_addresses_that_are_named_are_served(name: str) -> None:
    wrong = []
    for span in _code_in(name):
        if not re.fullmatch(r"/(?:[\w<>-]+/)*", span):
            continue
        address = span
        for placeholder, sample in SAMPLES.items():
            address = address.replace(placeholder, sample)
        try:
            resolve(address)
        except Resolver404:
            wrong.append(span)

    assert wrong == []


def test_guide_names_buttons_and_menus_as_the_pages_do() -> None:
    """What stands in bold in the guide is on a page; “…” stands for what differs."""
    shown = _shown_on_pages()
    bold = re.findall(r"\*\*(.+?)\*\*", _text("docs/user-guide.md"), re.DOTALL)
    names = {name for part in bold for name in re.split(r" → ", " ".join(part.split()))}

    missing = {
        name for name in names if any(piece.strip() not in shown for piece in name.split("…"))
    }
    assert missing == set()


def test_glossary_words_are_in_the_code() -> None:
    cells = re.findall(r"^\| (`.+?`) \|", _text("docs/glossary.md"), re.MULTILINE)
    words = [word for cell in cells for word in SPAN.findall(cell)]

    assert len(words) > 50
    assert [word for word in words if word not in _words_of_the_code()] == []


def test_glossary_names_each_thing_once() -> None:
    cells = re.findall(r"^\| (`.+?`) \|", _text("docs/glossary.md"), re.MULTILINE)

    assert sorted(set(cells)) == sorted(cells)


def test_decisions_stand_in_the_index_and_have_their_parts() -> None:
    files = sorted(path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", _text("docs/adr/README.md"))

    assert listed == files
    assert [name[:4] for name in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    for name in files:
        text = _text(f"docs/adr/{name}")
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], name
        assert re.match(rf"# {name[:4]} .+\n\nDate: \d{{4}}-\d\d-\d\d\n", text), name


def test_decisions_that_are_cited_exist() -> None:
    made = {path.name[:4] for path in (ROOT / "docs" / "adr").glob("[0-9]*.md")}
    paths = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in paths] + [_text(n) for n in DOCUMENTS]

    cited = {number for text in texts for number in re.findall(r"\bADR \[?(\d{4})", text)}
    assert cited - made == set()


def test_readme_tells_the_data_as_they_are() -> None:
    tables = {}
    for name in ("tthc_gddt_cap_huyen", "legal_documents"):
        with (ROOT / "fixtures" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    tthc, documents = tables["tthc_gddt_cap_huyen"], tables["legal_documents"]
    procedures = list((ROOT / "fixtures" / "procedures").glob("*.yaml"))
    unverified = sum(row["verified"] != "yes" for row in tthc)
    readme = " ".join(_text("README.md").split())

    told = f"{len(tthc)} TTHC, {len(documents)} legal documents, {len(procedures)} procedures"
    assert told in readme
    assert f"{unverified} of the {len(tthc)} codes of TTHC" in readme
    assert f"{unverified} trong {len(tthc)} TTHC" in " ".join(_text("docs/user-guide.md").split())


def test_readme_lists_the_demo_accounts() -> None:
    people = yaml.safe_load(_text("fixtures/office.yaml"))["people"]

    listed = re.findall(r"^\| `(\w+)` \|", _text("README.md"), re.MULTILINE)
    assert listed == [person["username"] for person in people]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_speak_of_the_product_alone(name: str) -> None:
    foreign = re.compile(r"\b(?:sub)?agents?\b|\bprompts?\b|\bhelpers?\b|worktree", re.IGNORECASE)

    assert foreign.findall(_text(name)) == []
