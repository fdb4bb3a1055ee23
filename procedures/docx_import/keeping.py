"""What is kept of a Word file that was read: all that the page and a draft are made of.

The JSON holds what `import_word --json` prints and, beside it: `code_key` (the code as compared),
`defect_count` and `unparsed_count`, `revision`, `effective_on`, `issuer`, `signers`, `sure` (how
sure each fact of the head is), `content` (what the draft would hold), `pages` (texts of the head
and foot of the pages), and of the original `html` (sanitised) and `is_cut`.
"""

import json
from collections.abc import Iterable
from typing import Any

from procedures.content import sanitise
from procedures.docx_import.blocks import Block, paragraphs_of
from procedures.docx_import.drafting import to_content
from procedures.docx_import.opening import as_docx, open_docx, original_of, refusal
from procedures.docx_import.reading import Reading, understand
from qms.foundation.text import clean, comparison_key

MAX_LETTERS = 4_000_000  # of JSON; no procedure is a hundredth of that
_PAGE_LINES = 60  # of all heads and feet together


def read_to_keep(data: bytes, name: str) -> dict[str, Any]:
    """Return what is kept of a Word file. Raises UnreadableWord, one sentence."""
    docx = as_docx(data, name)
    story = open_docx(docx)
    told = kept(understand(story))
    told["pages"] = {"head": _lines(story.headers), "foot": _lines(story.footers)}
    original = original_of(docx)
    told["html"], told["is_cut"] = sanitise(original["html"]), original["is_cut"]
    if len(json.dumps(told, ensure_ascii=False)) > MAX_LETTERS:
        raise refusal("too_heavy")
    return told


def kept(reading: Reading) -> dict[str, Any]:
    """Return what is kept of a reading alone, without the looks of the original."""
    front = reading.front
    return reading.as_json() | {
        "code_key": comparison_key(front.code),
        "defect_count": len(reading.defects),
        "unparsed_count": len(reading.unparsed),
        "revision": front.revision,
        "effective_on": front.effective_on.isoformat() if front.effective_on else None,
        "issuer": front.issuer,
        "signers": reading.signers,
        "sure": {
            name: sure
            for name, sure in front.sure.items()
            if getattr(front, name, None) not in (None, "")
        },
        "content": json.loads(to_content(reading).canonical()),
    }


def _lines(parts: Iterable[list[Block]]) -> list[str]:
    texts = (clean(p.text) for blocks in parts for p in paragraphs_of(blocks))
    return list(dict.fromkeys(text for text in texts if text))[:_PAGE_LINES]
