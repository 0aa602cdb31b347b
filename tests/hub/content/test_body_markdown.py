from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.content import body_markdown
from hub.content.body import Body, render
from hub.vocabulary.enums import BodyFormat

LAW = (
    "## 第一章  总则\n\n第一条 为了规范口岸开放，制定本条例。\n\n"
    "\u3000\u3000第二条 下列 <口岸>：\n（一）港口；\n（二）机场。\n"
)


def test_chapters_become_headings_and_lines_stay_lines() -> None:
    body = render(LAW, BodyFormat.MARKDOWN)

    assert body == Body(
        "<h2>第一章 总则</h2>\n"
        "<p>第一条 为了规范口岸开放，制定本条例。</p>\n"
        '<p class="indent">第二条 下列 &lt;口岸&gt;：<br>（一）港口；<br>（二）机场。</p>',
        "第一章 总则\n第一条 为了规范口岸开放，制定本条例。\n第二条 下列 <口岸>：\n（一）港口；\n（二）机场。",
        (),
    )


def test_tables_lists_and_links_are_read() -> None:
    source = "| 条文 | 罪名 |\n|---|--:|\n| 第一条 | 甲 |\n\n1. 一\n2. **二**\n\n[办法](https://a.cn/ '标题')"

    assert render(source, BodyFormat.MARKDOWN).html == (
        '<table><thead><tr><th>条文</th><th class="align-right">罪名</th></tr></thead>'
        '<tbody><tr><td>第一条</td><td class="align-right">甲</td></tr></tbody></table>\n'
        "<ol><li>一</li><li><strong>二</strong></li></ol>\n"
        '<p><a href="https://a.cn/" title="标题">办法</a></p>'
    )


def test_raw_html_is_cleaned_too() -> None:
    body = render("甲<script>alert(1)</script>\n\n<div onclick=x>乙</div>\n\n[丙](javascript:x)", BodyFormat.MARKDOWN)

    assert body.html == "<p>甲</p>\n<p>乙</p>\n<p>[丙](javascript:x)</p>"
    assert body.dropped == ("attribute onclick", "element script")


@pytest.mark.parametrize(
    "source",
    ["*甲*", "- 甲", "1. 甲", "> 甲", "    甲", "甲\n---", "甲|乙\n-|-", "# 甲 #", "&lt;", "a\\*", "甲\r\n乙", "+\n"],
)
def test_whatever_may_mean_more_goes_through_the_parser(source: str) -> None:
    assert not body_markdown.is_plain(source)


_PIECES = st.sampled_from(
    [
        *"甲乙a1.)(#-+=|:>!~\"' \t\n\n\n\u3000",
        "\u3000\u3000",
        "\n\n",
        "# ",
        "## ",
        "\n#",
        "1.",
        "第一条 ",
        "  ",
        "---",
        "http://a.cn",
    ]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(_PIECES, max_size=20).map("".join))
@example("\u3000 \u3000甲")
def test_the_quick_way_equals_the_parser(source: str) -> None:
    if not body_markdown.is_plain(source):
        return

    parsed = render(f"<i></i>{body_markdown.to_html(source)}", BodyFormat.HTML)

    assert body_markdown.plain_html(source) == (parsed.html, parsed.text)
