from __future__ import annotations

import pytest

from hub.content.doc_no import DocNo, doc_no_key, find_doc_nos, parse_doc_no, partial_keys


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("金政发〔2020〕12号", "金政发|2020|12"),
        ("金政发〔2020〕012号", "金政发|2020|12"),
        ("国务院令第656号", "国务院令||656"),
        ("中华人民共和国国务院令第656号", "国务院令||656"),
        ("國務院令第656號", "国务院令||656"),
        ("主席令第三号", "主席令||3"),
        ("主席令第七十三号", "主席令||73"),
        ("令第一百零五号", "令||105"),
        ("公告2015年第5号", "公告|2015|5"),
        ("财政部公告2015年第5号", "财政部公告|2015|5"),
        ("中国人民银行公告〔2015〕第5号", "中国人民银行公告|2015|5"),
        ("交通运输部令2016年第60号", "交通运输部令|2016|60"),
        ("（2020）最高法民终123号", "最高法民终|2020|123"),
        ("〔1991〕民他字第15号", "民他|1991|15"),
        ("沪府法字第12号", "沪府法||12"),
        ("关于甲的文件A-3", "~关于甲的文件a3"),
        ("", ""),
        ("〔〕", ""),
    ],
)
def test_printed_number_has_its_normal_form(printed: str, key: str) -> None:
    assert doc_no_key(printed) == key


@pytest.mark.parametrize(
    "typed",
    [
        "金政发〔2020〕12号",
        "金政发[2020]12号",
        "金政发(2020)12号",
        "金政发（2020）12号",
        "金政发【2020】12号",
        "金政发［2020］12号",
        "金政发２０２０年第１２号",
        "金政发〔2020〕第12号",
        "金政发2020年12号",
        "金政发 2020 12",
        "金政发2020-12",
        "2020 12号 金政发",
        "2020年 金政发 12号",
        "12号 金政发 2020",
        "金政发 〔2020〕 12 号",
        "金政发二〇二〇年第十二号",
        "金政發〔2020〕12號",
    ],
)
def test_every_written_form_of_a_dated_number_is_recognised(typed: str) -> None:
    (found,) = find_doc_nos(typed)

    assert found.keys[0] == "金政发|2020|12"
    assert not found.partial


@pytest.mark.parametrize(
    "typed",
    [
        "国务院令第656号",
        "国务院令656号",
        "国务院令656",
        "国务院令 第656号",
        "国务院第656号令",
        "国务院656号令",
        "第656号国务院令",
        "656号 国务院令",
        "国务院令第六百五十六号",
        "国务院六百五十六号令",
        "國務院令第656號",
        "国务院令第６５６号",
        "国务院 令 第 656 号",
        "中华人民共和国国务院令第656号",
        "国务院令(第656号)",
        "国务院令（第656号）",
        "国务院令no.656号",
    ],
)
def test_every_written_form_of_an_order_is_recognised(typed: str) -> None:
    (found,) = find_doc_nos(typed)

    assert found.keys[0] == "国务院令||656"
    assert not found.partial


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("金政发 12号", "金政发||12"),
        ("12号", "||12"),
        ("第656号", "||656"),
        ("2020年第12号", "|2020|12"),
        ("令第656号", "令||656"),
    ],
)
def test_incomplete_number_is_partial(typed: str, key: str) -> None:
    (found,) = find_doc_nos(typed)

    assert (found.keys[0], found.partial) == (key, True)


def test_words_before_an_agency_are_peeled_off() -> None:
    (found,) = find_doc_nos("根据金政发〔2020〕12号办理")

    assert found.keys == ("根据金政发|2020|12", "据金政发|2020|12", "金政发|2020|12", "政发|2020|12")
    assert (found.start, found.end) == (0, 14)


@pytest.mark.parametrize(
    "typed", ["关于调整2020年12月工资", "责令3日内改正", "养老服务", "2020", "656", "", "政策12条"]
)
def test_other_texts_hold_no_number(typed: str) -> None:
    assert find_doc_nos(typed) == []


def test_several_numbers_are_found_in_order() -> None:
    found = find_doc_nos("国务院令第656号、金政发〔2020〕12号")

    assert [one.keys[0] for one in found] == ["国务院令||656", "金政发|2020|12"]


def test_partial_keys_leave_out_year_agency_or_issuer() -> None:
    dated, order = DocNo("金政发", "2020", "12"), parse_doc_no("国务院令第656号")

    assert partial_keys(dated) == {"金政发|2020|12", "金政发||12", "|2020|12", "||12"}
    assert order is not None
    assert partial_keys(order) == {"国务院令||656", "令||656", "||656"}
