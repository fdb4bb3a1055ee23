"""All specimens, and how they become files."""

import json
from pathlib import Path

from tests.word_corpus import damage, outline, places, two_column
from tests.word_corpus.truths import Specimen

SPECIMENS: tuple[Specimen, ...] = (
    *two_column.SPECIMENS,
    *outline.SPECIMENS,
    *places.SPECIMENS,
    *damage.SPECIMENS,
)


def write_corpus(folder: Path) -> list[Path]:
    """Write `X.docx` and its truth `X.json` for each specimen; return the documents."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for specimen in SPECIMENS:
        path = folder / f"{specimen.name}.docx"
        path.write_bytes(specimen.build())
        text = json.dumps(specimen.truth, ensure_ascii=False, indent=1)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
        paths.append(path)
    return paths
