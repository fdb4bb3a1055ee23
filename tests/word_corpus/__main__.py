"""Write the corpus into a folder: `python -m tests.word_corpus FOLDER`."""

import argparse
import sys
from pathlib import Path

from tests.word_corpus.collection import write_corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    paths = write_corpus(parser.parse_args().folder)
    sys.stdout.write(f"{len(paths)} tài liệu\n")


if __name__ == "__main__":
    main()
