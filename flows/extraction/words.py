"""The one module that cuts words: jieba's dictionary with seeds/lexicon.txt, cut by rjieba, which is faster."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def lexicon() -> tuple[str, ...]:
    """The project's own words, from seeds/lexicon.txt: one a line, `#` begins a comment."""
    lines = files("seeds").joinpath("lexicon.txt").read_text("utf-8").splitlines()
    return tuple(dict.fromkeys(word for line in lines if (word := line.split("#")[0].strip())))


@cache
def _longest() -> dict[str, tuple[str, ...]]:
    by_first: dict[str, list[str]] = {}
    for word in lexicon():
        by_first.setdefault(word[0], []).append(word)
    return {first: tuple(sorted(words, key=len, reverse=True)) for first, words in by_first.items()}


def cut(text: str) -> list[str]:
    """The words of a text, in order; joined they are the text. A word of the lexicon is never cut, the longest wins."""
    import rjieba

    words: list[str] = []
    plain = at = 0
    by_first = _longest()
    while at < len(text):
        word = next((w for w in by_first.get(text[at], ()) if text.startswith(w, at)), None)
        if word is None:
            at += 1
            continue
        if plain < at:
            words.extend(rjieba.cut(text[plain:at], False))
        words.append(word)
        at += len(word)
        plain = at
    if plain < len(text):
        words.extend(rjieba.cut(text[plain:], False))
    return words


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
