"""Show a Word document as HTML, in a process of its own, with memory and time limits.

Run by path (`python -I original_child.py docx`). The file comes on standard input; JSON goes to
standard output: `{"html": text, "is_cut": bool}` or `{"refused": reason}`. Pictures are dropped,
headings keep two sizes. Whoever shows the HTML sanitises it: what stands in links is the file's.
"""

import io
import sys
from pathlib import Path
from typing import Any

import mammoth

sys.path.append(str(Path(__file__).resolve().parents[2]))  # run by path, it knows no package
from qms.records.archives import Refused, check_archive
from qms.records.confined import answer

MAX_LETTERS = 600_000  # of HTML; more than that nobody compares on one page
_STYLES = """
p[style-name='Title'] => h3:fresh
p[style-name='Heading 1'] => h3:fresh
p[style-name='Heading 2'] => h3:fresh
p[style-name='Heading 3'] => h4:fresh
p[style-name='Heading 4'] => h4:fresh
p[style-name='Heading 5'] => h4:fresh
p[style-name='Heading 6'] => h4:fresh
"""


def parse(data: bytes, kind: str) -> dict[str, Any]:
    """Return the document as HTML. Raises Refused."""
    check_archive(data, kind)
    try:
        html = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=lambda image: []
        ).value
    except (MemoryError, Refused):
        raise
    except Exception as error:  # a library's, on a file of anybody's
        raise Refused("damaged") from error
    return {"html": html[:MAX_LETTERS], "is_cut": len(html) > MAX_LETTERS}


if __name__ == "__main__":
    answer(parse)
