"""What was meant, when the text as typed finds nothing: words of titles that sound the same (养佬 → 养老)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from indexers.analysis import pinyin, tokens

TitlesThatSound = Callable[[list[str]], Iterable[str]]
"""Folded titles of visible documents that hold these syllables in a row, best first."""


def correct(folded: str, titles_that_sound: TitlesThatSound) -> str | None:
    """The text with every run of Han characters replaced that a title spells otherwise; null when none is."""
    corrected, position, is_changed = [], 0, False
    for start, run in tokens.runs(folded):
        meant = _meant(run, titles_that_sound) if tokens.is_han(run) and len(run) > 1 else None
        corrected += [folded[position:start], meant or run]
        is_changed = is_changed or (meant is not None and meant != run)
        position = start + len(run)
    return "".join([*corrected, folded[position:]]) if is_changed else None


def _meant(run: str, titles_that_sound: TitlesThatSound) -> str | None:
    sound = [syllable for _, syllable in pinyin.syllables_of(run)]
    for title in titles_that_sound(sound):
        if found := _stretch_that_sounds(title, sound):
            return found
    return None


def _stretch_that_sounds(title: str, sound: list[str]) -> str | None:
    spelt = pinyin.syllables_of(title)
    for place in range(len(spelt) - len(sound) + 1):
        if [syllable for _, syllable in spelt[place : place + len(sound)]] == sound:
            return title[spelt[place][0] : spelt[place + len(sound) - 1][0] + 1]
    return None
