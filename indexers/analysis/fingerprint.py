"""What an index was made with. Another fingerprint means that its tokens are not ours: a new generation is due."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

RULES = 1
"""Grows with every change of folding, tokens, 文号 grammar, pinyin or fields."""
_DISTRIBUTIONS = ("rjieba", "opencc", "pypinyin", "tantivy")
"""Their dictionaries and formats decide the tokens. Synonyms are not here: they are applied to the query only."""


def fingerprint() -> str:
    facts = [f"rules={RULES}", *(f"{name}={version(name)}" for name in _DISTRIBUTIONS)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
