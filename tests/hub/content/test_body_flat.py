from __future__ import annotations

import pytest

from hub.content import body_flat


def test_headings_and_paragraphs_are_recognised() -> None:
    html = '<h2 class="align-center">甲</h2>\n<p class="align-right indent">1 &lt; 2<br>&amp;lt;</p>\n<p>\u200d乙</p>'

    assert body_flat.text_of(html) == "甲\n1 < 2\n&lt;\n\u200d乙"


@pytest.mark.parametrize(
    "html",
    [
        "",
        "甲",
        "<p></p>",
        "<p> 甲</p>",
        "<p>甲\u3000</p>",
        "<p>甲<br> 乙</p>",
        "<p>甲<br></p>",
        "<p>甲  乙</p>",
        "<p>甲\xa0乙</p>",
        "<p>甲&nbsp;乙</p>",
        "<p>甲&quot;乙</p>",
        "<p>甲 & 乙</p>",
        "<p>甲\u200b</p>",
        "<p>甲\ufdd0</p>",
        "<p>甲</p><p>乙</p>",
        "<p>甲</p>\n",
        "<p>甲</h1>",
        "<p>甲>乙</p>",
        "<p>甲<b>乙</b></p>",
        '<p class="indent align-right">甲</p>',
        '<h1 class="indent">甲</h1>',
        '<p onclick="x">甲</p>',
    ],
)
def test_anything_else_is_left_to_rendering(html: str) -> None:
    assert body_flat.text_of(html) is None
