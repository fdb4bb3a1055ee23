"""Invented Word procedures in the layouts that offices use, each with its truth.

`python -m tests.word_corpus FOLDER` writes `X.docx` and `X.json` side by side. The truth has the
shape that `import_word --json` prints, without `unparsed` and `confidence`. What it holds:

- Texts as printed, in NFC, every run of white space (paragraph, soft break, no-break space) one
  space; without a list's leading dash, letter or number and without the `;` or `.` after it.
- `title` without the word *Quy trình* before it, in the letters printed. `issue` an integer.
- `value` of a limit a number, None where there is none (*ngay trong ngày*); `case` empty if one.
- `originals`, `copies`: None where the document prints none; `x` in such a column is 1.
- `no` of a step: the integer of its printed label (`B2`, `Bước 2` and `2.` are 2).
- `times`: one for each case, minutes of working time, 480 a day; None for other words and for
  the further steps under a merged cell. A step belongs once to the list, a sum row never.
- `forms` with their code before the name; `records` by name; `tthc` core codes.
- `defects`: any of `stale_footer_date`, `footer_other_title`, `footer_other_issue`,
  `duplicate_step_number`, `sum_over_limit`, `no_tthc_code`. Not compared by accuracy.

All agencies, codes and numbers of procedures are invented; no person is named.
"""
