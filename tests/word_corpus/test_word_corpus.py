"""The corpus itself: each document is readable, and its truth stands in it."""

import datetime as dt
import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from tests.word_corpus.collection import SPECIMENS, write_corpus
from tests.word_corpus.truths import Specimen

KEYS = [
    *("code", "title", "issue", "issued_on", "time_limits", "dossier", "steps", "forms"),
    *("records", "legal_bases", "tthc", "defects"),
]


def test_corpus_is_written_as_pairs(tmp_path: Path) -> None:
    paths = write_corpus(tmp_path / "corpus")

    assert len(paths) == len({path.name for path in paths}) >= 14
    assert [json.loads(path.with_suffix(".json").read_text("utf-8")) for path in paths] == [
        specimen.truth for specimen in SPECIMENS
    ]
    assert all(Document(str(path)).element.body is not None for path in paths)


def _words(data: bytes) -> str:
    """All text of body, headers and footers, deleted words left out, without white space."""
    document: Any = Document(io.BytesIO(data))
    places = [document.element]
    for section in document.sections:
        places += [section.header._element, section.footer._element]
    texts = [node.text or "" for place in places for node in place.iter() if _is_text(node)]
    return "".join(unicodedata.normalize("NFC", "".join(texts)).split())


def _is_text(node: Any) -> bool:
    return isinstance(node.tag, str) and node.tag.endswith("}t")


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.name)
def test_truth_stands_in_the_document(specimen: Specimen) -> None:
    truth, words = specimen.truth, _words(specimen.build())
    told = [
        truth["code"],
        truth["title"],
        *truth["tthc"],
        *truth["records"],
        *(item["name"] for item in truth["dossier"]),
        *(step[key] for step in truth["steps"] for key in ("work", "responsible")),
        *(limit["text"] for limit in truth["time_limits"]),
        *truth["legal_bases"],
    ]

    assert list(truth) == KEYS
    assert [text for text in told if "".join(text.split()) not in words] == []
    assert dt.date.fromisoformat(truth["issued_on"]) < dt.date(2026, 1, 1)
    assert {len(step["times"]) for step in truth["steps"]} == {len(truth["steps"][0]["times"])}
