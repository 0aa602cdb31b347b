from __future__ import annotations

import pytest

from indexers.analysis.fold import fold, fold_with_offsets


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("社會保險", "社会保险"),
        ("ＡＢＣ１２", "abc12"),
        ("（２０２０）", "(2020)"),
        ("㈱甲", "(株)甲"),
        ("İ", "i̇"),
        ("\ud800甲", "\ufffd甲"),
    ],
)
def test_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_offsets_of_plain_text_are_its_own() -> None:
    assert fold_with_offsets("社會Ａ") == ("社会a", [0, 1, 2, 3])


def test_offsets_lead_back_where_folding_lengthens_or_shortens() -> None:
    assert fold_with_offsets("甲㈱乙") == ("甲(株)乙", [0, 1, 1, 1, 2, 3])
    assert fold_with_offsets("e\u0301甲") == ("é甲", [0, 2, 3])
