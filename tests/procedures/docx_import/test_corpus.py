"""The reader on the corpus of invented documents: nearly every cell, and every defect."""

import pytest

from procedures.docx_import import child
from procedures.docx_import.accuracy import compare
from procedures.docx_import.blocks import story_of
from procedures.docx_import.reading import understand
from tests.word_corpus.collection import SPECIMENS
from tests.word_corpus.truths import Specimen

TOLD = {
    "stale_footer_date": "ngày cũ còn sót",
    "footer_other_title": "khác tên quy trình",
    "footer_other_issue": "Chân trang ghi lần ban hành",
    "duplicate_step_number": "bị trùng",
    "sum_over_limit": "vượt thời hạn",
    "no_tthc_code": "Không ghi mã thủ tục hành chính",
}


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.name)
def test_specimen_is_read(specimen: Specimen) -> None:
    reading = understand(story_of(child.parse(specimen.build(), "docx")))
    score, wrong = compare(specimen.truth, reading.as_json())
    told = {key for key, words in TOLD.items() if any(words in line for line in reading.defects)}

    assert score.right / score.cells > 0.9, wrong
    assert told == set(specimen.truth["defects"])
