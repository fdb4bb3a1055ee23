"""What a printed record says, read again from both kinds of file."""

from qms.records.paper import Paper, to_docx, to_pdf
from tests.papers import head_texts, texts_of, word_texts
from tests.pdfs import squeezed, whole


def in_pdf(paper: Paper) -> str:
    return whole(to_pdf(paper))


def in_word(paper: Paper) -> str:
    docx = to_docx(paper)
    return squeezed("".join([*head_texts(docx), *word_texts(docx)]))


def must_say(paper: Paper, *texts: str) -> None:
    """Every text of the paper, and each of `texts`, is read again from PDF and Word."""
    given = [squeezed(text) for block in paper.blocks for text in texts_of(block)]
    for read in (in_pdf, in_word):
        said = read(paper).casefold()
        wanted = [*given, *map(squeezed, texts)]
        assert [text for text in wanted if text.casefold() not in said] == []


def says(paper: Paper) -> str:
    """All that the paper says, without printing it."""
    told = [text for block in paper.blocks for text in texts_of(block)]
    return squeezed(" ".join([paper.title, paper.subtitle, paper.footer_note, *told]))
