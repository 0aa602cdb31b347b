from __future__ import annotations

import pytest

from hub.search import Mark
from hub.vocabulary.clock import parse_instant
from hub.web.reading import Marked
from hub.web.templating import day, file_size, grouped, marked, meta_tags, moment, path_quoted, safe_address


def test_marked_stretches_stand_in_mark_elements() -> None:
    assert marked(Marked("持社保卡办理", (Mark(1, 4),))) == "持<mark>社保卡</mark>办理"


def test_every_stretch_of_a_marked_text_is_escaped() -> None:
    text = Marked("<b>a&b</b>", (Mark(1, 5),))

    assert marked(text) == "&lt;<mark>b&gt;a&amp;</mark>b&lt;/b&gt;"


def test_marks_in_any_order_overlapping_or_outside_the_text_are_joined_and_clipped() -> None:
    text = Marked("零一二三四五", (Mark(4, 99), Mark(1, 3), Mark(2, 4), Mark(7, 9), Mark(3, 3), Mark(-5, 0)))

    assert marked(text) == "零<mark>一二三四五</mark>"


def test_marks_count_code_points_not_utf16_units() -> None:
    assert marked(Marked("𠮷野家", (Mark(1, 2),))) == "𠮷<mark>野</mark>家"


def test_times_are_shown_in_local_time() -> None:
    instant = parse_instant("2026-10-27T16:30:00Z")

    assert moment(instant) == "2026-10-28 00:30"
    assert day(instant) == "2026-10-28"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/content/1", "/content/1"),
        ("https://www.example.gov.cn/a", "https://www.example.gov.cn/a"),
        ("//evil.example/a", ""),
        ("/\\evil.example", ""),
        ("javascript:alert(1)", ""),
        (" javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http:", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_only_paths_and_web_addresses_are_safe(address: str, expected: str) -> None:
    assert safe_address(address) == expected


@pytest.mark.parametrize(
    ("size", "expected"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (24_576, "24 KB"), (5 * 2**40, "5120 GB")]
)
def test_file_sizes_are_short(size: int, expected: str) -> None:
    assert file_size(size) == expected


def test_numbers_are_grouped_by_thousands() -> None:
    assert grouped(12437) == "12,437"


def test_a_path_is_quoted_but_keeps_its_slashes() -> None:
    assert path_quoted("zwgk/政策?x#y") == "zwgk/%E6%94%BF%E7%AD%96%3Fx%23y"


def test_page_tags_are_shown_once_and_never_empty() -> None:
    tags = (("SiteName", "云岭市"), ("Author", " "), ("SiteName", "另一个"), ("PubDate", "2026-10-28 09:30"))

    assert meta_tags(tags) == [("SiteName", "云岭市"), ("PubDate", "2026-10-28 09:30")]
