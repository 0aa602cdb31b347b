from __future__ import annotations

from typing import Any

import pytest

from hub.importing.rules import RuleFailed, compile_rule, keys_of_rule
from hub.vocabulary.errors import ImportRefused

TABLES: dict[str, dict[str, object]] = {
    "codes": {"国务院": "state-council"},
    "endings": {"决定": "decision", "定": "other"},
    "answers": {"否": False},
}
ROW: dict[str, object] = {
    "a": "国务院", "two": "甲、 乙", "limit": "７(工作日)", "no": "否", "blank": "  ", "n": "3", "x": 5,
    "history": ["1998年9月18日 通过", "1999年1月1日 施行", "2022年5月1日　起施行", "公布"], "t": "关于修改的决定",
    "empty": [], "code": "006A",
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("a", "国务院"),
        ("missing", None),
        ("blank", None),
        ("empty", None),
        ({"from": ["missing", "blank", "a"]}, "国务院"),
        ({"value": "law"}, "law"),
        ({"value": "html", "when": "a", "default": "text"}, "html"),
        ({"value": "html", "when": "blank", "default": "text"}, "text"),
        ({"template": "org-{code}", "lower": True}, "org-006a"),
        ({"template": "{x}年"}, "5年"),
        ({"template": "{a}{missing}"}, None),
        ({"from": "two", "split": "、"}, ["甲", "乙"]),
        ({"from": "two", "split": "、", "item": 0}, "甲"),
        ({"from": "two", "split": "、", "item": -1}, "乙"),
        ({"from": "two", "split": "、", "rest": 1}, ["乙"]),
        ({"from": "a", "split": "、", "rest": 1}, None),
        ({"from": "limit", "widths": True, "search": r"^\d+", "number": True}, 7),
        ({"from": "limit", "widths": True, "search": r"\((.+)\)"}, "工作日"),
        ({"from": "history", "search": r"(\d{4}年\d{1,2}月\d{1,2}日)\s*起?施行", "day": True}, "2022-05-01"),
        ({"from": "t", "ending": "endings", "default": "none"}, "decision"),
        ({"from": "a", "ending": "endings", "default": "none"}, "none"),
        ({"from": "a", "table": "codes"}, "state-council"),
        ({"from": "t", "table": "codes", "keep": True}, "关于修改的决定"),
        ({"from": "t", "table": "codes", "default": "unknown"}, "unknown"),
        ({"from": "no", "table": "answers"}, False),
        ({"from": "t", "table": "codes", "default": [{"from": "missing"}, {"from": "a", "slug": "unit-"}]},
         "unit-a22144d42e"),
        ({"from": "n", "number": True}, 3),
    ],
)  # fmt: skip
def test_rule_gives_value(rule: Any, value: object) -> None:
    found = compile_rule(rule, TABLES)(ROW)

    assert (found or None) == (value or None)
    assert type(found or None) is type(value or None)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"from": "t", "table": "codes"}, "is not in the mapping's table codes: '关于修改的决定'."),
        ({"from": "a", "number": True}, "is not a whole number: '国务院'."),
        ({"from": "a", "day": True}, "holds no day: '国务院'."),
        ({"from": "history", "number": True}, "should be text, not list."),
    ],
)
def test_value_a_rule_cannot_turn_fails_the_row(rule: Any, reason: str) -> None:
    with pytest.raises(RuleFailed) as caught:
        compile_rule(rule, TABLES)(ROW)

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    "rule",
    [5, {"form": "a"}, {"split": "、"}, {"from": []}, {"from": "a", "table": "none"}, {"from": "a", "search": "("}],
)
def test_unsound_rule_is_refused_when_the_mapping_is_read(rule: Any) -> None:
    with pytest.raises(ImportRefused):
        compile_rule(rule, TABLES)


def test_keys_a_rule_reads_are_known() -> None:
    rule = {"from": ["a", "b"], "when": "c", "default": [{"template": "{d}-{e}"}, {"from": "f"}]}

    assert sorted(keys_of_rule([rule, "g", {"value": "constant"}])) == ["a", "b", "c", "d", "e", "f", "g"]
