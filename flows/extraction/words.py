"""The one module that cuts words: jieba's dictionary with seeds/lexicon.txt, cut by rjieba, which is faster."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files


@cache
def lexicon() -> tuple[str, ...]:
    """The project's own words, from seeds/lexicon.txt: one a line, `#` begins a comment."""
    lines = files("seeds").joinpath("lexicon.txt").read_text("utf-8").splitlines()
    return tuple(dict.fromkeys(word for line in lines if (word := line.split("#")[0].strip())))


@cache
def _kept_whole() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(lexicon(), key=len, reverse=True)))


@lru_cache(maxsize=8192)
def cut(text: str) -> tuple[str, ...]:
    """The words of a text, in order; joined they are the text. A word of the lexicon is never cut, the longest wins."""
    import rjieba

    words: list[str] = []
    plain = 0
    for kept in _kept_whole().finditer(text):
        if plain < kept.start():
            words.extend(rjieba.cut(text[plain : kept.start()], False))
        words.append(kept[0])
        plain = kept.end()
    if plain < len(text):
        words.extend(rjieba.cut(text[plain:], False))
    return tuple(words)


def search_words(text: str) -> dict[str, int]:
    """The words by which a text is found, and how often each stands in it: the search cut, punctuation left out.
    A query is cut by the same function, or it would miss what it asks for."""
    import rjieba

    counts: dict[str, int] = {}
    for word in rjieba.cut_for_search(text, True):
        if word[:1].isalnum():
            folded = word.lower()
            counts[folded] = counts.get(folded, 0) + 1
    return counts
