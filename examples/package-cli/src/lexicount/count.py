"""From text to words to counts."""

from collections import Counter
from collections.abc import Iterable

import regex

WORD = regex.compile(r"\p{L}+(?:['’]\p{L}+)*")


def count(lines: Iterable[str]) -> Counter[str]:
    """How often each word stands in the lines, letter case ignored."""
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(word.casefold() for word in WORD.findall(line))
    return counts
