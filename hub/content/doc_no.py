"""文号: one normal form for every way a document number is printed or typed (domain §3, `doc_no`).

A number has an agency code (金政发, 国务院令, 财政部公告), a year and a running number; orders mostly have no year.
The grammars are the tables below. Text typed in traditional script is folded by the caller; the few traditional
characters that numbers themselves use are mapped here. Pure: storage, forms and the search index all read it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_AGENCY = 20
"""Characters of an agency code; the longest real ones (省人民政府办公厅公告) stay well below."""


@dataclass(frozen=True, slots=True)
class DocNo:
    """Parts in normal form: agency without 中华人民共和国 and 字, Arabic numbers; each part may be empty."""

    agency: str
    year: str
    number: str

    @property
    def key(self) -> str:
        return f"{self.agency}|{self.year}|{self.number}"


@dataclass(frozen=True, slots=True)
class DocNoReference:
    """A 文号 found in a text. `keys` are normal forms, likeliest first: words before the agency code may cling to it.

    `partial` says that something is missing (year, agency), so that the number names several documents.
    """

    start: int
    end: int
    keys: tuple[str, ...]
    partial: bool


_TRADITIONAL = str.maketrans(
    "國發號務辦會聯規釋員長財稅農環衛業檢證監銀質電經貿價產資復後許決黨團總廳應醫藥險糧測繪標準礦學體軍區縣鄉鎮門",
    "国发号务办会联规释员长财税农环卫业检证监银质电经贸价产资复后许决党团总厅应医药险粮测绘标准矿学体军区县乡镇门",
)
_COUNTRY = "中华人民共和国"
_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff〇]"
_CODE = r"(?:(?![年第号])" + _HAN + ")"
_AGENCY = rf"(?P<agency>{_CODE}{{1,{MAX_AGENCY}}})"
_SHORT_AGENCY = rf"(?P<agency>{_CODE}{{1,{MAX_AGENCY}}}?)"
_SERIES = "令|公告|通告"
"""Series that number themselves: the word belongs to the agency code and may stand before or after the number."""
_NAMED = rf"(?P<agency>{_CODE}{{0,{MAX_AGENCY}}}?(?:{_SERIES}))"
_OPEN = r"[\[({<【〖〔〈《「『]"
_CLOSE = r"[\])}>】〗〕〉》」』]"
_YEAR = r"(?P<year>(?<!\d)(?:19|20)\d\d(?!\d)|[一二][九〇零○][〇零○一二三四五六七八九]{2})"
_NUMERAL = "[〇零○一二两三四五六七八九十百千]"
_ANY_NUMBER = rf"(?P<number>\d{{1,6}}(?!\d)|(?<!{_NUMERAL}){_NUMERAL}{{1,9}})"
_DIGITS = r"(?P<number>(?<!\d)\d{1,6}(?!\d))"
_NO = r"(?:第|no\.?|№)"
_S = r"\s*"
_GAP = r"[\s,;、\-_/.·]*"

_Y = rf"{_OPEN}?{_S}{_YEAR}{_S}年?{_S}(?:度{_S})?{_CLOSE}?"
_N_MARKED = rf"(?:{_NO}{_S}{_ANY_NUMBER}{_S}号?|{_ANY_NUMBER.replace('number', 'number2')}{_S}号)"
_N_LOOSE = rf"{_NO}?{_S}{_ANY_NUMBER}{_S}号?"

_INSIDE = tuple(
    re.compile(pattern)
    for pattern in (
        # 金政发〔2020〕12号, 公告[2015]第5号
        rf"(?:{_AGENCY})?{_S}{_OPEN}{_S}{_YEAR}{_S}年?{_S}{_CLOSE}{_S}{_NO}?{_S}{_ANY_NUMBER}{_S}号?",
        # (2020)最高法民终123号, 〔1991〕民他字第15号
        rf"{_OPEN}{_S}{_YEAR}{_S}年?{_S}{_CLOSE}{_S}{_SHORT_AGENCY}{_S}(?:第{_S}{_ANY_NUMBER}|"
        rf"{_DIGITS.replace('number', 'number2')}){_S}号",
        # 国务院第656号令, 财政部2015年第5号公告, 第656号令, 2015年第5号公告
        rf"(?:{_AGENCY})?{_S}(?:{_Y}{_S})?{_N_MARKED}{_S}(?P<tail>{_SERIES})",
        # 国务院令第656号, 主席令第三号, 公告2015年第5号, 令(第656号)
        rf"{_NAMED}{_S}{_OPEN}?{_S}(?:{_Y}{_S})?{_N_MARKED}{_S}{_CLOSE}?",
        # 第656号国务院令, 2015年第5号财政部公告
        rf"(?:{_Y}{_S})?{_N_MARKED}{_S}{_NAMED}",
        # 沪府法字第12号
        rf"(?P<agency>{_CODE}{{1,{MAX_AGENCY}}}字){_S}第{_S}{_ANY_NUMBER}{_S}号",
    )
)
"""Unmistakable inside a longer text."""

_ALONE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_AGENCY}{_GAP}{_Y}{_GAP}{_N_LOOSE}",
        rf"{_Y}{_GAP}{_N_LOOSE}{_GAP}{_AGENCY}",
        rf"{_Y}{_GAP}{_SHORT_AGENCY}{_GAP}{_N_LOOSE}",
        rf"{_SHORT_AGENCY}{_GAP}{_N_MARKED}{_GAP}{_Y}",
        rf"{_N_MARKED}{_GAP}{_AGENCY}{_GAP}{_Y}",
        rf"{_N_MARKED}{_GAP}{_Y}{_GAP}{_AGENCY}",
        rf"{_NAMED}{_GAP}{_NO}?{_GAP}{_ANY_NUMBER}",
        rf"{_SHORT_AGENCY}{_GAP}(?P<tail>{_SERIES}){_GAP}{_OPEN}?{_GAP}{_N_LOOSE}{_GAP}{_CLOSE}?",
        rf"{_SHORT_AGENCY}{_GAP}{_N_MARKED}",
        rf"{_N_MARKED}{_GAP}{_SHORT_AGENCY}{_GAP}(?P<tail>{_SERIES})?",
        rf"{_Y}{_GAP}{_N_MARKED}",
        rf"{_N_MARKED}",
    )
)
"""Read as a 文号 only when they are the whole text: parts in any order, brackets and 号 left away."""

_UNITS = {"十": 10, "百": 100, "千": 1000}
_FIGURES = {"〇": 0, "零": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
            "八": 8, "九": 9}  # fmt: skip


def plain(text: str) -> str:
    """NFKC, lower case, our few traditional characters; as long as the text for everything a number is written with."""
    return unicodedata.normalize("NFKC", text).lower().translate(_TRADITIONAL)


def parse_doc_no(printed: str) -> DocNo | None:
    """The parts of a number as printed on a document; null when no grammar reads the whole of it."""
    text = re.sub(r"\s+", "", plain(printed))
    for grammar in (*_INSIDE, *_ALONE):
        if found := grammar.fullmatch(text):
            return _parts(found)
    return None


def doc_no_key(printed: str) -> str:
    """Normal form `agency|year|number`, equal for all spellings of one number; empty for an empty text.

    A number that no grammar reads keeps its letters and digits (`~…`), so that it still equals itself.
    """
    if parsed := parse_doc_no(printed):
        return parsed.key
    letters = "".join(re.findall(r"[^\W_]+", plain(printed)))
    return f"~{letters}" if letters else ""


def partial_keys(doc_no: DocNo) -> frozenset[str]:
    """What somebody may type who leaves out the year, the agency, or whose order it is (令第656号)."""
    series = re.search(rf"(?:{_SERIES})$", doc_no.agency)
    agencies = {doc_no.agency, series.group() if series else "", ""}
    return frozenset(DocNo(agency, year, doc_no.number).key for agency in agencies for year in {doc_no.year, ""})


def find_doc_nos(text: str) -> list[DocNoReference]:
    """The numbers a text names, in its order. Offsets are those of `plain(text)`."""
    typed = plain(text)
    inside = list(_inside(typed))
    if inside and is_all_of(typed, inside):
        return inside
    stripped = typed.strip()
    lead = len(typed) - len(typed.lstrip())
    for grammar in _ALONE:
        if found := grammar.fullmatch(stripped):
            return [_reference(found, lead)]
    return inside


def is_all_of(text: str, references: Sequence[DocNoReference]) -> bool:
    """Whether the text says nothing besides these numbers."""
    rest = text
    for reference in references:
        rest = rest[: reference.start] + " " * (reference.end - reference.start) + rest[reference.end :]
    return not re.search(r"[^\W_]", rest)


def _inside(text: str) -> Iterator[DocNoReference]:
    position = 0
    while position < len(text):
        found = [match for grammar in _INSIDE if (match := grammar.search(text, position))]
        if not found:
            return
        best = min(found, key=lambda match: (match.start(), -match.end()))
        yield _reference(best, 0)
        position = max(best.end(), position + 1)


def _reference(found: re.Match[str], shift: int) -> DocNoReference:
    whole = _parts(found)
    agencies = _agencies(whole.agency)
    keys = [DocNo(agency, whole.year, whole.number).key for agency in agencies]
    if whole.year and whole.agency.endswith("令"):  # orders are cited with the year they do not carry
        keys += [DocNo(agency, "", whole.number).key for agency in agencies]
    is_series_alone = re.fullmatch(_SERIES, whole.agency) is not None
    partial = not whole.agency or is_series_alone or not (whole.year or whole.agency.endswith("令"))
    return DocNoReference(found.start() + shift, found.end() + shift, tuple(dict.fromkeys(keys)), partial)


def _agencies(agency: str) -> list[str]:
    """The code and its endings of two characters and more: words before it may have clung to it (根据金政发)."""
    return [agency, *(agency[cut:] for cut in range(1, len(agency) - 1))]


def _parts(found: re.Match[str]) -> DocNo:
    groups = found.groupdict()
    agency = (groups.get("agency") or "") + (groups.get("tail") or "")
    agency = agency.removeprefix(_COUNTRY).removesuffix("字")
    return DocNo(agency, _figure(groups.get("year") or ""), _figure(_number(groups)))


def _number(groups: dict[str, str | None]) -> str:
    return groups.get("number") or groups.get("number2") or ""


def _figure(text: str) -> str:
    """`0012` → 12, 六百五十六 → 656, 二〇二〇 → 2020."""
    if not text:
        return ""
    if text.isdecimal():
        return str(int(text))
    if not _UNITS.keys() & set(text):
        return str(int("".join(str(_FIGURES[character]) for character in text)))
    total = pending = 0
    for character in text:
        if unit := _UNITS.get(character):
            total += (pending or 1) * unit
            pending = 0
        else:
            pending = _FIGURES[character]
    return str(total + pending)
