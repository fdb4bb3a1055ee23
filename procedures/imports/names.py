"""Names much alike: for a person to judge whether they are one TTHC."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping

ALIKE = 0.92  # similarity of folded names from which a match is proposed
_MOST = 3  # proposals for one name
_TRIED = 10  # names compared letter by letter for one name
_EFFORT = 1_000_000  # names looked at for one list, which takes some seconds
_LETTERWISE = 100  # as long as looking at so many names


class NameIndex:
    """Finds folded names much alike without comparing each with each.

    Names that are alike have most of their words in common, and so one of the rarer ones. A list
    of very many names that all resemble each other is searched in part: hints are not worth hours.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.words = {code: frozenset(name.split()) for code, name in names.items()}
        self.names = names
        self.effort = _EFFORT
        self.by_word: dict[str, list[str]] = defaultdict(list)
        self.by_name: dict[str, list[str]] = defaultdict(list)
        for code, name in names.items():
            self.by_name[name].append(code)
            for word in self.words[code]:
                self.by_word[word].append(code)

    def alike(self, name: str) -> list[tuple[str, float]]:
        """Return (code, similarity from 0 to 1) of the names most alike, the best first.

        Where a name is the same, the others are not looked for.
        """
        if not name:
            return []
        if same := self.by_name.get(name):
            return [(code, 1.0) for code in sorted(same)[:_MOST]]
        if self.effort <= 0:
            return []
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(name)
        found = []
        for code in self._candidates(name):
            self.effort -= _LETTERWISE
            matcher.set_seq1(self.names[code])
            if matcher.quick_ratio() >= ALIKE and (ratio := matcher.ratio()) >= ALIKE:
                found.append((code, round(ratio, 2)))
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:_MOST]

    def _candidates(self, name: str) -> Iterable[str]:
        words = frozenset(name.split())
        by_rarity = sorted(words, key=lambda word: len(self.by_word.get(word, ())))
        near = {c for word in by_rarity[: len(words) // 3 + 1] for c in self.by_word.get(word, ())}
        self.effort -= len(near)
        shared: dict[str, int] = {}
        for code in near:
            if abs(len(self.names[code]) - len(name)) > 0.16 * len(name):
                continue  # of lengths so different that they cannot be alike
            letters = sum(map(len, words & self.words[code]))
            if letters * 4 >= 3 * sum(map(len, words)):
                shared[code] = letters
        return sorted(shared, key=lambda code: (-shared[code], code))[:_TRIED]
